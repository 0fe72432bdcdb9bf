//! A specification on whose lengths guest and server disagree is found out, and both sides say where it is wrong.

mod showcase;

use std::ffi::c_void;
use std::sync::Mutex;
use std::time::Duration;

use ava_core::server::End;
use showcase::ffi::types::*;
use showcase::show::guest::*;

/// What the session ends with when `call` is made.
fn violation_of(call: impl FnOnce() -> status) -> String {
    // All tests of the program share its one session.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|e| e.into_inner());
    let end = showcase::connect();
    assert_eq!(call(), SHOW_LOST, "the API's own error");
    match end.recv_timeout(Duration::from_secs(60)) {
        Ok(End::Violation(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// Runs as a program of its own, so that its standard error can be read.
fn said_on_stderr(test: &str) -> String {
    let program = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env("AVA_LOG", "warn")
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_input_names_function_parameter_lengths_and_expression() {
    let data = [0u8; 24];
    // SAFETY: arguments as the API demands.
    let why = violation_of(|| unsafe { showSkewIn(24, data.as_ptr().cast()) });
    assert!(
        why.starts_with(
            "showSkewIn: `data` is 24 bytes long in the guest, and 48 bytes in the server, by `with = skewed(size)`"
        ),
        "{why}"
    );
}

#[test]
fn an_output_does_as_well() {
    let mut data = [0u8; 5000];
    // SAFETY: arguments as the API demands.
    let why = violation_of(|| unsafe { showSkewOut(5000, data.as_mut_ptr().cast::<c_void>()) });
    assert!(
        why.starts_with("showSkewOut: `data` is 5000 bytes long in the guest, and 10000 bytes in"),
        "{why}"
    );
}

#[test]
fn and_so_does_what_is_inside_a_list() {
    let data = [0u8; 24];
    let list = [data.as_ptr()];
    // SAFETY: arguments as the API demands.
    let why = violation_of(|| unsafe { showSkewPlan(24, list.as_ptr()) });
    assert!(
        why.starts_with(
            "showSkewPlan: `list` .. `list[]` is 24 bytes long in the guest, and 48 bytes in the server, by `with = skewed(n)`"
        ),
        "{why}"
    );
}

#[test]
fn the_guest_says_it_too() {
    let said = said_on_stderr("an_input_names_function_parameter_lengths_and_expression");
    assert!(
        said.contains("AvA: the API server ended the session: showSkewIn: `data` is 24 bytes long"),
        "{said}"
    );
}
