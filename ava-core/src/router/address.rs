//! Where the router listens: one rule for guests, avad and ava.

use std::path::PathBuf;

/// Names the router to use, overriding the defaults: a path, with or without the prefix `unix:`.
pub const VARIABLE: &str = "AVA_ROUTER";

/// Set by avad in the environment of the API servers. A guest library that a vendor's library brings along into one, as an OpenCL
/// loader does with every vendor that it finds, makes no session: it would be served by another server, which loads it again.
pub const SERVER_VARIABLE: &str = "AVA_SERVER";

/// The machine's own avad.
pub fn system() -> PathBuf {
    PathBuf::from("/run/ava/avad.sock")
}

/// Where an avad that the calling user starts listens: [`system`] for root, else in the user's runtime directory.
pub fn own() -> PathBuf {
    // SAFETY: `geteuid` has no preconditions and cannot fail.
    let uid = unsafe { libc::geteuid() };
    if uid == 0 {
        return system();
    }
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir).join("ava/avad.sock"),
        None => PathBuf::from(format!("/tmp/ava-{uid}/avad.sock")),
    }
}

/// Where a guest looks for a router, in order: what [`VARIABLE`] says, or the user's own and then the machine's.
pub fn candidates() -> Vec<PathBuf> {
    if let Some(given) = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()) {
        let given = given.to_string_lossy().into_owned();
        return vec![PathBuf::from(given.strip_prefix("unix:").unwrap_or(&given))];
    }
    let mut out = vec![own()];
    if out[0] != system() {
        out.push(system());
    }
    out
}
