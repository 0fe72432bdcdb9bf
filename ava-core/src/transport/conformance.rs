//! What every transport promises, as tests that are instantiated for each.
//!
//! A transport joins by implementing [`Link`] for its guest's end and adding a line to the `conformance!` calls below. The
//! server here is an echo: what a command's function number makes it do is in [`act`].

mod peers;

use std::{
    io,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use zerocopy::IntoBytes;

use super::{
    GuestChannel, GuestLink, Lost, OrderCounter, ServerChannel, ServerEvent, ServerLink, command, header_of,
    memory::MemoryGuestLink,
    shm::{ShmGuestLink, ShmServerLink},
    unix,
    window::{Window, WindowOptions},
};
use crate::wire::{
    CommandHeader, FLAG_ASYNC, MAX_COMMAND, MAX_REPLY, ReplyHeader,
    handshake::{Answer, Hello, OpenThread},
};

/// A guest's end whose shared memory a test may vandalise.
trait Link: GuestLink {
    fn window(&self) -> &Window;
    /// Tells the server of a thread slot without claiming it.
    fn announce(&self, slot: u32);
}

type Pair = (Arc<dyn Link>, Box<dyn ServerLink>);

impl Link for MemoryGuestLink {
    fn window(&self) -> &Window {
        self.0.window()
    }

    fn announce(&self, slot: u32) {
        super::slot::Peer::announce(&self.0.peer, slot).unwrap();
    }
}

impl Link for ShmGuestLink {
    fn window(&self) -> &Window {
        self.side.window()
    }

    fn announce(&self, slot: u32) {
        super::slot::Peer::announce(&self.side.peer, slot).unwrap();
    }
}

fn memory_pair(options: WindowOptions) -> Pair {
    let (guest, server) = super::memory::pair(options).unwrap();
    (Arc::new(guest), Box::new(server))
}

fn shm_pair(options: WindowOptions) -> Pair {
    let (guest, server) = peers::shm_pair(options, None);
    (Arc::new(guest), Box::new(server))
}

const SMALL: WindowOptions = WindowOptions { slots: 8, arena_len: 1 << 20 };
/// Longer than any delay that is expected, short enough for a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

// What a command asks of the echo server.
const ECHO: u16 = 0;
const LARGEST: u16 = 1;
const NO_REPLY: u16 = 2;
const SLOWLY: u16 = 3;
const BREAK_OFF: u16 = 4;
const LEAVE: u16 = 5;

/// What the server saw.
#[derive(Default)]
struct Seen {
    asynchronous: AtomicU64,
    /// The order stamp of each command, and its call number.
    stamps: Mutex<Vec<(u64, u64)>>,
}

/// Serves a link until its end, which is returned in words: `closed: ..` or `violation: ..`.
struct EchoServer {
    seen: Arc<Seen>,
    thread: JoinHandle<String>,
    stop: mpsc::Receiver<()>,
}

impl EchoServer {
    fn start(mut link: Box<dyn ServerLink>) -> Self {
        let seen = Arc::new(Seen::default());
        let (done, stop) = mpsc::channel();
        let thread = thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                let mut shadows = Vec::new();
                let end = loop {
                    match link.next_event() {
                        ServerEvent::Opened(_, mut channel) => {
                            let seen = Arc::clone(&seen);
                            shadows.push(thread::spawn(move || while act(&mut *channel, &seen).is_ok() {}));
                        }
                        ServerEvent::Closed(why) => break format!("closed: {why}"),
                        ServerEvent::Violation(why) => break format!("violation: {why}"),
                    }
                };
                // The end of the session reaches every shadow thread.
                for shadow in shadows {
                    shadow.join().unwrap();
                }
                let _ = done.send(());
                end
            }
        });
        Self { seen, thread, stop }
    }

    fn end(self) -> String {
        self.stop.recv_timeout(PATIENCE).expect("the server's threads end with the session");
        self.thread.join().unwrap()
    }
}

fn act(channel: &mut dyn ServerChannel, seen: &Seen) -> Result<(), Lost> {
    let mut received = Vec::new();
    channel.recv(&mut received)?;
    let header = header_of(&received).expect("a command has a header");
    assert_eq!(header.len as usize, received.len());
    if header.flags & FLAG_ASYNC != 0 {
        seen.asynchronous.fetch_add(1, Ordering::Relaxed);
    }
    match header.func {
        SLOWLY => thread::sleep(Duration::from_micros(20)),
        NO_REPLY => return Ok(()),
        BREAK_OFF => channel.end_session("the test asked for it".into()),
        LEAVE => return Err(Lost("the test asked for it".into())),
        _ => {}
    }
    if header.flags & FLAG_ASYNC == 0 {
        let mut body = received[size_of::<CommandHeader>()..].to_vec();
        if header.func == LARGEST {
            body.resize(MAX_REPLY - size_of::<ReplyHeader>(), 0xa5);
        }
        channel.reply(&reply(header.call, &body))?;
    }
    seen.stamps.lock().unwrap().push((header.order, header.call));
    Ok(())
}

