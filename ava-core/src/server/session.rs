//! What all shadow threads of a session share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::api::{ServerApi, Vendor};
use super::handles::Handles;
use super::order::Order;
use super::registry::Registries;
use super::staging::StagingTable;
use crate::router::account::Account;
use crate::transport::Arena;
use crate::wire::HandleId;

/// One guest process's session.
pub(super) struct Session {
    pub(super) api: &'static ServerApi,
    pub(super) vendor: Arc<Vendor>,
    pub(super) arena: Arena,
    pub(super) handles: Handles,
    pub(super) order: Order,
    pub(super) registries: Registries,
    pub(super) staging: StagingTable,
    pub(super) account: Arc<Account>,
    pub(super) sticky: Sticky,
}

impl Session {
    pub(super) fn new(
        api: &'static ServerApi,
        vendor: Arc<Vendor>,
        arena: Arena,
        account: Arc<Account>,
    ) -> Self {
        Self {
            api,
            vendor,
            arena,
            handles: Handles::default(),
            order: Order::default(),
            registries: Registries::default(),
            staging: StagingTable::default(),
            account,
            sticky: Sticky::default(),
        }
    }

    /// Most bytes of staging buffers at once: what the guest could map natively is bounded by the machine, so this is too.
    pub(super) fn stage_limit(&self) -> u64 {
        // SAFETY: `sysconf` has no preconditions.
        let (pages, size) =
            unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
        u64::try_from(pages).unwrap_or(0).saturating_mul(u64::try_from(size).unwrap_or(0)) / 2
    }
}

/// Failures of asynchronous calls that the application has not been told of yet, by object.
#[derive(Default)]
pub(super) struct Sticky {
    count: AtomicUsize,
    statuses: Mutex<HashMap<HandleId, i64>>,
}

impl Sticky {
    /// Notes that a call on `object` failed with `status`; the first failure stays.
    pub(super) fn put(&self, object: HandleId, status: i64) {
        let mut statuses = self.statuses.lock().unwrap_or_else(|e| e.into_inner());
        statuses.entry(object).or_insert(status);
        self.count.store(statuses.len(), Ordering::Release);
    }

    /// Takes the status that waits for the next synchronous call on `object`.
    #[inline]
    pub(super) fn take(&self, object: HandleId) -> Option<i64> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut statuses = self.statuses.lock().unwrap_or_else(|e| e.into_inner());
        let status = statuses.remove(&object);
        self.count.store(statuses.len(), Ordering::Release);
        status
    }
}
