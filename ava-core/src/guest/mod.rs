//! The guest library's side: from a C call in the application to a command, and from the reply back.
//!
//! [`stub`] wraps every exported function: it finds the calling thread's channel (connecting the process first, if this is
//! its first call), lets the generated body encode a [`Call`], and turns whatever goes wrong into the API's own error. Nothing
//! here panics into, exits or blocks an application for ever.

mod buffers;
mod cache;
mod call;
mod client;
mod library;
mod log;
mod memory;
mod pending;
mod reply;
mod session;
mod slab;
mod stub;
mod thread;
pub mod trace;
mod tree;

pub use call::Call;
pub use client::Client;
pub use reply::Outcome;
pub use stub::{
    Fail, local, meta_of, references, release, retain, stub, unsupported, zerocopy_alloc, zerocopy_free,
};
pub use tree::Tree;
