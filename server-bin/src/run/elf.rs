//! Why a program made no session: what can be seen from its file.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Read,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
};

use ava_core::spec::ApiDesc;

/// A sentence for whoever wonders why `program` did not use AvA; nothing if no API is served.
pub(super) fn why_no_session(program: &Path, apis: &[&'static ApiDesc]) -> Option<String> {
    let names: Vec<_> = apis.iter().filter_map(|api| api.libraries.first().copied()).collect();
    if names.is_empty() {
        return None;
    }
    let names = names.join(" or ");
    let why = match find(program, std::env::var_os("PATH").as_deref()).as_deref().map(kind) {
        Some(Some(Kind::SetId)) => {
            "it is set-user-id or set-group-id, and the system ignores LD_LIBRARY_PATH for such programs"
        }
        Some(Some(Kind::Static)) => "it is linked statically, so there is no library to replace",
        Some(Some(Kind::Script)) => "it is a script; see what it starts, which may reset LD_LIBRARY_PATH",
        Some(Some(Kind::Dynamic)) | Some(None) | None => {
            "it made no call, has the vendor's directory in its RPATH, or loads the vendor's library by its full path"
        }
    };
    Some(format!("{} never used {names} of AvA: {why}", program.display()))
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    SetId,
    Static,
    Script,
    Dynamic,
}

/// The file that `execvp` would run.
fn find(program: &Path, path: Option<&OsStr>) -> Option<PathBuf> {
    if program.as_os_str().as_encoded_bytes().contains(&b'/') {
        return Some(program.to_path_buf());
    }
    std::env::split_paths(path?).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// What sort of program the file is; nothing if it cannot be read or is of another sort.
fn kind(path: &Path) -> Option<Kind> {
    let mode = fs::metadata(path).ok()?.mode();
    if mode & (libc::S_ISUID | libc::S_ISGID) != 0 {
        return Some(Kind::SetId);
    }
    let mut file = File::open(path).ok()?;
    let mut head = [0u8; 64];
    file.read_exact(&mut head).ok()?;
    if head.starts_with(b"#!") {
        return Some(Kind::Script);
    }
    // A 64-bit ELF file of this byte order; others have no guest library anyway.
    if !head.starts_with(b"\x7fELF\x02") {
        return None;
    }
    let half = |at: usize| u16::from_ne_bytes([head[at], head[at + 1]]);
    let table = u64::from_ne_bytes(head[32..40].try_into().ok()?);
    let (entry_len, entries) = (u64::from(half(54)), u64::from(half(56)));
    for index in 0..entries {
        let mut tag = [0u8; 4];
        file.read_exact_at(&mut tag, table.checked_add(index * entry_len)?).ok()?;
        if u32::from_ne_bytes(tag) == libc::PT_INTERP {
            return Some(Kind::Dynamic);
        }
    }
    Some(Kind::Static)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_program_and_a_script_are_recognised() {
        assert_eq!(
            kind(&find(Path::new("ls"), std::env::var_os("PATH").as_deref()).unwrap()),
            Some(Kind::Dynamic)
        );
        let script = std::env::temp_dir().join(format!("ava-script-{}", std::process::id()));
        fs::write(&script, format!("#!/bin/sh\n{}\n", "#".repeat(64))).unwrap();
        assert_eq!(kind(&script), Some(Kind::Script));
        fs::remove_file(script).unwrap();
        assert_eq!(kind(Path::new("/nonexistent")), None);
    }
}
