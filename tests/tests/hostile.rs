//! A guest that follows no rule: wrong greetings, and arbitrary bytes in the memory that it shares with its server. It may lose its own
//! session by that, nothing else.

use std::{
    io::{Read, Write},
    os::{
        fd::{AsFd, AsRawFd},
        unix::net::UnixStream,
    },
    ptr,
    time::{Duration, Instant},
};

use ava_core::{
    transport::{GuestLink, OrderCounter, unix},
    wire::{
        CommandHeader,
        handshake::{Answer, Hello, OpenThread, untext},
    },
};
use ava_opencl::opencl::DESC;
use ava_tests::{Avad, Forward, Job, eventually, forwarded, program};
use zerocopy::{FromBytes, IntoBytes};

const PATIENCE: Duration = Duration::from_secs(60);

fn hello() -> Hello {
    Hello::new(DESC.name, DESC.spec_hash, "hostile test", "")
}

/// A small generator of numbers; its seed makes a failure repeatable.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// avad still serves.
fn assert_serves(avad: &mut Avad) {
    assert!(avad.is_running(), "avad died:\n{}", avad.log());
    let run = forwarded(avad, &Job::new(program("lifecycle")).limit(PATIENCE), &Forward::fast());
    run.assert_success();
}

/// Sends `bytes` as a greeting and returns avad's refusal.
fn refusal_of(avad: &Avad, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(avad.socket()).expect("avad listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    stream.write_all(bytes).expect("the greeting can be sent");
    let mut answer = vec![0; size_of::<Answer>()];
    stream.read_exact(&mut answer).expect("avad answers before it hangs up");
    let answer = Answer::read_from_bytes(&answer).expect("the size is right");
    assert_ne!(answer.verdict, 0, "a wrong greeting was welcomed");
    untext(&answer.message)
}

#[test]
fn another_specification_is_refused_with_what_to_rebuild() {
    let mut avad = Avad::start();
    let mut wrong = hello();
    wrong.spec_hash[0] ^= 1;
    let why = refusal_of(&avad, wrong.as_bytes());
    assert!(why.contains("different specifications") && why.contains("cargo build"), "{why}");
    assert_serves(&mut avad);
}

#[test]
fn another_protocol_is_refused_with_what_to_rebuild() {
    let mut avad = Avad::start();
    let mut wrong = hello();
    wrong.protocol += 1;
    let why = refusal_of(&avad, wrong.as_bytes());
    assert!(why.contains("protocol version") && why.contains("rebuild"), "{why}");
    assert_serves(&mut avad);
}

#[test]
fn another_api_is_refused_with_those_that_are_there() {
    let mut avad = Avad::start();
    let why = refusal_of(&avad, Hello::new("directx", [7; 16], "hostile test", "").as_bytes());
    assert!(why.contains("directx") && why.contains(DESC.name), "{why}");
    assert_serves(&mut avad);
}

#[test]
fn the_guest_library_says_why_it_was_refused() {
    let avad = Avad::start();
    let mut wrong = hello();
    wrong.spec_hash[3] ^= 0xff;
    let error = unix::connect(&avad.socket(), &wrong, PATIENCE).expect_err("refused");
    assert!(error.to_string().contains("refused") && error.to_string().contains("cargo build"), "{error}");
}

#[test]
fn greetings_that_are_none_do_not_disturb_avad() {
    let mut avad = Avad::start();
    let mut numbers = Numbers(0x5eed);
    // Nothing at all, too little, too much, noise, and someone who never finishes.
    let mut silent = Vec::new();
    for round in 0..64u64 {
        let mut stream = UnixStream::connect(avad.socket()).expect("avad listens");
        let length = numbers.below(1200) as usize;
        let mut bytes: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        if round % 3 == 0 {
            let good = hello();
            let n = length.min(good.as_bytes().len() - 1);
            bytes = good.as_bytes()[..n].to_vec();
        }
        let _ = stream.write_all(&bytes);
        if round % 2 == 0 {
            silent.push(stream);
        }
    }
    assert_serves(&mut avad);
}

#[test]
fn arbitrary_commands_end_at_most_their_own_session() {
    let mut avad = Avad::start();
    let mut other = Neighbour::start(&avad);
    for seed in 1..=12 {
        let link = unix::connect(&avad.socket(), &hello(), PATIENCE).expect("a session");
        let mut channel = link.open().expect("a channel");
        let order = OrderCounter::default();
        let mut numbers = Numbers(0x9e37_79b9 * seed);
        let until = Instant::now() + Duration::from_secs(2);
        for call in 1..2000 {
            let body = 8 * numbers.below(40) as usize;
            let header = CommandHeader {
                len: (size_of::<CommandHeader>() + body) as u32,
                func: numbers.below(DESC.functions.len() as u64 + 3) as u16,
                // Asynchronous: nobody waits for replies here. Every so often a flag that does not exist.
                flags: if numbers.below(200) == 0 { numbers.next() as u16 } else { 1 },
                call,
                order: 0,
            };
            let mut command = header.as_bytes().to_vec();
            for _ in 0..body / 8 {
                // Words that look like something: small numbers, places, handles, and noise.
                let word = match numbers.below(5) {
                    0 => numbers.below(4),
                    1 => (numbers.below(6) << 56) | numbers.below(1 << 20),
                    2 => (1 << 32) | numbers.below(8),
                    3 => 1 << 63 | numbers.below(8),
                    _ => numbers.next(),
                };
                command.extend_from_slice(word.as_bytes());
            }
            if channel.send(&mut command, &order).is_err() || link.is_lost() || Instant::now() > until {
                break;
            }
        }
    }
    other.assert_unharmed();
    assert_serves(&mut avad);
    assert!(eventually(PATIENCE, || avad.busy_servers().len() <= 1), "servers of hostile sessions stay");
}

#[test]
fn arbitrary_bytes_in_the_shared_memory_end_at_most_their_own_session() {
    let mut avad = Avad::start();
    let mut other = Neighbour::start(&avad);
    for seed in 1..=8 {
        let stream = UnixStream::connect(avad.socket()).expect("avad listens");
        let hello = hello();
        unix::send(stream.as_fd(), hello.as_bytes(), None, PATIENCE).expect("the greeting can be sent");
        let (answer, window) =
            unix::receive_greeting::<Answer>(stream.as_fd(), PATIENCE).expect("avad answers");
        assert_eq!(answer.verdict, 0, "{}", untext(&answer.message));
        let window = window.expect("the window comes with the answer");
        // Everything in front of the arena: control words and rings.
        // SAFETY: a plain system call on an open descriptor.
        let whole = unsafe { libc::lseek(window.as_raw_fd(), 0, libc::SEEK_END) } as u64;
        let length = (whole - answer.arena_len.min(whole)).clamp(4096, 64 << 20) as usize;
        // SAFETY: a new mapping of an open memfd, at an address of the kernel's choice.
        let base = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            libc::mmap(ptr::null_mut(), length, protection, libc::MAP_SHARED, window.as_raw_fd(), 0)
        };
        assert_ne!(base, libc::MAP_FAILED, "{}", std::io::Error::last_os_error());
        for slot in [0u32, 0, 1, u32::MAX, answer.slots] {
            let open = OpenThread { slot, reserved: 0 };
            let _ = unix::send(stream.as_fd(), open.as_bytes(), None, Duration::from_secs(1));
        }
        let mut numbers = Numbers(0xabcd_ef01 * seed);
        for _ in 0..200_000 {
            let at = 4 * numbers.below(length as u64 / 4) as usize;
            let word = if numbers.below(2) == 0 { numbers.next() as u32 } else { numbers.below(64) as u32 };
            // SAFETY: `at` is inside the mapping and aligned for `u32`. The server writes there, too: hence volatile.
            unsafe { base.cast::<u8>().add(at).cast::<u32>().write_volatile(word) };
        }
        // The control words come first, so they get more than their share.
        for _ in 0..20_000 {
            let at = 4 * numbers.below(2048) as usize;
            let word = numbers.next() as u32;
            // SAFETY: as above; a window is longer than 8 KiB, or `length` was clamped to one page and `at % length` inside.
            unsafe { base.cast::<u8>().add(at % length).cast::<u32>().write_volatile(word) };
        }
        drop(stream);
        // SAFETY: the mapping made above, which nothing uses any more.
        unsafe { libc::munmap(base, length) };
    }
    other.assert_unharmed();
    assert_serves(&mut avad);
    assert!(eventually(PATIENCE, || avad.busy_servers().len() <= 1), "servers of hostile sessions stay");
}

/// Another tenant's program, which computes all the while.
struct Neighbour(std::process::Child);

impl Neighbour {
    fn start(avad: &Avad) -> Self {
        let job = Job::new(program("faults")).arg("loop");
        let mut command = job.preloaded_command(avad.socket().as_os_str());
        let child = command.stdout(std::process::Stdio::null()).spawn().expect("the program starts");
        let neighbour = Self(child);
        assert!(eventually(PATIENCE, || avad.busy_servers().len() == 1), "the neighbour gets a session");
        neighbour
    }

    fn assert_unharmed(&mut self) {
        // It ends only when a call fails.
        let ended = self.0.try_wait().expect("the program can be waited for");
        assert!(ended.is_none(), "the neighbour's session broke: {ended:?}");
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
