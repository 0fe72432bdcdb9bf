//! What the guest library says on stderr: as little as possible, and never twice.

use std::sync::OnceLock;

/// Prints `message` unless `AVA_LOG=off`.
pub(super) fn warn(message: std::fmt::Arguments<'_>) {
    static QUIET: OnceLock<bool> = OnceLock::new();
    let quiet = QUIET.get_or_init(|| std::env::var_os("AVA_LOG").is_some_and(|v| v == "off"));
    if !quiet {
        use std::io::Write;
        // A closed stderr is no reason to disturb the application.
        let _ = writeln!(std::io::stderr(), "AvA: {message}");
    }
}
