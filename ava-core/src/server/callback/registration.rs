//! Which function of the application's a trampoline stands for.

use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;
use std::sync::{Arc, Mutex, Weak};

use super::super::api::Refusal;
use super::super::call::Call;
use super::super::session::Session;
pub use crate::spec::CallbackLife as Lifetime;

/// Trampolines of a type of callbacks without user data.
pub const POOL: usize = 64;

/// Most registrations of a session at a time.
const MAX_RECORDS: usize = 1 << 18;

/// A record that was given back is used again only after so many others, so that a vendor that calls once too often finds it empty.
const QUARANTINE: usize = 1024;

/// What the application registered.
#[derive(Clone)]
struct Registration {
    session: Weak<Session>,
    /// Types and addresses of the functions that share the user data.
    functions: Arc<[(u16, u64)]>,
    userdata: u64,
    lifetime: Lifetime,
}

/// The vendor's user data points to one. It is never freed, as nothing says when the vendor forgets it: it is emptied, and used
/// again for other registrations.
#[derive(Default)]
pub(in super::super) struct Record(Mutex<Option<Registration>>);

impl Record {
    fn set(&self, registration: Option<Registration>) -> Option<Registration> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(|e| e.into_inner()), registration)
    }
}

/// The slots of a type of callbacks whose trampolines know them by their number alone: a static of the generated code.
pub struct Pool(Mutex<[Option<Registration>; POOL]>);

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

