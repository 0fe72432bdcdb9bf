//! The command ring: one thread of the guest writes variable-length commands, one shadow thread of the server reads them.
//!
//! Positions count bytes, run freely and wrap at 2³², so that full and empty differ without a spare byte. Each side keeps
//! its own position privately and only publishes it: what the other side wrote to shared memory is an assertion that is
//! checked, never state that is relied upon. All shared words are atomics, the data included. That makes a read that races
//! with a hostile writer return garbage, which is then checked, instead of being undefined behaviour; copies by whole
//! words cost the same as `memcpy` at the sizes that commands have.

use super::{
    Lost,
    sync::{AtomicU32, AtomicU64, Line, Ordering},
};
use crate::wire::{CommandHeader, MAX_COMMAND};

/// The shared part of a ring of `WORDS` eight-byte words, a power of two. Zeroed memory is an empty ring.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Ring<const WORDS: usize> {
    /// Where the producer will write next; written by it.
    pub(super) tail: Line<AtomicU32>,
    /// Up to where the consumer has copied everything out; written by it, and not after every command.
    pub(super) head: Line<AtomicU32>,
    pub(super) words: [AtomicU64; WORDS],
}

impl<const WORDS: usize> Ring<WORDS> {
    /// Capacity in bytes. Evaluated by every method, so that a ring of an impossible size does not compile.
    const BYTES: u32 = {
        assert!(WORDS.is_power_of_two() && WORDS * 8 >= size_of::<CommandHeader>() && WORDS <= 1 << 24);
        (WORDS * 8) as u32
    };

    fn word(&self, position: u32) -> &AtomicU64 {
        &self.words[(position / 8) as usize & (WORDS - 1)]
    }

