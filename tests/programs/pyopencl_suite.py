"""PyOpenCL as programs use it: arrays, elementwise kernels, reductions, scans, sorting, asynchronous copies, profiling, maps and
PyOpenCL's own cache of programs. Prints results only, so that two runs can be compared line by line."""

import warnings

import numpy as np
import pyopencl as cl
import pyopencl.array as cl_array
import pyopencl.clmath as clmath
import pyopencl.clrandom as clrandom
from pyopencl.elementwise import ElementwiseKernel
from pyopencl.reduction import ReductionKernel
from pyopencl.scan import GenericScanKernel, InclusiveScanKernel
from pyopencl.tools import ImmediateAllocator, MemoryPool

warnings.simplefilter("ignore")  # compiler warnings name temporary files


def section(name):
    print(f"\n== {name}", flush=True)


def digest(values):
    """A number that every element and its place have a share in."""
    flat = np.ascontiguousarray(values).ravel()
    weights = np.arange(1, flat.size + 1, dtype=np.int64) % 9973
    return int((flat.astype(np.int64) * weights).sum())


platform = cl.get_platforms()[0]
device = platform.get_devices()[0]
context = cl.Context([device])
queue = cl.CommandQueue(context, properties=cl.command_queue_properties.PROFILING_ENABLE)
rng = np.random.default_rng(42)
numbers = rng.integers(-1000, 1000, 100_003).astype(np.int32)

section("objects")
print(platform.name, "|", platform.version)
print(device.name, "|", device.max_compute_units, "units |", device.global_mem_size, "bytes")
print(context == cl.Context.from_int_ptr(context.int_ptr), queue.device == device, queue.context == context)
print(sorted(device.extensions.split()))

section("arrays")
a = cl_array.to_device(queue, numbers)
b = cl_array.arange(queue, numbers.size, dtype=np.int32)
print("a + b:", digest((a + b).get()))
print("a * 3 - b:", digest((a * 3 - b).get()))
print("slice:", digest(a[100:5000].get()))
print("reversed by take:", digest(cl_array.take(a, cl_array.to_device(queue, np.arange(numbers.size - 1, -1, -1, dtype=np.int32))).get()))
print("where:", digest(cl_array.if_positive(a, a, -a).get()))
print("sum:", int(cl_array.sum(a, dtype=np.dtype(np.int64)).get()), "max:", int(cl_array.max(a).get()), "dot:", int(cl_array.dot(a, a, dtype=np.dtype(np.int64)).get()))
c = cl_array.zeros(queue, (31, 17), np.float32)
c.fill(2.5)
c[3, :] = cl_array.arange(queue, 17, dtype=np.float32)
print("2-D:", c.shape, float(c.get().sum()), c.get()[3, 16])
print("roots:", np.round(clmath.sqrt(cl_array.arange(queue, 10, dtype=np.float32)).get(), 4).tolist())
copy = a.copy()
copy += 1
print("copied:", digest(copy.get() - a.get()))

section("elementwise")
linear = ElementwiseKernel(context, "int p, int *x, int q, int *y, int *z", "z[i] = p * x[i] + q * y[i]", "linear")
z = cl_array.empty_like(a)
for p in range(20):
    linear(p, a, 7, b, z)
print("combination:", digest(z.get()), bool(np.array_equal(z.get(), 19 * numbers + 7 * np.arange(numbers.size, dtype=np.int32))))

section("reductions")
count = ReductionKernel(context, np.int32, neutral="0", reduce_expr="a + b", map_expr="x[i] > limit ? 1 : 0", arguments="__global const int *x, int limit")
for limit in (-1000, -10, 0, 999):
    print("above", limit, int(count(a, np.int32(limit)).get()), int((numbers > limit).sum()))

section("scans")
prefix = InclusiveScanKernel(context, np.int32, "a + b", neutral="0")
scanned = a.copy()
prefix(scanned)
print("prefix sums:", bool(np.array_equal(scanned.get(), np.cumsum(numbers, dtype=np.int32))))
compact = GenericScanKernel(
    context, np.int32,
    arguments="__global int *in, __global int *out, __global int *found",
    input_expr="in[i] > 900 ? 1 : 0", scan_expr="a + b", neutral="0",
    output_statement="if (prev_item != item) out[item - 1] = in[i]; if (i + 1 == N) *found = item;")
kept, found = cl_array.zeros_like(a), cl_array.zeros(queue, 1, np.int32)
compact(a, kept, found)
n = int(found.get()[0])
print("kept:", n, bool(np.array_equal(kept.get()[:n], numbers[numbers > 900])))

