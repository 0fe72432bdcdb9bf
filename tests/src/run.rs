//! Running a program to its end, natively or through AvA, with a limit on how long it may hang.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use crate::{
    avad::{Avad, Scratch},
    programs::tools,
    vendor::Vendor,
};

/// PoCL reports as its device's memory what the machine can spare at the moment, which is never the same in two runs: this many
/// GiB of it are always there.
pub(crate) const STEADY_MEMORY: (&str, &str) = ("POCL_MEMORY_LIMIT", "4");

/// A program with arguments, to be run one way or the other.
#[derive(Debug, Clone)]
pub struct Job {
    words: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    vendor: Vendor,
    folder: Option<PathBuf>,
    limit: Duration,
}

impl Job {
    /// The program at `path`, or found on `PATH`.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            words: vec![program.into()],
            env: Vec::new(),
            vendor: Vendor::Pocl,
            folder: None,
            limit: Duration::from_secs(300),
        }
    }

    /// Debian's Python, where PyOpenCL is, with the script `path`.
    pub fn python(path: PathBuf) -> Self {
        Self::new("/usr/bin/python3").arg(path)
    }

    /// Appends an argument.
    #[must_use]
    pub fn arg(mut self, word: impl Into<OsString>) -> Self {
        self.words.push(word.into());
        self
    }

    /// The vendor whose library the program finds natively, or beside AvA's; PoCL unless this says otherwise.
    #[must_use]
    pub fn vendor(mut self, vendor: Vendor) -> Self {
        self.vendor = vendor;
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    /// Sets the folder in which the program runs.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// How long the program may run before it counts as hanging. A guard, not a measure: the default is five minutes.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The words of the command line.
    pub fn words(&self) -> &[OsString] {
        &self.words
    }

    /// A command that runs the program against the vendor library.
    pub fn native_command(&self) -> Command {
        self.command(&self.words)
    }

    /// A command that runs the program with the guest library preloaded and `router` in its environment, without `ava run`.
    pub fn preloaded_command(&self, router: &OsStr) -> Command {
        let mut command = self.command(&self.words);
        command.env("LD_PRELOAD", tools().guest_library()).env("AVA_ROUTER", router);
        command
    }

    /// A command that runs the program by `ava run` through `avad`.
    pub fn forwarded_command(&self, avad: &Avad, how: &Forward) -> Command {
        let mut words: Vec<OsString> =
            vec![tools().binary("ava").into(), "run".into(), "--socket".into(), avad.socket().into()];
        if how.strict {
            words.push("--strict".into());
        }
        if how.icd {
            words.push("--icd".into());
        }
        for api in &how.apis {
            words.extend(["--api".into(), api.into()]);
        }
        if let Some(file) = &how.stats_file {
            words.extend(["--stats=json".into(), "--stats-file".into(), file.into()]);
        }
        words.push("--".into());
        words.extend(self.words.iter().cloned());
        self.command(&words)
    }

    /// A command that runs the program by `ava trace` through `avad`, with further `options`.
    pub fn traced_command(&self, avad: &Avad, options: &[OsString]) -> Command {
        let mut words: Vec<OsString> =
            vec![tools().binary("ava").into(), "trace".into(), "--socket".into(), avad.socket().into()];
        words.extend(options.iter().cloned());
        words.push("--".into());
        words.extend(self.words.iter().cloned());
        self.command(&words)
    }

    fn command(&self, words: &[OsString]) -> Command {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        // cargo puts its target directory on the library path, where the guest library would be found as the vendor's.
        command.env_remove("LD_LIBRARY_PATH").env_remove("LD_PRELOAD").env_remove("AVA_ROUTER");
        command.env_remove("AVA_FIDELITY").env(STEADY_MEMORY.0, STEADY_MEMORY.1);
        command.envs(self.vendor.env());
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        // Its own group, so that a program that hangs is killed with everything that it started.
        command.process_group(0);
        command
    }

    /// Runs `command`, made by one of the methods above, to its end.
    pub fn finish(&self, mut command: Command) -> Run {
        let scratch = Scratch::new();
        let (out, err) = (scratch.path("stdout"), scratch.path("stderr"));
        let create = |path| File::create(path).unwrap_or_else(|e| panic!("{}: {e}", scratch.dir().display()));
        command.stdin(Stdio::null()).stdout(create(&out)).stderr(create(&err));
        let start = Instant::now();
        let mut child =
            command.spawn().unwrap_or_else(|e| panic!("{:?} could not be started: {e}", self.words[0]));
        let status = wait_until(&mut child, start + self.limit);
        let took = start.elapsed();
        let text = |path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        let run = Run { name: self.name(), status, stdout: text(out), stderr: text(err), took };
        assert!(status.is_some(), "{run} hangs: it was killed after {} s", self.limit.as_secs());
        run
    }

    fn name(&self) -> String {
        self.words.iter().map(|w| w.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }
}

/// Waits for `child` until `deadline`, then kills it and its group.
fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                // SAFETY: a plain system call; the child was not waited for, so the group's number is still its own.
                unsafe { libc::kill(-(child.id() as i32), libc::SIGKILL) };
                let _ = child.wait();
                return None;
            }
        }
    }
}

