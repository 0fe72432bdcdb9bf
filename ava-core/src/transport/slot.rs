//! A thread's place in the window, and the channel ends that work on it.
//!
//! A slot is a ring of commands, an area for the one reply that can be under way, a bell for each side, and a word that
//! says who uses it. The life of a slot:
//!
//! 1. The guest claims a free one (state `OPEN`) and announces it to the server outside the window.
//! 2. Either the guest's channel is dropped first (state `CLOSING`, the server notices when the ring is empty), or the server's.
//! 3. When the server's end is dropped, the slot is `FREE` again; the guest reuses it once its own end is gone too.
//!
//! The state word is for the guest's benefit. The server believes only its own table of open slots. Everything here is the
//! same for every kind of shared memory; how slots are announced, and how the death of the other side shows, is behind
//! [`Peer`].

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering as Atomic},
    },
    thread,
    time::{Duration, Instant},
};

use zerocopy::FromBytes;

use super::{
    GuestChannel, Lost, OrderCounter, ServerChannel, ServerEvent,
    doorbell::{Bell, Waiter},
    ring::{Consumer, Producer, Ring},
    sync::{AtomicU32, AtomicU64, Line, Ordering},
    window::Window,
};
use crate::wire::{CommandHeader, MAX_COMMAND, MAX_REPLY, ReplyHeader};

/// Words in a slot's ring: 64 KiB, which is a thousand small commands, and four of the largest.
const RING_WORDS: usize = 64 * 1024 / 8;

/// When asynchronous commands come in, look for the next this seldom (some 0.3 µs): each look takes the cache line from
/// the guest that is about to write it, which slows the guest down by as much as ten commands cost.
const STREAM_GAP: u32 = 16;

/// A guest that sleeps looks this often whether the server still lives.
const LOOK_FOR_LIFE: Duration = Duration::from_millis(20);
/// How long a new thread waits for the slot of one that has just ended.
const WAIT_FOR_SLOT: Duration = Duration::from_secs(5);

const FREE: u32 = 0;
const OPEN: u32 = 1;
const CLOSING: u32 = 2;

/// The shared part of a channel. Zeroed memory is a free slot.
#[derive(Debug)]
#[repr(C, align(4096))]
pub(super) struct Slot {
    pub(super) state: Line<AtomicU32>,
    /// The server's shadow thread sleeps on this one.
    pub(super) server_bell: Line<Bell>,
    /// The guest's thread sleeps on this one, for a reply or for room in the ring.
    pub(super) guest_bell: Line<Bell>,
    reply: Line<ReplyArea>,
    pub(super) ring: Ring<RING_WORDS>,
}

/// A reply and the number of the call that it answers, on one cache line if the reply is small.
#[derive(Debug)]
#[repr(C)]
struct ReplyArea {
    call: AtomicU64,
    words: [AtomicU64; MAX_REPLY / 8],
}

/// How a guest's end reaches its server besides the window.
pub(super) trait Peer: Send + Sync {
    /// Tells the server that slot number `slot` is in use from now on.
    fn announce(&self, slot: u32) -> Result<(), Lost>;

    /// Looks whether the server's process is gone; may cost a system call.
    fn is_gone(&self) -> bool;
}

/// What the channels of a guest's session have in common.
#[derive(Debug)]
pub(super) struct Guest<P> {
    window: Arc<Window>,
    pub(super) peer: P,
    /// The server is gone, or this is a forked child that must not touch the window.
    lost: AtomicBool,
    taken: Mutex<Taken>,
}

/// The guest's own knowledge of which slots have a live [`GuestSlot`].
#[derive(Debug)]
struct Taken(Box<[bool]>);

