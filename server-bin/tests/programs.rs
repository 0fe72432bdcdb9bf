//! What the programs promise to whoever starts them.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{
        fs::DirBuilderExt,
        net::UnixStream,
        process::{CommandExt, ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use ava_core::{
    spec::ApiDesc,
    transport::unix,
    wire::handshake::{Answer, Hello, untext},
};
use ava_programs::apis;
use rustix::process::{Pid, Signal, kill_process};
use zerocopy::IntoBytes;

const SOON: Duration = Duration::from_secs(10);

/// A directory of a test, removed afterwards.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("ava-{name}-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&dir).unwrap();
        Self(dir)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("s")
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A child that does not outlive its test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program at `path`, with no signal ignored: what runs the tests may ignore some, as nohup does, and that would be
/// inherited and respected.
fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    let reset = || {
        for signal in [libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGTERM] {
            // SAFETY: a plain system call; the default action runs no code of ours.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        Ok(())
    };
    // SAFETY: `signal` may be called between fork and exec.
    unsafe { command.pre_exec(reset) };
    command
}

/// `ava`, as if no avad of this machine's existed.
fn ava() -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_ava"));
    command.env_remove("AVA_LOG").env("AVA_ROUTER", "/nonexistent/avad.sock");
    command
}

fn avad(socket: &Path) -> Daemon {
    let child = program(env!("CARGO_BIN_EXE_avad"))
        .arg("--socket")
        .arg(socket)
        .args(["--pool", "0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("avad listens", || UnixStream::connect(socket).is_ok());
    Daemon(child)
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !condition() {
        assert!(Instant::now() < deadline, "it never came to pass that {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_unknown_api_is_refused_with_a_message() {
    let dir = Dir::new("unknown");
    let _avad = avad(&dir.socket());
    let stream = UnixStream::connect(dir.socket()).unwrap();
    use std::os::fd::AsFd;
    unix::send(stream.as_fd(), Hello::new("nosuch", [0; 16], "", "").as_bytes(), None, SOON).unwrap();
    let (answer, _) = unix::receive_greeting::<Answer>(stream.as_fd(), SOON).unwrap();
    assert_eq!(answer.verdict, 1);
    let why = untext(&answer.message);
    assert!(why.contains("does not serve the API \"nosuch\""), "{why}");
}

#[test]
fn a_second_avad_is_refused_with_a_clear_message() {
    let dir = Dir::new("second");
    let first = avad(&dir.socket());
    let second = Command::new(env!("CARGO_BIN_EXE_avad")).arg("--socket").arg(dir.socket()).output().unwrap();
    assert!(!second.status.success());
    let message = stderr(&second);
    assert!(message.contains(&format!("avad (process {}) already serves", first.0.id())), "{message}");
}

#[test]
fn avad_stops_when_told_to_and_removes_its_socket() {
    for stop in [Some(Signal::TERM), Some(Signal::INT), None] {
        let dir = Dir::new(&format!("stop-{}", stop.map_or(0, Signal::as_raw)));
        let mut avad = avad(&dir.socket());
        match stop {
            Some(which) => signal(&avad.0, which),
            None => assert!(ava().arg("stop").arg("--socket").arg(dir.socket()).status().unwrap().success()),
        }
        assert!(avad.0.wait().unwrap().success());
        assert!(!dir.socket().exists());
    }
}

#[test]
fn avad_replaces_the_socket_of_one_that_was_killed() {
    let dir = Dir::new("stale");
    drop(avad(&dir.socket()));
    assert!(dir.socket().exists());
    let mut second = avad(&dir.socket());
    signal(&second.0, Signal::TERM);
    assert!(second.0.wait().unwrap().success());
}

#[test]
fn ps_without_an_avad_says_how_to_start_one() {
    let output = ava().arg("ps").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("no avad listens at /nonexistent/avad.sock; start one with"), "{message}");
}

#[test]
fn ps_lists_nothing_when_there_is_nothing() {
    let dir = Dir::new("ps");
    let _avad = avad(&dir.socket());
    let output = ava().arg("ps").arg("--socket").arg(dir.socket()).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.starts_with("SESSION  USER") && table.lines().count() == 1, "{table}");
    let output = ava().args(["ps", "--json", "--socket"]).arg(dir.socket()).output().unwrap();
    assert_eq!(output.stdout, b"[]\n");
}

/// `ava run` needs a guest library for every API that it puts under a program; these tests stand one in.
fn run(dir: &Dir) -> Command {
    run_with(dir, &apis::chosen(&[]))
}

fn run_with(dir: &Dir, there: &[&ApiDesc]) -> Command {
    for name in there.iter().flat_map(|api| api.libraries) {
        fs::write(dir.0.join(name), b"\x7fELF\0ava_guest_library\0").unwrap();
    }
    let mut command = ava();
    command.arg("run").env("AVA_LIB_DIR", &dir.0);
    command
}

/// Which APIs' libraries a program finds that `ava run` was given `arguments` for, if all are installed in one directory.
fn replaced(name: &str, arguments: &[&str]) -> Vec<&'static str> {
    let dir = Dir::new(name);
    let mut command = run_with(&dir, &apis::descriptions());
    let output =
        command.arg("--private").args(arguments).args(["--", "sh", "-c", "echo $LD_LIBRARY_PATH"]).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let path = String::from_utf8(output.stdout).unwrap();
    let found = |library: &&str| path.trim().split(':').any(|dir| Path::new(dir).join(library).exists());
    let all = apis::descriptions();
    all.iter().filter(|api| api.libraries.iter().any(found)).map(|api| api.name).collect()
}

#[test]
fn run_replaces_the_libraries_of_accelerators_or_those_that_it_is_told() {
    assert_eq!(replaced("default", &[]), ["opencl"]);
    assert_eq!(replaced("one", &["--api", "zlib"]), ["zlib"]);
    assert_eq!(replaced("both", &["--api", "zlib", "--api", "opencl"]), ["opencl", "zlib"]);
}

#[test]
fn run_lists_the_apis_that_it_knows() {
    let help = ava().args(["run", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let wrong = ava().args(["run", "--api", "zlob", "--", "true"]).output().unwrap();
    assert!(!wrong.status.success());
    for text in [help, stderr(&wrong)] {
        assert!(text.contains("possible values: opencl, zlib"), "{text}");
    }
}

#[test]
fn run_exits_as_the_program_did() {
    let dir = Dir::new("exit");
    let _avad = avad(&dir.socket());
    let status = |script: &str| {
        let mut command = run(&dir);
        command.arg("--socket").arg(dir.socket()).args(["--", "sh", "-c", script]).status().unwrap().code()
    };
    assert_eq!(status("exit 0"), Some(0));
    assert_eq!(status("exit 7"), Some(7));
    assert_eq!(status("kill -KILL $$"), Some(137));
    assert_eq!(status("kill -TERM $$"), Some(143));
    let missing = run(&dir).arg("--socket").arg(dir.socket()).args(["--", "/nonexistent"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(127));
    assert!(stderr(&missing).contains("cannot run /nonexistent"));
    let closed = run(&dir).args(["--", "/dev/null"]).output().unwrap();
    assert_eq!(closed.status.code(), Some(126));
}

#[test]
fn run_starts_a_private_avad_and_leaves_nothing_behind() {
    let dir = Dir::new("private");
    let script = "echo $AVA_ROUTER; test -S $AVA_ROUTER && echo $LD_LIBRARY_PATH; echo $AVA_FIDELITY";
    let output = run(&dir).args(["--private", "--strict", "--", "sh", "-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let [socket, libraries, fidelity] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert_eq!(libraries.starts_with(dir.0.to_str().unwrap()), !apis::APIS.is_empty(), "{libraries}");
    assert_eq!(fidelity, "strict");
    assert!(!Path::new(socket).parent().unwrap().exists(), "{socket} is left");
}

#[test]
fn a_private_avad_dies_with_its_ava() {
    let dir = Dir::new("orphan");
    let child = run(&dir)
        .args(["--private", "--", "sh", "-c", "echo $AVA_ROUTER; exec sleep 20"])
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut ava = Daemon(child);
    let mut socket = String::new();
    BufReader::new(ava.0.stdout.take().unwrap()).read_line(&mut socket).unwrap();
    let socket = PathBuf::from(socket.trim());
    assert!(UnixStream::connect(&socket).is_ok());
    // The program with it: it would run on, without a router.
    rustix::process::kill_process_group(Pid::from_child(&ava.0), Signal::KILL).unwrap();
    assert_eq!(ava.0.wait().unwrap().signal(), Some(9));
    eventually("the private avad is gone", || UnixStream::connect(&socket).is_err());
    eventually("its directory is gone", || !socket.parent().unwrap().exists());
}

#[test]
fn run_passes_signals_on() {
    let dir = Dir::new("signals");
    let _avad = avad(&dir.socket());
    for which in [Signal::TERM, Signal::INT, Signal::USR1, Signal::HUP] {
        let script = format!("trap 'exit 40' {}; echo ready; while :; do sleep 0.02; done", which.as_raw());
        let mut child = run(&dir)
            .arg("--socket")
            .arg(dir.socket())
            .args(["--", "sh", "-c", &script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        signal(&child, which);
        assert_eq!(child.wait().unwrap().code(), Some(40), "{which:?}");
    }
}

#[test]
fn stats_are_written_even_if_nothing_was_called() {
    let dir = Dir::new("stats");
    let _avad = avad(&dir.socket());
    let file = dir.0.join("stats.json");
    let output = run(&dir)
        .args(["--stats=json", "--stats-file"])
        .arg(&file)
        .arg("--socket")
        .arg(dir.socket())
        .args(["--", "sh", "-c", "exit 3"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
    let text = fs::read_to_string(file).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["sessions"], 0);
    assert!(json["functions"].as_array().unwrap().is_empty());
}

#[test]
fn an_api_server_that_nobody_started_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_ava-server"))
        .args(["--api", "nosuch"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is started by avad"));
}