/// How `ava run` forwards.
#[derive(Debug, Clone, Default)]
pub struct Forward {
    /// Every call synchronous.
    pub strict: bool,
    /// As a vendor behind the program's own loader.
    pub icd: bool,
    /// The APIs to forward; those of accelerators if there are none.
    pub apis: Vec<&'static str>,
    /// Where to write how often each function was forwarded.
    pub stats_file: Option<PathBuf>,
}

impl Forward {
    /// As users run it.
    pub fn fast() -> Self {
        Self::default()
    }

    /// `--api`.
    #[must_use]
    pub fn api(mut self, name: &'static str) -> Self {
        self.apis.push(name);
        self
    }

    /// `--icd`.
    pub fn icd() -> Self {
        Self { icd: true, ..Self::default() }
    }

    /// `--strict`.
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }
}

/// What a program did.
#[derive(Debug)]
pub struct Run {
    /// Its command line.
    pub name: String,
    status: Option<ExitStatus>,
    /// What it wrote.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
    /// From start to exit.
    pub took: Duration,
}

impl Run {
    /// Whether it exited by its own will with this code.
    pub fn exited(&self, code: i32) -> bool {
        self.status.is_some_and(|s| s.code() == Some(code))
    }

    /// Whether it ended as `other` did: with the same exit code, or by the same signal.
    pub fn same_end(&self, other: &Run) -> bool {
        self.status == other.status
    }

    /// Panics, with all that it wrote, unless it exited with 0.
    pub fn assert_success(&self) -> &Self {
        assert!(self.exited(0), "{self} failed");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tail = |text: &str| {
            let lines: Vec<_> = text.lines().collect();
            lines[lines.len().saturating_sub(25)..].join("\n")
        };
        let end = match self.status {
            Some(s) => match (s.code(), s.signal()) {
                (Some(code), _) => format!("exit code {code}"),
                (_, Some(signal)) => format!("signal {signal}"),
                _ => "unknown end".into(),
            },
            None => "killed".into(),
        };
        write!(
            f,
            "{} ({end})\n--- end of its output\n{}\n--- end of its errors\n{}\n---\n",
            self.name,
            tail(&self.stdout),
            tail(&self.stderr)
        )
    }
}

/// Runs `job` against the vendor library.
pub fn native(job: &Job) -> Run {
    job.finish(job.native_command())
}

/// Runs `job` through `avad`.
pub fn forwarded(avad: &Avad, job: &Job, how: &Forward) -> Run {
    job.finish(job.forwarded_command(avad, how))
}
