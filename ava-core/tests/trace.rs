//! The log of calls shows every kind of parameter, in lines that can be read back.

mod showcase;

use std::ffi::{CStr, c_char, c_void};
use std::path::PathBuf;
use std::ptr::{null, null_mut};

use ava_core::guest::trace::line::{Event, parse};
use ava_core::guest::trace::open::OpenCalls;
use showcase::ffi::types::*;
use showcase::show::guest::*;

/// `text` without what differs from run to run: times, processes, addresses.
fn masked(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let line = line.trim_start().splitn(3, ' ').nth(2).expect("time, process and thread, and the rest");
        let mut words = line.split_inclusive([' ', ',', ')', ']', '}', '=', '>']).map(|word| {
            let bare = word.trim_end_matches([' ', ',', ')', ']', '}', '=', '>']);
            let end = &word[bare.len()..];
            match bare {
                _ if bare.starts_with("0x7f") || bare.starts_with("0x5") => format!("ADDRESS{end}"),
                _ if bare.ends_with("us") && bare.starts_with(|c: char| c.is_ascii_digit()) => {
                    format!("TIME{end}")
                }
                _ => word.to_owned(),
            }
        });
        lines.extend(words.by_ref());
        lines.push('\n');
    }
    lines
}

/// Calls with every kind of argument.
fn calls() {
    let (mut err, mut status_of) = (0, Vec::new());
    // SAFETY: arguments as the API demands, but where a comment says what the library must make of them.
    unsafe {
        let t = showOpen(0x11, -1, 0.5, &mut err);
        assert!(t.is_null());
        let t = showOpen(0x11, 7, 0.5, &mut err);
        let (mut name, mut size) = ([0u8; 32], 0);
        for _ in 0..2 {
            status_of.push(showName(t, 32, name.as_mut_ptr().cast(), &mut size));
        }
        status_of.push(showName(t, 2, name.as_mut_ptr().cast(), null_mut()));
        let texts = [c"one".as_ptr(), c"two, three".as_ptr()];
        let data = [0u8, 1, 2, 3, 4];
        status_of.push(showTexts(t, c"a\tb".as_ptr(), 2, texts.as_ptr(), 5, data.as_ptr().cast()));
        status_of.push(showTexts(t, null(), 0, null(), 0, null()));
        let (numbers, mut halves, mut sum) = ([1, -2, 3], [0f32; 3], 0);
        status_of.push(showNumbers(t, 3, numbers.as_ptr(), halves.as_mut_ptr(), &mut sum));
        let mut pairs = [pair { a: 1, b: 0.5 }, pair { a: 2, b: 1.5 }];
        status_of.push(showPairs(t, pairs.as_mut_ptr()));
        let (things, mut last) = ([t, t], null_mut());
        status_of.push(showList(2, things.as_ptr(), &mut last));
        let (mut parts, mut made) = ([null_mut(); 3], 0);
        status_of.push(showSplit(t, 3, parts.as_mut_ptr(), &mut made));
        let (mut data, mut e) = ([0u8; 100], null_mut());
        status_of.push(showRead(t, 0, 100, data.as_mut_ptr().cast::<c_void>(), &mut e));
        status_of.push(showWait(1, &e));
        status_of.push(showRead(t, 1, 100, data.as_mut_ptr().cast::<c_void>(), null_mut()));
        let inside = [
            part { name: c"left".as_ptr(), size: 4, owner: t },
            part { name: null(), size: 5, owner: null_mut() },
        ];
        let mut reply = [0 as c_char; 16];
        let mut whole =
            plan { count: 2, parts: inside.as_ptr(), room: 16, reply: reply.as_mut_ptr(), tag: null_mut() };
        status_of.push(showPlan(t, &mut whole));
        assert_eq!(CStr::from_ptr(reply.as_ptr()), c"ready");
        assert_eq!(showVersion(), 3);
        showTick(9);
        assert_eq!(CStr::from_ptr(showMotto(t)), c"show, don't tell");
        status_of.push(showAgain(t));
        status_of.push(showLocal(0, null()));
        status_of.push(showNever(t));
        status_of.push(showWait(1, [0x1234 as event].as_ptr()));
        // Nothing is there, but the library sees the stale handle first, as the vendor would.
        status_of.push(showTexts(0x10 as thing, 0x20 as *const c_char, 1, null(), 9, 0x20 as *const c_void));
        status_of.push(showRetain(t));
        status_of.push(showRelease(t));
        status_of.push(showReleaseEvent(e));
    }
    assert_eq!(status_of.len(), 21);
}

/// What the log is; `UPDATE=1 cargo test` rewrites it.
const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/showcase/log.txt");

#[test]
fn every_kind_of_parameter_is_shown() {
    let dir = std::env::temp_dir().join(format!("ava-trace-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    let file = |name: &str| -> PathBuf { dir.join(name) };
    let open = OpenCalls::create(&file("open")).expect("a file");
    // SAFETY: this is the program's only test, and no thread runs that reads the environment.
    unsafe {
        std::env::set_var("AVA_TRACE", file("log"));
        std::env::set_var("AVA_TRACE_OPEN", file("open"));
    }
    let _end = showcase::connect();
    calls();
    let log = std::fs::read_to_string(file("log")).expect("the log");
    let left = open.list();
    std::fs::remove_dir_all(&dir).expect("the folder is ours");
    assert_eq!(left, [], "every call returned");
    for line in log.lines() {
        assert!(parse(line).is_some(), "{line}");
    }
    let arrivals = log.lines().filter_map(parse).filter(|l| matches!(l.event, Event::Arrived { .. })).count();
    assert_eq!(arrivals, 1, "one read was in flight");
    let found = masked(&log);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(EXPECTED, &found).expect("the expected log");
    }
    let expected = std::fs::read_to_string(EXPECTED).unwrap_or_default();
    if found != expected {
        let different = expected.lines().zip(found.lines()).find(|(a, b)| a != b);
        panic!("the log is\n{found}\nfirst difference: {different:#?}");
    }
}
