//! The entry point of Lapis: [`ava_api!`], whose documentation is the language's reference. The language itself is the crate
//! `lapis`, an ordinary library.

use proc_macro::TokenStream;

/// Specifies a C API, and makes its guest library and API server of it.
///
/// A specification says of an API what its header cannot: which pointers are read or written and how long they are, what is
/// a handle, what may run asynchronously. It is made of Rust items, so an editor and rustfmt understand it, and every
/// expression in it is checked by rustc where it stands.
///
/// ```ignore
/// ava_api! {
///     #[api(name = "opencl", version = "3.0", ffi = crate::ffi, library = ["libOpenCL.so.1"])]
///     pub mod opencl {
///         use crate::ffi::*;
///         use crate::{meta::MemMeta, shape};
///
///         #[status(ok = CL_SUCCESS, lost = CL_DEVICE_NOT_AVAILABLE, refused = CL_MEM_OBJECT_ALLOCATION_FAILURE)]
///         type cl_int;
///         #[handle(retain = clRetainMemObject, release = clReleaseMemObject, invalid = CL_INVALID_MEM_OBJECT, meta = MemMeta)]
///         type cl_mem;
///         // .. cl_context, cl_command_queue, cl_event
///
///         #[registry(done = shape::event_is_complete)]
///         static IN_FLIGHT: BufRegistry<cl_command_queue, cl_event>;
///
///         unsafe extern "C" {
///             #[mode(if blocking_read == CL_TRUE { Sync } else { Async })]
///             fn clEnqueueReadBuffer(
///                 command_queue: cl_command_queue,
///                 buffer: cl_mem,
///                 blocking_read: cl_bool,
///                 offset: usize,
///                 size: usize,
///                 #[output(bytes = size, deferred(IN_FLIGHT, command_queue, done = event, when = blocking_read != CL_TRUE))]
///                 ptr: *mut c_void,
///                 num_events_in_wait_list: cl_uint,
///                 #[input(len = num_events_in_wait_list)] event_wait_list: *const cl_event,
///                 #[output(new)] event: *mut cl_event,
///             ) -> cl_int;
///
///             #[returns(new, depends_on(context), meta = MemMeta { size })]
///             fn clCreateBuffer(
///                 context: cl_context,
///                 flags: cl_mem_flags,
///                 size: usize,
///                 #[input(bytes = size, when = flags & CL_MEM_COPY_HOST_PTR != 0)] host_ptr: *mut c_void,
///                 #[output] errcode_ret: *mut cl_int,
///             ) -> cl_mem;
///
///             fn clFinish(command_queue: cl_command_queue, #[contextual(IN_FLIGHT.drain(command_queue))] bufs: PendingBuffers) -> cl_int;
///
///             fn clUnloadCompiler() -> cl_int { CL_SUCCESS }
///         }
///     }
/// }
/// ```
///
/// # The module
///
/// `#[api(..)]` stands on the module, which its crate must also offer at its root under the same name (`pub use spec::opencl;`):
///
/// | | |
/// |---|---|
/// | `name = ".."` | short name, as in `guest-<name>`; required |
/// | `version = ".."` | version of the API |
/// | `ffi = PATH` | bindgen's output, which the prototypes are compared with; nothing of it is linked; required |
/// | `library = [".."]` | SONAMEs of the vendor library, tried in order; required |
/// | `dispatch = EXPR` | a `*const c_void`: first word of every object in the guest, for APIs whose loaders expect a table there |
/// | `warm = PATH` | an `unsafe fn(&server::Vendor)` that runs in a server waiting in the pool |
///
/// It contains the items below, and any other Rust items, which stay as they are. Attributes of Rust's own may stand anywhere
/// but `cfg`: guest and server must be built from one specification.
///
/// # Types
///
/// - `#[handle(..)] type T;` makes `T` a type of handles. The application gets handles that the guest library made, which the
///   API server translates.
///   - `invalid = STATUS`: the status for a handle that is not a live object; required.
///   - `retain = F`, `release = F`: the functions `fn(T) -> STATUS` that count references. They are part of the expansion and not
///     listed again; the guest counts by itself and forwards the last release.
///   - `since = ".."`: their ELF symbol version.
///   - `meta = TYPE`: what guest and server know of an object, see [expressions](#expressions); a `Default` type.
///   - `state(save = PATH, restore = PATH)`: for migration; kept, without effect so far.
/// - `#[status(ok = E, lost = E, refused = E)] type T;` makes `T` the type of statuses: of success, of a lost server, of what a
///   policy refused. `unsupported = E` is the status of a function that the vendor library lacks (`lost` if not given).
/// - `#[opaque] type T;` says that values of `T` mean nothing in the guest and travel as they are.
///
/// # Statics
///
/// - `static R: Instantaneous;` and `static R: Continuous;` are resources, with `#[policy(..)]`. So far they are only checked to exist.
/// - `static B: BufRegistry<KEY>;` and `#[registry(done = PATH)] static B: BufRegistry<KEY, TOKEN>;` hold buffers of commands in
///   flight, by the handle that drains them and the one that tells when they are done. `done` is an
///   `unsafe fn(&server::Vendor, TOKEN) -> bool`.
///
/// # Functions
///
/// | block | its functions |
/// |---|---|
/// | `unsafe extern "C"` | of the API. Without a body: forwarded. With one: the body runs in the guest instead. |
/// | `extern "server"` | no C symbols: `guest::f` may be called by bodies and hooks in the guest, and its body, with `vendor: &server::Vendor` in scope, runs in the API server |
/// | `extern "callback"` | types of callbacks: an alias of `Option<unsafe extern "C" fn(..)>` each |
///
/// A body is that of an `unsafe fn`, and needs `unsafe` blocks of its own. It is in the scope of the module.
///
/// | on a function | |
/// |---|---|
/// | `#[mode(EXPR)]` | `Sync` (as without it) or `Async`: the guest goes on at once |
/// | `#[success(EXPR)]` | the value of a call that went well, if the function returns no status; if it mentions `ret`, whether one did |
/// | `#[cached]` | a pure query: equal arguments get the same answer from the guest |
/// | `#[returns(..)]` | `new`: the call makes the object that it returns, with `depends_on(PARAM, ..)` and `meta = EXPR` as for `output(new)`; `opaque`: a pointer that the application only hands back |
/// | `#[before(PATH)]` | an `unsafe fn(&args::f) -> Option<R>`; `Some` is returned and nothing is forwarded |
/// | `#[after(PATH)]` | an `unsafe fn(&args::f, R) -> R` that sees the result of a forwarded call |
/// | `#[unsupported(EXPR)]` | not forwarded; returns this status (through the parameter for statuses if there is one). Also on a block |
/// | `#[since("..")]` | the ELF symbol version. Also on a block |
/// | `#[record]` | for migration; no effect so far |
/// | `#[consumes(R, E)]`, `#[allocates(R, E)]`, `#[deallocates(R, E)]` | costs, where `E` may be `measured`; only checked so far |
///
/// A function reports success through its status, or else through its last single output of a status type, or else by a
/// pointer or handle that is not null. A status output is always written.
///
/// # Parameters
///
/// A handle or scalar needs no descriptor, nor does a callback, which stays in the guest. A pointer needs one:
///
/// | on a parameter | |
/// |---|---|
/// | `#[input(..)]`, `#[output(..)]`, `#[inout(..)]` | the vendor reads, writes, or does both |
/// | `#[handle(frees)]` | the object dies if the call succeeds; `invalid = STATUS` replaces the type's own |
/// | `#[opaque]` | a number that only the vendor understands |
/// | `#[local]` | stays in the guest; the vendor gets null or 0 |
/// | `#[userdata]`, `#[userdata(PARAM)]`, `#[userdata(PARAM, once)]` | belongs to a callback, and stays in the guest with it |
/// | `#[contextual(B.drain(PARAM))] x: PendingBuffers` | not in the C prototype: after a successful call, everything deferred under the key is done |
/// | `#[contextual(B.poll())] x: PendingBuffers` | as above: whatever is done is handed back |
///
/// | of a buffer | |
/// |---|---|
/// | `len = EXPR` | its length in elements; 1 without any length. Elements of a handle type are translated |
/// | `bytes = EXPR` | its length in bytes |
/// | `with = EXPR` | its `Layout`, as a function of the author's computes it |
/// | `cstr`, `cstr = EXPR` | (input) up to a zero byte; `EXPR` bytes if that is not 0 |
/// | `when = EXPR` | whether it is used; if not, the vendor sees whether it is null and no more |
/// | `filled = EXPR` | (output) how much of it the call wrote, in the unit of its length; may use `ret`. A single output that it reads is supplied even if the application passes null |
/// | `element(..)` | (input with `len`) it is a list of pointers: `len`, `bytes`, `with` or `cstr` of each, where `index` is its number |
/// | `new` | (output of a handle type) the call makes the object; with `len` a list of them, of which `filled` were made |
/// | `depends_on(PARAM, ..)` | (new) the object keeps these alive |
/// | `meta = EXPR` | (new) what is known of it, of the handle type's `meta`. If it uses `vendor` or `ret` (the vendor's handle), the server evaluates it and tells the guest, which takes `Serialize` and `DeserializeOwned` |
/// | `deferred(B, KEY)` | it is in use until `KEY` is drained from registry `B`; `done = PARAM` names the new token whose completion is enough; `when = EXPR` says whether the call defers it |
/// | `zerocopy` | the vendor works on the shared arena itself: for data that it does not interpret |
/// | `always` | (output) it is valid even if the call failed. Outputs of a status type always are |
/// | `invalid = STATUS` | the status for an invalid handle in it |
///
/// An asynchronous function must have a success value (a status, `success`, a new object or nothing to return), and no output
/// but statuses, new objects and deferred ones.
///
/// # Expressions
///
/// In scope: the module's own items; the parameters (scalars by value, pointers as a bounds-checked `Ptr<'_, T>` with `c_void` as
/// `u8`, handles as `HandleArg`); `meta(handle)`; `Layout`, `Mode`, `Sync` and `Async`; `index` inside `element`; `ret` in `filled` and `meta`;
/// `vendor` in `meta`. Lengths are integers of any type. Guest and server both evaluate what concerns buffers, and the server
/// refuses a command on which they disagree; so a length must not depend on the bits of a handle. What a pointer points to may be used
/// in the lengths of others, and in its own if it is an `input`.
///
/// # What it expands to
///
/// In the module: `guest` (a function for each of the API's, and `CLIENT`), `server` (`API`, and `Vendor` with a method for each C
/// function), `kind` (a marker type for each type of handles), `args` (structs for hooks), `DESC`, `SPEC_HASH`; and a macro
/// `export_guest!`, which emits the C symbols in the one crate that is the guest library.
///
/// With `AVA_EXPAND_DIR=dir` in the environment of a build, the expansion is written to `dir/<name>.rs`.
///
/// All mistakes of a specification are reported in one build, each at the tokens that it is about, and the other functions
/// still expand.
#[proc_macro]
pub fn ava_api(input: TokenStream) -> TokenStream {
    lapis::expand(input.into()).into()
}
