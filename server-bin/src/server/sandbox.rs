//! What a server gives up before it loads the vendor's library.
//!
//! A guest that takes over its server, by a bug in the vendor's library say, has the device and what the server's process may
//! do. This takes away what no vendor library needs:
//!
//! - every capability, and the way to new ones by set-user-id programs (`no_new_privs`);
//! - being traced, read through `/proc` or dumped: another server or program of the same user cannot look into it;
//! - outliving avad.
//!
//! It is **not** confinement yet. The server keeps the user that avad runs as, with that user's files, network and
//! processes; an avad of root has servers of user 0 without capabilities, which still may read and write what belongs to
//! root. There is no Landlock domain, seccomp filter or namespace: vendors open devices, load plug-ins, keep
//! caches in the home directory and run compilers, so a list of what to allow has to be made for each. Until
//! then, run avad as a user of its own that may use the device and owns nothing else.

use rustix::{
    io::Errno,
    process::{
        DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior, set_parent_process_death_signal,
        setrlimit,
    },
    thread::{
        CapabilitySet, CapabilitySets, clear_ambient_capability_set, set_capabilities, set_no_new_privs,
    },
};

/// The sandbox could not be entered.
#[derive(Debug, thiserror::Error)]
#[error("the API server cannot give up {what}; avad's own sandbox or container may forbid the system call")]
pub struct SandboxError {
    what: &'static str,
    #[source]
    source: Errno,
}

/// Gives all that up, for this process and its children, for good. Call it while the process has one thread.
///
/// # Errors
/// [`SandboxError`] names the step that failed.
pub fn enter() -> Result<(), SandboxError> {
    let step = |what, result: Result<(), Errno>| result.map_err(|source| SandboxError { what, source });
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    step("outliving avad", set_parent_process_death_signal(Some(Signal::KILL)))?;
    step("new privileges", set_no_new_privs(true))?;
    step("its ambient capabilities", clear_ambient_capability_set())?;
    step("its capabilities", set_capabilities(None, sets))?;
    step("core dumps", setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }))?;
    step("being traced", set_dumpable_behavior(DumpableBehavior::NotDumpable))
}
