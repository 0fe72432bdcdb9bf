//! The router's control plane: it greets guests, gives each a server from a warm pool, and keeps the accounts.
//!
//! ```text
//! connection ─▶ who? (peer credentials) ─▶ Hello checked ─▶ pool ─▶ Attach ─▶ the server has the guest; avad watches it
//!                                       └▶ request of `ava`
//! ```
//!
//! A thread for each connection until its guest is handed over, and one for each server: there are as many as processes, and
//! they sleep. Nothing of a session's calls passes through here.

mod connection;
pub mod listener;
mod pool;
pub mod server;
mod sessions;
mod tenants;

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, mpsc},
    thread,
    time::Duration,
};

use ava_core::spec::ApiDesc;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use self::{
    connection::Peer,
    listener::{ListenError, Listener},
    pool::Pool,
    server::Launch,
    sessions::Sessions,
    tenants::Places,
};
use crate::signals;

/// Connections of one user that have not said yet what they want.
const GREETINGS: usize = 128;

/// How long servers may take to be gone at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What an attended avad writes to standard output when guests may come.
pub const READY_LINE: &str = "avad is ready\n";

/// How avad is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen.
    pub socket: PathBuf,
    /// Whether other users may connect.
    pub everyone: bool,
    /// Servers that wait, of each API.
    pub pool: usize,
    /// The APIs of which servers wait from the start; of others, from the first guest on.
    pub warm: Vec<&'static str>,
    /// Sessions that one user may have.
    pub max_sessions: usize,
    /// How to start servers.
    pub launch: Launch,
    /// Say [`READY_LINE`] on standard output, and stop when standard input is closed.
    pub attended: bool,
}

/// Why avad does not run.
#[derive(Debug, thiserror::Error)]
pub enum AvadError {
    /// The socket.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Signals, threads.
    #[error("avad cannot start")]
    System(#[from] io::Error),
}

/// What avad's threads share.
#[derive(Debug)]
pub struct Daemon {
    pools: Vec<Arc<Pool>>,
    sessions: Arc<Sessions>,
    greetings: Places,
    tenants: Places,
    max_sessions: usize,
    /// avad's user, who may see everything.
    owner: u32,
    stop: Mutex<mpsc::Sender<String>>,
}

impl Daemon {
    /// Has avad stop, for the reason `why`.
    fn stop(&self, why: String) {
        // Nobody receives it once avad is stopping.
        let _ = lock(&self.stop).send(why);
    }
}

/// Locks, whatever happened to a thread that held the lock: no data here is left half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// Runs avad for `apis` until a signal or a request ends it.
///
/// # Errors
/// [`AvadError`].
pub fn run(options: Options, apis: &[&'static ApiDesc]) -> Result<(), AvadError> {
    let (stop, stopped) = mpsc::channel();
    // Before anything is there that would have to be removed.
    stop_on_signals(stop.clone())?;
    let listener = Listener::claim(&options.socket, options.everyone)?;
    let sessions = Arc::new(Sessions::default());
    let pools: Vec<_> = apis
        .iter()
        .map(|api| Pool::new(api, options.launch.clone(), options.pool, Arc::clone(&sessions)))
        .collect();
    let daemon = Arc::new(Daemon {
        pools,
        sessions,
        greetings: Places::new(GREETINGS),
        tenants: Places::new(options.max_sessions),
        max_sessions: options.max_sessions,
        owner: rustix::process::geteuid().as_raw(),
        stop: Mutex::new(stop.clone()),
    });
    daemon.pools.iter().filter(|pool| options.warm.contains(&pool.api.name)).for_each(Pool::fill);

    let socket = listener.socket.try_clone()?;
    let accepting = Arc::clone(&daemon);
    thread::Builder::new().name("accept".into()).spawn(move || {
        for stream in socket.incoming() {
            match stream {
                Ok(stream) => welcome(&accepting, stream),
                Err(error) => {
                    tracing::error!(
                        "cannot accept a connection: {error}; see the limit on open files (ulimit -n)"
                    );
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    })?;
    let names: Vec<_> = apis.iter().map(|api| api.name).collect();
    tracing::info!("serving {} at {}", names.join(", "), options.socket.display());
    if options.attended {
        stop_with_starter(stop)?;
    }

    let why = stopped.recv().unwrap_or_else(|_| "nobody is left who could stop it".into());
    tracing::info!("stopping: {why}");
    // First, so that nobody comes any more.
    drop(listener);
    daemon.pools.iter().for_each(|pool| pool.close(CLOSE_TIMEOUT));
    if options.attended {
        listener::remove_traces(&options.socket);
    }
    Ok(())
}

/// Serves a connection in a thread of its own.
fn welcome(daemon: &Arc<Daemon>, stream: UnixStream) {
    let peer = match Peer::of(&stream) {
        Ok(peer) => peer,
        Err(error) => {
            tracing::warn!("a connection has no credentials: {error}");
            return;
        }
    };
    let Some(place) = daemon.greetings.take(peer.uid) else {
        tracing::warn!(uid = peer.uid, "too many connections of one user that say nothing; dropped one");
        return;
    };
    let daemon = Arc::clone(daemon);
    let thread = thread::Builder::new().name("connection".into()).stack_size(256 << 10);
    if let Err(error) = thread.spawn(move || connection::serve(&daemon, stream, peer, place)) {
        tracing::error!("cannot start a thread for a connection: {error}; see the limits (ulimit -u)");
    }
}

fn stop_on_signals(stop: mpsc::Sender<String>) -> io::Result<()> {
    // What is ignored stays so: nohup means it.
    let wanted = [SIGTERM, SIGINT, SIGHUP].into_iter().filter(|signal| !signals::is_ignored(*signal));
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            let name = signal_hook::low_level::signal_name(signal).unwrap_or("a signal");
            let _ = stop.send(format!("received {name}"));
        }
    })?;
    Ok(())
}

/// Tells whoever started this avad that it is ready, and stops it when that process is gone.
fn stop_with_starter(stop: mpsc::Sender<String>) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(READY_LINE.as_bytes())?;
    out.flush()?;
    thread::Builder::new().name("starter".into()).spawn(move || {
        let mut byte = [0];
        while io::stdin().read(&mut byte).is_ok_and(|n| n != 0) {}
        let _ = stop.send("its starter is gone".into());
    })?;
    Ok(())
}
