"""Adds two vectors with PyOpenCL, as its tutorial does, and prints what came out."""

import numpy as np
import pyopencl as cl

rng = np.random.default_rng(1)
a_host = rng.integers(0, 1000, 50_000).astype(np.float32)
b_host = rng.integers(0, 1000, 50_000).astype(np.float32)

context = cl.create_some_context(interactive=False)
queue = cl.CommandQueue(context)
flags = cl.mem_flags
a = cl.Buffer(context, flags.READ_ONLY | flags.COPY_HOST_PTR, hostbuf=a_host)
b = cl.Buffer(context, flags.READ_ONLY | flags.COPY_HOST_PTR, hostbuf=b_host)
out = cl.Buffer(context, flags.WRITE_ONLY, a_host.nbytes)

program = cl.Program(context, """
kernel void add(global const float *a, global const float *b, global float *out) {
    int i = get_global_id(0);
    out[i] = a[i] + b[i];
}
""").build()
program.add(queue, a_host.shape, None, a, b, out)

result = np.empty_like(a_host)
cl.enqueue_copy(queue, result, out)
print("device:", context.devices[0].name)
print("sum:", int(result.astype(np.int64).sum()))
print("right:", bool(np.array_equal(result, a_host + b_host)))
