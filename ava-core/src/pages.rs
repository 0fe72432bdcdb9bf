//! Memory at an address that was chosen before: for APIs whose memory has one address in guest and server, so that pointers into it may
//! be stored in it.
//!
//! Both sides map the session's shared memory already; [`alias`] makes some pages of it appear at another address as well. A side
//! first makes sure that the place is its to use: the guest with [`reserve`], which takes only what is free, the server by asking the
//! vendor's library for memory there and checking with [`is_private`] that it is ordinary memory.

use std::ffi::c_void;
use std::io::{self, BufRead, BufReader};
use std::sync::OnceLock;

/// The size of a page.
pub fn size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    // SAFETY: `sysconf` has no preconditions.
    *SIZE.get_or_init(|| usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096))
}

/// Whether `len` bytes at `at` are whole pages, at least one.
fn are_whole(at: usize, len: usize) -> bool {
    len != 0 && at != 0 && (at | len).is_multiple_of(size()) && at.checked_add(len).is_some()
}

fn checked(at: usize, len: usize) -> io::Result<()> {
    if are_whole(at, len) { Ok(()) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

/// Takes `len` bytes of address space at `at`, if nothing is there. With `usable` there is memory, zeros, else nothing may touch it
/// until something is mapped over it.
///
/// # Errors
/// `AlreadyExists` if something is there; else what the system says.
pub fn reserve(at: usize, len: usize, usable: bool) -> io::Result<()> {
    checked(at, len)?;
    let access = if usable { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_NONE };
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE;
    // SAFETY: with this flag a mapping replaces nothing.
    let got = unsafe { libc::mmap(at as *mut c_void, len, access, flags, -1, 0) };
    if got == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    if got as usize != at {
        // Kernels before 4.17 take the address for a hint.
        // SAFETY: just mapped, and known to nobody.
        unsafe { libc::munmap(got, len) };
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok(())
}

/// Makes the shared pages at `shared` appear at `at` as well, in place of what is there. `shared` stays as it is.
///
/// A child that the process forks sees them, too.
///
/// # Errors
/// What the system says, as it does if `shared` is no shared mapping; then what was at `at` may be gone.
///
/// # Safety
/// `len` bytes at `shared` are mapped, and nobody but the caller uses `len` bytes at `at`.
pub unsafe fn alias(shared: *mut u8, len: usize, at: usize) -> io::Result<()> {
    checked(at, len)?;
    checked(shared as usize, len)?;
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: an old length of 0 leaves the old mapping, which must be shared, and maps its pages again. The place is the caller's.
    unsafe {
        if libc::mremap(shared.cast(), 0, len, flags, at as *mut c_void) == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // The session's memory is hidden from forked children, as they must not use its rings; these pages are data.
        libc::madvise(at as *mut c_void, len, libc::MADV_DOFORK);
    }
    Ok(())
}

/// Puts private memory, zeros, in place of what is at `at`.
///
/// # Errors
/// What the system says; then everything is as before.
///
/// # Safety
/// `len` bytes at `at` are the caller's to replace.
pub unsafe fn make_private(at: usize, len: usize) -> io::Result<()> {
    checked(at, len)?;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED;
    // SAFETY: promised by the caller.
    let got = unsafe { libc::mmap(at as *mut c_void, len, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
    if got == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Gives address space back.
///
/// # Safety
/// `len` bytes at `at` are mapped, and nobody uses them.
pub unsafe fn release(at: usize, len: usize) {
    if are_whole(at, len) {
        // SAFETY: promised by the caller. It fails only if the system has no memory to note the hole; then the place stays taken.
        unsafe { libc::munmap(at as *mut c_void, len) };
    }
}

/// Address space that is taken, and not used, until this is dropped.
#[derive(Debug)]
pub struct Occupied(Vec<(usize, usize)>);

/// Takes `len` bytes of address space somewhere, and every gap above it of `least` bytes or more, so that the system looks elsewhere for
/// what it is asked for meanwhile, if that is at least as much: it gives away the highest gap that is large enough.
pub fn occupy(len: usize, least: usize) -> Option<Occupied> {
    let mut taken = Occupied(Vec::new());
    let bottom = taken.take(len)?;
    let mut gap = len;
    while gap >= least.max(size()) {
        match taken.take(gap) {
            Some(at) if at > bottom => {}
            Some(_) => {
                taken.give_back();
                gap /= 2;
            }
            None => gap /= 2,
        }
    }
    Some(taken)
}

impl Occupied {
    /// Takes `len` bytes more; where they are.
    fn take(&mut self, len: usize) -> Option<usize> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
        if at == libc::MAP_FAILED {
            return None;
        }
        self.0.push((at as usize, len));
        Some(at as usize)
    }

    /// Gives back what was taken last.
    fn give_back(&mut self) {
        if let Some((at, len)) = self.0.pop() {
            // SAFETY: mapped by `take`, and nobody can use it.
            unsafe { libc::munmap(at as *mut c_void, len) };
        }
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        while !self.0.is_empty() {
            self.give_back();
        }
    }
}

/// Whether `len` bytes at `at` are readable and writable private memory that belongs to no file, as `malloc` uses: memory that other
/// pages can take the place of without anybody noticing.
pub fn is_private(at: usize, len: usize) -> bool {
    let Ok(maps) = std::fs::File::open("/proc/self/maps") else { return false };
    are_whole(at, len) && covers(BufReader::new(maps), at, at + len)
}

/// Whether a list of mappings in the form of `/proc/self/maps` has private, anonymous ones for everything from `from` to `end`.
fn covers(maps: impl BufRead, from: usize, end: usize) -> bool {
    let mut at = from;
    for line in maps.lines() {
        let Some(mapping) = line.ok().as_deref().and_then(Mapping::parse) else { return false };
        if mapping.end <= at {
            continue;
        }
        if mapping.start > at || !mapping.is_private {
            return false;
        }
        at = mapping.end;
        if at >= end {
            return true;
        }
    }
    false
}

struct Mapping {
    start: usize,
    end: usize,
    is_private: bool,
}

impl Mapping {
    /// A line such as `7f00a000-7f00c000 rw-p 00000000 00:00 0   [heap]`.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let access = words.next()?;
        let inode = words.nth(2)?;
        let name = words.next().unwrap_or_default();
        let anonymous = inode == "0" && (matches!(name, "" | "[heap]") || name.starts_with("[anon:"));
        Some(Self {
            start: usize::from_str_radix(start, 16).ok()?,
            end: usize::from_str_radix(end, 16).ok()?,
            is_private: access == "rw-p" && anonymous,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` pages of a new mapping.
    fn pages(count: usize, shared: bool) -> *mut u8 {
        let kind = if shared { libc::MAP_SHARED } else { libc::MAP_PRIVATE };
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let at = unsafe {
            libc::mmap(std::ptr::null_mut(), count * size(), access, kind | libc::MAP_ANONYMOUS, -1, 0)
        };
        assert_ne!(at, libc::MAP_FAILED);
        at.cast()
    }

    #[test]
    fn no_gap_is_left_above_what_is_occupied() {
        const PIECE: usize = 64 << 20;
        // A hole that the whole does not fit into, but a piece does.
        let above = occupy(8 * PIECE, 8 * PIECE).unwrap();
        let below = occupy(PIECE, PIECE).unwrap();
        drop(above);
        let whole = occupy(64 * PIECE, PIECE).unwrap();
        let mut next = Occupied(Vec::new());
        assert!(next.take(PIECE).unwrap() < whole.0[0].0);
        drop(below);
    }

    #[test]
    fn two_addresses_have_one_memory_until_it_is_private_again() {
        let (shared, own) = (pages(2, true), pages(4, false));
        let at = own as usize + size();
        // SAFETY: all of it is this test's own.
        unsafe {
            own.write_bytes(7, 4 * size());
            alias(shared, 2 * size(), at).unwrap();
            shared.add(size()).write(42);
            assert_eq!(own.add(2 * size()).read(), 42);
            own.add(size()).write(43);
            assert_eq!(shared.read(), 43);
            assert_eq!((own.read(), own.add(3 * size()).read()), (7, 7), "what is around stays");
            assert!(!is_private(own as usize, 4 * size()));

            make_private(at, 2 * size()).unwrap();
            own.add(size()).write(1);
            assert_eq!(shared.read(), 43);
            assert!(is_private(own as usize, 4 * size()));
            release(own as usize, 4 * size());
            release(shared as usize, 2 * size());
        }
    }

    #[test]
    fn private_memory_has_no_second_address() {
        let (one, other) = (pages(1, false), pages(1, false));
        // SAFETY: both are this test's own.
        unsafe {
            assert!(alias(one, size(), other as usize).is_err());
            assert!(alias(one.wrapping_add(1), size(), other as usize).is_err(), "no whole page");
            release(one as usize, size());
        }
    }

    #[test]
    fn what_is_taken_is_not_reserved() {
        let own = pages(2, false);
        // SAFETY: the second page is this test's own, and unused.
        unsafe { release(own as usize + size(), size()) };
        assert_eq!(reserve(own as usize, size(), true).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let at = own as usize + size();
        // Another thread's allocation may have taken it in the meantime, and then has it.
        if reserve(at, size(), true).is_ok() {
            // SAFETY: just reserved.
            unsafe {
                (at as *mut u8).write(1);
                release(at, size());
            }
        }
        assert!(reserve(at, 0, true).is_err() && reserve(1, size(), true).is_err());
        assert!(reserve(usize::MAX - size() + 1, size(), true).is_err());
    }

    #[test]
    fn only_anonymous_memory_without_gaps_is_private() {
        let maps = "1000-3000 rw-p 00000000 00:00 0\n3000-4000 rw-p 00000000 00:00 0 [heap]\n\
                    5000-6000 rw-p 00000000 00:00 0\n6000-7000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n\
                    7000-8000 r--p 00000000 00:00 0\n8000-9000 rw-p 00000000 08:01 7 /lib/x.so\n";
        let covered = |from, end| covers(maps.as_bytes(), from, end);
        assert!(covered(0x1000, 0x4000) && covered(0x2000, 0x3000) && covered(0x5000, 0x6000));
        assert!(!covered(0x3000, 0x5000), "a gap");
        assert!(!covered(0x5000, 0x7000), "shared");
        assert!(!covered(0x7000, 0x8000), "not writable");
        assert!(!covered(0x8000, 0x9000), "a file");
        assert!(!covered(0x9000, 0xa000), "nothing");
    }
}
