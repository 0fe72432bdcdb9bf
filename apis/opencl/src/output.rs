//! What kernels print.
//!
//! A vendor's `printf` writes to its process's standard output, by C stdio or past it. In the API server both end in pipes, which a thread
//! reads as long as the server lives, and whose contents it hands to the guest by a callback, which writes them to its own standard output, by
//! stdio or past it, too. So they appear where the application's own output does, and while the kernel runs.
//!
//! ```text
//! vendor ─ printf ─▶ stdout ─ unbuffered ─▶ pipe ─┐
//! vendor ─ write(1) ───────────────────────▶ pipe ─┴▶ callback ─▶ fwrite(stdout), or write(1), in the guest
//! ```
//!
//! A call that waited may tell the application that a kernel is done. So as soon as the process has a program that could print, every such
//! call is followed by one that empties the pipes before it returns. Programs that cannot print pay nothing.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::ffi::*;
use crate::opencl::{args, guest, kind, output_notify};

unsafe extern "C" {
    /// C's standard output.
    static mut stdout: *mut libc::FILE;
}

// In the guest.

/// The process has a program that could print.
static MAY_PRINT: AtomicBool = AtomicBool::new(false);

/// Whether `text` says so much of a program that it could print: what it includes could, too.
fn could_print(text: &[u8]) -> bool {
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    has(b"printf") || has(b"include")
}

/// The process is about to have a program that could print.
#[cold]
fn expect_output() {
    // A forked process has a server of its own, so this is not for the first program alone. If it fails, so does what follows.
    // SAFETY: the function is of the callback's type.
    unsafe { guest::redirect_output(Some(show)) };
    ava_core::guest::after_waiting(fetch);
    MAY_PRINT.store(true, Ordering::Relaxed);
}

/// What was printed appears.
fn fetch() {
    if MAY_PRINT.load(Ordering::Relaxed) {
        // A server that is gone has nothing to print, and what follows says that it is gone.
        // SAFETY: it has no arguments.
        unsafe { guest::drain_output() };
    }
}

