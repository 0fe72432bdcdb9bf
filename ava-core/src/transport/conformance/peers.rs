//! What only processes can show: connecting, being killed, forking.
//!
//! A test that needs another process starts this test binary again, with the name of one test and a variable in the
//! environment that makes that test play the other side.

use std::{
    env, fs,
    io::Read,
    net::Shutdown,
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::*;
use unix::ConnectError;

const ROLE: &str = "AVA_TEST_PEER";
const SECOND: Duration = Duration::from_secs(1);

/// A directory with a socket, removed at the end.
pub(super) struct Router {
    directory: PathBuf,
    listener: UnixListener,
}

impl Router {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = env::temp_dir().join(format!("ava-transport-{}-{number}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let listener = UnixListener::bind(directory.join("socket")).unwrap();
        Self { directory, listener }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.join("socket")
    }

    fn accept(&self) -> UnixStream {
        let (stream, _) = self.listener.accept().unwrap();
        let (hello, fd) = unix::receive_greeting::<Hello>(stream.as_fd(), SECOND).unwrap();
        assert!(fd.is_none());
        assert_eq!(hello.check(&[("test", [7; 16])]), Ok(()));
        stream
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn hello() -> Hello {
    Hello::new("test", [7; 16], "a program", "")
}

pub(super) fn shm_pair(options: WindowOptions, control: Option<OwnedFd>) -> (ShmGuestLink, ShmServerLink) {
    let router = Router::new();
    thread::scope(|scope| {
        let server = scope.spawn(|| ShmServerLink::establish(router.accept(), 42, options, control).unwrap());
        let guest = unix::connect(&router.path(), &hello(), PATIENCE).unwrap();
        assert_eq!(guest.session(), 42);
        (guest, server.join().unwrap())
    })
}

/// Processor time that the calling thread has used.
pub(super) fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writing.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Runs `test` of this module in a new process, as the side that its test plays when [`ROLE`] is the path of a socket.
fn start_peer(test: &str, path: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("transport::conformance::peers::{test}"), "--nocapture"])
        .env(ROLE, path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The other side's socket, if this process is a peer.
fn role() -> Option<PathBuf> {
    env::var_os(ROLE).map(PathBuf::from)
}

#[test]
fn a_killed_server_is_noticed() {
    if let Some(path) = role() {
        // The server: takes the guest's socket from the router, and never replies.
        let router = UnixStream::connect(path).unwrap();
        let guest = unix::receive(router.as_fd(), &mut [0], PATIENCE).unwrap().unwrap();
        let link = ShmServerLink::establish(guest.into(), 1, SMALL, None).unwrap();
        EchoServer::start(Box::new(link)).end();
        return;
    }
    let router = Router::new();
    let servers = Router::new();
    let mut child = start_peer("a_killed_server_is_noticed", &servers.path());
    let link = thread::scope(|scope| {
        scope.spawn(|| {
            let (server, _) = servers.listener.accept().unwrap();
            let guest = router.accept();
            // Passing it on is all that this process does with the guest's socket.
            unix::send(server.as_fd(), &[0], Some(guest.as_fd()), SECOND).unwrap();
        });
        unix::connect(&router.path(), &hello(), PATIENCE).unwrap()
    });
    let order = OrderCounter::default();
    assert_eq!(Caller::new(&link, &order).call(ECHO, &[5; 8]).unwrap(), [5; 8]);
    thread::scope(|scope| {
        let waits_for_reply = scope.spawn(|| Caller::new(&link, &order).call(NO_REPLY, &[]).map(drop));
        let waits_for_room = scope.spawn(|| {
            let mut caller = Caller::new(&link, &order);
            while caller.send(SLOWLY, FLAG_ASYNC, &[0; 8192]).is_ok() {}
        });
        thread::sleep(Duration::from_millis(50));
        let killed = Instant::now();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(waits_for_reply.join().unwrap().is_err());
        waits_for_room.join().unwrap();
        assert!(killed.elapsed() < SECOND, "noticed after {:?}", killed.elapsed());
    });
    assert!(link.is_lost());
}

#[test]
fn a_killed_guest_is_noticed_although_its_child_lives() {
    if let Some(path) = role() {
        let link = unix::connect(&path, &hello(), PATIENCE).unwrap();
        let order = OrderCounter::default();
        Caller::new(&link, &order).call(ECHO, &[]).unwrap();
        // A child without AvA's handler keeps a copy of the socket.
        // SAFETY: the child calls only async-signal-safe functions.
        unsafe {
            if libc::fork() == 0 {
                libc::sleep(3);
                libc::_exit(0);
            }
        }
        Caller::new(&link, &order).call(BREAK_OFF, &[]).unwrap_err();
        return;
    }
    let router = Router::new();
    let mut child = start_peer("a_killed_guest_is_noticed_although_its_child_lives", &router.path());
    let mut server = ShmServerLink::establish(router.accept(), 1, SMALL, None).unwrap();
    let ServerEvent::Opened(0, mut first) = server.next_event() else { panic!("a thread opens") };
    act(&mut *first, &Seen::default()).unwrap();
    // The guest's first thread ends by itself; its second has been forked for when it opens.
    assert!(act(&mut *first, &Seen::default()).is_err());
    drop(first);
    let ServerEvent::Opened(_, _second) = server.next_event() else { panic!("a thread opens") };
    let killed = Instant::now();
    child.kill().unwrap();
    let ServerEvent::Closed(why) = server.next_event() else { panic!("the session closes") };
    assert_eq!(why, "the guest's process ended");
    assert!(killed.elapsed() < SECOND);
    child.wait().unwrap();
}

#[test]
fn a_forked_child_can_abandon_the_session() {
    let (link, server) = shm_pair(SMALL, None);
    let server = EchoServer::start(Box::new(server));
    let order = OrderCounter::default();
    let mut caller = Caller::new(&link, &order);
    caller.call(ECHO, &[]).unwrap();
    // SAFETY: single-threaded from here on in the child, which allocates only what glibc's own handlers make safe.
    let child = unsafe { libc::fork() };
    if child == 0 {
        link.abandon_in_child();
        let fails = caller.call(ECHO, &[]).is_err() && link.is_lost() && link.open().is_err();
        drop(caller);
        drop(link);
        // SAFETY: ends the process without running the test harness again.
        unsafe { libc::_exit(if fails { 0 } else { 1 }) };
    }
    let mut status = -1;
    // SAFETY: `status` is valid for writing.
    unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!(status, 0, "in the child every call fails and nothing crashes");
    assert_eq!(caller.call(ECHO, &[3; 8]).unwrap(), [3; 8], "the parent goes on");
    drop((caller, link));
    server.end();
}

#[test]
fn the_router_can_end_a_session() {
    let (control, router) = UnixStream::pair().unwrap();
    let (link, server) = shm_pair(SMALL, Some(control.into()));
    let server = EchoServer::start(Box::new(server));
    let order = OrderCounter::default();
    let mut caller = Caller::new(&link, &order);
    caller.call(ECHO, &[]).unwrap();
    drop(router);
    assert_eq!(server.end(), "closed: the router ended the session");
    assert!(caller.call(ECHO, &[]).is_err());
}

#[test]
fn a_message_that_arrives_in_pieces_is_read_whole() {
    let (guest, server) = UnixStream::pair().unwrap();
    let mut server = ShmServerLink::establish(server, 1, SMALL, None).unwrap();
    let message = OpenThread { slot: 3, reserved: 0 };
    let (first, second) = message.as_bytes().split_at(5);
    unix::send(guest.as_fd(), first, None, SECOND).unwrap();
    thread::scope(|scope| {
        let event = scope.spawn(|| server.next_event());
        thread::sleep(Duration::from_millis(20));
        unix::send(guest.as_fd(), second, None, SECOND).unwrap();
        assert!(matches!(event.join().unwrap(), ServerEvent::Opened(3, _)));
    });
    unix::send(guest.as_fd(), &[1; 8], None, SECOND).unwrap();
    assert!(matches!(server.next_event(), ServerEvent::Violation(_)));
    assert!(matches!(server.next_event(), ServerEvent::Violation(_)), "and again");
}

#[test]
fn the_guest_cannot_change_the_windows_size() {
    let (guest, server) = UnixStream::pair().unwrap();
    let _server = ShmServerLink::establish(server, 1, SMALL, None).unwrap();
    let (_, fd) = unix::receive_greeting::<Answer>(guest.as_fd(), SECOND).unwrap();
    let fd = fd.unwrap();
    // SAFETY: plain system calls.
    unsafe {
        assert_eq!(libc::ftruncate(fd.as_raw_fd(), 0), -1);
        assert_eq!(libc::ftruncate(fd.as_raw_fd(), 1 << 40), -1);
        assert_eq!(libc::fcntl(fd.as_raw_fd(), libc::F_ADD_SEALS, libc::F_SEAL_WRITE), -1);
        assert_eq!(libc::fcntl(fd.as_raw_fd(), libc::F_GETFD), libc::FD_CLOEXEC);
    }
}

#[test]
fn a_failed_connection_says_what_to_do() {
    let say =
        |path: &Path| unix::connect(path, &hello(), Duration::from_millis(100)).unwrap_err().to_string();
    assert_eq!(
        say(Path::new("/nonexistent/socket")),
        "no AvA router listens at /nonexistent/socket; start avad, or run the program with \"ava run\""
    );
    assert!(say(Path::new(&format!("/{}", "x".repeat(200)))).contains("too long"));

    let router = Router::new();
    assert!(say(&router.path()).contains("did not answer"));

    let answered = |answer: &[u8]| {
        let router = Router::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                let stream = router.accept();
                unix::send(stream.as_fd(), answer, None, SECOND).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
                let _ = (&stream).read(&mut [0]);
            });
            unix::connect(&router.path(), &hello(), PATIENCE).unwrap_err()
        })
    };
    let refused = answered(Answer::refused("ask again tomorrow").as_bytes());
    assert_eq!(refused.to_string(), "the AvA router refused the session: ask again tomorrow");
    assert!(matches!(answered(&[]), ConnectError::HungUp(_)));
    assert!(matches!(answered(&[1; size_of::<Answer>()]), ConnectError::NotARouter(_)));
    let mut newer = Answer::refused("");
    newer.protocol = 99;
    assert!(matches!(answered(newer.as_bytes()), ConnectError::Version { theirs: 99 }));
    let no_memory = Answer::welcome(1, 8, 1 << 20);
    assert!(matches!(answered(no_memory.as_bytes()), ConnectError::Window(_)));
}

