"""Times zlib on 64 MiB of a file: `python3 zlib.py FILE`, natively and under `ava run --api zlib --`."""

import sys
import time
import zlib as z

SIZE = 64 << 20
with open(sys.argv[1], "rb") as file:
    content = file.read()
DATA = (content * (SIZE // len(content) + 1))[:SIZE]
PACKED = z.compress(DATA)


def pieces(data, size):
    return (data[at : at + size] for at in range(0, len(data), size))


def compress(level, size):
    packer = z.compressobj(level)
    for piece in pieces(DATA, size):
        packer.compress(piece)
    packer.flush()


def decompress(size):
    unpacker = z.decompressobj()
    for piece in pieces(PACKED, size):
        unpacker.decompress(piece)


def checksum(size):
    sum_so_far = 0
    for piece in pieces(DATA, size):
        sum_so_far = z.crc32(piece, sum_so_far)


def small():
    for _ in range(10_000):
        z.compress(b"x" * 100)


for name, run in [
    ("compress, level 6, at once", lambda: z.compress(DATA)),
    ("compress, level 1, at once", lambda: z.compress(DATA, 1)),
    ("compress, level 1, pieces of 64 KiB", lambda: compress(1, 64 << 10)),
    ("decompress, at once", lambda: z.decompress(PACKED)),
    ("decompress, pieces of 64 KiB", lambda: decompress(64 << 10)),
    ("crc32, at once", lambda: checksum(SIZE)),
    ("crc32, pieces of 64 KiB", lambda: checksum(64 << 10)),
    ("10 000 times 100 B", small),
]:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    print(f"{name}\t{best * 1000:.1f} ms")