    /// An empty ring; sessions have theirs in zeroed memory.
    #[cfg(test)]
    pub(super) fn new() -> Self {
        Self {
            tail: Line::default(),
            head: Line::default(),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Puts the producer's side back to the beginning, for a new [`Producer`].
    pub(super) fn reset_tail(&self) {
        self.tail.0.store(0, Ordering::Relaxed);
    }

    /// Puts the consumer's side back to the beginning, for a new [`Consumer`].
    pub(super) fn reset_head(&self) {
        self.head.0.store(0, Ordering::Relaxed);
    }
}

/// The writing end. There is one per ring.
#[derive(Debug, Default)]
pub(super) struct Producer {
    tail: u32,
    /// The consumer's position when last looked at: reading it costs a cache miss, so only when the ring looks full.
    head_seen: u32,
}

impl Producer {
    /// Whether `len` more bytes fit.
    ///
    /// # Errors
    /// [`Lost`] if the consumer's position cannot be.
    fn has_room<const W: usize>(&mut self, ring: &Ring<W>, len: usize) -> Result<bool, Lost> {
        let fits = |head: u32| len <= (Ring::<W>::BYTES - self.tail.wrapping_sub(head)) as usize;
        if fits(self.head_seen) {
            return Ok(true);
        }
        // SYNC POINT: the consumer has read everything before `head`; pairs with the store in `Consumer::publish`.
        let head = ring.head.0.load(Ordering::Acquire);
        if self.tail.wrapping_sub(head) > Ring::<W>::BYTES || !head.is_multiple_of(8) {
            return Err(Lost(format!(
                "the server's position {head} in the command ring cannot be while the guest's is {}; \
                 something overwrote the session's shared memory",
                self.tail
            )));
        }
        self.head_seen = head;
        Ok(fits(head))
    }

    /// Whether it is worth trying again to write `len` bytes. Believes the consumer; [`push`](Self::push) does not.
    pub(super) fn looks_free<const W: usize>(&self, ring: &Ring<W>, len: usize) -> bool {
        // SYNC POINT: as in `has_room`.
        let used = self.tail.wrapping_sub(ring.head.0.load(Ordering::Acquire));
        used as usize + len <= Ring::<W>::BYTES as usize || used > Ring::<W>::BYTES
    }

    /// Appends `command` (whole words, at most the ring's size) if it fits; `stamp` may change it once that is certain.
    /// Returns whether it did.
    ///
    /// # Errors
    /// As [`Producer::has_room`].
    pub(super) fn push<const W: usize>(
        &mut self,
        ring: &Ring<W>,
        command: &mut [u8],
        stamp: impl FnOnce(&mut [u8]),
    ) -> Result<bool, Lost> {
        if !self.has_room(ring, command.len())? {
            return Ok(false);
        }
        stamp(command);
        let (words, _) = command.as_chunks::<8>();
        for word in words {
            ring.word(self.tail).store(u64::from_ne_bytes(*word), Ordering::Relaxed);
            self.tail = self.tail.wrapping_add(8);
        }
        // SYNC POINT: makes the command visible; pairs with the load in `Consumer::look`.
        ring.tail.0.store(self.tail, Ordering::Release);
        Ok(true)
    }
}

/// The reading end. There is one per ring.
#[derive(Debug, Default)]
pub(super) struct Consumer {
    head: u32,
    published: u32,
    /// The producer's position when last looked at; everything before it is visible.
    tail_seen: u32,
}

impl Consumer {
    /// Whether there is something to [`pop`](Self::pop), be it an error.
    pub(super) fn look<const W: usize>(&self, ring: &Ring<W>) -> bool {
        // SYNC POINT: pairs with the store in `Producer::push`.
        self.head != self.tail_seen || ring.tail.0.load(Ordering::Acquire) != self.head
    }

    /// Copies the next command into `command`, replacing its contents; false if there is none.
    ///
    /// # Errors
    /// [`Lost`] if the producer's position or the command's length cannot be. The ring is of no more use then.
    pub(super) fn pop<const W: usize>(
        &mut self,
        ring: &Ring<W>,
        command: &mut Vec<u8>,
    ) -> Result<bool, Lost> {
        if self.head == self.tail_seen {
            // SYNC POINT: as in `look`.
            let tail = ring.tail.0.load(Ordering::Acquire);
            let pending = tail.wrapping_sub(self.head);
            if pending == 0 {
                return Ok(false);
            }
            if pending > Ring::<W>::BYTES || !pending.is_multiple_of(8) {
                return Err(Lost(format!(
                    "the guest's position {tail} in its command ring cannot be while the server's is {}",
                    self.head
                )));
            }
            self.tail_seen = tail;
        }
        let pending = self.tail_seen.wrapping_sub(self.head) as usize;
        // The length is read here and nowhere else: the same word goes into the copy.
        let first = ring.word(self.head).load(Ordering::Relaxed).to_ne_bytes();
        let [a, b, c, d, ..] = first;
        let len = u32::from_ne_bytes([a, b, c, d]) as usize;
        if !(size_of::<CommandHeader>()..=MAX_COMMAND).contains(&len) || !len.is_multiple_of(8) {
            return Err(Lost(format!(
                "the guest wrote a command of {len} bytes; a command has {} to {MAX_COMMAND}, in steps of 8",
                size_of::<CommandHeader>()
            )));
        }
        if len > pending {
            return Err(Lost(format!(
                "the guest wrote a command of {len} bytes but only {pending} bytes into its ring"
            )));
        }
        command.resize(len, 0);
        let (words, _) = command.as_chunks_mut::<8>();
        let mut position = self.head;
        if let Some((copy, rest)) = words.split_first_mut() {
            *copy = first;
            for copy in rest {
                position = position.wrapping_add(8);
                *copy = ring.word(position).load(Ordering::Relaxed).to_ne_bytes();
            }
        }
        self.head = position.wrapping_add(8);
        Ok(true)
    }

    /// Bytes that were read and whose room the producer does not know of yet.
    pub(super) fn unpublished(&self) -> u32 {
        self.head.wrapping_sub(self.published)
    }

    /// Gives the producer the room of everything that was read. Whoever calls this rings the producer's bell.
    pub(super) fn publish<const W: usize>(&mut self, ring: &Ring<W>) {
        self.published = self.head;
        // SYNC POINT: pairs with the load in `Producer::has_room`.
        ring.head.0.store(self.head, Ordering::Release);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    /// A command of `len` bytes, all of whose words can be told apart.
    fn command(len: usize, seed: u64) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            (0..len as u64 / 8).flat_map(|word| (seed << 16 | word).to_ne_bytes()).collect();
        bytes[..4].copy_from_slice(&(len as u32).to_ne_bytes());
        bytes
    }

    #[derive(Debug, Clone)]
    enum Step {
        Push(usize),
        Pop,
        Publish,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (3usize..40).prop_map(|words| Step::Push(words * 8)),
            4 => Just(Step::Pop),
            1 => Just(Step::Publish),
        ]
    }

    proptest! {
        #[test]
        fn a_ring_is_a_queue(start in any::<u32>(), steps in proptest::collection::vec(step(), 1..400)) {
            // Anywhere in the range of positions, so that they wrap.
            let start = start & !7;
            let ring = Ring::<64>::new();
            ring.tail.0.store(start, Ordering::Relaxed);
            ring.head.0.store(start, Ordering::Relaxed);
            let mut producer = Producer { tail: start, head_seen: start };
            let mut consumer = Consumer { head: start, published: start, tail_seen: start };
            let mut model = VecDeque::new();
            let (mut unread, mut unpublished) = (0, 0);
            let mut received = Vec::new();
            for (seed, step) in (1..).zip(steps) {
                match step {
                    Step::Push(len) => {
                        let mut sent = command(len, seed);
                        let pushed = producer.push(&ring, &mut sent, |_| {}).unwrap();
                        prop_assert_eq!(pushed, len + unread + unpublished <= 512);
                        if pushed {
                            unread += len;
                            model.push_back(sent);
                        }
                    }
                    Step::Pop => {
                        prop_assert_eq!(consumer.look(&ring), !model.is_empty());
                        let popped = consumer.pop(&ring, &mut received).unwrap();
                        let expected = model.pop_front();
                        prop_assert_eq!(popped, expected.is_some());
                        if let Some(expected) = expected {
                            prop_assert_eq!(&received, &expected);
                            unread -= expected.len();
                            unpublished += expected.len();
                        }
                    }
                    Step::Publish => {
                        prop_assert_eq!(consumer.unpublished() as usize, unpublished);
                        consumer.publish(&ring);
                        unpublished = 0;
                    }
                }
            }
        }

        #[test]
        fn whatever_a_hostile_producer_writes_is_a_command_or_an_error(
            tails in proptest::collection::vec(prop_oneof![any::<u32>(), 0u32..2048], 1..20),
            words in proptest::collection::vec(prop_oneof![any::<u64>(), 0u64..300], 64),
        ) {
            let ring = Ring::<64>::new();
            for (to, word) in ring.words.iter().zip(words) {
                to.store(word, Ordering::Relaxed);
            }
            let mut consumer = Consumer::default();
            let mut received = Vec::new();
            'session: for tail in tails {
                ring.tail.0.store(tail, Ordering::Relaxed);
                loop {
                    match consumer.pop(&ring, &mut received) {
                        Ok(true) => prop_assert!((24..=512).contains(&received.len()) && received.len() % 8 == 0),
                        Ok(false) => break,
                        Err(_) => break 'session,
                    }
                }
            }
        }

        #[test]
        fn whatever_a_hostile_consumer_writes_is_room_or_an_error(
            heads in proptest::collection::vec(prop_oneof![any::<u32>(), 0u32..2048], 1..50),
        ) {
            let ring = Ring::<64>::new();
            let mut producer = Producer::default();
            for head in heads {
                ring.head.0.store(head, Ordering::Relaxed);
                if producer.push(&ring, &mut command(120, 1), |_| {}).is_err() {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_command_that_is_not_sent_is_not_stamped() {
        let ring = Ring::<4>::new();
        let mut producer = Producer::default();
        let mut stamps = 0;
        assert!(producer.push(&ring, &mut command(24, 1), |_| stamps += 1).unwrap());
        assert!(!producer.push(&ring, &mut command(24, 2), |_| stamps += 1).unwrap());
        assert_eq!(stamps, 1);
    }
}

/// Models of every interleaving, run by `RUSTFLAGS="--cfg loom" cargo test -p ava-core --release loom`.
#[cfg(all(test, loom))]
mod loom_models {
    use loom::{sync::Arc, thread};

    use super::{
        super::doorbell::{Bell, Waiter},
        *,
    };

    /// Room for one command and a third, so that the producer finds the ring full.
    const WORDS: usize = 4;

    fn command(number: u64) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..4].copy_from_slice(&24u32.to_ne_bytes());
        bytes[8..16].copy_from_slice(&number.to_ne_bytes());
        bytes[16..].copy_from_slice(&(!number).to_ne_bytes());
        bytes
    }

    fn model(f: impl Fn() + Sync + Send + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(f);
    }

    #[test]
    fn loom_ring_delivers_whole_commands_in_order() {
        model(|| {
            let ring = Arc::new(Ring::<WORDS>::new());
            let producing = thread::spawn({
                let ring = Arc::clone(&ring);
                move || {
                    let mut producer = Producer::default();
                    for number in 1..=2 {
                        while !producer.push(&ring, &mut command(number), |_| {}).unwrap() {
                            thread::yield_now();
                        }
                    }
                }
            });
            let mut consumer = Consumer::default();
            let mut received = Vec::new();
            for number in 1..=2 {
                while !consumer.pop(&ring, &mut received).unwrap() {
                    thread::yield_now();
                }
                assert_eq!(received, command(number));
                consumer.publish(&ring);
            }
            producing.join().unwrap();
        });
    }

    #[test]
    fn loom_ring_with_doorbells_loses_no_wakeup() {
        model(|| {
            let shared = Arc::new((Ring::<WORDS>::new(), Bell::new(), Bell::new()));
            let producing = thread::spawn({
                let shared = Arc::clone(&shared);
                move || {
                    let (ring, guest_bell, server_bell) = &*shared;
                    let (mut producer, mut waiter) = (Producer::default(), Waiter::default());
                    for number in 1..=3 {
                        while !producer.push(ring, &mut command(number), |_| {}).unwrap() {
                            waiter
                                .wait(guest_bell, 1, None, || producer.looks_free(ring, 24), || Ok(()))
                                .unwrap();
                        }
                        server_bell.ring();
                    }
                }
            });
            let (ring, guest_bell, server_bell) = &*shared;
            let (mut consumer, mut waiter) = (Consumer::default(), Waiter::default());
            let mut received = Vec::new();
            for number in 1..=3 {
                while !consumer.pop(ring, &mut received).unwrap() {
                    if consumer.unpublished() > 0 {
                        consumer.publish(ring);
                        guest_bell.ring();
                    }
                    waiter.wait(server_bell, 1, None, || consumer.look(ring), || Ok(())).unwrap();
                }
                assert_eq!(received, command(number));
            }
            producing.join().unwrap();
        });
    }
}
