//! A private avad on a socket of its own, and private folders.

use std::{
    fs::{self, File},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{
    proc::{Pid, eventually},
    programs::tools,
    run::STEADY_MEMORY,
    vendor::Vendor,
};

/// A folder that goes when the value does. Its path is short, as sockets have to fit.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder.
    #[expect(clippy::new_without_default, reason = "it has an effect")]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ava-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        Self(dir)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running avad that nobody else knows of; it ends when the value goes.
#[derive(Debug)]
pub struct Avad {
    child: Child,
    scratch: Scratch,
}

impl Avad {
    /// Starts one and waits until it listens.
    pub fn start() -> Self {
        Self::with(&[], &[])
    }

    /// Starts one, with PoCL behind it, with further arguments and environment variables.
    pub fn with(args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::of(Vendor::Pocl, args, env)
    }

    /// Starts one whose servers find the libraries of `vendor`, as [`Self::with`].
    pub fn of(vendor: Vendor, args: &[&str], env: &[(&str, &str)]) -> Self {
        let scratch = Scratch::new();
        let socket = scratch.path("avad.sock");
        let log = File::create(scratch.path("log")).unwrap_or_else(|e| panic!("avad's log: {e}"));
        let child = Command::new(tools().binary("avad"))
            .arg("--socket")
            .arg(&socket)
            .args(args)
            .env_remove("LD_LIBRARY_PATH")
            .env_remove("LD_PRELOAD")
            .env(STEADY_MEMORY.0, STEADY_MEMORY.1)
            .envs(vendor.env())
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap_or_else(|e| panic!("avad's log: {e}")))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|e| panic!("avad could not be started: {e}"));
        let mut avad = Self { child, scratch };
        let listens = eventually(Duration::from_secs(60), || {
            let gone = avad.child.try_wait().is_ok_and(|status| status.is_some());
            gone || UnixStream::connect(&socket).is_ok()
        });
        let runs = avad.child.try_wait().is_ok_and(|status| status.is_none());
        assert!(listens && runs, "avad does not listen on {}; its log:\n{}", socket.display(), avad.log());
        avad
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.scratch.path("avad.sock")
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid(self.child.id())
    }

    /// All that it and its servers logged.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.scratch.path("log")).unwrap_or_default()).into_owned()
    }

    /// The processes of its servers, the pool's included.
    pub fn servers(&self) -> Vec<Pid> {
        self.pid().descendants().into_iter().filter(|p| p.name().starts_with("ava-server")).collect()
    }

    /// The servers that have a session, as `ava ps` reports them; none if avad is gone.
    pub fn busy_servers(&self) -> Vec<Pid> {
        let output = Command::new(tools().binary("ava"))
            .args(["ps", "--json", "--socket"])
            .arg(self.socket())
            .env_remove("LD_LIBRARY_PATH")
            .output()
            .unwrap_or_else(|e| panic!("ava could not be started: {e}"));
        let sessions: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let number = |session: &serde_json::Value| session["server_pid"].as_u64();
        sessions.as_array().into_iter().flatten().filter_map(number).map(|pid| Pid(pid as u32)).collect()
    }

    /// Kills it at once, as the out-of-memory killer would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }
}

impl Drop for Avad {
    fn drop(&mut self) {
        let servers = self.servers();
        if self.is_running() {
            // SAFETY: a plain system call on a child that was not waited for, so the number is still its own.
            unsafe { libc::kill(self.child.id() as i32, libc::SIGTERM) };
            if !eventually(Duration::from_secs(10), || !self.is_running()) {
                self.kill();
            }
        }
        if std::thread::panicking() {
            eprintln!("--- avad's log\n{}---", self.log());
        }
        for server in servers {
            if !eventually(Duration::from_secs(5), || !server.is_alive()) {
                server.kill();
            }
        }
    }
}
