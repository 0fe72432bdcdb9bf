//! `avad`: the router's control plane. See [`crate::avad`].

use std::{fs::File, path::PathBuf, process::ExitCode};

use crate::{
    Chain, apis,
    avad::{self, listener, server},
    log,
};
use ava_core::router::address;
use clap::{Parser, builder::PossibleValuesParser};

/// Gives every guest program an API server of its own, and keeps account of what it does.
///
/// Guests are recognised by the credentials of their process: a tenant is a user. Run as root, avad listens at
/// /run/ava/avad.sock and serves all users of the machine; run by anyone else, it serves that user.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  avad                         serve until Ctrl-C\n  avad --pool 8 --log-file /var/log/avad.log\n  \
                  AVA_LOG=debug avad           say more\n\n\"ava ps\" lists the sessions, \"ava stop\" stops avad. \
                  Servers inherit avad's environment: set the vendor's variables (OCL_ICD_VENDORS, POCL_DEVICES, \
                  CUDA_VISIBLE_DEVICES) here."
)]
struct Args {
    /// Listen here, in a directory that exists, for this user only (root: for everyone who may enter the directory)
    /// [default: /run/ava/avad.sock for root, else $XDG_RUNTIME_DIR/ava/avad.sock, else /tmp/ava-UID/avad.sock]
    #[arg(long, value_name = "SOCKET")]
    socket: Option<PathBuf>,
    /// Servers of each API that wait for guests
    #[arg(long, value_name = "N", default_value_t = 2)]
    pool: usize,
    /// Have servers of this API waiting from the start, of others when a first guest has come; may be given several times
    /// [default: those of accelerators]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(apis::names()))]
    warm: Vec<String>,
    /// Sessions that one user may have at a time
    #[arg(long, value_name = "N", default_value_t = 256)]
    max_sessions: usize,
    /// The program ava-server [default: the one beside avad]
    #[arg(long, value_name = "PROGRAM")]
    server: Option<PathBuf>,
    /// Append the log to this file; what servers print still goes to standard error
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,
    /// Log more; twice for traces. The variable AVA_LOG takes a filter instead
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Write a line to standard output when ready, and stop when standard input closes
    #[arg(long, hide = true)]
    attended: bool,
}

/// The program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let filter = log::filter("info", args.verbose);
    let file = match args.log_file.as_ref().map(|path| File::options().create(true).append(true).open(path)) {
        None => None,
        Some(Ok(file)) => Some(file),
        Some(Err(error)) => {
            eprintln!("avad: cannot open the log file: {error}; give another one with --log-file");
            return ExitCode::FAILURE;
        }
    };
    log::init(&filter, file, args.attended);
    match run(args, filter) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("avad: {}", Chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args, log: String) -> Result<(), avad::AvadError> {
    let socket = match args.socket {
        Some(given) => given,
        None => {
            let own = address::own();
            listener::prepare_directory(&own)?;
            own
        }
    };
    let program = args.server.unwrap_or_else(server::beside_this_program);
    let options = avad::Options {
        socket,
        everyone: rustix::process::geteuid().is_root(),
        pool: args.pool,
        warm: apis::chosen(&args.warm).iter().map(|api| api.name).collect(),
        max_sessions: args.max_sessions,
        launch: server::Launch { program, log },
        attended: args.attended,
    };
    avad::run(options, &apis::descriptions())
}