impl Pool {
    /// One with all slots free.
    pub const fn new() -> Self {
        Self(Mutex::new([const { None }; POOL]))
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, [Option<Registration>; POOL]> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// A registration that ends before the session does.
#[derive(Clone, Copy)]
pub(in super::super) enum Registered {
    Record(&'static Record, Lifetime),
    Slot(&'static Pool, usize),
}

/// By what a trampoline finds its registration.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    /// By the user data that the vendor hands back; the function's number among those that share it.
    Record(u64, usize),
    /// By the trampoline's own number.
    Slot(&'static Pool, usize),
}

/// A function of the application's.
pub(super) struct Target {
    pub(super) session: Arc<Session>,
    pub(super) callback: u16,
    pub(super) function: u64,
    pub(super) userdata: u64,
}

impl Found {
    /// The application's function; `None` if it is not registered any more, or its session is over.
    ///
    /// # Safety
    /// A record's address is what the vendor was given as user data.
    pub(super) unsafe fn target(self) -> Option<Target> {
        let (registration, index) = match self {
            Self::Record(address, index) => {
                // SAFETY: by the caller's promise it is the address of a record, none of which is ever freed; or null.
                let record = unsafe { (address as usize as *const Record).as_ref() }?;
                let mut state = record.0.lock().unwrap_or_else(|e| e.into_inner());
                let registration = state.clone()?;
                if registration.lifetime == Lifetime::Once {
                    *state = None;
                    drop(state);
                    if let Some(session) = registration.session.upgrade() {
                        session.callbacks.known.give_back(record);
                    }
                }
                (registration, index)
            }
            Self::Slot(pool, index) => (pool.slots().get(index)?.clone()?, 0),
        };
        let (callback, function) = *registration.functions.get(index).filter(|(_, f)| *f != 0)?;
        let session = registration.session.upgrade()?;
        Some(Target { session, callback, function, userdata: registration.userdata })
    }
}

/// The types and addresses of functions, and their user data.
type Key = (Arc<[(u16, u64)]>, u64);

#[derive(Default)]
struct Records {
    /// Those that stay, by what they are for.
    kept: HashMap<Key, &'static Record>,
    /// Those that were given back, the first in front.
    free: VecDeque<&'static Record>,
    made: usize,
}

/// Every record of the process. The vendor may call back with one at any time, also after its session, so none is ever freed.
static EVERY: Mutex<Vec<&'static Record>> = Mutex::new(Vec::new());

/// The registrations of a session.
#[derive(Default)]
pub(super) struct Known(Mutex<Records>);

impl Known {
    fn records(&self) -> std::sync::MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn register(&self, registration: Registration) -> Option<&'static Record> {
        let key: Key = (registration.functions.clone(), registration.userdata);
        let kept = registration.lifetime == Lifetime::Kept;
        let mut records = self.records();
        if kept && let Some(record) = records.kept.get(&key) {
            return Some(record);
        }
        let record = match records.free.len() > QUARANTINE || records.made >= MAX_RECORDS {
            true => records.free.pop_front()?,
            false => {
                records.made += 1;
                let record: &'static Record = Box::leak(Box::default());
                EVERY.lock().unwrap_or_else(|e| e.into_inner()).push(record);
                record
            }
        };
        record.set(Some(registration));
        if kept {
            records.kept.insert(key, record);
        }
        Some(record)
    }

    /// The record is empty.
    fn give_back(&self, record: &'static Record) {
        self.records().free.push_back(record);
    }
}

impl Call<'_> {
    /// Registers functions of the application's, as their types and addresses, with their common user data: what the vendor gets as
    /// user data. That is the application's own if there is no function.
    ///
    /// # Errors
    /// [`Refusal::Limit`] if the session has too many registrations.
    pub fn register_callbacks(
        &mut self,
        functions: &[(u16, u64)],
        userdata: u64,
        lifetime: Lifetime,
    ) -> Result<u64, Refusal> {
        if functions.iter().all(|(_, function)| *function == 0) {
            return Ok(userdata);
        }
        let session = self.session.me.clone();
        let registration = Registration { session, functions: functions.into(), userdata, lifetime };
        let Some(record) = self.session.callbacks.known.register(registration) else {
            tracing::warn!("{} callbacks are registered; the call is refused", MAX_RECORDS);
            return Err(Refusal::Limit);
        };
        if lifetime != Lifetime::Kept {
            self.scratch.registered.push(Registered::Record(record, lifetime));
        }
        Ok(std::ptr::from_ref(record) as usize as u64)
    }

    /// Registers a function of the application's that gets no user data: the number of its trampoline. `None` for null.
    ///
    /// # Errors
    /// [`Refusal::Limit`] if all trampolines of its type are taken.
    pub fn register_slot(
        &mut self,
        name: &str,
        pool: &'static Pool,
        callback: u16,
        function: u64,
        lifetime: Lifetime,
    ) -> Result<Option<usize>, Refusal> {
        if function == 0 {
            return Ok(None);
        }
        let mut slots = pool.slots();
        let same = |slot: &Option<Registration>| {
            slot.as_ref().is_some_and(|r| {
                r.lifetime == Lifetime::Kept
                    && r.functions[..] == [(callback, function)]
                    && r.session.ptr_eq(&self.session.me)
            })
        };
        if let (Lifetime::Kept, Some(n)) = (lifetime, slots.iter().position(same)) {
            return Ok(Some(n));
        }
        let over = |slot: &Option<Registration>| slot.as_ref().is_some_and(|r| r.session.strong_count() == 0);
        let free = slots.iter().position(Option::is_none).or_else(|| slots.iter().position(over));
        let Some(n) = free else {
            drop(slots);
            tracing::error!(
                callback = name,
                "more than {POOL} functions are registered as callbacks without user data; the call is refused"
            );
            return Err(Refusal::Limit);
        };
        let (session, functions) = (self.session.me.clone(), [(callback, function)].into());
        slots[n] = Some(Registration { session, functions, userdata: 0, lifetime });
        drop(slots);
        if lifetime != Lifetime::Kept {
            self.scratch.registered.push(Registered::Slot(pool, n));
        }
        Ok(Some(n))
    }

    /// The call is over, and so are the callbacks that were for it alone; and if it failed, those that would have run once.
    #[cold]
    pub(in super::super) fn unregister(&mut self, ok: bool) {
        for registered in self.scratch.registered.drain(..) {
            match registered {
                Registered::Record(_, Lifetime::Once) if ok => {}
                Registered::Record(record, _) => {
                    // One that ran was given back then.
                    if record.set(None).is_some() {
                        self.session.callbacks.known.give_back(record);
                    }
                }
                Registered::Slot(pool, n) => pool.slots()[n] = None,
            }
        }
    }
}

/// What an author's expression for an extension may be.
#[diagnostic::on_unimplemented(
    message = "an extension is a `*mut c_void` or an `Option` of a function, not `{Self}`",
    label = "not where the vendor's function is",
    note = "the function's type is `{F}`"
)]
pub trait IntoFunction<F> {
    /// The function, if there is one.
    ///
    /// # Safety
    /// A pointer that is not null is to a function of type `F`.
    unsafe fn into_function(self) -> Option<F>;
}

impl<F> IntoFunction<F> for Option<F> {
    unsafe fn into_function(self) -> Option<F> {
        self
    }
}

impl<F> IntoFunction<F> for *mut c_void {
    unsafe fn into_function(self) -> Option<F> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        // SAFETY: by the caller's promise it is such a function's address; `F` is a pointer to a function.
        (!self.is_null()).then(|| unsafe { std::mem::transmute_copy(&self) })
    }
}

impl<F> IntoFunction<F> for *const c_void {
    unsafe fn into_function(self) -> Option<F> {
        // SAFETY: passed on to the caller.
        unsafe { self.cast_mut().into_function() }
    }
}