#[test]
fn a_window_that_is_too_short_is_not_mapped() {
    let router = Router::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let stream = router.accept();
            let (_window, fd) = Window::create(SMALL).unwrap();
            let answer = Answer::welcome(1, 8, 1 << 30);
            unix::send(stream.as_fd(), answer.as_bytes(), Some(fd.as_fd()), SECOND).unwrap();
        });
        let error = unix::connect(&router.path(), &hello(), PATIENCE).unwrap_err();
        assert!(matches!(error, ConnectError::Window(_)));
    });
}

#[test]
fn more_descriptors_than_expected_are_closed() {
    let (a, b) = UnixStream::pair().unwrap();
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    // Other tests open descriptors at the same time, so the proof is in what stays open after many rounds.
    let before = open();
    for _ in 0..1000 {
        unix::send(a.as_fd(), &[1], Some(a.as_fd()), SECOND).unwrap();
        unix::send(a.as_fd(), &[2], Some(a.as_fd()), SECOND).unwrap();
        let first = unix::receive(b.as_fd(), &mut [0; 2], SECOND).unwrap();
        assert!(first.is_some());
    }
    assert!(open() < before + 500);
    let waited = Instant::now();
    let nothing = unix::receive(b.as_fd(), &mut [0], Duration::from_millis(30));
    assert_eq!(nothing.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert!(waited.elapsed() >= Duration::from_millis(30));
}
