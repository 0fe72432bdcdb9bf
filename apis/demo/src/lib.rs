//! `demo`: an invented accelerator API whose functions together need everything that the language can say.
//!
//! It is what the language promises, tested: its own vendor library is in `vendor/`, and one program that uses all of it is run
//! against that library directly and through AvA.

/// bindgen's output for `include/demo.h`. Nothing here is linked.
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

mod local;
mod shape;
mod spec;

pub use spec::demo;
