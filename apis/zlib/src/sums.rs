//! Checksums. A small buffer is summed here, as that takes less time than asking the server; a large one there.

use std::ffi::c_int;

use crate::ffi::{Bytef, Z_OK, uLong, z_size_t};
use crate::spec::zlib::guest;

/// Buffers of so many bytes go to the server: the vendor's library is the one that was asked for, and some have instructions of the
/// processor for it. With Debian's, which has none, copying a buffer there takes as long as summing it here.
const FORWARDED: usize = 256 << 10;

/// A sum.
pub(crate) struct Sum {
    /// Of nothing: what zlib answers for the null pointer.
    initial: uLong,
    here: fn(u32, &[u8]) -> u32,
    there: unsafe extern "C" fn(uLong, *const Bytef, z_size_t, *mut uLong) -> c_int,
}

pub(crate) static ADLER32: Sum = Sum { initial: 1, here: adler32, there: guest::sum_adler32 };
pub(crate) static CRC32: Sum = Sum { initial: 0, here: crc32, there: guest::sum_crc32 };

impl Sum {
    /// The sum of what `sum` is of and the `len` bytes at `buf`.
    ///
    /// # Safety
    /// `buf` is null or has `len` bytes.
    pub(crate) unsafe fn of(&self, sum: uLong, buf: *const Bytef, len: usize) -> uLong {
        if buf.is_null() {
            return self.initial;
        }
        if len >= FORWARDED {
            let mut result = 0;
            // SAFETY: by the caller's promise.
            if unsafe { (self.there)(sum, buf, len, &raw mut result) } == Z_OK {
                return result;
            }
        }
        // SAFETY: as above.
        let bytes = unsafe { std::slice::from_raw_parts(buf, len) };
        (self.here)(sum as u32, bytes).into()
    }
}

/// Largest prime below 2^16.
const MODULUS: u64 = 65521;

fn adler32(sum: u32, bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (u64::from(sum & 0xffff), u64::from(sum >> 16));
    // Few enough that the sums stay far below 64 bits.
    for block in bytes.chunks(1 << 16) {
        for byte in block {
            a += u64::from(*byte);
            b += a;
        }
        (a, b) = (a % MODULUS, b % MODULUS);
    }
    (b << 16 | a) as u32
}

/// Remainders of a byte that so many zero bytes follow.
static TABLES: [[u32; 256]; 8] = tables();
/// Remainders of the bytes.
pub(crate) static TABLE: [u32; 256] = TABLES[0];

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = (remainder >> 1) ^ (0xedb8_8320 & (remainder & 1).wrapping_neg());
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[zeros - 1][byte];
            tables[zeros][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
}

fn crc32(sum: u32, bytes: &[u8]) -> u32 {
    let mut crc = !sum;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word) ^ u64::from(crc);
        let byte = |n: usize| TABLES[7 - n][(word >> (8 * n)) as usize & 0xff];
        crc = (0..8).fold(0, |crc, n| crc ^ byte(n));
    }
    for byte in rest {
        crc = (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize];
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check values that zlib's own documentation and RFC 1952 imply.
    #[test]
    fn sums_of_known_texts() {
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(1, b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_sum_continues_where_another_ended() {
        let bytes: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
        for at in [0, 1, 7, 8, 9, 5551, 5552, 5553, bytes.len()] {
            let (first, second) = bytes.split_at(at);
            assert_eq!(crc32(crc32(0, first), second), crc32(0, &bytes));
            assert_eq!(adler32(adler32(1, first), second), adler32(1, &bytes));
        }
        assert_eq!(adler32(1, &vec![255; 1 << 20]), {
            let (mut a, mut b) = (1u64, 0u64);
            for _ in 0..1 << 20 {
                a = (a + 255) % 65521;
                b = (b + a) % 65521;
            }
            (b << 16 | a) as u32
        });
    }
}
