//! Where our guest libraries are, under the names that programs ask for.
//!
//! A program asks for a SONAME (`libOpenCL.so.1`); a build directory has the linker's name (`libOpenCL.so`). Where the
//! first is missing, a directory of links in the user's runtime directory provides it. That directory stays: children of the
//! program may outlive `ava run`.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    io,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Path, PathBuf},
};

use ava_core::{router::address, spec::ApiDesc};

use crate::{avad::listener, marker};

/// Names a directory with guest libraries.
const VARIABLE: &str = "AVA_LIB_DIR";

/// Why there is no guest library.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Not there.
    #[error(
        "AvA's guest library {name} is not in {}; build it (cargo build --release -p guest-{api}), or set {VARIABLE} to its directory",
        list(.tried)
    )]
    NotFound {
        /// The API.
        api: &'static str,
        /// Its SONAME.
        name: &'static str,
        /// Where we looked.
        tried: Vec<PathBuf>,
    },
    /// LD_LIBRARY_PATH could not name it.
    #[error("the directory {} has a colon in its name, which LD_LIBRARY_PATH cannot express; move it", .0.display())]
    Colon(PathBuf),
    /// The directory of links.
    #[error("cannot make links to the guest libraries in {}", .0.display())]
    Links(PathBuf, #[source] io::Error),
    /// Its parent.
    #[error("cannot make links to the guest libraries")]
    Runtime(#[source] listener::ListenError),
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" or ")
}

/// Directories for LD_LIBRARY_PATH in which the guest libraries of all `apis` are.
///
/// # Errors
/// [`LibraryError`].
pub(super) fn directories(apis: &[&'static ApiDesc]) -> Result<Vec<PathBuf>, LibraryError> {
    let places = places();
    let mut out: Vec<PathBuf> = Vec::new();
    for api in apis {
        let dir = directory(api, &places)?;
        if dir.as_os_str().as_bytes().contains(&b':') {
            return Err(LibraryError::Colon(dir));
        }
        if !out.contains(&dir) {
            out.push(dir);
        }
    }
    Ok(out)
}

/// The guest library `file`, which is not an API's own but one more of its.
///
/// # Errors
/// [`LibraryError::NotFound`].
pub(super) fn file(api: &'static str, file: &'static str) -> Result<PathBuf, LibraryError> {
    let tried = places();
    let found = tried.iter().map(|dir| dir.join(file)).find(|path| marker::is_guest_library(path));
    found.ok_or(LibraryError::NotFound { api, name: file, tried })
}

/// Where guest libraries may be.
fn places() -> Vec<PathBuf> {
    if let Some(given) = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()) {
        return vec![std::path::absolute(&given).unwrap_or_else(|_| given.into())];
    }
    let this = std::env::current_exe().unwrap_or_default();
    let beside = this.parent().unwrap_or(Path::new("/")).to_path_buf();
    let installed = beside.parent().unwrap_or(Path::new("/")).join("lib/ava");
    vec![beside, installed]
}

fn directory(api: &'static ApiDesc, places: &[PathBuf]) -> Result<PathBuf, LibraryError> {
    let ours = |path: PathBuf| marker::is_guest_library(&path).then_some(path);
    for dir in places {
        if api.libraries.iter().all(|name| ours(dir.join(name)).is_some()) && is_alone(api, dir) {
            return Ok(dir.clone());
        }
        let found = api
            .libraries
            .iter()
            .find_map(|name| ours(dir.join(name)).or_else(|| ours(dir.join(unversioned(name)))));
        if let Some(library) = found {
            return links(api, &library);
        }
    }
    let name = api.libraries.first().copied().unwrap_or(api.name);
    Err(LibraryError::NotFound { api: api.name, name, tried: places.to_vec() })
}

/// Whether no other API's library is in `dir`: it would be put under the program, too.
fn is_alone(api: &ApiDesc, dir: &Path) -> bool {
    let others = crate::apis::descriptions().into_iter().filter(|other| other.name != api.name);
    !others.flat_map(|other| other.libraries).any(|name| dir.join(name).exists())
}

/// The linker's name of a library: `libOpenCL.so` for `libOpenCL.so.1`.
fn unversioned(soname: &str) -> &str {
    soname.find(".so").map_or(soname, |at| &soname[..at + 3])
}

/// A directory in which every SONAME of `api` is a link to `library`.
fn links(api: &ApiDesc, library: &Path) -> Result<PathBuf, LibraryError> {
    let own = address::own();
    listener::prepare_directory(&own).map_err(LibraryError::Runtime)?;
    let mut hasher = DefaultHasher::new();
    library.hash(&mut hasher);
    let dir = own.with_file_name(format!("lib-{}-{:016x}", api.name, hasher.finish()));
    let failed = |error| LibraryError::Links(dir.clone(), error);
    fs::create_dir_all(&dir).map_err(failed)?;
    for name in api.libraries {
        match symlink(library, dir.join(name)) {
            Ok(()) => {}
            // Made by another run: the directory's name says where it leads.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linkers_name_has_no_version() {
        assert_eq!(
            ["libOpenCL.so.1", "libcuda.so", "foo"].map(unversioned),
            ["libOpenCL.so", "libcuda.so", "foo"]
        );
    }
}
