//! Guests that do not keep to the protocol of callbacks, or go away: driven by hand, each in a session of its own.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use ava_core::router::account::Account;
use ava_core::server::{End, serve};
use ava_core::transport::memory::MemoryGuestLink;
use ava_core::transport::window::WindowOptions;
use ava_core::transport::{GuestChannel, GuestLink, OrderCounter, command, memory};
use ava_core::wire::{CommandHeader, FLAG_ASYNC, Outcome, ReplyHeader, control};
use zerocopy::{FromBytes, IntoBytes};

use crate::api::cb;
use crate::eventually;
use crate::vendor::{GOT, WAITING, find};

/// The tests look at the vendor's counters.
static TURN: Mutex<()> = Mutex::new(());

struct Guest {
    link: MemoryGuestLink,
    channel: Box<dyn GuestChannel>,
    order: OrderCounter,
    calls: u64,
    end: mpsc::Receiver<End>,
}

impl Guest {
    fn new() -> Self {
        let api = &cb::server::API;
        let (link, server) = memory::pair(WindowOptions { slots: 8, arena_len: 8 << 20 }).unwrap();
        let (account, _fd) = Account::create(api.desc.functions.len()).unwrap();
        let vendor = (api.load)(&mut |name| find(name)).into();
        let (sender, end) = mpsc::channel();
        std::thread::spawn(move || {
            let _ = sender.send(serve(api, vendor, Box::new(server), account.into(), 2));
        });
        let channel = link.open().unwrap();
        Self { link, channel, order: OrderCounter::default(), calls: 0, end }
    }

    fn send(&mut self, func: u16, flags: u16, words: &[u64]) -> u64 {
        self.calls += 1;
        let len = (size_of::<CommandHeader>() + size_of_val(words)) as u32;
        let header = CommandHeader { len, func, flags, call: self.calls, order: 0 };
        let mut bytes = command(header, words.as_bytes());
        // If the session is over, the test sees that by its end.
        let _ = self.channel.send(&mut bytes, &self.order);
        self.calls
    }

    /// The reply to call `call`: outcome and value.
    fn reply(&mut self, call: u64) -> (Option<Outcome>, u64) {
        let mut reply = Vec::new();
        self.channel.wait_reply(call, &mut reply).unwrap();
        let (header, _) = ReplyHeader::read_from_prefix(&reply).unwrap();
        (Outcome::from_wire(header.outcome), header.value)
    }

    /// A visit of two items, which calls back at once; the number of the first callback.
    fn visit(&mut self) -> u64 {
        let call = self.send(function("cbVisit"), 0, &[2, 0x1111, 0x2222]);
        let (outcome, number) = self.reply(call);
        assert_eq!(outcome, Some(Outcome::Callback));
        number
    }

