//! The table of sessions, and what is remembered of those that ended.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use ava_core::{
    router::account::{Account, AccountSnapshot, now_ms},
    spec::ApiDesc,
};

use super::{lock, server::Server, tenants::Place};
use crate::control::{FunctionReport, Ps, ResourceReport, SessionList, SessionReport};

/// How many ended sessions are remembered.
const REMEMBERED: usize = 1000;

/// Who a session is for.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    /// User, from the peer credentials.
    pub uid: u32,
    /// The user's name.
    pub user: String,
    /// Process, from the peer credentials; as the guest says if it is not visible here.
    pub pid: u32,
    /// Command line, as the guest says.
    pub program: String,
    /// Tag, as the guest says.
    pub tag: String,
}

/// What both kinds of sessions have.
#[derive(Debug)]
struct Facts {
    guest: Guest,
    api: &'static ApiDesc,
    server_pid: u32,
    started: (SystemTime, Instant),
}

#[derive(Debug)]
struct Live {
    facts: Facts,
    account: Account,
    server: Arc<Server>,
    /// Why avad ended it, if it did.
    verdict: Option<String>,
    _place: Place,
}

#[derive(Debug)]
struct Ended {
    facts: Facts,
    figures: AccountSnapshot,
    age_ms: u64,
    reason: String,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    live: BTreeMap<u64, Live>,
    ended: VecDeque<(u64, Ended)>,
    forgotten: u64,
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Inner>);

impl Sessions {
    /// Enters a session that `server` is about to serve; its number.
    pub(super) fn begin(
        &self,
        guest: Guest,
        api: &'static ApiDesc,
        server: Arc<Server>,
        account: Account,
        place: Place,
    ) -> u64 {
        let mut inner = lock(&self.0);
        inner.last += 1;
        let id = inner.last;
        let started = (SystemTime::now(), Instant::now());
        let facts = Facts { guest, api, server_pid: server.pid(), started };
        inner.live.insert(id, Live { facts, account, server, verdict: None, _place: place });
        id
    }

    /// Moves session `id` to the ended ones. Does nothing if it is there already.
    pub(super) fn end(&self, id: u64, reason: &str) {
        let mut inner = lock(&self.0);
        let Some(live) = inner.live.remove(&id) else { return };
        let Live { facts, account, verdict, .. } = live;
        let ended = Ended {
            figures: account.snapshot(),
            age_ms: facts.started.1.elapsed().as_millis() as u64,
            reason: verdict.unwrap_or_else(|| reason.to_owned()),
            facts,
        };
        let [sync, asynchronous] = ended.figures.totals();
        tracing::info!(
            session = id,
            calls = sync.wrapping_add(asynchronous),
            "{} of {} (process {}) ended: {}",
            ended.facts.api.name,
            ended.facts.guest.user,
            ended.facts.guest.pid,
            ended.reason
        );
        inner.ended.push_back((id, ended));
        if inner.ended.len() > REMEMBERED {
            inner.ended.pop_front();
            inner.forgotten += 1;
        }
    }

    /// Kills the server of session `id`, if `may` says yes to the session's user. The guest sees its device lost.
    ///
    /// # Errors
    /// Why not, for the user.
    pub(super) fn kill(&self, id: u64, by: &str, may: impl Fn(u32) -> bool) -> Result<(), String> {
        let mut inner = lock(&self.0);
        // Whoever may not see it cannot tell it from one that is not there.
        let Some(live) = inner.live.get_mut(&id).filter(|live| may(live.facts.guest.uid)) else {
            return Err(format!("there is no session {id}; \"ava ps\" lists those that there are"));
        };
        live.verdict = Some(format!("stopped by {by}"));
        live.server.kill();
        Ok(())
    }

    /// The sessions that `which` asks for and whose user `may` be seen.
    pub(super) fn report(&self, which: &Ps, may: impl Fn(u32) -> bool) -> SessionList {
        let wanted = |facts: &Facts| {
            may(facts.guest.uid) && which.tag.as_ref().is_none_or(|tag| *tag == facts.guest.tag)
        };
        let inner = lock(&self.0);
        let ended = inner.ended.iter().filter(|(_, ended)| which.ended && wanted(&ended.facts));
        let live = inner.live.iter().filter(|(_, live)| wanted(&live.facts));
        let ended = ended.map(|(id, Ended { facts, figures, age_ms, reason })| {
            let mut report = report(*id, facts, figures, which.functions);
            // What a session held went with its server.
            for held in report.resources.iter_mut().filter(|resource| resource.peak.is_some()) {
                held.amount = 0;
            }
            SessionReport { age_ms: *age_ms, end: Some(reason.clone()), ..report }
        });
        let live = live.map(|(id, Live { facts, account, .. })| {
            let figures = account.snapshot();
            let idle_ms =
                (figures.last_activity_ms != 0).then(|| now_ms().saturating_sub(figures.last_activity_ms));
            let age_ms = facts.started.1.elapsed().as_millis() as u64;
            SessionReport { age_ms, idle_ms, ..report(*id, facts, &figures, which.functions) }
        });
        let mut sessions: Vec<_> = ended.chain(live).collect();
        sessions.sort_by_key(|session| session.id);
        SessionList { sessions, forgotten: inner.forgotten }
    }
}

/// What is reported of a session whether it ended or not.
fn report(id: u64, facts: &Facts, figures: &AccountSnapshot, functions: bool) -> SessionReport {
    let [sync_calls, async_calls] = figures.totals();
    let called = facts.api.functions.iter().zip(&figures.calls).filter(|(_, calls)| **calls != [0, 0]);
    SessionReport {
        id,
        user: facts.guest.user.clone(),
        uid: facts.guest.uid,
        pid: facts.guest.pid,
        program: facts.guest.program.clone(),
        api: facts.api.name.to_owned(),
        server_pid: facts.server_pid,
        started_unix_ms: facts.started.0.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64),
        age_ms: 0,
        idle_ms: None,
        sync_calls,
        async_calls,
        runtime_calls: figures.calls.last().map_or(0, |[s, a]| s.wrapping_add(*a)),
        bytes_in: figures.bytes_in,
        bytes_out: figures.bytes_out,
        refused_calls: figures.refused,
        resources: resources(facts.api, figures),
        functions: called
            .filter(|_| functions)
            .map(|(function, [sync, asynchronous])| FunctionReport {
                name: function.name.to_owned(),
                sync_calls: *sync,
                async_calls: *asynchronous,
            })
            .collect(),
        end: None,
    }
}

/// What a session uses, with the API's names.
fn resources(api: &ApiDesc, figures: &AccountSnapshot) -> Vec<ResourceReport> {
    let resources = api.resources.iter().zip(figures.resources);
    resources
        .map(|(resource, [amount, peak])| ResourceReport {
            name: resource.name.to_owned(),
            policy: resource.policy.map(str::to_owned),
            amount,
            peak: resource.continuous.then_some(peak),
        })
        .collect()
}
