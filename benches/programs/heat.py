"""A PyOpenCL program of the usual kind: heat spreads over a plate, which is looked at from time to time.

python3 heat.py [STEPS]
"""

import sys

import numpy as np
import pyopencl as cl
import pyopencl.array as cl_array
from pyopencl.elementwise import ElementwiseKernel
from pyopencl.reduction import ReductionKernel

SIDE = 1024
STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 400

platform = cl.get_platforms()[0]
context = cl.Context(platform.get_devices()[:1])
queue = cl.CommandQueue(context)

spread = cl.Program(
    context,
    """
    kernel void spread(global const float *from, global float *to) {
        int x = get_global_id(0), y = get_global_id(1), w = get_global_size(0), h = get_global_size(1);
        int at = y * w + x;
        float here = from[at];
        if (x > 0 && x < w - 1 && y > 0 && y < h - 1)
            here += 0.2f * (from[at - 1] + from[at + 1] + from[at - w] + from[at + w] - 4 * here);
        to[at] = here;
    }
    """,
).build()
step = cl.Kernel(spread, "spread")
cool = ElementwiseKernel(context, "float *t, float by", "t[i] *= by", "cool")
total = ReductionKernel(context, np.float64, "0", "a + b", "x[i]", "__global const float *x")

plate = np.zeros((SIDE, SIDE), np.float32)
plate[SIDE // 4 : SIDE // 2, SIDE // 4 : SIDE // 2] = 100
now = cl_array.to_device(queue, plate)
then = cl_array.empty_like(now)

for i in range(STEPS):
    step(queue, (SIDE, SIDE), None, now.data, then.data)
    now, then = then, now
    if i % 10 == 9:
        cool(now, np.float32(0.999))
    if i % 50 == 49:
        print(f"{i + 1}: {float(total(now).get()):.0f}, {now.get().max():.3f}")
