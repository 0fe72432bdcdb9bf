//! `ava-server`: runs a vendor's library for one guest process. See [`crate::server`].

use std::io::Write;

use crate::{Chain, apis, log, server};
use clap::Parser;

/// Runs the vendor's library of one API for one guest program. avad starts it; there is no use in running it by hand.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// The API to serve
    #[arg(long, value_name = "NAME")]
    api: String,
}

/// The program. It ends the process.
pub fn main() -> ! {
    let args = Args::parse();
    log::init(&log::filter("warn", 0), None, false);
    let status = match server::run(&args.api, apis::find) {
        Ok(_) => 0,
        Err(error) => {
            eprintln!("ava-server: {}", Chain(&error));
            1
        }
    };
    let _ = std::io::stderr().flush();
    // SAFETY: ends the process without destructors and exit handlers, among them the vendor's, which may wait for its threads.
    unsafe { libc::_exit(status) }
}
