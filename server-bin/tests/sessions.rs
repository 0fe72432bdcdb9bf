//! What avad and its servers promise to guests and to `ava`.
//!
//! The API server is this same program, run with `--api`: for the APIs `real` and `absent` it is the real server over a
//! vendor library that is only libc, or none; for others it only speaks a server's part of the control channel. Run with
//! `--guest`, it is a guest that waits to be killed.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{fs::DirBuilderExt, net::UnixStream},
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ava_core::{
    router::{account::Account, gate},
    server::{Call, Dispatch, Refusal, ServerApi},
    spec::{ApiDesc, FnDesc, ResourceDesc},
    transport::{self, GuestLink, OrderCounter, unix},
    wire::{
        CommandHeader, ReplyHeader,
        handshake::{Answer, Hello, untext},
    },
};
use ava_programs::{
    avad::{self, server::Launch},
    channel::{FromServer, ToServer},
    control::{self, Ps, Request, Response, SessionList},
    frame, ps, server,
};
use zerocopy::{FromBytes, IntoBytes};

const SOON: Duration = Duration::from_secs(10);

static GOOD: ApiDesc = api("good");
static BROKEN: ApiDesc = api("broken");
static REAL: ApiDesc = ApiDesc { libraries: &["libc.so.6"], ..api("real") };
static ABSENT: ApiDesc = ApiDesc { libraries: &["libabsent.so.9"], ..api("absent") };

static SERVED: [ServerApi; 2] = [served(&REAL), served(&ABSENT)];

const fn served(desc: &'static ApiDesc) -> ServerApi {
    let dispatch: &[Dispatch] = &[answer, answer];
    ServerApi {
        desc,
        load: |_| Box::new(()),
        dispatch,
        registries: &[],
        kinds: &[],
        warm: None,
        callbacks: &[],
        available: |_, _| false,
    }
}

/// Every function of the real server: answers 42.
unsafe fn answer(call: &mut Call<'_>) -> Result<(), Refusal> {
    call.ready()?;
    call.complete(42, true)
}

const fn api(name: &'static str) -> ApiDesc {
    ApiDesc {
        name,
        version: "1.0",
        libraries: &["libgood.so.1"],
        spec_hash: [7; 16],
        functions: &[const { function("goodOpen", false) }, const { function("goodWork", true) }],
        kinds: &[],
        resources: &[
            ResourceDesc { name: "WORK", continuous: false, policy: None },
            ResourceDesc { name: "ROOM", continuous: true, policy: Some("quota") },
        ],
    }
}

const fn function(name: &'static str, may_async: bool) -> FnDesc {
    FnDesc {
        name,
        args: 0,
        may_async,
        record: false,
        record_key: &[],
        tickets: &[],
        news: &[],
        frees: &[],
        costs: &[],
        params: &[],
    }
}

/// The server's part: one byte of the guest is one call, `x` is a crash, and `h` a hang that ignores the guest's end.
fn play_server(api: &str) -> ! {
    if SERVED.iter().any(|served| served.desc.name == api) {
        let result = server::run(api, |name| SERVED.iter().find(|served| served.desc.name == name));
        // Without destructors, as `ava-server` does it, so that a shadow thread that still runs cannot hold us up.
        // SAFETY: ends the process.
        unsafe { libc::_exit(i32::from(result.is_err())) }
    }
    let control = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    let say = |message: FromServer| frame::send(control.as_fd(), &message, None, SOON).unwrap();
    let hear = || frame::receive::<ToServer>(control.as_fd(), frame::MAX_REQUEST, frame::FOREVER);
    if api == "broken" {
        say(FromServer::Failed { message: "libbroken.so.1 is not there; install it".into() });
        std::process::exit(1);
    }
    say(FromServer::Ready);
    let Ok((ToServer::Account, Some(account))) = hear() else { std::process::exit(0) };
    let account = Account::open(account).unwrap();
    let Ok((ToServer::Attach { session }, Some(guest))) = hear() else { panic!("no guest") };
    let mut guest = UnixStream::from(guest);
    guest.write_all(Answer::welcome(session, 1, 0).as_bytes()).unwrap();
    let mut byte = [0];
    while guest.read(&mut byte).is_ok_and(|n| n == 1) {
        account.count(1, true, 10);
        gate::charge(&account, 0, 3);
        gate::charge(&account, 1, 100);
        account.mark_peak(1);
        match byte[0] {
            b'x' => std::process::abort(),
            b'h' => loop {
                thread::sleep(SOON);
            },
            _ => {}
        }
    }
    say(FromServer::End { reason: "the guest closed the session".into() });
    std::process::exit(0)
}

