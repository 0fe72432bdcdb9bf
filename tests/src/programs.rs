//! What is under test: AvA's own binaries, built once by cargo, and the C programs, compiled once.
//!
//! cargo does not build another package's binaries or a `cdylib` for a test that uses neither as a Rust dependency, so the helpers
//! ask it to. That also keeps anyone from testing the binaries of yesterday.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::SystemTime,
};

/// Where AvA's binaries and the guest library are.
#[derive(Debug)]
pub struct Tools {
    dir: PathBuf,
}

impl Tools {
    /// The binary `name`, for example `avad`.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The guest library, which programs load in place of the vendor's.
    pub fn guest_library(&self) -> PathBuf {
        self.dir.join("libOpenCL.so")
    }
}

/// AvA's binaries. The first call in a process builds them (release profile, or what `AVA_TEST_PROFILE` names), unless
/// `AVA_TEST_BIN_DIR` says where they are.
pub fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| {
        if let Some(dir) = std::env::var_os("AVA_TEST_BIN_DIR") {
            return Tools { dir: dir.into() };
        }
        let profile = std::env::var("AVA_TEST_PROFILE").unwrap_or_else(|_| "release".into());
        let target = target_dir();
        build(&["--profile", if profile == "debug" { "dev" } else { &profile }], &[]);
        Tools { dir: target.join(profile) }
    })
}

/// Builds everything that tests run, with these settings. It is always the same packages: cargo compiles what they share once more for
/// another set of them.
fn build(profile: &[&str], settings: &[(String, String)]) {
    let packages = ["ava", "guest-opencl", "guest-opencl-icd", "guest-zlib", "guest-demo", "demo-vendor"];
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet"])
        .args(packages.map(|package| format!("--package={package}")))
        .args(profile)
        .arg("--target-dir")
        .arg(target_dir())
        .current_dir(workspace())
        // The outer cargo's view of this package must not reach the inner one's build scripts.
        .env_remove("LD_LIBRARY_PATH")
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("cargo could not be started");
    assert!(output.status.success(), "building AvA failed:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// What this repository's release profile makes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shipped {
    GuestLibrary,
    Server,
}

/// Something as this repository's release profile makes it, whatever the settings of whoever builds here: what is counted in
/// instructions depends on how much was inlined.
pub(crate) fn shipped(what: Shipped) -> &'static Path {
    static SHIPPED: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let [library, server] = SHIPPED.get_or_init(|| {
        if std::env::var_os("AVA_TEST_BIN_DIR").is_some() {
            return [tools().guest_library(), tools().binary("ava-server")];
        }
        let target = target_dir();
        build(&["--release"], &release_profile());
        // Where no later build with other settings replaces it.
        let dir = target.join("ava-programs/shipped");
        fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        ["libOpenCL.so", "ava-server"].map(|name| {
            let copy = dir.join(name);
            fs::copy(target.join("release").join(name), &copy)
                .unwrap_or_else(|e| panic!("{}: {e}", copy.display()));
            copy
        })
    });
    match what {
        Shipped::GuestLibrary => library,
        Shipped::Server => server,
    }
}

/// The workspace's release profile as the variables that come before every other setting of cargo's.
fn release_profile() -> Vec<(String, String)> {
    let manifest = workspace().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap_or_else(|e| panic!("{}: {e}", manifest.display()));
    let manifest: toml::Table = text.parse().expect("cargo has read it, too");
    let value = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), Into::into);
    let profile = manifest["profile"]["release"].as_table().into_iter().flatten();
    profile
        .map(|(key, setting)| {
            (format!("CARGO_PROFILE_RELEASE_{}", key.to_uppercase().replace('-', "_")), value(setting))
        })
        .collect()
}

