//! Callbacks inside structs, and structs that callbacks are shown.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::api::cb::guest::*;
use crate::api::connect;
use crate::api::types::*;
use crate::{eventually, item, pointer};

/// What an allocator did.
#[derive(Default)]
struct Heap {
    taken: Mutex<Vec<usize>>,
    freed: Mutex<Vec<usize>>,
}

/// No address of anything.
unsafe extern "C" fn take(size: usize, user: *mut c_void) -> *mut c_void {
    // SAFETY: the tests register a `Heap`.
    unsafe { &*user.cast::<Heap>() }.taken.lock().unwrap().push(size);
    (0xdead_0000 + size) as *mut c_void
}

unsafe extern "C" fn take_nothing(_size: usize, _user: *mut c_void) -> *mut c_void {
    null_mut()
}

unsafe extern "C" fn give(memory: *mut c_void, user: *mut c_void) {
    // SAFETY: as above.
    unsafe { &*user.cast::<Heap>() }.freed.lock().unwrap().push(memory as usize);
}

static AUDITED: AtomicU32 = AtomicU32::new(0);
/// The tests that look at `AUDITED`.
static TURN: Mutex<()> = Mutex::new(());

unsafe extern "C" fn audit(n: u32) {
    AUDITED.fetch_add(n, Ordering::SeqCst);
}

fn hooks(heap: &Heap, count: u32) -> hooks_ {
    let user = pointer(heap);
    hooks_ { user, alloc: Some(take), free: Some(give), count, audit: Some(audit), next: null_mut() }
}

#[test]
fn callbacks_in_structs_are_called_with_the_user_data_beside_them() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    connect();
    let heaps: [Heap; 3] = Default::default();
    AUDITED.store(0, Ordering::SeqCst);
    let mut inner = hooks(&heaps[2], 300);
    let list = [hooks(&heaps[0], 1), hooks_ { next: &raw mut inner, ..hooks(&heaps[1], 20) }];
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbHooks(2, list.as_ptr(), 5) }, OK);
    for heap in &heaps {
        assert_eq!(*heap.taken.lock().unwrap(), [5]);
        assert_eq!(*heap.freed.lock().unwrap(), [0xdead_0005]);
    }
    assert_eq!(AUDITED.load(Ordering::SeqCst), 321);
}

#[test]
fn a_callback_in_a_struct_that_is_null_is_null_for_the_vendor() {
    let heap = Heap::default();
    connect();
    let none = hooks_ { alloc: None, audit: None, ..hooks(&heap, 0) };
    let half = hooks_ { free: None, audit: None, ..hooks(&heap, 0) };
    let empty = hooks_ { alloc: Some(take_nothing), audit: None, ..hooks(&heap, 0) };
    let nothing = hooks_ { free: None, ..none };
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbHooks(1, &none, 5), BAD);
        assert_eq!(cbHooks(1, &nothing, 5), BAD);
        assert_eq!(cbHooks(1, &half, 5), OK);
        assert_eq!(cbHooks(1, &empty, 5), MISSING, "null that a callback returned");
    }
    assert_eq!((heap.taken.lock().unwrap().len(), heap.freed.lock().unwrap().len()), (1, 0));
}

#[test]
fn a_struct_that_comes_back_holds_the_applications_own_functions() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let (heap, inner_heap) = (Heap::default(), Heap::default());
    connect();
    let mut inner = hooks(&inner_heap, 8);
    let mut outer = hooks_ { next: &raw mut inner, free: None, ..hooks(&heap, 4) };
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbSwapHooks(&mut outer) }, OK);
    assert_eq!(outer.count, 5);
    assert_eq!(outer.user, pointer(&heap));
    assert_eq!(outer.alloc.map(|f| f as usize), Some(take as *const () as usize));
    assert!(outer.free.is_none());
    assert!(outer.audit.is_none(), "the vendor took it away");
    assert_eq!(outer.next, &raw mut inner);
    assert_eq!(inner.free.map(|f| f as usize), Some(give as *const () as usize));
    assert_eq!(inner.audit.map(|f| f as usize), Some(audit as *const () as usize));
    assert_eq!((inner.count, inner.user), (8, pointer(&inner_heap)));
    assert_eq!(*heap.taken.lock().unwrap(), [7]);
}

#[test]
fn a_callback_in_a_struct_that_is_kept_may_be_called_later_from_a_thread_of_the_vendors() {
    let heap = Heap::default();
    connect();
    let mut next = hooks(&heap, 0);
    let given = hooks_ { next: &raw mut next, ..hooks(&heap, 0) };
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbKeepHooks(&given), OK);
        for size in 1..=20 {
            assert_eq!(cbUseHooks(size), OK);
        }
    }
    assert_eq!(*heap.taken.lock().unwrap(), (1..=20).collect::<Vec<_>>());
    // Nobody waits for a callback without a result.
    eventually(|| heap.freed.lock().unwrap().len() == 20);
    let mut freed = heap.freed.lock().unwrap().clone();
    // Each is of another thread of the vendor's.
    freed.sort_unstable();
    assert_eq!(freed, (0xdead_0001..=0xdead_0014).collect::<Vec<_>>());
}

