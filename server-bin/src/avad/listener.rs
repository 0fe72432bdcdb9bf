//! avad's socket: one avad for each, stale ones replaced, removed at exit.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::{
        fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
};

use rustix::fs::Mode;

use super::connection::Peer;

/// Why avad does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// There is one already.
    #[error(
        "avad{} already serves {}; stop it with \"ava stop\", or give this one another socket with --socket",
        pid.map_or_else(String::new, |pid| format!(" (process {pid})")), path.display()
    )]
    AlreadyRunning {
        /// The socket.
        path: PathBuf,
        /// The other avad, if it could be asked.
        pid: Option<u32>,
    },
    /// Another program listens there, or something else than a socket is there.
    #[error("{} is in use by something that is not an avad; give another path with --socket", .0.display())]
    InUse(PathBuf),
    /// The directory is not fit to hold the socket.
    #[error("the directory {} {what}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// Too long a path.
    #[error("the path {} is too long for a Unix socket (at most 107 bytes); give a shorter one with --socket", .0.display())]
    PathTooLong(PathBuf),
    /// The system said no.
    #[error("cannot listen at {}", .0.display())]
    System(PathBuf, #[source] io::Error),
}

/// avad's socket.
#[derive(Debug)]
pub struct Listener {
    /// Connections come here.
    pub socket: UnixListener,
    path: PathBuf,
    /// Device and inode, so that only our own socket is removed.
    identity: (u64, u64),
    /// Locked for as long as avad runs. Never removed, as a second avad might hold it open and lock it afterwards.
    _lock: File,
}

impl Listener {
    /// Listens at `path`; every user of the machine may connect if `everyone`, else only this one.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn claim(path: &Path, everyone: bool) -> Result<Self, ListenError> {
        let failed = |error| ListenError::System(path.to_path_buf(), error);
        if path.as_os_str().len() > 107 {
            return Err(ListenError::PathTooLong(path.to_path_buf()));
        }
        // Closed to others: whoever can open it can lock it.
        let mut options = File::options();
        options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(lock_of(path)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = UnixStream::connect(path).and_then(|s| Peer::of(&s)).ok().map(|peer| peer.pid);
                return Err(ListenError::AlreadyRunning { path: path.to_path_buf(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        remove_stale(path)?;
        // Made with its final permissions, as somebody might connect at once. No other thread makes files yet.
        let mask = rustix::process::umask(Mode::from_raw_mode(if everyone { 0o111 } else { 0o177 }));
        let socket = UnixListener::bind(path);
        rustix::process::umask(mask);
        let socket = socket.map_err(failed)?;
        let meta = fs::symlink_metadata(path).map_err(failed)?;
        let identity = (meta.dev(), meta.ino());
        Ok(Self { socket, path: path.to_path_buf(), identity, _lock: lock })
    }
}

/// Removes what [`Listener::claim`] left beside `socket`, and the directory if it is then empty: for one that was made for
/// this socket alone, when no other avad can come.
pub(super) fn remove_traces(socket: &Path) {
    // Whoever made the directory may have removed it first.
    let _ = fs::remove_file(lock_of(socket));
    let _ = socket.parent().map(fs::remove_dir);
}

/// The file that is locked by the avad of `socket`.
fn lock_of(socket: &Path) -> PathBuf {
    let mut path = socket.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

impl Drop for Listener {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.identity)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!("cannot remove {}: {error}", self.path.display());
        }
    }
}

/// Removes a socket that nobody listens on.
fn remove_stale(path: &Path) -> Result<(), ListenError> {
    let failed = |error| ListenError::System(path.to_path_buf(), error);
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(meta) if !meta.file_type().is_socket() => return Err(ListenError::InUse(path.to_path_buf())),
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        // We hold avad's lock, so this is somebody else.
        Ok(_) => Err(ListenError::InUse(path.to_path_buf())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            tracing::info!("replacing the socket {} that an earlier avad left", path.display());
            fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Makes the directory of a default socket if it is missing: for root one that everybody may enter, for others a private
/// one. Refuses one that other users could have prepared.
///
/// # Errors
/// [`ListenError::Directory`] or [`ListenError::System`].
pub fn prepare_directory(socket: &Path) -> Result<(), ListenError> {
    let Some(dir) = socket.parent() else { return Ok(()) };
    let root = rustix::process::geteuid().is_root();
    let failed = |error| ListenError::System(socket.to_path_buf(), error);
    match DirBuilder::new().mode(if root { 0o755 } else { 0o700 }).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let meta = fs::symlink_metadata(dir).map_err(failed)?;
    let wrong = |what| Err(ListenError::Directory { path: dir.to_path_buf(), what });
    if !meta.is_dir() {
        return wrong("is not a directory; remove it, or give another socket with --socket");
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return wrong("belongs to another user; remove it, or give another socket with --socket");
    }
    if meta.mode() & if root { 0o022 } else { 0o077 } != 0 {
        return wrong("is open to other users; take their permissions away (chmod go-rwx; for root's go-w)");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn dir(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("ava-listener-{name}-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&dir).unwrap();
        dir
    }

    #[test]
    fn a_second_avad_is_refused_and_told_who_the_first_is() {
        let dir = dir("second");
        let path = dir.join("s");
        let first = Listener::claim(&path, false).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let error = Listener::claim(&path, false).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(first);
        assert!(!path.exists());
        drop(Listener::claim(&path, true).unwrap());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_stale_socket_is_replaced_and_a_file_is_not() {
        let dir = dir("stale");
        let path = dir.join("s");
        drop(UnixListener::bind(&path).unwrap());
        drop(Listener::claim(&path, false).unwrap());
        fs::write(&path, "precious").unwrap();
        assert!(matches!(Listener::claim(&path, false), Err(ListenError::InUse(_))));
        assert_eq!(fs::read(&path).unwrap(), b"precious");
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_write_is_refused() {
        let dir = dir("open");
        prepare_directory(&dir.join("s")).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(prepare_directory(&dir.join("s")), Err(ListenError::Directory { .. })));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_symbolic_link_is_not_followed_to_a_directory() {
        let dir = dir("link");
        std::os::unix::fs::symlink("/tmp", dir.join("link")).unwrap();
        assert!(matches!(prepare_directory(&dir.join("link/s")), Err(ListenError::Directory { .. })));
        fs::remove_dir_all(dir).unwrap();
    }
}