fn reply(call: u64, body: &[u8]) -> Vec<u8> {
    let header = ReplyHeader {
        len: (size_of::<ReplyHeader>() + body.len()) as u32,
        outcome: 0,
        errno: 0,
        call,
        value: 0,
        tickets_total: 0,
        outs: 0,
        tickets: 0,
        ok: 1,
        meta: 0,
    };
    [header.as_bytes(), body].concat()
}

/// One guest thread.
struct Caller<'a> {
    channel: Box<dyn GuestChannel>,
    order: &'a OrderCounter,
    calls: u64,
    reply: Vec<u8>,
}

impl<'a> Caller<'a> {
    fn new(link: &dyn Link, order: &'a OrderCounter) -> Self {
        Self { channel: link.open().unwrap(), order, calls: 0, reply: Vec::new() }
    }

    fn send(&mut self, func: u16, flags: u16, body: &[u8]) -> Result<(), Lost> {
        self.calls += 1;
        let len = (size_of::<CommandHeader>() + body.len()) as u32;
        let header = CommandHeader { len, func, flags, call: self.calls, order: 0 };
        self.channel.send(&mut command(header, body), self.order)
    }

    /// A synchronous call; the reply's body.
    fn call(&mut self, func: u16, body: &[u8]) -> Result<&[u8], Lost> {
        self.send(func, 0, body)?;
        self.channel.wait_reply(self.calls, &mut self.reply)?;
        Ok(&self.reply[size_of::<ReplyHeader>()..])
    }
}

fn round_trips(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut caller = Caller::new(&*link, &order);
    for number in 0..2000u64 {
        let body = number.to_ne_bytes().repeat(number as usize % 50);
        assert_eq!(caller.call(ECHO, &body).unwrap(), body);
    }
    drop((caller, link));
    assert!(server.end().starts_with("closed"));
}

fn the_largest_commands_and_replies(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut caller = Caller::new(&*link, &order);
    let body: Vec<u8> = (0..MAX_COMMAND - size_of::<CommandHeader>()).map(|i| i as u8).collect();
    for _ in 0..50 {
        let mut expected = body.clone();
        expected.resize(MAX_REPLY - size_of::<ReplyHeader>(), 0xa5);
        assert_eq!(caller.call(LARGEST, &body).unwrap(), expected);
    }
    let too_long = [body.as_slice(), &[0; 8]].concat();
    assert!(caller.call(ECHO, &too_long).is_err());
    drop((caller, link));
    server.end();
}

fn a_slow_consumer_loses_nothing(make: fn(WindowOptions) -> Pair) {
    const COUNT: u64 = 100_000;
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut caller = Caller::new(&*link, &order);
    for number in 1..=COUNT {
        // Slow now and then, so that the ring fills and empties.
        let func = if number % 500 == 0 { SLOWLY } else { ECHO };
        caller.send(func, FLAG_ASYNC, &number.to_ne_bytes().repeat(number as usize % 11)).unwrap();
    }
    caller.call(ECHO, &[]).unwrap();
    let stamps = server.seen.stamps.lock().unwrap().clone();
    assert!((1..=COUNT).zip(&stamps).all(|(n, stamp)| *stamp == (n, n)), "in order, each once");
    assert_eq!(server.seen.asynchronous.load(Ordering::Relaxed), COUNT);
    drop((caller, link));
    server.end();
}

fn threads_do_not_disturb_each_other(make: fn(WindowOptions) -> Pair) {
    const THREADS: u64 = 8;
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let start = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (link, order, start) = (&link, &order, &start);
            scope.spawn(move || {
                let mut caller = Caller::new(&**link, order);
                start.wait();
                for number in 0..500u64 {
                    let body = (thread << 32 | number).to_ne_bytes();
                    for _ in 0..number % 7 {
                        caller.send(ECHO, FLAG_ASYNC, &body).unwrap();
                    }
                    assert_eq!(caller.call(ECHO, &body).unwrap(), body);
                }
            });
        }
    });
    // Asynchronous commands have every number once. Synchronous ones took none.
    let asynchronous = server.seen.asynchronous.load(Ordering::Relaxed);
    drop(link);
    let seen = Arc::clone(&server.seen);
    server.end();
    let mut stamps: Vec<u64> = seen.stamps.lock().unwrap().iter().map(|(order, _)| *order).collect();
    stamps.sort_unstable();
    stamps.dedup();
    stamps.retain(|stamp| *stamp != 0);
    assert_eq!(stamps, (1..=asynchronous).collect::<Vec<_>>());
}

