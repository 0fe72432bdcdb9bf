//! How long an author waits for the compiler: expanding and compiling the largest specification, from nothing and after an edit.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use ava_tests::{Scratch, workspace};
use serde_json::json;

use crate::report::{Section, Unit};

/// The specifications, largest first.
const PACKAGES: [(&str, &str); 3] =
    [("ava-opencl", "apis/opencl"), ("ava-demo", "apis/demo"), ("ava-zlib", "apis/zlib")];

/// Measures `cargo check`, which is what an editor runs, and `cargo build`.
pub(crate) fn measure() -> Section {
    let mut section = Section::new("Compiling a specification");
    let target = Scratch::new();
    let mut rows = Vec::new();
    for (package, dir) in PACKAGES {
        eprintln!("compile: {package}");
        let spec = workspace().join(dir).join("src/spec.rs");
        let lines = std::fs::read_to_string(&spec).map_or(0, |text| text.lines().count());
        // What the package depends on is compiled first: an author does that once.
        cargo("build", package, target.dir());
        clean(package, target.dir());
        let whole = cargo("build", package, target.dir());
        cargo("check", package, target.dir());
        touch(&spec);
        let check = cargo("check", package, target.dir());
        touch(&spec);
        let build = cargo("build", package, target.dir());
        let times = [whole, check, build].map(|time| time.as_secs_f64());
        let mut row = vec![package.to_owned(), lines.to_string()];
        row.extend(times.map(|seconds| Unit::Seconds.show(seconds)));
        rows.push(row);
        section.value(json!({
            "name": package, "lines": lines, "clean_s": times[0], "check_after_edit_s": times[1],
            "build_after_edit_s": times[2],
        }));
    }
    section.table(&["", "lines", "clean", "check after an edit", "build after an edit"], &rows);
    section
}

fn cargo(command: &str, package: &str, target: &Path) -> Duration {
    let begun = Instant::now();
    run(Command::new(env!("CARGO"))
        .args([command, "--quiet", "--package", package])
        .arg("--target-dir")
        .arg(target));
    begun.elapsed()
}

fn clean(package: &str, target: &Path) {
    run(Command::new(env!("CARGO"))
        .args(["clean", "--quiet", "--package", package])
        .arg("--target-dir")
        .arg(target));
}

fn run(command: &mut Command) {
    let status = command.current_dir(workspace()).env_remove("LD_LIBRARY_PATH").status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} failed");
}

/// As after an edit: cargo looks at the time of the last change.
fn touch(file: &Path) {
    let touched = std::fs::File::options()
        .append(true)
        .open(file)
        .and_then(|f| f.set_modified(std::time::SystemTime::now()));
    touched.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
}
