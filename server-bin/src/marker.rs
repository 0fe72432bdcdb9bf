//! How to tell AvA's guest libraries from a vendor's without loading either, and how to keep them out of servers.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::Path,
};

/// The symbol that every guest library exports, as it stands in the file's table of names.
const MARKER: &[u8] = b"\0ava_guest_library\0";

/// Whether the file at `path` is a guest library of AvA; not if it cannot be read.
pub fn is_guest_library(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| {
        bytes.starts_with(b"\x7fELF") && bytes.windows(MARKER.len()).any(|window| window == MARKER)
    })
}

/// `LD_LIBRARY_PATH` without the directories in which one of `sonames` is a guest library.
pub fn scrub_library_path(value: &OsStr, sonames: &[&str]) -> OsString {
    let kept = std::env::split_paths(value)
        .filter(|dir| !sonames.iter().any(|soname| is_guest_library(&dir.join(soname))));
    // Joining fails only if a part has a colon in it, and these came from splitting at colons.
    std::env::join_paths(kept).unwrap_or_default()
}

/// `LD_PRELOAD` without guest libraries. The dynamic linker splits it at colons and spaces.
pub fn scrub_preload(value: &OsStr) -> OsString {
    let text = value.to_string_lossy();
    let kept: Vec<_> =
        text.split([':', ' ']).filter(|p| !p.is_empty() && !is_guest_library(Path::new(p))).collect();
    kept.join(":").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_and_files_of_guest_libraries_are_scrubbed_and_others_stay() {
        let dir = std::env::temp_dir().join(format!("ava-marker-{}", std::process::id()));
        let (ours, theirs) = (dir.join("ours"), dir.join("theirs"));
        fs::create_dir_all(&ours).unwrap();
        fs::create_dir_all(&theirs).unwrap();
        fs::write(ours.join("libFoo.so.1"), b"\x7fELF....\0clFoo\0ava_guest_library\0").unwrap();
        fs::write(theirs.join("libFoo.so.1"), b"\x7fELF....\0clFoo\0").unwrap();

        let path = std::env::join_paths([&ours, &theirs]).unwrap();
        assert_eq!(scrub_library_path(&path, &["libFoo.so.1"]), theirs.as_os_str());
        assert_eq!(scrub_library_path(&path, &["libBar.so.1"]), path);
        let preload = format!("{0}/libFoo.so.1:{1}/libFoo.so.1", ours.display(), theirs.display());
        assert_eq!(
            scrub_preload(OsStr::new(&preload)),
            OsString::from(format!("{}/libFoo.so.1", theirs.display()))
        );
        fs::remove_dir_all(dir).unwrap();
    }
}
