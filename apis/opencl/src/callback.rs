//! Callbacks that need more than their description: those that say that an object is gone, which cannot name it to the guest any more,
//! and that of a link, which names a program that the application has not been given yet.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use ava_core::spec::HandleKind;

use crate::ffi::*;
use crate::local::report;
use crate::opencl::{
    context_notify, event_notify, gone_notify, guest, kind, link_notify, misplaced_notify, program_notify,
};

// In the guest: the application's function is called by one of ours, which knows the application's handle.

/// A function of the application's, for when an object is gone.
struct Destructor<R> {
    notify: unsafe extern "C" fn(R, *mut c_void),
    object: R,
    user_data: *mut c_void,
}

/// What the vendor calls instead of the application's function.
///
/// # Safety
/// `data` is a [`Destructor`] that [`when_gone`] registered, for this one call.
unsafe extern "C" fn is_gone<R>(data: *mut c_void) {
    // SAFETY: promised by the caller; the registration is over now.
    let destructor = unsafe { Box::from_raw(data.cast::<Destructor<R>>()) };
    let Destructor { notify, object, user_data } = *destructor;
    // SAFETY: the application's function, of this type, which gets the handle for reference only, as natively.
    unsafe { notify(object, user_data) };
}

/// Has `notify` called when `object` is gone, by `register`, the server's function for its type.
///
/// # Safety
/// The contract of the C function that the application called.
unsafe fn when_gone<K: HandleKind>(
    object: K::Raw,
    notify: Option<unsafe extern "C" fn(K::Raw, *mut c_void)>,
    user_data: *mut c_void,
    register: unsafe extern "C" fn(K::Raw, gone_notify, *mut c_void) -> cl_int,
) -> cl_int {
    let Some(notify) = notify else {
        // SAFETY: promised by the caller. The vendor says what it thinks of this.
        return unsafe { register(object, None, user_data) };
    };
    let data = Box::into_raw(Box::new(Destructor { notify, object, user_data }));
    // SAFETY: promised by the caller; the data is what the function expects.
    let status = unsafe { register(object, Some(is_gone::<K::Raw>), data.cast()) };
    if status == CL_SUCCESS {
        ava_core::guest::await_release::<K>(object);
    } else {
        // SAFETY: a registration that failed calls nobody.
        drop(unsafe { Box::from_raw(data) });
    }
    status
}

