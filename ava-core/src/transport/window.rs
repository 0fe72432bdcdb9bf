//! The memory that guest and server share in a session: thread slots and the arena, in one memfd.
//!
//! ```text
//! ┌────────┬────────┬────────┬─ ─ ─┬────────┬──────────────────────────────┐
//! │ header │ slot 0 │ slot 1 │     │ slot N │ arena (many GiB, sparse)     │
//! └────────┴────────┴────────┴─ ─ ─┴────────┴──────────────────────────────┘
//! ```
//!
//! The server makes the file and seals its size before the guest gets it: a guest that could truncate it would kill the
//! server with a bus error. Pages that nobody touched cost nothing, which is why there may be many slots and a large arena.
//! The guest keeps its forked children from inheriting the mapping, since they would share rings with their parent.

use std::{
    ffi::c_void,
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    ptr,
};

use super::{
    Arena,
    slot::Slot,
    sync::{AtomicU32, Line, Ordering},
};

/// How much room a session gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOptions {
    /// How many threads of the application can use the API at a time.
    pub slots: u32,
    /// Length of the arena in bytes; rounded up to whole pages.
    pub arena_len: u64,
}

impl Default for WindowOptions {
    /// 1024 threads, and an arena of 8 GiB or half of the machine's memory, whichever is less.
    fn default() -> Self {
        // SAFETY: sysconf has no preconditions.
        let (pages, page) =
            unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
        let memory = u64::try_from(pages).unwrap_or(0) * u64::try_from(page).unwrap_or(0);
        Self { slots: 1024, arena_len: (memory / 2).clamp(64 << 20, 8 << 30) }
    }
}

/// The largest number of slots that either side accepts.
pub const MAX_SLOTS: u32 = 1 << 16;
/// The longest arena that either side accepts.
pub const MAX_ARENA: u64 = 1 << 44;

const HEADER: usize = 4096;
/// The arena begins at a multiple of this, so that huge pages can back it, and is a multiple of this long.
const ARENA_ALIGN: u64 = 2 << 20;

/// First page of the window.
#[repr(C)]
struct Header {
    /// Not 0: the server ended the session.
    closed: Line<AtomicU32>,
    /// Why, in words, for people; zeros after the last.
    why: [AtomicU32; WHY / 4],
}

/// How many bytes of a session's reason to end the guest gets to see.
const WHY: usize = 1024;
#[cfg(not(loom))]
const _: () = assert!(size_of::<Header>() <= HEADER);

/// A mapping of the shared memory.
#[derive(Debug)]
pub(super) struct Window {
    base: *mut u8,
    len: usize,
    slots: u32,
    arena_at: usize,
    arena_len: u64,
    /// The process that mapped it; a forked child has no mapping to remove.
    owner: u32,
}

// SAFETY: a mapping belongs to the process, not to a thread, and all access through `Window` is atomic.
unsafe impl Send for Window {}
// SAFETY: as above.
unsafe impl Sync for Window {}

impl Window {
    /// Makes the shared memory of a session, and maps it. The file descriptor is for the guest.
    pub(super) fn create(options: WindowOptions) -> io::Result<(Self, OwnedFd)> {
        let layout = Layout::new(options)?;
        let fd = memfd()?;
        let len = libc::off_t::try_from(layout.len).map_err(|_| invalid("the window is too long"))?;
        // SAFETY: plain system calls on a descriptor that we own.
        let sealed = unsafe {
            libc::ftruncate(fd.as_raw_fd(), len) == 0
                && libc::fcntl(fd.as_raw_fd(), libc::F_ADD_SEALS, SEALS) == 0
        };
        if !sealed {
            return Err(io::Error::last_os_error());
        }
        let window = Self::map(layout, Some(fd.as_fd()))?;
        Ok((window, fd))
    }

    /// Maps what a server made with [`Window::create`] and the same options.
    pub(super) fn attach(fd: BorrowedFd<'_>, options: WindowOptions) -> io::Result<Self> {
        let layout = Layout::new(options)?;
        // SAFETY: an all-zero `stat` is a valid value of that plain C struct.
        let mut stat: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: `stat` is valid for writing.
        if unsafe { libc::fstat(fd.as_raw_fd(), &mut stat) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a plain system call.
        let seals = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GET_SEALS) };
        if (stat.st_size as u64) < layout.len as u64 || seals & SEALS != SEALS {
            return Err(invalid("the session's memory is shorter than announced, or its size is not sealed"));
        }
        let window = Self::map(layout, Some(fd))?;
        // SAFETY: the range is the mapping that was just made.
        if unsafe { libc::madvise(window.base.cast(), window.len, libc::MADV_DONTFORK) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(window)
    }

    /// A window for two ends in one process.
    pub(super) fn anonymous(options: WindowOptions) -> io::Result<Self> {
        Self::map(Layout::new(options)?, None)
    }

