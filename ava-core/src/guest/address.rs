//! Functions as pointers, for APIs that hand out some of theirs that way.

use std::ffi::{CStr, c_void};

use super::call::Call;
use super::client::Client;
use super::thread;
use crate::wire::control;

/// A function of the guest library.
#[derive(Debug)]
pub struct Stub {
    name: &'static str,
    function: *const (),
    /// Its number, if the vendor may lack it.
    number: Option<u16>,
}

// SAFETY: the pointer is to code.
unsafe impl Sync for Stub {}

impl Stub {
    /// The function called `name`. With a `number`, the API server knows whether the vendor has it.
    pub const fn new(name: &'static str, function: *const (), number: Option<u16>) -> Self {
        Self { name, function, number }
    }
}

/// The function of `stubs` that is called `name`; null if there is none, or the vendor does not have it.
pub fn address(client: &'static Client, stubs: &'static [Stub], name: &CStr) -> *mut c_void {
    let found = stubs.iter().find(|stub| stub.name.as_bytes() == name.to_bytes());
    let Some(stub) = found.filter(|stub| stub.number.is_none_or(|n| is_available(client, n))) else {
        return std::ptr::null_mut();
    };
    stub.function.cast_mut().cast()
}

/// Whether the vendor has function `number`; false without a server.
fn is_available(client: &'static Client, number: u16) -> bool {
    let Ok(session) = client.session() else { return false };
    let known = session.available.lock().unwrap_or_else(|e| e.into_inner()).get(&number).copied();
    if let Some(known) = known {
        return known;
    }
    let asked =
        thread::with(client, |thread| Call::enter(thread).control(control::AVAILABLE, &[u64::from(number)]));
    match asked {
        Ok(value) => {
            session.available.lock().unwrap_or_else(|e| e.into_inner()).insert(number, value != 0);
            value != 0
        }
        Err(_) => false,
    }
}