macro_rules! destructors {
    ($($(#[$doc:meta])* $name:ident: $kind:ident by $register:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// The C function's contract.
        pub(crate) unsafe fn $name(
            object: $kind,
            notify: Option<unsafe extern "C" fn($kind, *mut c_void)>,
            user_data: *mut c_void,
        ) -> cl_int {
            // SAFETY: promised by the caller.
            unsafe { when_gone::<kind::$kind>(object, notify, user_data, guest::$register) }
        }
    )*};
}

destructors! {
    /// `clSetMemObjectDestructorCallback`.
    when_mem_is_gone: cl_mem by set_mem_destructor;
    /// `clSetProgramReleaseCallback`.
    when_program_is_gone: cl_program by set_program_release;
    /// `clSetContextDestructorCallback`.
    when_context_is_gone: cl_context by set_context_destructor;
}

/// A link with a callback.
struct Link {
    notify: unsafe extern "C" fn(cl_program, *mut c_void),
    user_data: usize,
    caller: ThreadId,
    state: Mutex<LinkState>,
    changed: Condvar,
}

#[derive(Clone, Copy)]
enum LinkState {
    /// `clLinkProgram` has not returned; whether the vendor has called back in its thread.
    Linking { told: bool },
    /// The application's program, as its address.
    Made(usize),
}

impl Link {
    fn state(&self) -> MutexGuard<'_, LinkState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the vendor calls instead of the application's function. The program is known to the application only when `clLinkProgram` is about to
/// return: one that calls back before, in its own thread, is told so then, and one of another thread waits.
///
/// # Safety
/// `data` is a [`Link`] that [`link_program`] registered, for this one call.
unsafe extern "C" fn is_linked(data: *mut c_void) {
    // SAFETY: promised by the caller; `link_program` made it by `Arc::into_raw`.
    let link = unsafe { Arc::from_raw(data.cast::<Link>().cast_const()) };
    let mut state = link.state();
    let program = loop {
        match &mut *state {
            LinkState::Made(program) => break *program,
            LinkState::Linking { told } if link.caller == thread::current().id() => {
                *told = true;
                return;
            }
            LinkState::Linking { .. } => {
                state = link.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    };
    drop(state);
    // SAFETY: the application's function, of this type, with what it registered.
    unsafe { (link.notify)(program as cl_program, link.user_data as *mut c_void) };
}

/// `clLinkProgram`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn link_program(
    context: cl_context,
    num_devices: cl_uint,
    device_list: *const cl_device_id,
    options: *const c_char,
    num_input_programs: cl_uint,
    input_programs: *const cl_program,
    pfn_notify: program_notify,
    user_data: *mut c_void,
    errcode_ret: *mut cl_int,
) -> cl_program {
    let link = |notify: link_notify, data: *mut c_void| {
        let mut linked = CL_SUCCESS;
        // SAFETY: promised by the caller.
        let program = unsafe {
            guest::link_program(
                context,
                num_devices,
                device_list,
                options,
                num_input_programs,
                input_programs,
                notify,
                data,
                &mut linked,
                errcode_ret,
            )
        };
        if !program.is_null() {
            // SAFETY: promised by the caller.
            unsafe { report(errcode_ret, linked) };
        }
        program
    };
    let Some(notify) = pfn_notify else { return link(None, user_data) };
    let ours = Arc::new(Link {
        notify,
        user_data: user_data as usize,
        caller: thread::current().id(),
        state: Mutex::new(LinkState::Linking { told: false }),
        changed: Condvar::new(),
    });
    // The vendor's reference. If it never calls, which nothing says, the few bytes stay.
    let data = Arc::into_raw(ours.clone()).cast_mut().cast();
    let program = link(Some(is_linked), data);
    let before = std::mem::replace(&mut *ours.state(), LinkState::Made(program as usize));
    ours.changed.notify_all();
    if let LinkState::Linking { told: true } = before {
        // SAFETY: the application's function, of this type, with what it registered.
        unsafe { notify(program, user_data) };
    }
    program
}

// In the server.

/// The guest's function for when an object is gone.
struct Gone {
    notify: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
}

/// What the vendor calls. The object has no name in the guest any more.
///
/// # Safety
/// `data` is a [`Gone`] that [`register_gone`] registered, for this one call.
unsafe extern "C" fn gone<T>(_object: *mut T, data: *mut c_void) {
    // SAFETY: promised by the caller.
    let gone = unsafe { Box::from_raw(data.cast::<Gone>()) };
    // SAFETY: the trampoline and the user data that were registered together.
    unsafe { (gone.notify)(gone.data) };
}

/// What [`register_gone`] asks of the vendor: the arguments of its function behind the object.
pub(crate) type GoneFn<T> = unsafe extern "C" fn(*mut T, *mut c_void);

/// Registers the guest's function with the vendor, by `register`.
pub(crate) fn register_gone<T>(
    notify: gone_notify,
    data: *mut c_void,
    register: impl FnOnce(Option<GoneFn<T>>, *mut c_void) -> cl_int,
) -> cl_int {
    let Some(notify) = notify else { return register(None, data) };
    let ours = Box::into_raw(Box::new(Gone { notify, data }));
    let status = register(Some(gone::<T>), ours.cast());
    if status != CL_SUCCESS {
        // SAFETY: a registration that failed calls nobody.
        drop(unsafe { Box::from_raw(ours) });
    }
    status
}

/// The guest's function for when a link is over.
struct Linked {
    notify: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
}

/// What the vendor calls. The guest knows the program when the call has returned.
///
/// # Safety
/// `data` is a [`Linked`] that [`link_in_server`] registered, for this one call.
unsafe extern "C" fn linked(_program: cl_program, data: *mut c_void) {
    // SAFETY: promised by the caller.
    let linked = unsafe { Box::from_raw(data.cast::<Linked>()) };
    // SAFETY: the trampoline and the user data that were registered together.
    unsafe { (linked.notify)(linked.data) };
}

/// Calls the vendor's `clLinkProgram` by `link`, with a callback if the application gave one.
pub(crate) fn link_in_server(
    notify: link_notify,
    data: *mut c_void,
    link: impl FnOnce(program_notify, *mut c_void) -> cl_program,
) -> cl_program {
    match notify {
        None => link(None, data),
        // If the vendor never calls, which nothing says, the few bytes stay.
        Some(notify) => link(Some(linked), Box::into_raw(Box::new(Linked { notify, data })).cast()),
    }
}

/// The guest's function for a state of an event.
struct Told {
    notify: unsafe extern "C" fn(cl_event, cl_int, *mut c_void),
    data: *mut c_void,
}

/// Events that callbacks are being told of, with their states. Vendors call with the event's lock held, so that asking for its state
/// would wait for the callback; and before the application hears of an event, its data must arrive.
static TELLING: Mutex<Vec<(usize, cl_int)>> = Mutex::new(Vec::new());

/// How many there are, so that most need not look.
static TELLINGS: AtomicUsize = AtomicUsize::new(0);

/// Most threads of the vendor's that tell of events at a time. The guest has 16 threads for callbacks, and what kernels print must find one
/// while these wait for it.
const MAX_TELLERS: usize = 12;

/// The threads that tell of events.
static TELLERS: Mutex<usize> = Mutex::new(0);
static FEWER_TELLERS: Condvar = Condvar::new();

thread_local! {
    /// How many callbacks this thread tells of events, each from inside a call that the one before made.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Runs `tell` in one of [`MAX_TELLERS`] threads; what is told from inside another does not wait.
fn as_teller(tell: impl FnOnce()) {
    let outermost = DEPTH.replace(DEPTH.get() + 1) == 0;
    if outermost {
        let tellers = TELLERS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tellers =
            FEWER_TELLERS.wait_while(tellers, |n| *n >= MAX_TELLERS).unwrap_or_else(PoisonError::into_inner);
        *tellers += 1;
    }
    tell();
    if outermost {
        *TELLERS.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FEWER_TELLERS.notify_one();
    }
    DEPTH.set(DEPTH.get() - 1);
}

fn telling() -> MutexGuard<'static, Vec<(usize, cl_int)>> {
    TELLING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The state of `event`, if a callback is being told of it.
pub(crate) fn told_state(event: cl_event) -> Option<cl_int> {
    if TELLINGS.load(Ordering::Acquire) == 0 {
        return None;
    }
    telling().iter().filter(|(told, _)| *told == event as usize).map(|(_, state)| *state).min()
}

/// What the vendor calls.
///
/// # Safety
/// `data` is a [`Told`] that [`register_event`] registered, for this one call.
unsafe extern "C" fn tell(event: cl_event, state: cl_int, data: *mut c_void) {
    // SAFETY: promised by the caller.
    let told = unsafe { Box::from_raw(data.cast::<Told>()) };
    let entry = (event as usize, state);
    telling().push(entry);
    TELLINGS.fetch_add(1, Ordering::Release);
    // SAFETY: the trampoline and the user data that were registered together.
    as_teller(|| unsafe { (told.notify)(event, state, told.data) });
    let mut telling = telling();
    if let Some(at) = telling.iter().position(|other| *other == entry) {
        telling.swap_remove(at);
    }
    TELLINGS.fetch_sub(1, Ordering::Release);
}

/// Registers the guest's function with the vendor, by `register`.
pub(crate) fn register_event(
    notify: event_notify,
    data: *mut c_void,
    register: impl FnOnce(event_notify, *mut c_void) -> cl_int,
) -> cl_int {
    let Some(notify) = notify else { return register(None, data) };
    let ours = Box::into_raw(Box::new(Told { notify, data }));
    let status = register(Some(tell), ours.cast());
    if status != CL_SUCCESS {
        // SAFETY: a registration that failed calls nobody.
        drop(unsafe { Box::from_raw(ours) });
    }
    status
}

/// A context's function of the guest's. It is registered as two types: oclgrind passes the application's data where the private information
/// of the error belongs, and nothing in its own place.
struct Errors {
    notify: context_notify,
    misplaced: misplaced_notify,
    data: *mut c_void,
}

/// The addresses of all [`Errors`], of which one is never freed: nothing says when a vendor forgets it.
static ERRORS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// What was registered as `data`, if it is one.
fn errors_at(data: *const c_void) -> Option<&'static Errors> {
    let all = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: it is in the list of those that are never freed.
    all.contains(&(data as usize)).then(|| unsafe { &*data.cast::<Errors>() })
}

/// What the vendor calls.
///
/// # Safety
/// `text` is a C string, and `size` bytes are readable at `info`.
unsafe extern "C" fn on_error(text: *const c_char, info: *const c_void, size: usize, data: *mut c_void) {
    if let Some(errors) = errors_at(data) {
        if let Some(notify) = errors.notify {
            // SAFETY: promised by the caller; the trampoline and the user data that were registered together.
            unsafe { notify(text, info, size, errors.data) };
        }
    } else if let Some(errors) = errors_at(info)
        && let Some(misplaced) = errors.misplaced
    {
        // SAFETY: as above.
        unsafe { misplaced(text, errors.data, size, data) };
    }
}

/// The function and the data that the vendor gets for those of the guest.
pub(crate) fn errors(
    notify: context_notify,
    misplaced: misplaced_notify,
    data: *mut c_void,
) -> (context_notify, *mut c_void) {
    if notify.is_none() {
        return (None, data);
    }
    let errors: &'static Errors = Box::leak(Box::new(Errors { notify, misplaced, data }));
    let address = ptr::from_ref(errors).cast_mut();
    ERRORS.lock().unwrap_or_else(PoisonError::into_inner).push(address as usize);
    (Some(on_error), address.cast())
}

#[cfg(test)]
mod tests {
    use super::*;

    static CALLS: AtomicUsize = AtomicUsize::new(0);

    unsafe extern "C" fn count(data: *mut c_void) {
        assert_eq!(data as usize, 7);
        CALLS.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn what_could_not_be_registered_is_not_called() {
        let data = 7 as *mut c_void;
        assert_eq!(register_gone::<u8>(Some(count), data, |_, _| CL_INVALID_OPERATION), CL_INVALID_OPERATION);
        assert_eq!(register_gone::<u8>(None, data, |f, d| cl_int::from(f.is_none() && d == data)), 1);
        let status = register_gone::<u8>(Some(count), data, |notify, ours| {
            // SAFETY: as the vendor would, once.
            unsafe { notify.unwrap()(std::ptr::null_mut(), ours) };
            CL_SUCCESS
        });
        assert_eq!((status, CALLS.load(Ordering::Relaxed)), (CL_SUCCESS, 1));
    }
}
