//! OpenCL's loaders find vendors by files that name their libraries. This makes a directory of such files: those of the vendors that
//! are installed, and ours.
//!
//! Both loaders in use take such a directory from `OCL_ICD_VENDORS`: ocl-icd, which is Debian's, and the Khronos Group's.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use ava_core::router::address;

use super::library::{self, LibraryError};
use crate::avad::listener;

/// Names the directory, or one file, or a vendor's library.
pub(super) const VARIABLE: &str = "OCL_ICD_VENDORS";

/// Where a loader looks if the variable does not say.
const SYSTEM: &str = "/etc/OpenCL/vendors";

/// Our library, as cargo calls it.
const LIBRARY: &str = "libAvaOpenCL.so";

/// Why there is no such directory.
#[derive(Debug, thiserror::Error)]
pub enum IcdError {
    /// No library that it could name.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The directory itself.
    #[error("cannot list AvA beside the OpenCL vendors in {}", .0.display())]
    Files(PathBuf, #[source] io::Error),
    /// Its parent.
    #[error("cannot list AvA beside the OpenCL vendors")]
    Runtime(#[source] listener::ListenError),
}

/// A directory with a file for each vendor that a loader would find now, and one for us. It stays: children of the program may
/// outlive `ava run`. Its name says what is in it, so that it is never one of other vendors.
///
/// # Errors
/// [`IcdError`].
pub(super) fn vendors() -> Result<PathBuf, IcdError> {
    let library = library::file("opencl-icd", LIBRARY)?;
    let given = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let place = given.map_or_else(|| SYSTEM.into(), PathBuf::from);
    let installed = installed(&place);
    let own = address::own();
    listener::prepare_directory(&own).map_err(IcdError::Runtime)?;
    let mut hasher = DefaultHasher::new();
    (&library, &installed).hash(&mut hasher);
    let dir = own.with_file_name(format!("icd-{:016x}", hasher.finish()));
    let failed = |error| IcdError::Files(dir.clone(), error);
    fs::create_dir_all(&dir).map_err(failed)?;
    for (number, vendor) in installed.iter().enumerate() {
        match vendor {
            Vendor::File(file) => {
                let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                absent(symlink(file, dir.join(format!("{stem}.icd")))).map_err(failed)?;
            }
            Vendor::Library(name) => {
                write(&dir.join(format!("vendor{number}.icd")), name).map_err(failed)?;
            }
        }
    }
    write(&dir.join("ava.icd"), &library).map_err(failed)?;
    Ok(dir)
}

/// What makes a loader load a vendor.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Vendor {
    /// A file with the name of its library.
    File(PathBuf),
    /// The library.
    Library(PathBuf),
}

/// The vendors that a loader finds by `place`: a directory of files, one file, or the name of a library.
fn installed(place: &Path) -> Vec<Vendor> {
    let is_icd = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "icd");
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    if let Ok(entries) = fs::read_dir(place) {
        let mut files: Vec<_> =
            entries.flatten().map(|entry| entry.path()).filter(is_icd).map(absolute).collect();
        files.sort();
        return files.into_iter().map(Vendor::File).collect();
    }
    match is_icd(&place.to_path_buf()) {
        // A bare name is one of the system's files.
        true if place.components().count() == 1 => vec![Vendor::File(Path::new(SYSTEM).join(place))],
        true => vec![Vendor::File(absolute(place.to_path_buf()))],
        false => vec![Vendor::Library(place.to_path_buf())],
    }
}

/// Success, too, if another run has made it.
fn absent(made: io::Result<()>) -> io::Result<()> {
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// A file with a path in it, whole whenever somebody reads it.
fn write(file: &Path, line: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let fresh = file.with_extension(format!("{}", std::process::id()));
    fs::write(&fresh, [line.as_os_str().as_bytes(), b"\n"].concat())?;
    fs::rename(fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_directory_of_files_a_file_or_a_library() {
        let dir = std::env::temp_dir().join(format!("ava-icd-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        for name in ["b.icd", "a.icd", "readme"] {
            fs::write(dir.join(name), "libfoo.so\n").unwrap();
        }
        assert_eq!(installed(&dir), [Vendor::File(dir.join("a.icd")), Vendor::File(dir.join("b.icd"))]);
        assert_eq!(installed(&dir.join("a.icd")), [Vendor::File(dir.join("a.icd"))]);
        assert_eq!(installed(Path::new("pocl.icd")), [Vendor::File("/etc/OpenCL/vendors/pocl.icd".into())]);
        assert_eq!(installed(Path::new("libfoo.so.1")), [Vendor::Library("libfoo.so.1".into())]);
        fs::remove_dir_all(dir).unwrap();
    }
}
