//! What a call does beside its results: what it uses of resources, which objects it frees, and what it leaves in `errno`.

use super::call::Call;
use super::handles::Found;
use super::session::Session;
use crate::router::gate;
use crate::spec::HandleKind;
use crate::wire::HandleId;

/// What `errno` is set to before a call that may change it: no error has this number.
const UNTOUCHED: i32 = -1;

impl Session {
    /// Removes `id` from the table, and gives back what its object held; what it stood for.
    pub(super) fn forget(&self, id: HandleId, kind: u8) -> Option<Found> {
        let found =
            self.handles.remove(id, kind, |resource, amount| gate::release(&self.account, resource, amount));
        self.log.died(id, kind);
        found
    }
}

impl Call<'_> {
    /// The call costs `amount` units of `resource`.
    #[inline]
    pub fn charge(&mut self, resource: u8, amount: u64) {
        gate::charge(&self.session.account, resource, amount);
    }

    /// The call gave `amount` units of a resource back, or failed to use what it was charged for.
    pub fn give_back(&mut self, resource: u8, amount: u64) {
        gate::release(&self.session.account, resource, amount);
    }

    /// Settles what was charged of a continuous resource, once new objects have their ids: if the call succeeded, the object `id` that
    /// it made holds it until it dies, or else (0) the session does; otherwise it is given back.
    pub fn allocated(&mut self, resource: u8, amount: u64, ok: bool, id: HandleId, kind: u8) {
        let session = self.session;
        if ok && (id == 0 || session.handles.hold(id, kind, resource, amount)) {
            session.account.mark_peak(resource);
        } else {
            gate::release(&session.account, resource, amount);
        }
    }

    /// The call freed the object `id`, if it succeeded. The vendor's own is gone, so its release function is not called.
    ///
    /// Of an asynchronous call that failed, the guest believes that it succeeded and will never name the object again: it is forgotten as
    /// well.
    pub fn freed<K: HandleKind>(&mut self, id: HandleId, ok: bool) {
        if ok || self.asynchronous {
            self.session.forget(id, K::KIND);
        }
        if !ok && self.asynchronous {
            // Nobody can ask any more how the call went.
            self.session.sticky.take(id);
        }
    }

    /// The call was refused before the vendor saw it: what the gate charged is given back.
    pub(super) fn cancel_charges(&self) {
        let session = self.session;
        gate::cancel(session.api.desc, &session.account, &self.header, &self.scratch.memory.command);
    }

    /// The vendor's function is about to run, and may set `errno`.
    #[inline]
    pub fn watch_errno(&mut self) {
        // SAFETY: the location is this thread's.
        unsafe { *libc::__errno_location() = UNTOUCHED };
    }

    /// The vendor's function has just returned: what it left in `errno` goes into the reply.
    #[inline]
    pub fn keep_errno(&mut self) {
        // SAFETY: as above.
        let errno = unsafe { *libc::__errno_location() };
        // An error that does not fit is none of the system's; the application keeps what it has.
        self.errno = errno.checked_add(1).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
    }
}
