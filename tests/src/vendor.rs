//! The vendors' OpenCL libraries that programs are run with.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::programs::target_dir;

/// An OpenCL vendor, or several at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// PoCL on the processor.
    Pocl,
    /// Mesa's rusticl on its software renderer.
    Rusticl,
    /// Oclgrind, which interprets kernels.
    Oclgrind,
    /// All of them in one process.
    All,
    /// None: the loader is there, and finds nothing.
    Nobody,
    /// Files that name a library that is not there and one that is no vendor's.
    Broken,
}

const POCL: &str = "/etc/OpenCL/vendors/pocl.icd";
const RUSTICL: &str = "/etc/OpenCL/vendors/rusticl.icd";
const OCLGRIND: &str = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";

impl Vendor {
    /// Each vendor by itself.
    pub const EACH: [Self; 3] = [Self::Pocl, Self::Rusticl, Self::Oclgrind];

    /// The environment in which an OpenCL loader finds this vendor and no other.
    pub fn env(self) -> Vec<(OsString, OsString)> {
        let mut env = vec![("OCL_ICD_VENDORS".into(), directory(self).into_os_string())];
        if matches!(self, Self::Rusticl | Self::All) {
            env.push(("RUSTICL_ENABLE".into(), "llvmpipe".into()));
        }
        env
    }
}

/// A directory with the files that name this vendor's libraries.
fn directory(vendor: Vendor) -> PathBuf {
    static FILES: OnceLock<PathBuf> = OnceLock::new();
    FILES.get_or_init(write_all).join(format!("{vendor:?}"))
}

/// Writes the files of every vendor, beside what the tests compile.
fn write_all() -> PathBuf {
    let all = target_dir().join("ava-programs/vendors");
    let write = |folder: &str, file: &str, line: &str| {
        let (folder, file) = (all.join(folder), all.join(folder).join(file));
        // Another test process may be reading it.
        if fs::read_to_string(&file).is_ok_and(|text| text == line) {
            return;
        }
        let fresh = folder.join(format!("{}", std::process::id()));
        let made = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&fresh, line))
            .and_then(|()| fs::rename(&fresh, &file));
        made.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    };
    let installed = |path: &str| {
        fs::read_to_string(path)
            .unwrap_or_else(|e| panic!("{path}: {e}; \"make deps\" installs the vendors' libraries"))
    };
    assert!(Path::new(OCLGRIND).exists(), "{OCLGRIND} is not there; \"make deps\" installs it");
    for (folder, file, line) in [
        ("Pocl", "pocl.icd", installed(POCL)),
        ("Rusticl", "rusticl.icd", installed(RUSTICL)),
        ("Oclgrind", "oclgrind.icd", format!("{OCLGRIND}\n")),
    ] {
        write(folder, file, &line);
        write("All", file, &line);
    }
    write("Nobody", "nothing", "");
    write("Broken", "absent.icd", "libava-no-such-vendor.so.1\n");
    write("Broken", "other.icd", "libm.so.6\n");
    all
}