fn both_sides_wake_after_idling(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut caller = Caller::new(&*link, &order);
    for pause in [0, 50, 500, 5_000, 50_000, 300_000] {
        thread::sleep(Duration::from_micros(pause));
        caller.send(ECHO, FLAG_ASYNC, &[]).unwrap();
        thread::sleep(Duration::from_micros(pause));
        assert_eq!(caller.call(ECHO, &[7; 8]).unwrap(), [7; 8]);
    }
    drop((caller, link));
    server.end();
}

fn an_idle_session_uses_no_processor(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(WindowOptions { slots: 64, ..SMALL });
    let mut server = server;
    let order = OrderCounter::default();
    let mut callers: Vec<_> = (0..64).map(|_| Caller::new(&*link, &order)).collect();
    let (clocks, used) = mpsc::channel();
    let mut shadows = Vec::new();
    for _ in 0..64 {
        let ServerEvent::Opened(_, mut channel) = server.next_event() else { panic!("a thread opens") };
        let clocks = clocks.clone();
        shadows.push(thread::spawn(move || {
            act(&mut *channel, &Seen::default()).unwrap();
            let before = peers::thread_time();
            let mut received = Vec::new();
            channel.recv(&mut received).unwrap();
            clocks.send(peers::thread_time() - before).unwrap();
        }));
    }
    for caller in &mut callers {
        caller.call(ECHO, &[]).unwrap();
    }
    thread::sleep(Duration::from_millis(300));
    for caller in &mut callers {
        caller.send(ECHO, FLAG_ASYNC, &[]).unwrap();
    }
    for shadow in shadows {
        shadow.join().unwrap();
    }
    let used: Duration = used.try_iter().sum();
    assert!(used < Duration::from_millis(60), "64 threads that waited for 300 ms used {used:?}");
}

