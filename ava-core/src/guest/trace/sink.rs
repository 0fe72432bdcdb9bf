//! Where lines go: a file that is only appended to, by any number of processes, each line by one write.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::fd::{AsRawFd, IntoRawFd, RawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use super::open::OpenCalls;

/// What the environment said at the first call.
struct Config {
    /// The file; nothing for a descriptor that was given.
    path: Option<OsString>,
    patterns: Vec<String>,
    epoch: u64,
    open: Option<OpenCalls>,
}

static CONFIG: OnceLock<Config> = OnceLock::new();

/// The descriptor, and which file it is: an application that closes all descriptors may get its number for a file of its own.
static FD: AtomicI32 = AtomicI32::new(-1);
static DEVICE: AtomicU64 = AtomicU64::new(0);
static INODE: AtomicU64 = AtomicU64::new(0);

/// Descriptors of ours are above those that applications count on.
const LOWEST: RawFd = 500;

/// Opens what the environment names; whether it names anything.
pub(super) fn open() -> bool {
    let Some(target) = std::env::var_os("AVA_TRACE").filter(|target| !target.is_empty()) else {
        return false;
    };
    let number = target.to_str().and_then(|target| target.parse::<RawFd>().ok());
    let is_open = match number {
        // SAFETY: duplicating a descriptor affects nobody else.
        Some(fd) => adopt(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, LOWEST) }),
        None => open_path(&target),
    };
    if !is_open {
        super::super::log::warn(format_args!(
            "AVA_TRACE: cannot write to {}: {}; calls are not logged",
            target.display(),
            std::io::Error::last_os_error()
        ));
        return false;
    }
    let variable = |name| std::env::var(name).ok();
    let patterns = variable("AVA_TRACE_FILTER").unwrap_or_default();
    let config = Config {
        path: number.is_none().then_some(target),
        patterns: patterns.split(',').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
        epoch: variable("AVA_TRACE_EPOCH").and_then(|ns| ns.parse().ok()).unwrap_or_else(super::now),
        open: std::env::var_os("AVA_TRACE_OPEN").and_then(|path| OpenCalls::open(path.as_ref()).ok()),
    };
    CONFIG.get_or_init(|| config);
    true
}

fn open_path(path: &OsString) -> bool {
    // Truncated by whoever names it, as many processes append to it.
    let Ok(file) = OpenOptions::new().append(true).create(true).open(path) else { return false };
    // SAFETY: duplicating a descriptor affects nobody else.
    let high = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, LOWEST) };
    // A limit of the process may leave no room up there.
    adopt(if high >= 0 { high } else { File::into_raw_fd(file) })
}

fn adopt(fd: RawFd) -> bool {
    let Some((device, inode)) = identity(fd) else { return false };
    DEVICE.store(device, Ordering::Relaxed);
    INODE.store(inode, Ordering::Relaxed);
    FD.store(fd, Ordering::Release);
    true
}

fn identity(fd: RawFd) -> Option<(u64, u64)> {
    // SAFETY: an all-zero `stat` is a valid value of that plain C struct.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: `stat` is valid for writing.
    (unsafe { libc::fstat(fd, &mut stat) } == 0).then_some((stat.st_dev, stat.st_ino))
}

/// Appends `line`.
pub(super) fn write(line: &[u8]) {
    let ours = (DEVICE.load(Ordering::Relaxed), INODE.load(Ordering::Relaxed));
    let is_ours = |fd| identity(fd) == Some(ours);
    if !is_ours(FD.load(Ordering::Acquire)) {
        let path = CONFIG.get().and_then(|config| config.path.as_ref());
        if !path.is_some_and(open_path) {
            return;
        }
    }
    // SAFETY: the bytes are readable. A full disk or a closed pipe is no reason to disturb the application, and a pipe's signal is
    // the business of whoever passed one.
    unsafe { libc::write(FD.load(Ordering::Acquire), line.as_ptr().cast(), line.len()) };
}

/// Nanoseconds from the log's start to `time`.
pub(super) fn since_start(time: u64) -> u64 {
    time.saturating_sub(CONFIG.get().map_or(0, |config| config.epoch))
}

/// Where calls that have not returned are noted.
pub(super) fn open_calls() -> Option<&'static OpenCalls> {
    CONFIG.get()?.open.as_ref()
}

/// Whether calls of `function` are logged.
pub(super) fn is_selected(function: &str) -> bool {
    let patterns = CONFIG.get().map_or(&[][..], |config| &config.patterns);
    patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern.as_bytes(), function.as_bytes()))
}

/// Whether `name` matches a pattern with `*` and `?`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|n| matches(rest, &name[n..])),
        ([b'?', pattern @ ..], [_, name @ ..]) => matches(pattern, name),
        ([p, pattern @ ..], [n, name @ ..]) if p == n => matches(pattern, name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn patterns() {
        let matches = |pattern: &str, name: &str| super::matches(pattern.as_bytes(), name.as_bytes());
        assert!(matches("clEnqueue*", "clEnqueueReadBuffer") && matches("*Buffer*", "clReadBufferRect"));
        assert!(matches("clF??ish", "clFinish") && matches("*", "") && matches("a", "a"));
        assert!(!matches("clEnqueue", "clEnqueueReadBuffer") && !matches("?", ""));
    }
}