#[test]
fn a_member_of_a_union_is_a_callback_where_the_struct_says_so() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    connect();
    AUDITED.store(0, Ordering::SeqCst);
    let choices = [
        choice_ { kind: 1, what: what_ { audit: Some(audit) } },
        choice_ { kind: 2, what: what_ { number: 77 } },
        choice_ { kind: 1, what: what_ { audit: None } },
        choice_ { kind: 0, what: what_ { number: 5 } },
    ];
    let mut sum = 0;
    // What is for one call is given back after it, or there would be no room for so many.
    for _ in 0..100 {
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { cbChoose(4, choices.as_ptr(), &mut sum) }, OK);
        assert_eq!(sum, 82);
    }
    assert_eq!(AUDITED.load(Ordering::SeqCst), 1100);
}

/// What a callback saw of a piece and those behind it.
unsafe fn describe(mut piece: *const piece_) -> String {
    let mut text = String::new();
    while !piece.is_null() {
        // SAFETY: the API shows a list of pieces.
        unsafe {
            let piece_ { name, owner, count, values, next } = *piece;
            let name = if name.is_null() { c"-" } else { CStr::from_ptr(name) };
            let sum: u64 = (0..count as usize).map(|n| u64::from(*values.add(n))).sum();
            text += &format!("{} {:#x} {count} {sum}; ", name.to_str().unwrap(), owner as usize);
            piece = next;
        }
    }
    text
}

/// What `describe` says of piece `k` of the item `i`.
fn described(i: item, k: u64) -> String {
    let sum: u64 = (0..k).sum();
    format!("piece {k} {0:#x} {k} {sum}; middle {0:#x} 0 0; - 0x0 5000 12497500; ", i as usize)
}

struct Looked {
    texts: Mutex<Vec<String>>,
    names: Mutex<Vec<String>>,
    ends: AtomicU32,
}

fn looked() -> Looked {
    Looked { texts: Mutex::default(), names: Mutex::default(), ends: AtomicU32::new(0) }
}

unsafe extern "C" fn look(
    n: u32,
    pieces: *const piece_,
    names: *const *const c_char,
    data: *mut c_void,
) -> status {
    // SAFETY: the API shows `n` pieces and names, and the tests register a `Looked`.
    unsafe {
        let looked = &*data.cast::<Looked>();
        for k in 0..n as usize {
            looked.texts.lock().unwrap().push(describe(pieces.add(k)));
            looked.names.lock().unwrap().push(CStr::from_ptr(*names.add(k)).to_str().unwrap().into());
        }
    }
    n as status
}

#[test]
fn a_callback_is_shown_structs_with_everything_that_they_point_to() {
    let i = item();
    for n in [0u32, 1, 3, 200] {
        let seen = looked();
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { cbLook(i, n, Some(look), pointer(&seen)) }, n as status);
        let expected: Vec<_> = (0..u64::from(n)).map(|k| described(i, k)).collect();
        assert_eq!(*seen.texts.lock().unwrap(), expected);
        let names: Vec<_> = (0..n).map(|k| format!("piece {k}")).collect();
        assert_eq!(*seen.names.lock().unwrap(), names);
    }
}

unsafe extern "C" fn told(piece: *const piece_, data: *mut c_void) {
    // SAFETY: as above.
    unsafe {
        let looked = &*data.cast::<Looked>();
        match piece.is_null() {
            true => _ = looked.ends.fetch_add(1, Ordering::SeqCst),
            false => looked.texts.lock().unwrap().push(describe(piece)),
        }
    }
}

#[test]
fn what_a_callback_is_shown_is_as_it_was_when_the_vendor_called() {
    let i = item();
    let seen = looked();
    // SAFETY: arguments as the API demands; the vendor waits for no result, and its pieces are gone at once.
    assert_eq!(unsafe { cbTell(i, 50, Some(told), pointer(&seen)) }, OK);
    eventually(|| seen.ends.load(Ordering::SeqCst) == 1);
    let expected: Vec<_> = (0..50).map(|k| described(i, k)).collect();
    assert_eq!(*seen.texts.lock().unwrap(), expected);
}

unsafe extern "C" fn write_part(size: usize, to: *mut c_void, used: *mut usize, data: *mut c_void) {
    // SAFETY: the API gives `size` bytes and a number.
    unsafe {
        let n = data as usize;
        to.cast::<u8>().write_bytes(3, n.min(size));
        *used = n;
    }
}

#[test]
fn what_a_callback_did_not_write_stays_as_the_vendor_has_it() {
    connect();
    for (size, n) in [(10usize, 4usize), (10, 10), (10, 0), (10, 99), (0, 0), (100_000, 60_000)] {
        let mut bytes = vec![1u8; size];
        // SAFETY: arguments as the API demands.
        let used = unsafe { cbPart(size, bytes.as_mut_ptr(), Some(write_part), n as *mut c_void) };
        assert_eq!(used, n as status);
        let written = bytes.iter().filter(|b| **b == 3).count();
        assert_eq!((written, bytes.iter().filter(|b| **b == 1).count()), (n.min(size), size - n.min(size)));
        assert!(bytes.is_sorted_by(|a, b| a >= b), "its beginning");
    }
}

#[test]
fn no_list_at_all_is_null() {
    connect();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbHooks(0, null(), 5) }, OK);
}