impl<P: Peer> Guest<P> {
    pub(super) fn new(window: Arc<Window>, peer: P) -> Self {
        let slots = vec![false; window.slots() as usize].into();
        Self { window, peer, lost: AtomicBool::new(false), taken: Mutex::new(Taken(slots)) }
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    pub(super) fn is_lost(&self) -> bool {
        // In this order: a forked child has no window.
        self.lost.load(Atomic::Acquire) || self.window.is_closed()
    }

    /// From now on every operation fails without touching the window. Async-signal-safe.
    pub(super) fn lose(&self) {
        self.lost.store(true, Atomic::Release);
    }

    fn lost(&self) -> Lost {
        // A forked child has no window.
        let why = if self.lost.swap(true, Atomic::AcqRel) { None } else { self.window.why() };
        let why = why.map(|why| format!("the API server ended the session: {why}"));
        Lost(why.unwrap_or_else(|| "the API server is gone; its log, or avad's, says why".into()))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing inside can be left half done by a panic.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a channel in a free slot.
    pub(super) fn open(self: &Arc<Self>) -> Result<GuestSlot<P>, Lost> {
        let deadline = Instant::now() + WAIT_FOR_SLOT;
        loop {
            if self.is_lost() {
                return Err(self.lost());
            }
            match self.claim() {
                Ok(index) => {
                    let channel = GuestSlot {
                        side: Arc::clone(self),
                        index,
                        producer: Producer::default(),
                        waiter: Waiter::default(),
                    };
                    self.peer.announce(index)?;
                    return Ok(channel);
                }
                Err(true) if Instant::now() < deadline => thread::sleep(Duration::from_micros(100)),
                Err(true) => {
                    return Err(Lost(
                        "the API server does not let go of the slots of threads that ended".into(),
                    ));
                }
                Err(false) => {
                    return Err(Lost(format!(
                        "all {} thread slots of this session are in use; raise the number of slots in avad's configuration",
                        self.window.slots()
                    )));
                }
            }
        }
    }

    /// Takes a slot that neither side uses; otherwise whether one will be free soon.
    fn claim(&self) -> Result<u32, bool> {
        let mut taken = self.taken();
        let mut soon = false;
        // The lowest first: its memory was used before.
        for (index, taken) in (0..).zip(&mut taken.0) {
            if *taken {
                continue;
            }
            let slot = self.window.slot(index);
            // Acquire: what the server reset before it freed the slot is visible.
            if slot.state.0.load(Ordering::Acquire) != FREE {
                soon = true;
                continue;
            }
            slot.ring.reset_tail();
            slot.guest_bell.0.reset();
            slot.state.0.store(OPEN, Ordering::Release);
            *taken = true;
            return Ok(index);
        }
        Err(soon)
    }
}

/// The guest's end of a channel.
#[derive(Debug)]
pub(super) struct GuestSlot<P: Peer> {
    side: Arc<Guest<P>>,
    index: u32,
    producer: Producer,
    waiter: Waiter,
}

impl<P: Peer> GuestSlot<P> {
    /// Waits until `ready`, or until it is plain that it never will be.
    fn wait(side: &Guest<P>, waiter: &mut Waiter, slot: &Slot, ready: impl Fn() -> bool) -> Result<(), Lost> {
        let dropped = || slot.state.0.load(Ordering::Acquire) != OPEN;
        let alive = || if side.peer.is_gone() { Err(side.lost()) } else { Ok(()) };
        let woken = waiter.wait(
            &slot.guest_bell.0,
            1,
            Some(LOOK_FOR_LIFE),
            || ready() || side.window.is_closed() || dropped(),
            alive,
        );
        // What was delivered before the end still counts.
        if ready() {
            Ok(())
        } else if woken.is_ok() && !side.window.is_closed() {
            Err(Lost("the API server ended this thread's channel; its log says why".into()))
        } else {
            Err(side.lost())
        }
    }
}

impl<P: Peer> GuestChannel for GuestSlot<P> {
    fn send(&mut self, command: &mut [u8], order: &OrderCounter) -> Result<(), Lost> {
        if self.side.is_lost() {
            return Err(self.side.lost());
        }
        let len = command.len();
        if !(size_of::<CommandHeader>()..=MAX_COMMAND).contains(&len) || !len.is_multiple_of(8) {
            return Err(Lost(format!(
                "the guest library made a command of {len} bytes, which is a bug in it"
            )));
        }
        let slot = self.side.window.slot(self.index);
        while !self.producer.push(&slot.ring, command, |command| order.stamp(command))? {
            let producer = &self.producer;
            Self::wait(&self.side, &mut self.waiter, slot, || producer.looks_free(&slot.ring, len))?;
        }
        slot.server_bell.0.ring();
        Ok(())
    }

    fn wait_reply(&mut self, call: u64, reply: &mut Vec<u8>) -> Result<(), Lost> {
        if self.side.lost.load(Atomic::Acquire) {
            return Err(self.side.lost());
        }
        let slot = self.side.window.slot(self.index);
        let area = &slot.reply.0;
        // SYNC POINT: pairs with the store in `ServerSlot::reply`.
        let ready = || area.call.load(Ordering::Acquire) == call;
        if !ready() {
            Self::wait(&self.side, &mut self.waiter, slot, ready)?;
        }
        let first = area.words[0].load(Ordering::Relaxed).to_ne_bytes();
        let [a, b, c, d, ..] = first;
        let len = u32::from_ne_bytes([a, b, c, d]) as usize;
        if !(size_of::<ReplyHeader>()..=MAX_REPLY).contains(&len) {
            self.side.lose();
            return Err(Lost(format!("the API server sent a reply of {len} bytes, which cannot be")));
        }
        reply.resize(len, 0);
        for (bytes, word) in reply.chunks_mut(8).zip(&area.words) {
            let word = word.load(Ordering::Relaxed).to_ne_bytes();
            bytes.copy_from_slice(&word[..bytes.len()]);
        }
        Ok(())
    }
}

impl<P: Peer> Drop for GuestSlot<P> {
    fn drop(&mut self) {
        // In a forked child the window is not there, and the lock may be held by a thread that is not there either.
        if self.side.lost.load(Atomic::Acquire) {
            return;
        }
        let slot = self.side.window.slot(self.index);
        // Unless the server has already let go of the slot.
        if slot.state.0.compare_exchange(OPEN, CLOSING, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            slot.server_bell.0.ring();
        }
        self.side.taken().0[self.index as usize] = false;
    }
}

/// What the channels of a server's session have in common.
pub(super) struct Server {
    window: Arc<Window>,
    slots: Box<[ServerState]>,
    closed: AtomicBool,
    end: Mutex<Option<End>>,
    /// Makes whoever waits for the session's next event look again.
    interrupt: Box<dyn Fn() + Send + Sync>,
}

/// Why a session ended.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// The guest went away.
    Closed(String),
    /// The guest broke the protocol.
    Violation(String),
}

impl From<End> for ServerEvent {
    fn from(end: End) -> Self {
        match end {
            End::Closed(why) => Self::Closed(why),
            End::Violation(why) => Self::Violation(why),
        }
    }
}

/// The server's own knowledge of a slot, out of the guest's reach.
#[derive(Debug, Default)]
struct ServerState {
    /// There is a [`ServerSlot`].
    open: AtomicBool,
    /// It waits, or is about to.
    waiting: AtomicBool,
}

impl Server {
    pub(super) fn new(window: Arc<Window>, interrupt: impl Fn() + Send + Sync + 'static) -> Self {
        let slots = (0..window.slots()).map(|_| ServerState::default()).collect();
        Self {
            window,
            slots,
            closed: AtomicBool::new(false),
            end: Mutex::new(None),
            interrupt: Box::new(interrupt),
        }
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    /// Makes the server's end of slot `index`, which the guest announced.
    ///
    /// # Errors
    /// The violation in words, if there is no such slot or it is open.
    pub(super) fn open(self: &Arc<Self>, index: u32) -> Result<ServerSlot, String> {
        let Some(state) = self.slots.get(index as usize) else {
            return Err(format!(
                "the guest opened thread slot {index}, but there are only {}",
                self.slots.len()
            ));
        };
        if state.open.swap(true, Atomic::SeqCst) {
            return Err(format!("the guest opened thread slot {index}, which is in use"));
        }
        Ok(ServerSlot {
            side: Arc::clone(self),
            index,
            consumer: Consumer::default(),
            waiter: Waiter::default(),
            replied: false,
        })
    }

    /// Why the session ended, if it did.
    pub(super) fn ended(&self) -> Option<End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the session: every channel end of both sides fails from now on, and whoever waits is woken. The first reason
    /// stays; returns it.
    pub(super) fn end(&self, end: End) -> End {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(end).clone();
        if !self.closed.swap(true, Atomic::SeqCst) {
            let (End::Closed(why) | End::Violation(why)) = &end;
            self.window.close(why);
            for (index, state) in (0..).zip(&self.slots) {
                // A hostile guest can change the bell's word so that one wake-up is missed, but not for ever.
                while state.waiting.load(Atomic::SeqCst) {
                    self.window.slot(index).server_bell.0.wake();
                    thread::yield_now();
                }
                // Looking at a slot that was never used would allocate its memory.
                if state.open.load(Atomic::SeqCst) {
                    self.window.slot(index).guest_bell.0.ring();
                }
            }
            (self.interrupt)();
        }
        end
    }

    fn lost(&self) -> Lost {
        match self.ended() {
            Some(End::Closed(why) | End::Violation(why)) => Lost(why),
            None => Lost("the session ended".into()),
        }
    }
}

/// The server's end of a channel.
pub(super) struct ServerSlot {
    side: Arc<Server>,
    index: u32,
    consumer: Consumer,
    waiter: Waiter,
    /// The last command had a reply, so that the guest waits for the server and not the other way round.
    replied: bool,
}

impl ServerSlot {
    /// Lets the guest have the room of what was read, if it is not up to date.
    fn publish(&mut self, at_least: u32) {
        if self.consumer.unpublished() >= at_least {
            let slot = self.side.window.slot(self.index);
            self.consumer.publish(&slot.ring);
            slot.guest_bell.0.ring();
        }
    }
}

impl ServerChannel for ServerSlot {
    fn end_session(&mut self, why: String) {
        self.side.end(End::Violation(why));
    }

