//! The vendor's functions that are given callbacks in structs, and that show structs to callbacks.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use super::super::api::types::*;
use super::Sent;

type Look = Option<unsafe extern "C" fn(u32, *const piece_, *const *const c_char, *mut c_void) -> status>;
type Told = Option<unsafe extern "C" fn(*const piece_, *mut c_void)>;
type Part = Option<unsafe extern "C" fn(usize, *mut u8, *mut usize, *mut c_void)>;

static KEPT: Mutex<Option<Sent<hooks_>>> = Mutex::new(None);

/// Takes a piece of memory and gives it back, and says so.
unsafe fn use_hooks(hooks: &hooks_, size: usize) -> status {
    let Some(alloc) = hooks.alloc else { return BAD };
    // SAFETY: the callbacks are called as they were registered.
    unsafe {
        let memory = alloc(size, hooks.user);
        match hooks.free {
            Some(free) if !memory.is_null() => free(memory, hooks.user),
            Some(_) => return MISSING,
            None => {}
        }
        if let Some(audit) = hooks.audit {
            audit(hooks.count);
        }
    }
    OK
}

unsafe extern "C" fn hooks(n: u32, list: *const hooks_, size: usize) -> status {
    // SAFETY: as the API says.
    let list = if n == 0 { &[] } else { unsafe { std::slice::from_raw_parts(list, n as usize) } };
    for first in list {
        let mut hooks: *const hooks_ = first;
        while !hooks.is_null() {
            // SAFETY: as above.
            let used = unsafe { use_hooks(&*hooks, size) };
            if used != OK {
                return used;
            }
            // SAFETY: as above.
            hooks = unsafe { (*hooks).next };
        }
    }
    OK
}

unsafe extern "C" fn swap_hooks(hooks: *mut hooks_) -> status {
    // SAFETY: as above.
    unsafe {
        let used = use_hooks(&*hooks, 7);
        (*hooks).audit = None;
        (*hooks).count += 1;
        used
    }
}

unsafe extern "C" fn keep_hooks(hooks: *const hooks_) -> status {
    // SAFETY: as above.
    let hooks = unsafe { *hooks };
    let local = hooks.audit.is_none() && hooks.next.is_null();
    *KEPT.lock().unwrap() = Some(Sent(hooks));
    if local { OK } else { BAD }
}

unsafe extern "C" fn use_kept(size: usize) -> status {
    let hooks = KEPT.lock().unwrap().expect("they were given");
    // SAFETY: as above.
    std::thread::spawn(move || unsafe { use_hooks(&hooks.get(), size) }).join().unwrap()
}

unsafe extern "C" fn choose(n: u32, choices: *const choice_, sum: *mut u64) -> status {
    // SAFETY: as above.
    unsafe {
        *sum = 0;
        for choice in std::slice::from_raw_parts(choices, n as usize) {
            match (choice.kind, choice.what.audit) {
                (1, Some(audit)) => audit(11),
                (1, None) => {}
                _ => *sum += choice.what.number,
            }
        }
    }
    OK
}

/// `n` pieces, each with one more value than the one before and a list of two behind it, given to `show` with their names.
fn with_pieces(owner: item, n: u32, show: impl FnOnce(&[piece_], &[*const c_char]) -> status) -> status {
    let strings: Vec<_> = (0..n).map(|k| CString::new(format!("piece {k}")).unwrap()).collect();
    let names: Vec<_> = strings.iter().map(|name| name.as_ptr()).collect();
    let values: Vec<u32> = (0..n.max(5000)).collect();
    let last = piece_ { name: null(), owner: null_mut(), count: 5000, values: values.as_ptr(), next: null() };
    let middle = piece_ { name: c"middle".as_ptr(), owner, count: 0, values: null(), next: &raw const last };
    let piece = |k: u32| piece_ {
        name: names[k as usize],
        owner,
        count: k,
        values: values.as_ptr(),
        next: &raw const middle,
    };
    let pieces: Vec<piece_> = (0..n).map(piece).collect();
    show(&pieces, &names)
}

unsafe extern "C" fn look(i: item, n: u32, f: Look, data: *mut c_void) -> status {
    let Some(f) = f else { return BAD };
    // SAFETY: as above.
    with_pieces(i, n, |pieces, names| unsafe { f(n, pieces.as_ptr(), names.as_ptr(), data) })
}

unsafe extern "C" fn tell(i: item, times: u32, f: Told, data: *mut c_void) -> status {
    let Some(f) = f else { return BAD };
    let sent = Sent((i, f, data));
    std::thread::spawn(move || {
        let (i, f, data) = sent.get();
        for n in 0..times {
            // SAFETY: as above. The pieces are gone when this returns.
            with_pieces(i, n + 1, |pieces, _| unsafe {
                f(&pieces[n as usize], data);
                OK
            });
        }
        // SAFETY: as above.
        unsafe { f(null(), data) };
    });
    OK
}

unsafe extern "C" fn part(size: usize, bytes: *mut u8, f: Part, data: *mut c_void) -> status {
    let Some(f) = f else { return BAD };
    let mut used = 0;
    // SAFETY: as above.
    unsafe { f(size, bytes, &mut used, data) };
    used as status
}

/// The vendor's function called `name`.
pub(super) fn find(name: &CStr) -> *mut c_void {
    match name.to_bytes() {
        b"cbHooks" => hooks as *mut c_void,
        b"cbSwapHooks" => swap_hooks as *mut c_void,
        b"cbKeepHooks" => keep_hooks as *mut c_void,
        b"cbUseHooks" => use_kept as *mut c_void,
        b"cbChoose" => choose as *mut c_void,
        b"cbLook" => look as *mut c_void,
        b"cbTell" => tell as *mut c_void,
        b"cbPart" => part as *mut c_void,
        _ => null_mut(),
    }
}
