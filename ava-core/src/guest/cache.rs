//! Answers to pure queries (`cached`), so that a repeated one makes no round trip.
//!
//! The key is the command itself, less its header: scalars, ids of handles (which are never reused) and inline inputs, so two
//! calls share an answer exactly if the server could not tell them apart.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::RwLock;

/// Answers kept at most; at this number all are dropped. Queries are about devices and platforms, of which there are few.
const MAX_ANSWERS: usize = 4096;

/// Multiply-and-rotate over words: keys come from the application itself, which gains nothing from making them collide.
#[derive(Debug, Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.write_u64(u64::from_ne_bytes(word.try_into().unwrap_or_default()));
        }
        for byte in words.remainder() {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

type Answers = HashMap<Box<[u8]>, Box<[u8]>, BuildHasherDefault<WordHasher>>;

/// Replies by command.
#[derive(Debug, Default)]
pub(super) struct Cache(RwLock<Vec<Answers>>);

impl Cache {
    /// Calls `found` with the reply to function `func` with the arguments `key`, if it is known.
    pub(super) fn get<R>(&self, func: u16, key: &[u8], found: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let answers = self.0.read().unwrap_or_else(|e| e.into_inner());
        answers.get(func as usize)?.get(key).map(|reply| found(reply))
    }

    /// Remembers a reply.
    pub(super) fn put(&self, func: u16, key: &[u8], reply: &[u8]) {
        let mut answers = self.0.write().unwrap_or_else(|e| e.into_inner());
        if answers.len() <= func as usize {
            answers.resize_with(func as usize + 1, HashMap::default);
        }
        let answers = &mut answers[func as usize];
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(key.into(), reply.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_per_function_and_arguments() {
        let cache = Cache::default();
        cache.put(3, b"12345678", b"yes");
        assert_eq!(cache.get(3, b"12345678", <[u8]>::to_vec), Some(b"yes".to_vec()));
        assert_eq!(cache.get(3, b"12345679", <[u8]>::to_vec), None);
        assert_eq!(cache.get(2, b"12345678", <[u8]>::to_vec), None);
        assert_eq!(cache.get(9, b"12345678", <[u8]>::to_vec), None);
    }

    #[test]
    fn the_cache_does_not_grow_without_bound() {
        let cache = Cache::default();
        for n in 0..2 * MAX_ANSWERS as u64 {
            cache.put(0, &n.to_ne_bytes(), b"");
        }
        assert!(cache.0.read().unwrap()[0].len() <= MAX_ANSWERS);
    }
}