    fn map(layout: Layout, fd: Option<BorrowedFd<'_>>) -> io::Result<Self> {
        let flags =
            libc::MAP_SHARED | libc::MAP_NORESERVE | if fd.is_none() { libc::MAP_ANONYMOUS } else { 0 };
        let fd = fd.map_or(-1, |fd| fd.as_raw_fd());
        // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
        let base = unsafe {
            libc::mmap(ptr::null_mut(), layout.len, libc::PROT_READ | libc::PROT_WRITE, flags, fd, 0)
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self {
            base: base.cast(),
            len: layout.len,
            slots: layout.options.slots,
            arena_at: layout.arena_at,
            arena_len: layout.options.arena_len,
            owner: std::process::id(),
        })
    }

    /// Number of slots.
    pub(super) fn slots(&self) -> u32 {
        self.slots
    }

    /// Length of the arena.
    pub(super) fn arena_len(&self) -> u64 {
        self.arena_len
    }

    /// Slot `index`, which is less than [`slots`](Self::slots).
    pub(super) fn slot(&self, index: u32) -> &Slot {
        assert!(index < self.slots);
        // SAFETY: the mapping holds `slots` slots after the header, page aligned, and lives as long as `self`. A slot is
        // made of atomics only, for which every bit pattern is valid and which the other process may change at any time.
        unsafe { &*self.base.add(HEADER + index as usize * size_of::<Slot>()).cast::<Slot>() }
    }

    fn header(&self) -> &Header {
        // SAFETY: the mapping begins with the header; otherwise as in `slot`.
        unsafe { &*self.base.cast::<Header>() }
    }

    /// Whether the server ended the session.
    pub(super) fn is_closed(&self) -> bool {
        self.header().closed.0.load(Ordering::Acquire) != 0
    }

    /// Tells the guest that the session ended, and why. Does not wake anyone.
    pub(super) fn close(&self, why: &str) {
        let bytes = why.as_bytes().chunks(4).map(|word| {
            let mut bytes = [0; 4];
            bytes[..word.len()].copy_from_slice(word);
            u32::from_ne_bytes(bytes)
        });
        self.header().why.iter().zip(bytes).for_each(|(to, word)| to.store(word, Ordering::Relaxed));
        self.header().closed.0.store(1, Ordering::Release);
    }

    /// Why the session ended, if the server said so.
    pub(super) fn why(&self) -> Option<String> {
        if !self.is_closed() {
            return None;
        }
        let bytes: Vec<u8> =
            self.header().why.iter().flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes()).collect();
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let text = String::from_utf8_lossy(&bytes[..end]).replace(char::is_control, " ");
        Some(text).filter(|text| !text.is_empty())
    }

    /// The arena.
    pub(super) fn arena(&self) -> Arena {
        // SAFETY: the range is inside the mapping. That it stays mapped is what `Arena`'s documentation asks of whoever
        // keeps the link.
        unsafe { Arena::new(self.base.add(self.arena_at), self.arena_len) }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // In a forked child something else may be mapped there by now.
        if self.owner == std::process::id() {
            // SAFETY: the mapping is ours, and nobody can reach it any more but through copies of `Arena`, whose users
            // promised not to.
            unsafe { libc::munmap(self.base.cast::<c_void>(), self.len) };
        }
    }
}

/// Nobody may ever change the file's size, nor these seals.
const SEALS: i32 = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;

fn memfd() -> io::Result<OwnedFd> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    // Kernels before 6.3 do not know MFD_NOEXEC_SEAL; later ones may be configured to insist on it.
    for flags in [flags | libc::MFD_NOEXEC_SEAL, flags] {
        // SAFETY: the name is a C string.
        let fd = unsafe { libc::memfd_create(c"ava-session".as_ptr(), flags) };
        if fd >= 0 {
            // SAFETY: the call just made this descriptor, so it is open and nobody else's.
            return Ok(unsafe { OwnedFd::from_raw_fd(fd) });
        }
    }
    Err(io::Error::last_os_error())
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Where things are; a function of the options alone, so that both sides agree.
struct Layout {
    options: WindowOptions,
    arena_at: usize,
    len: usize,
}

impl Layout {
    fn new(options: WindowOptions) -> io::Result<Self> {
        let WindowOptions { slots, arena_len } = options;
        if !(1..=MAX_SLOTS).contains(&slots) || arena_len > MAX_ARENA {
            return Err(invalid("the number of threads or the length of the arena is out of range"));
        }
        let arena_len = arena_len.next_multiple_of(ARENA_ALIGN);
        let arena_at = (HEADER + slots as usize * size_of::<Slot>()).next_multiple_of(ARENA_ALIGN as usize);
        let len = usize::try_from(arena_len)
            .ok()
            .and_then(|arena| arena.checked_add(arena_at))
            .ok_or_else(|| invalid("the arena is longer than this machine's address space"))?;
        Ok(Self { options: WindowOptions { slots, arena_len }, arena_at, len })
    }
}
