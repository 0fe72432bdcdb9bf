//! The guest library's side: from a C call in the application to a command, and from the reply back.
//!
//! [`stub`] wraps every exported function: it finds the calling thread's channel (connecting the process first, if this is
//! its first call), lets the generated body encode a [`Call`], and turns whatever goes wrong into the API's own error. Nothing
//! here panics into, exits or blocks an application for ever.

mod address;
mod buffers;
mod cache;
mod call;
mod callback;
mod client;
mod decode;
mod errno;
mod library;
mod log;
mod memory;
mod pending;
mod reply;
mod session;
mod slab;
mod staging;
mod stub;
mod thread;
pub mod trace;
mod tree;
mod tree_reply;
mod waited;

pub use address::{Stub, address};
pub use call::Call;
pub use callback::{Incoming, Invoke};
pub use client::Client;
pub use errno::with_errno;
pub use reply::Outcome;
pub use stub::{
    Fail, await_release, is_strict, local, meta_of, parent_of, references, release, retain, session_number,
    stub, unsupported, zerocopy_alloc, zerocopy_free, zerocopy_len,
};
pub use tree::Tree;
pub use waited::after_waiting;
