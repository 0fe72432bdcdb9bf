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
///   - `state(save = PATH, restore = PATH)`: what is in an object beside what the calls say that made it. `save` is an
///     `unsafe fn(&server::Vendor, T) -> Vec<u8>`, `restore` an `unsafe fn(&server::Vendor, T, &[u8]) -> bool` that says whether it
///     worked. See [recording](#recording); nothing calls them so far.
/// - `#[status(ok = E, lost = E, refused = E)] type T;` makes `T` the type of statuses: of success, of a lost server, of what a
///   policy refused. `unsupported = E` is the status of a function that the vendor library lacks (`lost` if not given).
/// - `#[opaque] type T;` says that values of `T` mean nothing in the guest and travel as they are.
///
/// # Statics
///
/// - `static R: Instantaneous;` is a resource that is used up, such as time, and `static R: Continuous;` one that is held, such as memory;
///   16 at most. What calls do with them is counted on the session's account, and `ava ps --resources` shows it. `#[policy(PATH)]`
///   names how it is shared out: a type that implements `ava_core::router::Policy`. So far it is only a name, and nobody is held back.
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
/// | `extern "callback"` | types of [callbacks](#callbacks): an alias of `Option<unsafe extern "C" fn(..)>` each |
///
/// A body is that of an `unsafe fn`, and needs `unsafe` blocks of its own. It is in the scope of the module.
///
/// | on a function | |
/// |---|---|
/// | `#[mode(EXPR)]` | `Sync` (as without it) or `Async`: the guest goes on at once |
/// | `#[success(EXPR)]` | the value of a call that went well, if the function returns no status. If it mentions `ret`, it is a condition instead: `success(ret >= 0)`. An asynchronous function needs the value, which it returns |
/// | `#[cached]` | a pure query: equal arguments get the same answer from the guest |
/// | `#[returns(..)]` | `new`: the call makes the object that it returns, with `depends_on(PARAM, ..)` and `meta = EXPR` as for `output(new)`; `opaque`: a pointer that the application only hands back |
/// | `#[before(PATH)]` | an `unsafe fn(&args::f) -> Option<R>`; `Some` is returned and nothing is forwarded |
/// | `#[after(PATH)]` | an `unsafe fn(&args::f, R) -> R` that sees the result of a forwarded call |
/// | `#[unsupported(EXPR)]` | not forwarded; returns this status (through the parameter for statuses if there is one). Also on a block |
/// | `#[extension(EXPR)]` | no symbol of the vendor's library: see [functions behind pointers](#functions-behind-pointers) |
/// | `#[since("..")]` | the ELF symbol version. Also on a block |
/// | `#[contextual(errno)]` | if the vendor's function sets `errno`, so does the call. Not for asynchronous ones. No other call changes the application's `errno` |
/// | `#[record]`, `#[record(PARAM, ..)]` | for making objects again elsewhere, see [recording](#recording) |
/// | `#[consumes(R, E)]`, `#[allocates(R, E)]`, `#[deallocates(R, E)]` | what the call uses of resources, see [costs](#costs). Any number of them |
///
/// A function reports success through its status, or else through its last single output of a status type, or else by a
/// pointer or handle that is not null. A status output is always written.
///
/// # Parameters
///
/// A handle or scalar needs no descriptor, nor does a callback of a declared type. A pointer needs one:
///
/// | on a parameter | |
/// |---|---|
/// | `#[input(..)]`, `#[output(..)]`, `#[inout(..)]` | the vendor reads, writes, or does both |
/// | `#[handle(frees)]` | the object dies if the call succeeds, or if it is asynchronous, and its release function is not called. What was made with it by `depends_on` is still released |
/// | `#[handle(invalid = STATUS)]` | replaces the type's own, in guest and server; may depend on scalars and on other handles |
/// | `#[opaque]` | a number that only the vendor understands |
/// | `#[local]` | stays in the guest; the vendor gets null or 0 |
/// | `#[callback(call)]`, `#[callback(once)]`, `#[callback(kept)]` | for how long the vendor may call a [callback](#callbacks): until this call returns, until it ran, or as long as the session (as without it) |
/// | `#[userdata]`, `#[userdata(PARAM, ..)]`, `#[userdata(PARAM, .., once)]` | what these callbacks (all of the call's) get back; it stays in the guest if they do. `once` is `callback(once)` on them |
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
/// # Callbacks
///
/// A type of callbacks is declared as a function of an `extern "callback"` block, and its parameters are described from the
/// application's side, as it is the application's function that is called:
///
/// ```ignore
/// extern "callback" {
///     fn visit(device: cl_device, index: u32, #[userdata] data: *mut c_void) -> cl_int;
///     fn compare(#[input] a: *const u32, #[input] b: *const u32) -> c_int;
///     fn produce(size: usize, #[output(bytes = size)] to: *mut c_void, #[inout] state: *mut u64, #[userdata] data: *mut c_void);
/// }
/// unsafe extern "C" {
///     fn toyVisit(#[callback(call)] f: visit, #[userdata(f)] data: *mut c_void) -> status;
///     fn toySort(n: usize, #[inout(len = n)] values: *mut u32, #[callback(call)] f: compare) -> status;
///     fn toySetProducer(f: produce, #[userdata(f)] data: *mut c_void) -> status;
/// }
/// ```
///
/// | on a parameter of a callback | |
/// |---|---|
/// | nothing | a scalar, or a handle: the vendor's becomes the application's, which gets one now for an object that it does not know |
/// | `#[userdata]` | what the application registered with the callback, untouched |
/// | `#[input(..)]` | the application's function reads what the vendor passes: with `len`, `bytes`, `cstr` and `when` as for functions |
/// | `#[output(..)]`, `#[inout(..)]` | it writes it, and the vendor gets that when it returns: with `len`, `bytes`, `when`, and `filled` if it does not write all |
/// | `#[opaque]` | a number or pointer that is passed on untouched |
///
/// It returns a scalar, a status or nothing, or, with `#[returns(opaque)]` on it, a pointer that the vendor only hands back. Its
/// expressions see its own parameters, and `filled` sees `ret`; the server alone evaluates them. `with` and whatever speaks of new, freed or
/// deferred things have no meaning there.
///
/// An `input` may have pointers inside: elements of a `#[structure(..)]` type, `field(..)`, `element(..)` or `terminated`, as for functions.
/// The application's function sees a copy of all of it, with its own handles, until it returns; only what is described as `lifetime
/// = Static` inside stays. Functions in it are null.
///
/// ## Inside structs
///
/// A field of a struct, in `structure(..)` or behind a parameter, is a callback or user data, too:
///
/// ```ignore
/// #[structure(
///     field(alloc, callback(toy_alloc, call)),
///     field(free, callback(toy_free, call)),
///     field(user, userdata(alloc, free)),
///     field(hook.run, callback(toy_run), when = this.kind == HOOK_RUN)
/// )]
/// type toy_allocator;
/// extern "callback" {
///     #[returns(opaque)]
///     fn toy_alloc(size: usize, #[userdata] user: *mut c_void) -> *mut c_void;
///     fn toy_free(#[opaque] memory: *mut c_void, #[userdata] user: *mut c_void);
///     fn toy_run();
/// }
/// ```
///
/// `callback(TYPE)` names a type of the `extern "callback"` block, with `call`, `once` or `kept` (as without) as a second word. The field's own
/// type may have a name or not: it must be an `Option` of such a function. `userdata(FIELD, ..)` are the callbacks of the same struct that
/// get this field back, all of them if none is named, and it is 8 bytes large; those that share it are registered together, for the longest
/// of their times. The vendor gets its own functions and user data in these places. In a struct that comes back, what the vendor
/// made null is null, and all else is the application's own as it was; in what only the vendor writes, functions are null.
///
/// A null callback is null for the vendor. The same function with the same user data is registered once, however often it is
/// passed. What is `kept` stays registered for the whole session, even if the vendor is told to forget it: where every registration has
/// a user data of its own, say `once` or `call`. Callbacks of a type *without* user data are told apart by their number: 64 functions of a
/// type at a time, and a call that would be the 65th is refused with the `refused` status.
///
/// Where the application's function runs:
/// - in the thread that made a synchronous call, if the vendor calls back on the thread on which it was called, as natively;
/// - else in a thread of the guest library's, started when the first callback is registered, one after the other; while one of them calls
///   the API, others may run beside it, in further threads (16 at most). The callbacks of each of the vendor's threads come in its order. A thread of the vendor's waits for the result, unless the type has none (it returns
///   nothing and writes nothing).
///
/// It may call the API, and be called back by that, 64 deep; calls from a callback are synchronous whatever their mode. A
/// session that ends while the vendor waits gives it zeros. An asynchronous call whose callback has a result counts as done, for the
/// order of calls, when it calls back first: others could not go on before the application's function returned, which might wait for
/// them.
///
/// # Functions behind pointers
///
/// A function with `#[extension(EXPR)]` is no symbol of the vendor's library, nor of the guest's. `EXPR`, with `vendor:
/// &server::Vendor` in scope and in an `unsafe` block, gives the vendor's function: a `*mut c_void`, or an `Option` of a pointer to a
/// function of its type, such as a member of a table. It is evaluated once in a server, when the function is first called.
/// Where it gives null, calls return the `unsupported` status.
///
/// The application gets such functions from replacements: `guest::address(name)` is the guest library's function of that name, null
/// if the specification has none, or does not support it, or the vendor lacks it (which the API server is asked once); `guest::is_available(name)` is whether it is
/// not null. A function that returns a table gets a body that returns a static one:
///
/// ```ignore
/// #[extension(vendor.toyGetProcAddress(c"toyNew".as_ptr()))]
/// fn toyNew(n: u32) -> status;
/// #[extension(vendor.toyGetTable(1).as_ref().and_then(|table| table.draw))]
/// fn toyDraw(n: u32) -> status;
///
/// fn toyGetProcAddress(name: *const c_char) -> *mut c_void {
///     guest::address(unsafe { CStr::from_ptr(name) })
/// }
/// fn toyGetTable(version: u32) -> *const toy_table {
///     static TABLE: toy_table = toy_table { draw: Some(guest::toyDraw) };
///     if version == 1 { &TABLE } else { std::ptr::null() }
/// }
/// ```
///
/// # Expressions
///
/// In scope: the module's own items; the parameters (scalars by value, pointers as a bounds-checked `Ptr<'_, T>` with `c_void` as
/// `u8`, handles as `HandleArg`); `meta(handle)`; `Layout`, `Mode`, `Sync` and `Async`; `index` inside `element`; `ret` in `filled`, `meta`, `success` and
/// costs; `vendor` in `meta`. Lengths and amounts are integers of any type, and negative ones are 0. Guest and server both evaluate what concerns buffers, and the server
/// refuses a command on which they disagree; so a length must not depend on the bits of a handle. What a pointer points to may be used
/// in the lengths of others, and in its own if it is an `input`.
///
/// # Costs
///
/// `consumes` is for instantaneous resources: so many units are used up. Its amount may be `measured`: the nanoseconds that the vendor's
/// function took, by the server's clock. For a function that only starts something, that is not how long the device works on it.
///
/// `allocates` is for continuous ones. If the call makes an object, the object holds the amount, and gives it back by itself when it
/// dies: with its last release, a call that `frees` it, or the session's end. An object holds at most four amounts. `deallocates` is for
/// what no object holds.
///
/// Costs count if the call succeeds, but for measured ones: that time is spent. They are charged as soon as they can be known, and
/// taken back if the call fails. One over scalars alone is the router's, at the gate, before anything else is done with the command. One
/// that looks into inputs, or asks about handles, is the server's, once it has decoded them and before it calls the vendor. One with
/// `ret` or an output is known after the call. In a cost, what a null pointer points to is zeros. An answer from the cache of a `cached` function costs nothing.
///
/// # Recording
///
/// A server can keep a log of the successful calls of functions that are `record`, so that another can make what they made again, under the
/// guest's own ids. A call that makes objects is in the log until they are dead and nothing in the log uses them. One that makes none
/// changes the object of its first handle, and is in the log as long as that is; with parameters, `record(kernel, arg_index)`, it
/// overwrites earlier calls of the function in which those are equal. Large inputs are kept as well, unless the call makes an object whose
/// type has a `state`, which then brings its contents.
///
/// If one function that makes a kind of objects is `record`, all must be, and a type with a `state` needs such a function: an object that
/// could not be made again is a mistake. A type of which no maker is recorded, such as events, is said not to survive. So far nothing
/// replays a log, and `ava-server` keeps none.
///
/// # What it expands to
///
/// In the module: `guest` (a function for each of the API's, `address`, `is_available`, and `CLIENT`), `server` (`API`, and `Vendor` with a method for each C
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