    fn recv(&mut self, command: &mut Vec<u8>) -> Result<(), Lost> {
        loop {
            if self.side.closed.load(Atomic::Acquire) {
                return Err(self.side.lost());
            }
            let slot = self.side.window.slot(self.index);
            match self.consumer.pop(&slot.ring, command) {
                Ok(true) => {
                    // Seldom, so that the guest's and our cache lines stay where they are; but before the ring is full.
                    self.publish((RING_WORDS * 8 / 4) as u32);
                    return Ok(());
                }
                Ok(false) => {}
                Err(Lost(why)) => {
                    self.side.end(End::Violation(why.clone()));
                    return Err(Lost(why));
                }
            }
            self.publish(1);
            let slot = self.side.window.slot(self.index);
            if slot.state.0.load(Ordering::Acquire) != OPEN && !self.consumer.look(&slot.ring) {
                return Err(Lost("the application's thread ended".into()));
            }
            let state = &self.side.slots[self.index as usize];
            let ready = || {
                self.consumer.look(&slot.ring)
                    || self.side.closed.load(Atomic::SeqCst)
                    || slot.state.0.load(Ordering::Acquire) != OPEN
            };
            let gap = if mem::take(&mut self.replied) { 1 } else { STREAM_GAP };
            // Before the last look at `closed`, which `Server::end` sets before it looks at this.
            state.waiting.store(true, Atomic::SeqCst);
            let waited = self.waiter.wait(&slot.server_bell.0, gap, None, ready, || Ok(()));
            state.waiting.store(false, Atomic::SeqCst);
            waited?;
        }
    }