fn a_dropped_server_ends_a_waiting_guest(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let order = OrderCounter::default();
    thread::scope(|scope| {
        let waits_for_reply = scope.spawn(|| Caller::new(&*link, &order).call(ECHO, &[]).map(drop));
        let waits_for_room = scope.spawn(|| {
            let mut caller = Caller::new(&*link, &order);
            while caller.send(ECHO, FLAG_ASYNC, &[0; 512]).is_ok() {}
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!waits_for_reply.is_finished() && !waits_for_room.is_finished());
        let dropped = Instant::now();
        drop(server);
        assert!(waits_for_reply.join().unwrap().is_err());
        waits_for_room.join().unwrap();
        assert!(dropped.elapsed() < Duration::from_secs(1));
    });
    assert!(link.is_lost() && link.open().is_err());
}

fn a_dropped_guest_ends_a_waiting_server(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut caller = Caller::new(&*link, &order);
    caller.call(ECHO, &[]).unwrap();
    // As when the application exits: nothing is said, the memory is just there.
    drop(link);
    thread::sleep(Duration::from_millis(20));
    drop(caller);
    assert!(server.end().starts_with("closed"));
}

fn commands_before_a_threads_end_are_delivered(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    for _ in 0..50 {
        let mut caller = Caller::new(&*link, &order);
        for _ in 0..100 {
            caller.send(ECHO, FLAG_ASYNC, &[]).unwrap();
        }
    }
    let deadline = Instant::now() + PATIENCE;
    while server.seen.asynchronous.load(Ordering::Relaxed) < 5000 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(server.seen.asynchronous.load(Ordering::Relaxed), 5000);
    drop(link);
    server.end();
}

fn slots_are_used_again(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    for number in 0..10_000u64 {
        let mut caller = Caller::new(&*link, &order);
        if number % 3 == 0 {
            assert_eq!(caller.call(ECHO, &number.to_ne_bytes()).unwrap(), number.to_ne_bytes());
        } else if number % 3 == 1 {
            caller.send(ECHO, FLAG_ASYNC, &[]).unwrap();
        }
    }
    let all: Vec<_> = (0..SMALL.slots).map(|_| link.open().unwrap()).collect();
    assert!(link.open().err().unwrap().0.contains("all 8 thread slots"));
    drop(all);
    drop(link.open().unwrap());
    drop(link);
    server.end();
}

fn a_thread_whose_server_thread_left_is_told(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut caller = Caller::new(&*link, &order);
    assert!(caller.call(LEAVE, &[]).is_err());
    drop(caller);
    assert_eq!(Caller::new(&*link, &order).call(ECHO, &[1; 8]).unwrap(), [1; 8], "others go on");
    drop(link);
    server.end();
}

fn the_server_can_end_the_session(make: fn(WindowOptions) -> Pair) {
    let (link, server) = make(SMALL);
    let server = EchoServer::start(server);
    let order = OrderCounter::default();
    let mut bystander = Caller::new(&*link, &order);
    bystander.call(ECHO, &[]).unwrap();
    assert!(Caller::new(&*link, &order).call(BREAK_OFF, &[]).is_err());
    assert_eq!(server.end(), "violation: the test asked for it");
    assert!(bystander.call(ECHO, &[]).is_err());
}

fn what_a_hostile_guest_writes_ends_its_session(make: fn(WindowOptions) -> Pair) {
    use super::sync::Ordering::SeqCst;
    let lengths = [0u64, 1, 8, 23, 25, 31, MAX_COMMAND as u64 + 8, u64::from(u32::MAX), u64::MAX];
    let bad_lengths = lengths.map(|len| (64, len));
    let bad_tails = [8, 12, 1, u32::MAX, 64 * 1024 + 8, 1 << 31].map(|tail| (tail, 24 | 40 << 32));
    for (tail, first_word) in bad_lengths.into_iter().chain(bad_tails) {
        let (link, server) = make(SMALL);
        let (other, other_server) = make(SMALL);
        let server = EchoServer::start(server);
        let other_server = EchoServer::start(other_server);
        let order = OrderCounter::default();
        let mut bystander = Caller::new(&*link, &order);
        bystander.call(ECHO, &[]).unwrap();
        let hostile = link.open().unwrap();
        let slot = link.window().slot(1);
        // The server may be at any point of falling asleep.
        slot.ring.words[0].store(if tail == 8 { 24 } else { first_word }, SeqCst);
        slot.ring.tail.0.store(tail, SeqCst);
        slot.server_bell.0.wake();
        let end = server.end();
        assert!(end.starts_with("violation"), "{tail} {first_word}: {end}");
        assert!(bystander.call(ECHO, &[]).is_err());
        drop(hostile);
        assert_eq!(Caller::new(&*other, &order).call(ECHO, &[1; 8]).unwrap(), [1; 8]);
        drop(other);
        other_server.end();
    }
}

fn hostile_announcements_end_the_session(make: fn(WindowOptions) -> Pair) {
    for slot in [8, u32::MAX, 0] {
        let (link, server) = make(SMALL);
        let _open = link.open().unwrap();
        let server = EchoServer::start(server);
        link.announce(slot);
        assert!(server.end().starts_with("violation"));
    }
}

fn a_guest_that_rewrites_all_control_words_hurts_only_itself(make: fn(WindowOptions) -> Pair) {
    use super::sync::Ordering::Relaxed;
    for round in 0..20u64 {
        let (link, server) = make(SMALL);
        let server = EchoServer::start(server);
        let order = OrderCounter::default();
        let mut caller = Caller::new(&*link, &order);
        let stop = AtomicU64::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let slot = link.window().slot(0);
                let mut random = round * 2 + 1;
                while stop.load(Ordering::Relaxed) == 0 {
                    random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let value = (random >> 33) as u32;
                    match random >> 60 {
                        0 => slot.state.0.store(value, Relaxed),
                        1 => slot.ring.head.0.store(value, Relaxed),
                        2 => slot.ring.tail.0.store(value & 0xfff8, Relaxed),
                        n => slot.ring.words[(n * 37) as usize].store(random, Relaxed),
                    }
                }
            });
            // Ends somehow, for both sides: this one may be told anything but must come back.
            let deadline = Instant::now() + Duration::from_millis(20);
            while Instant::now() < deadline && caller.send(ECHO, FLAG_ASYNC, &[0; 64]).is_ok() {}
            stop.store(1, Ordering::Relaxed);
        });
        drop((caller, link));
        server.end();
    }
}

macro_rules! conformance {
    ($($transport:ident: $make:expr => $tests:tt)*) => { $(mod $transport { conformance!(@ $make, $tests); })* };
    (@ $make:expr, { $($test:ident)* }) => { $(#[test] fn $test() { super::$test($make); })* };
}

macro_rules! all {
    ($($transport:ident: $make:expr;)*) => {
        conformance! { $($transport: $make => {
            round_trips
            the_largest_commands_and_replies
            a_slow_consumer_loses_nothing
            threads_do_not_disturb_each_other
            both_sides_wake_after_idling
            an_idle_session_uses_no_processor
            a_dropped_server_ends_a_waiting_guest
            a_dropped_guest_ends_a_waiting_server
            commands_before_a_threads_end_are_delivered
            slots_are_used_again
            a_thread_whose_server_thread_left_is_told
            the_server_can_end_the_session
            what_a_hostile_guest_writes_ends_its_session
            hostile_announcements_end_the_session
            a_guest_that_rewrites_all_control_words_hurts_only_itself
        })* }
    };
}

all! {
    memory: super::memory_pair;
    shm: super::shm_pair;
}
