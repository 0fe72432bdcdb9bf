//! What all shadow threads of a session share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::api::{ServerApi, Vendor};
use super::callback::Callbacks;
use super::handles::Handles;
use super::kept::KeptMemory;
use super::order::Order;
use super::registry::Registries;
use super::staging::StagingTable;
use crate::migrate::Log;
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
    pub(super) kept: KeptMemory,
    pub(super) account: Arc<Account>,
    pub(super) sticky: Sticky,
    pub(super) log: Arc<Log>,
    /// Most bytes of staging buffers at once.
    pub(super) stage_limit: u64,
    pub(super) callbacks: Callbacks,
    /// This session, for what may outlive it.
    pub(super) me: Weak<Session>,
}

impl Session {
    pub(super) fn new(
        api: &'static ServerApi,
        vendor: Arc<Vendor>,
        arena: Arena,
        account: Arc<Account>,
        log: Arc<Log>,
        stage_limit: u64,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            api,
            vendor,
            arena,
            handles: Handles::default(),
            order: Order::default(),
            registries: Registries::default(),
            staging: StagingTable::default(),
            kept: KeptMemory::default(),
            account,
            sticky: Sticky::default(),
            log,
            stage_limit,
            callbacks: Callbacks::default(),
            me: me.clone(),
        })
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
