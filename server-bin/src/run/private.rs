//! An avad for one run, which ends with it however that ends.

use std::{
    fs, io,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use ava_core::spec::ApiDesc;

use super::private_directory;
use crate::{avad, log};

/// Why there is no private avad.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// No place for its socket.
    #[error("no directory for its socket; set XDG_RUNTIME_DIR or TMPDIR to a directory that you can write")]
    Directory(#[source] io::Error),
    /// The program.
    #[error("{} does not start; install avad beside ava", .0.display())]
    Spawn(PathBuf, #[source] io::Error),
    /// It ended.
    #[error("avad ended before it was ready; see what it wrote above")]
    Ended,
}

/// The avad. Dropping it stops it and its servers.
#[derive(Debug)]
pub(super) struct PrivateRouter {
    directory: PathBuf,
    socket: PathBuf,
    avad: Option<(Child, ChildStdin)>,
}

impl PrivateRouter {
    /// Starts an avad, in which a server of each of `apis` waits, and waits until it listens.
    ///
    /// # Errors
    /// [`PrivateError`].
    pub(super) fn start(apis: &[&ApiDesc], verbose: u8) -> Result<Self, PrivateError> {
        let directory = private_directory().map_err(PrivateError::Directory)?;
        let socket = directory.join("avad.sock");
        // From here on, dropping it removes the directory.
        let mut router = Self { directory, socket, avad: None };
        let this = std::env::current_exe().unwrap_or_default();
        let program = this.with_file_name("avad");
        let failed = |error| PrivateError::Spawn(program.clone(), error);
        let mut child = Command::new(&program)
            .arg("--socket")
            .arg(&router.socket)
            .args(["--attended", "--pool", "1"])
            .args(apis.iter().flat_map(|api| ["--warm", api.name]))
            .env(log::VARIABLE, log::filter("warn", verbose))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A Ctrl-C is for the program; it may go on, and then still needs its router.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PrivateError::Ended);
        };
        router.avad = Some((child, stdin));
        let mut line = String::new();
        match BufReader::new(stdout).read_line(&mut line) {
            Ok(_) if line == avad::READY_LINE => Ok(router),
            _ => Err(PrivateError::Ended),
        }
    }

    /// Where it listens.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for PrivateRouter {
    fn drop(&mut self) {
        if let Some((mut child, stdin)) = self.avad.take() {
            // It stops when its standard input closes.
            drop(stdin);
            if let Err(error) = child.wait() {
                tracing::warn!("cannot wait for the private avad: {error}");
            }
        }
        if let Err(error) = fs::remove_dir_all(&self.directory)
            // The avad does it, too, in case that it outlives us.
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("cannot remove {}: {error}", self.directory.display());
        }
    }
}