    #[track_caller]
    fn violated(self, how: &str) {
        match self.end.recv_timeout(Duration::from_secs(20)) {
            Ok(End::Violation(why)) => assert!(why.contains(how), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

fn function(name: &str) -> u16 {
    let at = cb::DESC.functions.iter().position(|f| f.name == name);
    at.expect("the API has it") as u16
}

#[test]
fn results_that_are_right_go_on() {
    let mut guest = Guest::new();
    let first = guest.visit();
    let call = guest.send(control::CALLBACK_RESULT, 0, &[first, 0]);
    let (outcome, second) = guest.reply(call);
    assert_eq!(outcome, Some(Outcome::Callback));
    assert_ne!(first, second);
    let call = guest.send(control::CALLBACK_RESULT, 0, &[second, 3]);
    assert_eq!(guest.reply(call), (Some(Outcome::Returned), 3), "the call's own reply");
}

#[test]
fn a_result_that_nobody_waits_for_ends_the_session() {
    let mut guest = Guest::new();
    guest.send(control::CALLBACK_RESULT, 0, &[1, 0]);
    guest.violated("not waited for");
    let mut guest = Guest::new();
    guest.send(control::CALLBACK_NEXT, FLAG_ASYNC, &[]);
    guest.violated("wrong mode");
}

#[test]
fn the_result_of_another_callback_ends_the_session() {
    let mut guest = Guest::new();
    let number = guest.visit();
    guest.send(control::CALLBACK_RESULT, 0, &[number + 1, 0]);
    guest.violated("not waited for");
}

#[test]
fn a_second_result_ends_the_session() {
    let mut guest = Guest::new();
    let number = guest.visit();
    let call = guest.send(control::CALLBACK_RESULT, 0, &[number, 1]);
    assert_eq!(guest.reply(call).0, Some(Outcome::Returned));
    guest.send(control::CALLBACK_RESULT, 0, &[number, 1]);
    guest.violated("not waited for");
}

#[test]
fn a_result_of_the_wrong_size_ends_the_session() {
    let mut guest = Guest::new();
    let number = guest.visit();
    guest.send(control::CALLBACK_RESULT, 0, &[number, 0, 0]);
    guest.violated("8 bytes long where 0");
    let mut guest = Guest::new();
    guest.visit();
    guest.send(control::CALLBACK_RESULT, 0, &[]);
    guest.violated("too short");
}

#[test]
fn an_asynchronous_result_ends_the_session() {
    let mut guest = Guest::new();
    let number = guest.visit();
    guest.send(control::CALLBACK_RESULT, FLAG_ASYNC, &[number, 0]);
    guest.violated("not waited for");
}

#[test]
fn a_thread_that_asks_for_callbacks_inside_one_ends_the_session() {
    let mut guest = Guest::new();
    guest.visit();
    guest.send(control::CALLBACK_NEXT, 0, &[0, 0]);
    guest.violated("inside a callback");
}

#[test]
fn a_guest_that_asks_again_without_an_answer_ends_its_session() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let mut guest = Guest::new();
    let call = guest.send(function("cbAsk"), 0, &[0x1111, 0x2222]);
    assert_eq!(guest.reply(call), (Some(Outcome::Returned), 0));
    let call = guest.send(control::CALLBACK_NEXT, 0, &[0, 0]);
    assert_eq!(guest.reply(call).0, Some(Outcome::Callback));
    guest.send(control::CALLBACK_NEXT, 0, &[0, 0]);
    guest.violated("inside a callback");
    eventually(|| WAITING.load(Ordering::SeqCst) == 0);
}

#[test]
fn a_callback_from_elsewhere_takes_one_result_of_the_right_size() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    for (result, how) in [(&[0u64, 4, 4][..], "8 bytes long where 0"), (&[1000, 4], "not waited for")] {
        let mut guest = Guest::new();
        let call = guest.send(function("cbAsk"), 0, &[0x1111, 0x2222]);
        assert_eq!(guest.reply(call), (Some(Outcome::Returned), 0));
        let call = guest.send(control::CALLBACK_NEXT, 0, &[0, 0]);
        let (outcome, number) = guest.reply(call);
        assert_eq!(outcome, Some(Outcome::Callback));
        let mut words = result.to_vec();
        words[0] += number;
        guest.send(control::CALLBACK_RESULT, 0, &words);
        guest.violated(how);
        eventually(|| WAITING.load(Ordering::SeqCst) == 0);
        assert_eq!(GOT.load(Ordering::SeqCst), 1, "the vendor got zero");
    }
}

#[test]
fn the_end_of_a_session_releases_the_vendors_threads() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    for taken in [false, true] {
        let mut guest = Guest::new();
        let call = guest.send(function("cbAsk"), 0, &[0x1111, 0x2222]);
        assert_eq!(guest.reply(call), (Some(Outcome::Returned), 0));
        eventually(|| WAITING.load(Ordering::SeqCst) == 1);
        if taken {
            let call = guest.send(control::CALLBACK_NEXT, 0, &[0, 0]);
            assert_eq!(guest.reply(call).0, Some(Outcome::Callback));
        }
        GOT.store(77, Ordering::SeqCst);
        let Guest { link, channel, end, .. } = guest;
        drop(channel);
        drop(link);
        assert!(matches!(end.recv_timeout(Duration::from_secs(20)), Ok(End::Closed(_))));
        eventually(|| WAITING.load(Ordering::SeqCst) == 0);
        assert_eq!(GOT.load(Ordering::SeqCst), 1, "the vendor got zero");
    }
}

#[test]
fn a_guest_that_goes_away_inside_a_callback_leaves_nobody_waiting() {
    let mut guest = Guest::new();
    guest.visit();
    let Guest { link, channel, end, .. } = guest;
    drop(channel);
    drop(link);
    assert!(matches!(end.recv_timeout(Duration::from_secs(20)), Ok(End::Closed(_))));
}

#[test]
fn a_thread_that_waits_for_callbacks_holds_nobody_up() {
    let mut guest = Guest::new();
    let mut poller = guest.link.open().unwrap();
    let header = CommandHeader { len: 40, func: control::CALLBACK_NEXT, flags: 0, call: 1, order: 0 };
    poller.send(&mut command(header, [0u64, 0].as_bytes()), &guest.order).unwrap();
    for _ in 0..100 {
        guest.send(function("cbVisitAsync"), FLAG_ASYNC, &[0, 0x1111, 0x2222]);
    }
    let call = guest.send(function("cbVisit"), 0, &[0, 0, 0]);
    assert_eq!(guest.reply(call).0, Some(Outcome::Returned));
}
