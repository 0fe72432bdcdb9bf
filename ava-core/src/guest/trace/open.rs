//! The calls that have not returned, in a file that every traced process maps: it says what a program was doing that hangs or died,
//! whatever it died of.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

/// How many threads at a time are noted; those of further ones are not.
const SLOTS: usize = 512;
const TEXT: usize = 2024;

/// A thread's place.
#[repr(C)]
struct Slot {
    /// Process and thread; 0 if it is free.
    owner: AtomicU64,
    /// When the call began; 0 between calls.
    since: AtomicU64,
    len: AtomicU32,
    reserved: AtomicU32,
    text: [AtomicU8; TEXT],
}

/// The mapped file.
#[derive(Debug)]
pub struct OpenCalls {
    base: *mut Slot,
}

// SAFETY: the mapping belongs to the process, and consists of atomics.
unsafe impl Send for OpenCalls {}
// SAFETY: as above.
unsafe impl Sync for OpenCalls {}

/// A call that has not returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// Its process.
    pub process: u32,
    /// Its thread.
    pub thread: u32,
    /// When it began: nanoseconds of [`super::now`].
    pub since: u64,
    /// Function and arguments.
    pub text: String,
}

impl OpenCalls {
    /// Makes an empty file, and maps it.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        file.set_len((SLOTS * size_of::<Slot>()) as u64)?;
        Self::map(&file)
    }

    /// Maps the file that another process made.
    ///
    /// # Errors
    /// What the system says, or that the file is too short.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        match file.metadata()?.len() >= (SLOTS * size_of::<Slot>()) as u64 {
            true => Self::map(&file),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn map(file: &File) -> io::Result<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let len = SLOTS * size_of::<Slot>();
        // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing. It is never unmapped, as threads use it as
        // long as the process lives.
        let base = unsafe {
            libc::mmap(std::ptr::null_mut(), len, protection, libc::MAP_SHARED, file.as_raw_fd(), 0)
        };
        match base == libc::MAP_FAILED {
            true => Err(io::Error::last_os_error()),
            false => Ok(Self { base: base.cast() }),
        }
    }

    fn slots(&self) -> &[Slot] {
        // SAFETY: the mapping has so many slots, page aligned, and stays. They consist of atomics, which other processes may change.
        unsafe { std::slice::from_raw_parts(self.base, SLOTS) }
    }

    /// The calls that have not returned, the oldest first.
    pub fn list(&self) -> Vec<OpenCall> {
        let calls = self.slots().iter().filter_map(|slot| {
            let (owner, since) = (slot.owner.load(Ordering::Acquire), slot.since.load(Ordering::Acquire));
            if owner == 0 || since == 0 {
                return None;
            }
            let len = (slot.len.load(Ordering::Relaxed) as usize).min(TEXT);
            let bytes: Vec<u8> = slot.text[..len].iter().map(|byte| byte.load(Ordering::Relaxed)).collect();
            // It may have returned meanwhile.
            let is_same = slot.since.load(Ordering::Acquire) == since;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            is_same.then_some(OpenCall { process: (owner >> 32) as u32, thread: owner as u32, since, text })
        });
        let mut calls: Vec<_> = calls.collect();
        calls.sort_by_key(|call| call.since);
        calls
    }

    /// This thread begins a call.
    pub(super) fn begin(&self, since: u64, text: &str) {
        let Some(slot) = self.own() else { return };
        let mut end = text.len().min(TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        for (to, byte) in slot.text.iter().zip(text[..end].bytes()) {
            to.store(byte, Ordering::Relaxed);
        }
        slot.len.store(end as u32, Ordering::Relaxed);
        slot.since.store(since, Ordering::Release);
    }

    /// This thread's call returned.
    pub(super) fn end(&self) {
        if let Some(slot) = self.own() {
            slot.since.store(0, Ordering::Release);
        }
    }

    /// This thread's slot.
    fn own(&self) -> Option<&Slot> {
        // SAFETY: plain system calls.
        let me = unsafe { (libc::getpid() as u64) << 32 | libc::syscall(libc::SYS_gettid) as u32 as u64 };
        let n = OWN.try_with(|own| {
            let mut own = own.borrow_mut();
            match &*own {
                // A forked child has its parent's, which is not its own.
                Some(own) if own.owner == me => Some(own.slot),
                _ => {
                    let free = |slot: &&Slot| {
                        slot.owner.compare_exchange(0, me, Ordering::AcqRel, Ordering::Relaxed).is_ok()
                    };
                    let slot: *const Slot = self.slots().iter().find(free)?;
                    *own = Some(Own { owner: me, slot });
                    Some(slot)
                }
            }
        });
        // SAFETY: slots are never unmapped.
        n.ok().flatten().map(|slot| unsafe { &*slot })
    }
}

/// A thread's slot, which it gives back when it ends.
struct Own {
    owner: u64,
    slot: *const Slot,
}

impl Drop for Own {
    fn drop(&mut self) {
        // SAFETY: slots are never unmapped.
        let slot = unsafe { &*self.slot };
        // Not if it is a forked child's copy: the slot is its parent's.
        if (self.owner >> 32) as u32 == std::process::id() {
            slot.since.store(0, Ordering::Relaxed);
            slot.owner.store(0, Ordering::Release);
        }
    }
}

thread_local! {
    static OWN: RefCell<Option<Own>> = const { RefCell::new(None) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_listed_until_they_return() {
        let path = std::env::temp_dir().join(format!("ava-open-{}", std::process::id()));
        let (ours, theirs) = (OpenCalls::create(&path).unwrap(), OpenCalls::open(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        ours.begin(7, "f(a=1)");
        let list = theirs.list();
        assert_eq!((list.len(), list[0].text.as_str(), list[0].since), (1, "f(a=1)", 7));
        assert_eq!(list[0].process, std::process::id());
        ours.end();
        assert_eq!(theirs.list(), []);
    }
}