section("random numbers")
generator = clrandom.PhiloxGenerator(context, seed=15)
print("uniform:", np.round(generator.uniform(queue, 8, np.float32).get(), 5).tolist())

section("asynchronous copies")
source = """
kernel void twice(global int *x) { x[get_global_id(0)] *= 2; }
kernel void shout(global int *x, local int *s, int by) { s[get_local_id(0)] = x[get_global_id(0)]; x[get_global_id(0)] = s[get_local_id(0)] + by; }
"""
program = cl.Program(context, source).build(options=["-DNOTHING=1"])
buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, numbers.nbytes)
results = np.zeros_like(numbers)
written = cl.enqueue_copy(queue, buffer, numbers, is_blocking=False)
ran = program.twice(queue, numbers.shape, None, buffer, wait_for=[written])
read = cl.enqueue_copy(queue, results, buffer, is_blocking=False, wait_for=[ran])
read.wait()
print("doubled:", bool(np.array_equal(results, 2 * numbers)))
pieces = [np.zeros(1000, np.int32) for _ in range(50)]
events = [cl.enqueue_copy(queue, piece, buffer, src_offset=4000 * i, is_blocking=False) for i, piece in enumerate(pieces)]
cl.wait_for_events(events)
print("pieces:", digest(np.concatenate(pieces)), bool(np.array_equal(np.concatenate(pieces), 2 * numbers[:50_000])))
program.shout(queue, (100_000,), (100,), buffer, cl.LocalMemory(400), np.int32(5))
cl.enqueue_copy(queue, results, buffer)
print("local memory:", bool(np.array_equal(results[:100_000], 2 * numbers[:100_000] + 5)))
gate = cl.UserEvent(context)
gated = program.twice(queue, (10,), None, buffer, wait_for=[gate])
print("gated:", gated.command_execution_status != cl.command_execution_status.COMPLETE)
gate.set_status(cl.command_execution_status.COMPLETE)
gated.wait()
print("open:", gated.command_execution_status == cl.command_execution_status.COMPLETE)

section("profiling")
event = program.twice(queue, numbers.shape, None, buffer)
event.wait()
profile = event.profile
print("in order:", profile.queued <= profile.submit <= profile.start <= profile.end)

section("maps")
mapped, _ = cl.enqueue_map_buffer(queue, buffer, cl.map_flags.READ | cl.map_flags.WRITE, 0, (64,), np.int32)
with mapped.base:
    mapped[:] = np.arange(64)
cl.enqueue_copy(queue, results, buffer)
print("written through a map:", results[:6].tolist(), results[63])
host = np.arange(4096, dtype=np.int32)
over_host = cl.Buffer(context, cl.mem_flags.READ_WRITE | cl.mem_flags.USE_HOST_PTR, hostbuf=host)
program.twice(queue, host.shape, None, over_host).wait()
mapped, _ = cl.enqueue_map_buffer(queue, over_host, cl.map_flags.READ, 0, host.shape, host.dtype)
with mapped.base:
    print("over the application's memory:", digest(mapped))

section("pools")
pool = MemoryPool(ImmediateAllocator(queue))
for size in (10, 1000, 100_000):
    pooled = cl_array.zeros(queue, size, np.int32, allocator=pool)
    pooled += 3
    print(size, int(cl_array.sum(pooled).get()))
del pooled
print("blocks kept:", pool.held_blocks > 0)

section("programs")
again = cl.Program(context, source).build(cache_dir=False)
print("source kept:", again.get_info(cl.program_info.SOURCE) == source)
print("kernels:", sorted(k.function_name for k in again.all_kernels()))
binary = again.get_info(cl.program_info.BINARIES)
copy_of_it = cl.Program(context, [device], binary).build()
print("from its binary:", sorted(k.function_name for k in copy_of_it.all_kernels()))
try:
    cl.Program(context, "kernel void broken(global int *x) { x[0] = missing; }").build(cache_dir=False)
except cl.RuntimeError as error:
    print("a mistake:", error.code, "missing" in str(error))
try:
    program.twice(queue, (10,), (3,), buffer)
except cl.LogicError as error:
    print("a wrong size:", error.code)
try:
    program.twice(queue, (10,), None, 5)
except Exception as error:  # the class differs between versions of PyOpenCL
    print("a wrong argument:", type(error).__name__)
try:
    cl.Buffer(context, cl.mem_flags.READ_WRITE, 0)
except cl.LogicError as error:
    print("no size:", error.code)
queue.finish()
print("done")