/// A guest's first call over a real session.
fn call(link: &dyn GuestLink) -> u64 {
    let mut channel = link.open().unwrap();
    let header = CommandHeader { len: 24, func: 0, flags: 0, call: 1, order: 0 };
    channel.send(&mut transport::command(header, &[]), &OrderCounter::default()).unwrap();
    let mut reply = Vec::new();
    channel.wait_reply(1, &mut reply).unwrap();
    ReplyHeader::read_from_prefix(&reply).unwrap().0.value
}

/// Makes a session and a call, says so, and waits for the end.
fn play_guest(socket: &Path) {
    let link = unix::connect(socket, &hello("real", ""), SOON).unwrap();
    println!("{}", call(&link));
    thread::sleep(SOON);
}

/// An avad in a thread of this process.
struct Router {
    socket: PathBuf,
    done: mpsc::Receiver<()>,
}

impl Router {
    fn start(name: &str, pool: usize, max_sessions: usize) -> Self {
        let dir = std::env::temp_dir().join(format!("ava-sessions-{name}-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&dir).unwrap();
        let socket = dir.join("s");
        let launch = Launch { program: std::env::current_exe().unwrap(), log: "warn".into() };
        let options = avad::Options {
            socket: socket.clone(),
            everyone: false,
            pool,
            warm: [&GOOD, &BROKEN, &REAL, &ABSENT].map(|api| api.name).to_vec(),
            max_sessions,
            launch,
            attended: false,
        };
        let (tell, done) = mpsc::channel();
        thread::spawn(move || {
            avad::run(options, &[&GOOD, &BROKEN, &REAL, &ABSENT]).unwrap();
            tell.send(()).unwrap();
        });
        eventually("avad listens", || UnixStream::connect(&socket).is_ok());
        Self { socket, done }
    }

    fn ask(&self, request: &Request) -> Result<Response, control::AskError> {
        control::ask(std::slice::from_ref(&self.socket), request)
    }

    fn list(&self, which: Ps) -> SessionList {
        control::sessions(std::slice::from_ref(&self.socket), which).unwrap()
    }

    fn stop(self) {
        self.ask(&Request::Stop).unwrap();
        self.done.recv_timeout(SOON).expect("avad stops");
        assert!(!self.socket.exists(), "avad left its socket behind");
        fs::remove_dir_all(self.socket.parent().unwrap()).unwrap();
    }
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !condition() {
        assert!(Instant::now() < deadline, "it never came to pass that {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Greets the router; the connection if welcome, else the refusal.
fn greet(socket: &Path, hello: &Hello) -> Result<(UnixStream, u64), String> {
    let stream = UnixStream::connect(socket).unwrap();
    unix::send(stream.as_fd(), hello.as_bytes(), None, SOON).unwrap();
    let (answer, _): (Answer, Option<OwnedFd>) =
        unix::receive_greeting(stream.as_fd(), SOON).map_err(|e| e.to_string())?;
    if answer.verdict == 0 { Ok((stream, answer.session)) } else { Err(untext(&answer.message)) }
}

fn hello(api: &str, tag: &str) -> Hello {
    Hello::new(api, [7; 16], "guest --fast\x1b[2J", tag)
}

fn guests_get_servers_of_their_own_and_are_accounted_for() {
    let router = Router::start("own", 2, 100);
    let mut guests: Vec<_> =
        (0..5).map(|i| greet(&router.socket, &hello("good", &format!("t{}", i % 2))).unwrap()).collect();
    for (stream, _) in &mut guests {
        stream.write_all(b"abc").unwrap();
    }
    eventually("all calls are counted", || {
        router.list(Ps::default()).sessions.iter().all(|s| s.async_calls == 3)
    });
    let list = router.list(Ps { functions: true, ..Ps::default() });
    let table = ps::render_resources(&list.sessions[..1]);
    let lines: Vec<Vec<_>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["SESSION", "USER", "API", "RESOURCE", "USED", "HELD", "PEAK", "POLICY"]);
    assert_eq!(lines[1][2..], ["good", "WORK", "9", "-", "-", "-"]);
    assert_eq!(lines[2][2..], ["good", "ROOM", "-", "300", "300", "quota"]);
    assert_eq!(list.sessions.len(), 5);
    let servers: HashSet<_> = list.sessions.iter().map(|s| s.server_pid).collect();
    assert_eq!(servers.len(), 5, "two guests share a server");
    let first = &list.sessions[0];
    assert_eq!((first.pid, first.api.as_str(), first.bytes_in), (std::process::id(), "good", 30));
    assert_eq!(first.functions.len(), 1);
    assert_eq!(first.functions[0].name, "goodWork");
    assert!(!first.program.contains('\x1b'), "a guest can write to the terminal of whoever runs ava ps");
    assert_eq!(router.list(Ps { tag: Some("t1".into()), ..Ps::default() }).sessions.len(), 2);
    router.stop();
}

fn more_guests_than_waiting_servers_all_get_one() {
    let router = Router::start("many", 2, 100);
    let guests: Vec<_> = thread::scope(|scope| {
        let greet = || greet(&router.socket, &hello("good", "")).unwrap();
        let threads: Vec<_> = (0..60).map(|_| scope.spawn(greet)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let list = router.list(Ps::default());
    assert_eq!(list.sessions.iter().map(|s| s.server_pid).collect::<HashSet<_>>().len(), 60);
    drop(guests);
    eventually("all sessions end", || router.list(Ps::default()).sessions.is_empty());
    // Two of each API that can be served.
    eventually("the pool is as it was", || children().len() == 2 * 2);
    router.stop();
}

fn a_session_ends_with_its_guest_and_is_remembered() {
    let router = Router::start("end", 1, 100);
    let (mut stream, id) = greet(&router.socket, &hello("good", "")).unwrap();
    stream.write_all(b"ab").unwrap();
    drop(stream);
    eventually("the session ends", || router.list(Ps::default()).sessions.is_empty());
    let list = router.list(Ps { ended: true, ..Ps::default() });
    let [work, room] = &list.sessions[0].resources[..] else { panic!("the API has two resources") };
    assert_eq!((work.amount, work.peak), (6, None));
    assert_eq!((room.amount, room.peak), (0, Some(200)), "what it held went with it");
    assert_eq!(list.sessions[0].id, id);
    assert_eq!(list.sessions[0].async_calls, 2);
    assert_eq!(list.sessions[0].end.as_deref(), Some("the guest closed the session"));
    router.stop();
}

fn a_crashed_server_ends_its_session_only() {
    let router = Router::start("crash", 1, 100);
    let (mut doomed, id) = greet(&router.socket, &hello("good", "")).unwrap();
    let (other, _) = greet(&router.socket, &hello("good", "")).unwrap();
    doomed.write_all(b"x").unwrap();
    assert_eq!(doomed.read(&mut [0]).unwrap_or(0), 0, "the guest does not see its server die");
    eventually("the session ends", || router.list(Ps::default()).sessions.len() == 1);
    let list = router.list(Ps { ended: true, ..Ps::default() });
    let reason = list.sessions.iter().find(|s| s.id == id).and_then(|s| s.end.clone()).unwrap();
    assert!(reason.contains("killed by signal 6"), "{reason}");
    drop(other);
    router.stop();
}

fn a_session_can_be_killed() {
    let router = Router::start("kill", 0, 100);
    let (mut stream, id) = greet(&router.socket, &hello("good", "")).unwrap();
    stream.write_all(b"h").unwrap();
    router.ask(&Request::Kill { session: id }).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    eventually("the session ends", || router.list(Ps::default()).sessions.is_empty());
    let list = router.list(Ps { ended: true, ..Ps::default() });
    assert!(list.sessions[0].end.as_deref().unwrap().starts_with("stopped by "));
    let error = router.ask(&Request::Kill { session: 99 }).unwrap_err().to_string();
    assert!(error.contains("there is no session 99"), "{error}");
    router.stop();
}

fn a_guest_hears_why_there_is_no_server() {
    let router = Router::start("broken", 1, 100);
    let why = greet(&router.socket, &hello("broken", "")).unwrap_err();
    assert!(why.contains("libbroken.so.1 is not there; install it"), "{why}");
    greet(&router.socket, &hello("good", "")).unwrap();
    router.stop();
}

fn a_real_server_serves_and_is_sandboxed() {
    let router = Router::start("real", 1, 100);
    let link = unix::connect(&router.socket, &hello("real", ""), SOON).unwrap();
    assert_eq!(call(&link), 42);
    let list = router.list(Ps { functions: true, ..Ps::default() });
    assert_eq!((list.sessions[0].id, list.sessions[0].sync_calls), (link.session(), 1));
    assert!(list.sessions[0].idle_ms.is_some());
    let status = fs::read_to_string(format!("/proc/{}/status", list.sessions[0].server_pid)).unwrap();
    for line in ["NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"] {
        assert!(status.contains(line), "{line} is not in\n{status}");
    }
    drop(link);
    eventually("the session ends", || router.list(Ps::default()).sessions.is_empty());
    router.stop();
}

fn a_server_is_gone_within_a_second_of_its_guest() {
    let router = Router::start("killed", 0, 100);
    let mut guest = Command::new(std::env::current_exe().unwrap())
        .arg("--guest")
        .arg(&router.socket)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(guest.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "42\n");
    let server = router.list(Ps::default()).sessions[0].server_pid;
    guest.kill().unwrap();
    guest.wait().unwrap();
    let killed = Instant::now();
    eventually("the server is gone", || !Path::new(&format!("/proc/{server}")).exists());
    assert!(killed.elapsed() < Duration::from_secs(1), "that took {:?}", killed.elapsed());
    eventually("the session ends", || router.list(Ps::default()).sessions.is_empty());
    router.stop();
}

fn a_guest_hears_which_vendor_library_is_missing() {
    let router = Router::start("absent", 0, 100);
    let why = unix::connect(&router.socket, &hello("absent", ""), SOON).unwrap_err().to_string();
    assert!(why.contains("libabsent.so.9: cannot open shared object file"), "{why}");
    assert!(why.contains("install"), "{why}");
    router.stop();
}

fn a_guest_of_another_build_hears_what_to_rebuild() {
    let router = Router::start("mismatch", 1, 100);
    let why = greet(&router.socket, &Hello::new("good", [8; 16], "", "")).unwrap_err();
    assert!(why.contains("rebuild both"), "{why}");
    let why = greet(&router.socket, &Hello { protocol: 99, ..hello("good", "") }).unwrap_err();
    assert!(why.contains("version 99"), "{why}");
    router.stop();
}

fn nobody_gets_more_sessions_than_the_limit() {
    let router = Router::start("limit", 1, 2);
    let first = greet(&router.socket, &hello("good", "")).unwrap();
    let _second = greet(&router.socket, &hello("good", "")).unwrap();
    let why = greet(&router.socket, &hello("good", "")).unwrap_err();
    assert!(why.contains("--max-sessions"), "{why}");
    drop(first);
    eventually("the place is free", || router.list(Ps::default()).sessions.len() == 1);
    greet(&router.socket, &hello("good", "")).unwrap();
    router.stop();
}

fn noise_and_silence_disturb_nobody() {
    let router = Router::start("noise", 1, 100);
    let _silent: Vec<_> = (0..20).map(|_| UnixStream::connect(&router.socket).unwrap()).collect();
    for noise in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 400], &frame::MAGIC.to_ne_bytes()] {
        UnixStream::connect(&router.socket).unwrap().write_all(noise).unwrap();
    }
    greet(&router.socket, &hello("good", "")).unwrap();
    router.stop();
}

fn stopping_avad_ends_every_server() {
    let router = Router::start("stop", 3, 100);
    let (mut stream, _) = greet(&router.socket, &hello("good", "")).unwrap();
    stream.write_all(b"h").unwrap();
    eventually("the pool is full", || children().len() >= 4);
    router.stop();
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    eventually("no server is left", || children().is_empty());
}

/// Processes that this one started.
fn children() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.unwrap().path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--api") {
        play_server(&arguments[at + 1]);
    }
    if let Some(at) = arguments.iter().position(|a| a == "--guest") {
        return play_guest(Path::new(&arguments[at + 1]));
    }
    let tests: &[(&str, fn())] = &[
        ("a_real_server_serves_and_is_sandboxed", a_real_server_serves_and_is_sandboxed),
        ("a_server_is_gone_within_a_second_of_its_guest", a_server_is_gone_within_a_second_of_its_guest),
        ("a_guest_hears_which_vendor_library_is_missing", a_guest_hears_which_vendor_library_is_missing),
        (
            "guests_get_servers_of_their_own_and_are_accounted_for",
            guests_get_servers_of_their_own_and_are_accounted_for,
        ),
        ("more_guests_than_waiting_servers_all_get_one", more_guests_than_waiting_servers_all_get_one),
        ("a_session_ends_with_its_guest_and_is_remembered", a_session_ends_with_its_guest_and_is_remembered),
        ("a_crashed_server_ends_its_session_only", a_crashed_server_ends_its_session_only),
        ("a_session_can_be_killed", a_session_can_be_killed),
        ("a_guest_hears_why_there_is_no_server", a_guest_hears_why_there_is_no_server),
        ("a_guest_of_another_build_hears_what_to_rebuild", a_guest_of_another_build_hears_what_to_rebuild),
        ("nobody_gets_more_sessions_than_the_limit", nobody_gets_more_sessions_than_the_limit),
        ("noise_and_silence_disturb_nobody", noise_and_silence_disturb_nobody),
        ("stopping_avad_ends_every_server", stopping_avad_ends_every_server),
    ];
    // What test runners ask of a program that is not libtest.
    if arguments.iter().any(|a| a == "--list") {
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        return;
    }
    let filter = arguments.iter().skip(1).find(|a| !a.starts_with('-'));
    for (name, test) in tests.iter().filter(|(name, _)| filter.is_none_or(|f| name.contains(f.as_str()))) {
        let begun = Instant::now();
        test();
        println!("test {name} ... ok ({:.2?})", begun.elapsed());
    }
}