/// Writes what a kernel printed.
///
/// # Safety
/// `size` bytes are readable at `data`.
unsafe extern "C" fn show(buffered: cl_bool, data: *const c_void, size: usize) {
    if size == 0 || data.is_null() {
        return;
    }
    if buffered != CL_FALSE {
        // What cannot be written is lost, as natively.
        // SAFETY: promised by the caller; nobody changes what `stdout` points to while it is used, as for every C program.
        unsafe { libc::fwrite(data, 1, size, stdout) };
        return;
    }
    // SAFETY: promised by the caller.
    let mut rest = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size) };
    while !rest.is_empty() {
        // SAFETY: the bytes are readable.
        let written = unsafe { libc::write(libc::STDOUT_FILENO, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(written) {
            Ok(n) => rest = rest.get(n..).unwrap_or_default(),
            Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Before `clCreateProgramWithSource`.
///
/// # Safety
/// The arguments are the application's, as the C function demands.
pub(crate) unsafe fn before_source(args: &args::clCreateProgramWithSource) -> Option<cl_program> {
    if args.strings.is_null() {
        return None;
    }
    for n in 0..args.count as usize {
        // SAFETY: there are `count` strings, and as many lengths if there are any.
        let (text, len) =
            unsafe { (*args.strings.add(n), if args.lengths.is_null() { 0 } else { *args.lengths.add(n) }) };
        if text.is_null() {
            continue;
        }
        // SAFETY: a string is as long as its length says, or ends with a 0 if that is 0.
        let text = unsafe {
            match len {
                0 => CStr::from_ptr(text).to_bytes(),
                len => std::slice::from_raw_parts(text.cast::<u8>(), len),
            }
        };
        if could_print(text) {
            expect_output();
            break;
        }
    }
    None
}

/// Before `clCreateProgramWithBinary`: what is in it only the vendor can tell.
///
/// # Safety
/// None.
pub(crate) unsafe fn before_binary(_args: &args::clCreateProgramWithBinary) -> Option<cl_program> {
    expect_output();
    None
}

/// Before `clCreateProgramWithIL`, likewise.
///
/// # Safety
/// None.
pub(crate) unsafe fn before_il(_args: &args::clCreateProgramWithIL) -> Option<cl_program> {
    expect_output();
    None
}

/// Before a program is built or compiled with `options`, which may bring what prints.
///
/// # Safety
/// `options` is null or a C string.
pub(crate) unsafe fn before_build(options: *const c_char) {
    // SAFETY: promised by the caller.
    if !options.is_null() && could_print(unsafe { CStr::from_ptr(options) }.to_bytes()) {
        expect_output();
    }
}

/// After a launch on `queue`: releasing the queue may wait for what prints.
pub(crate) fn launched(queue: cl_command_queue) {
    if MAY_PRINT.load(Ordering::Relaxed) {
        ava_core::guest::await_release::<kind::cl_command_queue>(queue);
    }
}

// In the server.

/// The ends of the pipes that are read, and the server's own standard output.
struct Captured {
    direct: OwnedFd,
    buffered: OwnedFd,
    own: OwnedFd,
}

static CAPTURED: OnceLock<Captured> = OnceLock::new();

/// The guest's function.
static SINK: OnceLock<unsafe extern "C" fn(cl_bool, *const c_void, usize)> = OnceLock::new();

/// Whoever has it reads the pipes, so that all that was read has been shown when it is free.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    /// This thread has the turn, and what it runs need not wait for it.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// As much as a pipe may hold that anyone may make.
const PIPE: c_int = 1 << 20;

/// As much as is shown at once.
const PIECE: usize = 64 << 10;

fn checked(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// A pipe: the end to read and the end to write.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: there is room for two descriptors.
    checked(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: both are new, and nobody else's.
    let ends = unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) };
    // A smaller one is as good, only slower.
    // SAFETY: a descriptor of ours.
    unsafe { libc::fcntl(ends.1.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE) };
    Ok(ends)
}

/// From now on what this process prints is kept for the guest. Vendors that are not loaded yet find the new `stdout`.
///
/// # Errors
/// The system's, in which case nothing has changed.
///
/// # Safety
/// No other thread uses standard output yet.
pub(crate) unsafe fn capture() -> io::Result<()> {
    if CAPTURED.get().is_some() {
        return Ok(());
    }
    let (direct, to_direct) = pipe()?;
    let (buffered, to_buffered) = pipe()?;
    // SAFETY: duplicates a descriptor.
    let own = checked(unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_DUPFD_CLOEXEC, 3) })?;
    // SAFETY: it is new, and nobody else's.
    let own = unsafe { OwnedFd::from_raw_fd(own) };
    // SAFETY: a descriptor and a C string; the stream owns the descriptor from here on.
    let stream = unsafe { libc::fdopen(to_buffered.as_raw_fd(), c"w".as_ptr()) };
    if stream.is_null() {
        return Err(io::Error::last_os_error());
    }
    std::mem::forget(to_buffered);
    std::thread::Builder::new().name("output".into()).spawn(read)?;
    // SAFETY: a stream that nobody has used; a flush of the old one; and, by the caller's promise, nobody reads the variable.
    unsafe {
        libc::setvbuf(stream, std::ptr::null_mut(), libc::_IONBF, 0);
        libc::fflush(stdout);
        checked(libc::dup2(to_direct.as_raw_fd(), libc::STDOUT_FILENO))?;
        stdout = stream;
    }
    let _ = CAPTURED.set(Captured { direct, buffered, own });
    Ok(())
}

/// Reads the pipes as something comes, for as long as the process lives.
fn read() {
    let captured = CAPTURED.wait();
    let ready = |fd: &OwnedFd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    loop {
        let mut ends = [ready(&captured.direct), ready(&captured.buffered)];
        // SAFETY: an array of two.
        let polled = checked(unsafe { libc::poll(ends.as_mut_ptr(), 2, -1) });
        match polled {
            Ok(_) => drain(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// What the guest's library writes what was printed with.
pub(crate) fn redirect(notify: output_notify) -> cl_int {
    if let Some(notify) = notify {
        // One guest has one function for it, and a server one guest.
        SINK.get_or_init(|| notify);
    }
    CL_SUCCESS
}

/// Shows what was printed until now.
pub(crate) fn drain() {
    let Some(captured) = CAPTURED.get() else { return };
    if READING.replace(true) {
        return;
    }
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut piece = Vec::new();
    for (buffered, pipe) in [(CL_FALSE, &captured.direct), (CL_TRUE, &captured.buffered)] {
        while take(pipe, &mut piece) {
            match SINK.get() {
                // SAFETY: the bytes are readable.
                Some(show) => unsafe { show(buffered, piece.as_ptr().cast(), piece.len()) },
                // No program that could print was made: it is a message of the vendor's own.
                // SAFETY: as above. What cannot be written is lost.
                None => unsafe {
                    libc::write(captured.own.as_raw_fd(), piece.as_ptr().cast(), piece.len());
                },
            }
        }
    }
    drop(turn);
    READING.set(false);
}

/// Takes what is in the pipe; whether there was anything.
fn take(pipe: &OwnedFd, piece: &mut Vec<u8>) -> bool {
    let mut ready: c_int = 0;
    // SAFETY: the request writes an int.
    unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &raw mut ready) };
    piece.resize(PIECE.min(usize::try_from(ready).unwrap_or(0)), 0);
    // SAFETY: there is room for as many bytes.
    let read = unsafe { libc::read(pipe.as_raw_fd(), piece.as_mut_ptr().cast(), piece.len()) };
    piece.truncate(usize::try_from(read).unwrap_or(0));
    !piece.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_that_names_it_could_print() {
        assert!(could_print(b"kernel void f() { printf(\"x\"); }"));
        assert!(could_print(b"#include \"print.h\""));
        assert!(!could_print(b"kernel void f(global int *print) {}"));
        assert!(!could_print(b""));
    }
}
