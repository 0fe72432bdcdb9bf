//! Where the programs' logs go.

use std::{fs::File, io, sync::Mutex};

use tracing_subscriber::{EnvFilter, fmt};

/// Environment variable with a filter, as in `AVA_LOG=debug` or `AVA_LOG=ava_core::transport=trace`.
pub const VARIABLE: &str = "AVA_LOG";

/// The filter to use: [`VARIABLE`], else `default` raised by `verbose` steps.
pub fn filter(default: &str, verbose: u8) -> String {
    const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
    if verbose == 0
        && let Some(given) = std::env::var(VARIABLE).ok().filter(|v| !v.is_empty())
    {
        return given;
    }
    let default = LEVELS.iter().position(|level| *level == default).unwrap_or(1);
    LEVELS[(default + verbose as usize).min(LEVELS.len() - 1)].into()
}

/// Begins to log what `filter` lets through to `file`, or to standard error: there without the time if `brief`, for what
/// a person reads at once.
pub fn init(filter: &str, file: Option<File>, brief: bool) {
    let env = EnvFilter::try_new(filter).unwrap_or_else(|error| {
        eprintln!("{VARIABLE}: {error}; logging warnings");
        EnvFilter::new("warn")
    });
    let builder = fmt().with_env_filter(env).with_target(false);
    match file {
        Some(file) => builder.with_ansi(false).with_writer(Mutex::new(file)).init(),
        None => {
            let builder =
                builder.with_writer(io::stderr).with_ansi(io::IsTerminal::is_terminal(&io::stderr()));
            if brief { builder.without_time().init() } else { builder.init() }
        }
    }
}
