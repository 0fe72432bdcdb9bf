//! zlib, specified in Lapis: the first API whose functions work on a struct that the application owns.
//!
//! [`zlib`] is the specification and what the macro makes of it. `local`, `sums` and `back` hold what runs in the guest, `remote` what runs in the API server.

/// bindgen's output for the system's `zlib.h`. Nothing here is linked.
#[allow(
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unreachable_pub,
    clippy::all
)]
#[allow(clippy::undocumented_unsafe_blocks, unsafe_op_in_unsafe_fn)]
pub mod ffi {
    include!(concat!(env!("OUT_DIR"), "/ffi.rs"));
}

mod back;
mod local;
mod remote;
mod spec;
mod sums;

pub use spec::zlib;