/// A directory with the demo API's vendor library, under the names that a linker and a program ask for.
pub fn demo_vendor() -> PathBuf {
    let dir = target_dir().join("ava-programs/demo-vendor");
    fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    for name in ["libdemo.so", "libdemo.so.1"] {
        match std::os::unix::fs::symlink(tools().binary("libdemo_vendor.so"), dir.join(name)) {
            // Made by another test: the directory belongs to one target directory.
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => panic!("{}: {e}", dir.display()),
            _ => {}
        }
    }
    dir
}

/// The program that uses all of the demo API.
pub fn demo_program() -> PathBuf {
    let include = format!("-I{}", workspace().join("apis/demo/include").display());
    let link = format!("-L{}", demo_vendor().display());
    compile_with(&workspace().join("tests/programs"), "demo", &[&include], &[&link, "-ldemo", "-lm"])
}

/// The compiled C program `name`: `tests/programs/<name>.c`, or all C files of the folder `tests/programs/<name>`.
pub fn program(name: &str) -> PathBuf {
    compile(&workspace().join("tests/programs"), name)
}

/// The compiled C program `benches/programs/<name>.c`.
pub fn bench_program(name: &str) -> PathBuf {
    compile(&workspace().join("benches/programs"), name)
}

/// The Python program `tests/programs/<name>`.
pub fn python_program(name: &str) -> PathBuf {
    workspace().join("tests/programs").join(name)
}

/// A Python whose `zlib` module loads `libz.so.1`: the one that runs as `python3`, or Debian's. Of the former, `test.test_zlib` may be
/// there, too.
pub fn pythons() -> Vec<PathBuf> {
    let asked = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .env_remove("LD_LIBRARY_PATH")
        .output();
    let first = asked.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let first = first.map(|path| PathBuf::from(path.trim()));
    let mut found: Vec<_> = first.into_iter().chain(["/usr/bin/python3".into()]).collect();
    found.retain(|path| path.exists());
    found.dedup();
    found
}

/// Compiles `folder/<name>.c` or `folder/<name>/*.c` unless that was done after the last change.
fn compile(folder: &Path, name: &str) -> PathBuf {
    compile_with(folder, name, &[], &["-Wl,--as-needed", "-lOpenCL", "-lz", "-ldl"])
}

fn compile_with(folder: &Path, name: &str, flags: &[&str], libraries: &[&str]) -> PathBuf {
    let out_dir = target_dir().join("ava-programs");
    fs::create_dir_all(&out_dir).unwrap_or_else(|e| panic!("{}: {e}", out_dir.display()));
    let out = out_dir.join(name);
    let single = folder.join(format!("{name}.c"));
    let inputs = if single.exists() { vec![single] } else { files(&folder.join(name), "c") };
    let newest = inputs
        .iter()
        .cloned()
        .chain(files(&workspace().join("tests/programs"), "h"))
        .chain(files(folder, "h"))
        .chain(files(&folder.join(name), "h"))
        .filter_map(|f| modified(&f))
        .max();
    if modified(&out).is_some_and(|built| newest.is_some_and(|source| built > source)) {
        return out;
    }
    // Into place by a rename: another test process may be running the old one, or compiling the same.
    let fresh = out_dir.join(format!("{name}.{}.{:?}", std::process::id(), std::thread::current().id()));
    let output = Command::new("cc")
        .args(["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-D_POSIX_C_SOURCE=200809L", "-pthread", "-o"])
        .arg(&fresh)
        .args(flags)
        .args(&inputs)
        .args(libraries)
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .expect("no C compiler; \"make deps\" installs what the tests need");
    assert!(
        output.status.success(),
        "compiling {name} failed (\"make deps\" installs the headers and libraries):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::rename(&fresh, &out).unwrap_or_else(|e| panic!("{}: {e}", out.display()));
    out
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut out: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    out.sort();
    out
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// The root of the repository.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in the workspace").into()
}

/// cargo's target directory: the one that holds the running executable, whatever set it.
pub fn target_dir() -> PathBuf {
    let exe = std::env::current_exe().expect("the running executable has a path");
    exe.ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").exists())
        .map_or_else(|| workspace().join("target"), Into::into)
}
