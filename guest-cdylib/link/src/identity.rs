//! What a guest library has to be for the dynamic linker: for the tests of `guest-cdylib/<api>`.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

/// By which the API server refuses to load a guest library as its vendor library.
const MARKER: &str = "ava_guest_library";

#[derive(Debug, PartialEq)]
struct Library {
    soname: Option<String>,
    needed: BTreeSet<String>,
    /// Exported functions and data with their versions, as in `clFinish@@OPENCL_1.0`.
    symbols: BTreeSet<String>,
    /// The version nodes in their order, each followed by the one that it inherits from.
    nodes: Vec<String>,
}

fn readelf(options: &[&str], path: &PathBuf) -> Result<String, Box<dyn Error>> {
    let output = Command::new("readelf").args(options).arg(path).env("LC_ALL", "C").output()?;
    if !output.status.success() {
        return Err(format!("readelf {path:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn library(path: &PathBuf) -> Result<Library, Box<dyn Error>> {
    let mut library =
        Library { soname: None, needed: BTreeSet::new(), symbols: BTreeSet::new(), nodes: Vec::new() };
    for line in readelf(&["-d", "-W"], path)?.lines() {
        let name = || line.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
        if line.contains("(SONAME)") {
            library.soname = Some(name());
        } else if line.contains("(NEEDED)") {
            library.needed.insert(name());
        }
    }
    for line in readelf(&["--dyn-syms", "-W"], path)?.lines() {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, _, _, kind, bind, _, section, name, ..] = fields[..] else { continue };
        if !matches!(bind, "GLOBAL" | "WEAK") || section == "UND" {
            continue;
        }
        // Linkers may export an absolute symbol per version node; nothing refers to them.
        if kind == "OBJECT" && section == "ABS" {
            continue;
        }
        library.symbols.insert(name.to_owned());
    }
    let mut definitions = false;
    for line in readelf(&["-V", "-W"], path)?.lines() {
        if line.starts_with("Version ") {
            definitions = line.starts_with("Version definition");
        }
        let name = line.split_once("Name: ").or_else(|| line.split_once("Parent 1: "));
        if let (true, Some((_, name))) = (definitions, name) {
            library.nodes.push(name.trim().to_owned());
        }
    }
    Ok(library)
}

/// The guest library `file` of this test's profile. Cargo builds no cdylib for a test, so the test does.
fn ours(package: &str, file: &str) -> Result<PathBuf, Box<dyn Error>> {
    let exe = std::env::current_exe()?;
    let dir = exe.parent().and_then(|deps| deps.parent()).ok_or("the test is not in a target directory")?;
    let profile = match dir.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(name) => name,
        None => return Err("the target directory has no profile".into()),
    };
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", package, "--profile", profile])
        .status()?;
    let path = dir.join(file);
    match built.success() && path.exists() {
        true => Ok(path),
        false => Err(format!("{} could not be built", path.display()).into()),
    }
}

/// The system's library, unless this machine has none.
fn system(soname: &str) -> Option<PathBuf> {
    ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]
        .into_iter()
        .map(|dir| PathBuf::from(dir).join(soname))
        .find(|path| path.exists())
}

/// Checks a guest library that stands in for no other, `file` in the target directory: it is called `soname`, exports exactly
/// `symbols` and the marker by which a server recognises it, and needs nothing but libc.
///
/// # Errors
/// What is otherwise, or what could not be built or read.
pub fn check(package: &str, file: &str, soname: &str, symbols: &[&str]) -> Result<(), Box<dyn Error>> {
    let ours = library(&ours(package, file)?)?;
    let expected: BTreeSet<String> = symbols.iter().chain(&[MARKER]).map(|name| name.to_string()).collect();
    if ours.symbols != expected {
        let differing: Vec<_> = ours.symbols.symmetric_difference(&expected).collect();
        return Err(format!("missing or too much: {differing:?}").into());
    }
    let needed: Vec<_> = ours.needed.iter().filter(|name| !name.starts_with("ld-linux")).collect();
    match (ours.soname.as_deref() == Some(soname), needed == ["libc.so.6"]) {
        (true, true) => Ok(()),
        _ => Err(format!("{:?} needs {needed:?}", ours.soname).into()),
    }
}

/// Compares the guest library that `package` builds, `file` in the target directory, with the system's library `soname`: same name,
/// same symbols, same versions, no more dependencies. One symbol is ours: the marker by which a server recognises a guest library.
///
/// # Errors
/// What differs, or what could not be built or read. Without the system's library, nothing is compared.
pub fn compare(package: &str, file: &str, soname: &str) -> Result<(), Box<dyn Error>> {
    let Some(system) = system(soname) else {
        eprintln!("skipped: there is no {soname} here");
        return Ok(());
    };
    let system = library(&system)?;
    let mut ours = library(&ours(package, file)?)?;
    if !ours.symbols.remove(MARKER) {
        return Err(format!("the library must carry the marker {MARKER}").into());
    }
    let missing: Vec<_> = system.symbols.difference(&ours.symbols).collect();
    let extra: Vec<_> = ours.symbols.difference(&system.symbols).collect();
    // The dynamic linker itself is in every process.
    let needed = ours.needed.difference(&system.needed);
    let needed: Vec<_> = needed.filter(|name| !name.starts_with("ld-linux")).collect();
    if !missing.is_empty() || !extra.is_empty() || !needed.is_empty() {
        return Err(format!("missing: {missing:?}\nextra: {extra:?}\nneeds: {needed:?}").into());
    }
    match (ours.soname == system.soname, ours.nodes == system.nodes) {
        (true, true) => Ok(()),
        _ => Err(format!(
            "{:?} {:?}, the system's {:?} {:?}",
            ours.soname, ours.nodes, system.soname, system.nodes
        )
        .into()),
    }
}
