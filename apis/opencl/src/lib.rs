//! OpenCL 3.0, specified in Lapis.
//!
//! [`opencl`] is the specification and what the macro makes of it; its documentation says which functions are forwarded, which are
//! answered in the guest and which are refused. The other modules hold what the specification's expressions and bodies call:
//! `shape` (sizes and modes), [`meta`] (what is known of objects), [`image`] (all of these for
//! images), `local` and `mapping` (replacements that run in the guest), `remote` and `mapped`
//! (bodies that run in the API server), `svm` and `svm_remote` (the two sides of shared virtual memory), `storage` and `stored` (those of
//! buffers in shared memory), `icd` (the dispatch table of the guest's objects), `callback` (callbacks that need more than a description),
//! `output` (what kernels print), `extension`, [`command_buffer`], `native` (native kernels), `late` (events that lag), `devices`.

/// bindgen's output for the system's OpenCL headers. Nothing here is linked.
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

mod callback;
pub mod command_buffer;
mod describe;
mod devices;
mod extension;
mod icd;
pub mod image;
mod late;
mod local;
mod mapped;
mod mapping;
pub mod meta;
mod native;
mod output;
mod remote;
mod shape;
mod spec;
mod storage;
mod stored;
mod svm;
mod svm_remote;

pub use spec::opencl;
