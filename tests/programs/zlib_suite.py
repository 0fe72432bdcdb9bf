"""Uses Python's zlib module in every way that it has, and prints what came out: the same natively and through AvA."""

import binascii
import hashlib
import random
import sys
import threading
import zlib

random.seed(7)
WORDS = [bytes(random.randrange(97, 123) for _ in range(random.randrange(2, 9))) for _ in range(300)]
TEXT = b" ".join(random.choice(WORDS) for _ in range(40_000))
NOISE = random.randbytes(100_000)
ZEROS = bytes(200_000)


def show(what, data):
    print(f"{what}: {len(data)} {hashlib.sha256(data).hexdigest()[:16]}")


def fails(what, function):
    try:
        function()
        print(f"{what}: no error")
    except (zlib.error, ValueError, OverflowError) as error:
        print(f"{what}: {type(error).__name__}: {error}")


def pieces(data, sizes):
    at = 0
    while at < len(data):
        size = next(sizes)
        yield data[at : at + size]
        at += size


def odd():
    while True:
        yield from (1, 7, 0, 4096, 13, 65_537, 3, 100_003)


def at_once():
    for name, data in [("text", TEXT), ("noise", NOISE), ("zeros", ZEROS), ("nothing", b""), ("one", b"x")]:
        for level in range(-1, 10):
            packed = zlib.compress(data, level)
            show(f"{name} at level {level}", packed)
            assert zlib.decompress(packed) == data
            assert zlib.decompress(packed, bufsize=1) == data


def parameters():
    strategies = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED]
    for strategy in strategies:
        for level in (1, 4, 9):
            packer = zlib.compressobj(level, strategy=strategy)
            show(f"strategy {strategy}, level {level}", packer.compress(TEXT) + packer.flush())
    for wbits in [9, 12, 15, -9, -15, 25, 31]:
        for memory in (1, 9):
            packer = zlib.compressobj(wbits=wbits, memLevel=memory)
            packed = packer.compress(TEXT) + packer.flush()
            show(f"window {wbits}, memory {memory}", packed)
            assert zlib.decompress(packed, wbits) == TEXT
            if wbits > 0:
                assert zlib.decompress(packed, 47) == TEXT


def streams():
    for flush in [zlib.Z_NO_FLUSH, zlib.Z_PARTIAL_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_BLOCK]:
        packer, packed = zlib.compressobj(), b""
        for piece in pieces(TEXT, odd()):
            packed += packer.compress(piece) + packer.flush(flush)
        packed += packer.flush()
        show(f"flushed by {flush}", packed)
        unpacker, unpacked = zlib.decompressobj(), b""
        for piece in pieces(packed, odd()):
            unpacked += unpacker.decompress(piece)
        unpacked += unpacker.flush()
        assert unpacked == TEXT and unpacker.eof
    packed = zlib.compress(TEXT)
    for limit in (1, 100, 5000):
        unpacker, unpacked, turns = zlib.decompressobj(), b"", 0
        rest = packed[:20_000]
        while rest and turns < 3000:
            unpacked += unpacker.decompress(rest, limit)
            rest = unpacker.unconsumed_tail
            turns += 1
        print(f"at most {limit}: {turns} turns, {len(unpacked)} bytes, {len(rest)} left")
        assert TEXT.startswith(unpacked)


def copies():
    packer = zlib.compressobj(9)
    first = packer.compress(TEXT[:50_000])
    twin = packer.copy()
    one = first + packer.compress(TEXT[50_000:]) + packer.flush()
    two = first + twin.compress(NOISE) + twin.flush()
    show("original", one)
    show("copy", two)
    unpacker = zlib.decompressobj()
    start = unpacker.decompress(one[:10_000])
    twin = unpacker.copy()
    assert start + unpacker.decompress(one[10_000:]) == start + twin.decompress(one[10_000:]) == TEXT
    assert zlib.decompress(two) == TEXT[:50_000] + NOISE
    fails("copy of a finished stream", packer.copy)


def dictionaries():
    words = b" ".join(WORDS)
    for wbits in (15, -15):
        packer = zlib.compressobj(wbits=wbits, zdict=words)
        packed = packer.compress(TEXT) + packer.flush()
        show(f"with a dictionary, window {wbits}", packed)
        unpacker = zlib.decompressobj(wbits=wbits, zdict=words)
        assert unpacker.decompress(packed) + unpacker.flush() == TEXT
        fails("without it", lambda: zlib.decompressobj(wbits=wbits).decompress(packed))
        fails("with another", lambda: zlib.decompressobj(wbits=wbits, zdict=b"other").decompress(packed))


def mistakes():
    packed = zlib.compress(TEXT)
    fails("garbage", lambda: zlib.decompress(b"garbage, certainly"))
    fails("a stream that ends early", lambda: zlib.decompress(packed[:-5]))
    fails("a wrong sum", lambda: zlib.decompress(packed[:-1] + bytes([packed[-1] ^ 1])))
    fails("wrong blocks", lambda: zlib.decompress(packed[:1000] + bytes(50) + packed[1050:]))
    fails("a wrong level", lambda: zlib.compress(b"", 99))
    fails("a wrong window", lambda: zlib.compressobj(wbits=99))
    fails("a wrong method", lambda: zlib.compressobj(method=3))
    fails("nothing", lambda: zlib.decompress(b""))
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed + b"and more")
    print("unused:", unpacker.unused_data, unpacker.eof, unpacked == TEXT)
    print("after the end:", unpacker.decompress(b"!"), unpacker.unused_data)


def sums():
    for sum_of in (zlib.crc32, zlib.adler32):
        running = sum_of(b"")
        for piece in pieces(TEXT + ZEROS + NOISE, odd()):
            running = sum_of(piece, running)
        print(f"{sum_of.__name__}: {running:08x} {sum_of(TEXT + ZEROS + NOISE):08x} {sum_of(NOISE, 0xFFFFFFFF):08x}")
    assert zlib.crc32(TEXT) == binascii.crc32(TEXT)
    large = NOISE * 30
    print(f"large: {zlib.crc32(large):08x} {zlib.adler32(large):08x}")


def threads():
    done = []

    def work(n):
        for turn in range(5):
            packer = zlib.compressobj(1 + n)
            data = TEXT[n * 100 : 100_000 + n]
            packed = b"".join(packer.compress(piece) for piece in pieces(data, odd())) + packer.flush()
            if zlib.decompress(packed) != data:
                return
        done.append(n)

    workers = [threading.Thread(target=work, args=[n]) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("threads:", sorted(done))


def main():
    print("version", zlib.ZLIB_RUNTIME_VERSION)
    for part in [at_once, parameters, streams, copies, dictionaries, mistakes, sums, threads]:
        part()
        print(f"-- {part.__name__}")


if __name__ == "__main__":
    sys.exit(main())