    fn reply(&mut self, reply: &[u8]) -> Result<(), Lost> {
        if self.side.closed.load(Atomic::Acquire) {
            return Err(self.side.lost());
        }
        let header = ReplyHeader::read_from_prefix(reply).ok().map(|(header, _)| header);
        let Some(header) = header.filter(|h| h.len as usize == reply.len() && reply.len() <= MAX_REPLY)
        else {
            return Err(Lost(format!(
                "the server made a reply of {} bytes, which is a bug in it",
                reply.len()
            )));
        };
        let slot = self.side.window.slot(self.index);
        let area = &slot.reply.0;
        for (bytes, word) in reply.chunks(8).zip(&area.words) {
            let mut whole = [0; 8];
            whole[..bytes.len()].copy_from_slice(bytes);
            word.store(u64::from_ne_bytes(whole), Ordering::Relaxed);
        }
        // Rides along under the same bell.
        if self.consumer.unpublished() > 0 {
            self.consumer.publish(&slot.ring);
        }
        // SYNC POINT: makes the reply visible; pairs with the load in `GuestSlot::wait_reply`.
        area.call.store(header.call, Ordering::Release);
        self.replied = true;
        slot.guest_bell.0.ring();
        Ok(())
    }
}

impl Drop for ServerSlot {
    fn drop(&mut self) {
        let slot = self.side.window.slot(self.index);
        slot.ring.reset_head();
        slot.server_bell.0.reset();
        slot.reply.0.call.store(0, Ordering::Relaxed);
        // In this order: the guest may announce the slot again as soon as it is free.
        self.side.slots[self.index as usize].open.store(false, Atomic::Release);
        slot.state.0.store(FREE, Ordering::Release);
        // Should the guest still wait for a reply, it learns that there will be none.
        slot.guest_bell.0.ring();
    }
}
