//! Programs that nobody wrote for AvA do the same through it as natively: PyOpenCL's own tests, CLBlast's, clFFT's client, clpeak, piglit's
//! tests of OpenCL, hashcat. `docs/src/programs.md` says what they are.
//!
//! What takes minutes is ignored, and run by `make programs`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use ava_tests::{
    Avad, Forward, Job, Run, Scratch, assert_same, forwarded, native, python_program, target_dir,
    without_measurements,
};

/// A program that computes for minutes does not hang. Machines that build something else besides are slow.
const PATIENCE: Duration = Duration::from_secs(3600);

/// PoCL's compiled kernels, kept between runs: compiling is what most of these programs spend their time with. What is natively
/// compiled is compiled once more for the servers, as they ask for more of the compiler.
fn kernels() -> &'static str {
    static KERNELS: OnceLock<String> = OnceLock::new();
    KERNELS.get_or_init(|| {
        let dir = target_dir().join("ava-programs/kernels");
        fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        dir.to_str().expect("the target directory has an ordinary name").to_owned()
    })
}

/// Panics unless the program at `path` was installed; `how` does that.
fn assert_there(path: &Path, how: &str) {
    assert!(path.exists(), "{} is missing; \"{how}\" gets it", path.display());
}

/// Makes what a program printed comparable.
type Normal = fn(&str) -> String;

/// Runs a program each way and compares: [`same_everywhere`] or [`same_forwarded`].
type Same = fn(&Job, Normal) -> Run;

/// Runs `job` natively, fast and strict, and panics unless all exit alike and print the same once `normal` has made the output
/// comparable.
fn same_everywhere(job: &Job, normal: Normal) -> Run {
    same_in(&[("fast", Forward::fast()), ("strict", Forward::strict())], job, normal)
}

/// As [`same_everywhere`], in the mode that users run alone: for what takes minutes each time.
fn same_forwarded(job: &Job, normal: Normal) -> Run {
    same_in(&[("fast", Forward::fast())], job, normal)
}

fn same_in(modes: &[(&str, Forward)], job: &Job, normal: Normal) -> Run {
    let scratch = Scratch::new();
    // With a home of its own, as programs keep there what they compiled.
    let job = |way: &str| {
        let home = scratch.path(way);
        fs::create_dir_all(&home).unwrap_or_else(|e| panic!("{}: {e}", home.display()));
        let job = job.clone().env("POCL_CACHE_DIR", kernels()).limit(PATIENCE);
        job.env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("HOME", home)
    };
    let expected = native(&job("native"));
    let avad = Avad::with(&[], &[("POCL_CACHE_DIR", kernels())]);
    for (mode, how) in modes {
        let run = forwarded(&avad, &job(mode), how);
        assert_same(&format!("{} ({mode})", run.name), &normal(&expected.stdout), &normal(&run.stdout));
        assert!(run.same_end(&expected), "{mode}: {run}\nnatively: {expected}");
    }
    expected
}

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

/// PyOpenCL's tests, from its source: what Debian's package contains is tested with the tests of its version.
mod pyopencl {
    use super::*;

    const SOURCE: &str = "programs/pyopencl-2022.3.1/test";

    /// Runs the tests of `files`, or those whose name pytest's `-k` finds, and compares their outcomes one by one.
    fn same_outcomes(same: Same, files: &[&str], choose: &str) {
        let folder = target_dir().join(SOURCE);
        assert_there(&folder, "make fetch");
        let plugins = python_program("outcomes.py").parent().expect("it is in a folder").to_owned();
        let mut job = Job::new("/usr/bin/python3").folder(folder).env("PYTHONPATH", plugins);
        job = job.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1");
        let options = "-m pytest -p no:terminal -p no:cacheprovider -p outcomes -k".split(' ');
        job = options.chain([choose]).chain(files.iter().copied()).fold(job, Job::arg);
        let run = same(&job, as_it_is);
        // An exit code of 1 would be tests that fail natively; there are none.
        run.assert_success();
        assert!(run.stdout.lines().filter(|line| line.contains("| call | passed |")).count() > 1, "{run}");
    }

    #[test]
    fn the_wrapper_of_every_function_has_the_same_outcomes() {
        let files = ["test_wrapper.py", "test_enqueue_copy.py", "test_arrays_in_structs.py"];
        same_outcomes(same_everywhere, &files, "");
    }

    #[test]
    fn arrays_in_every_kind_of_memory_have_the_same_outcomes() {
        // What takes seconds of a file that takes minutes.
        same_outcomes(same_everywhere, &["test_array.py"], "svm or outoforder");
    }

    #[test]
    #[ignore = "compiles kernels for minutes; make programs"]
    fn all_tests_have_the_same_outcomes() {
        for file in ["test_clrandom.py", "test_clmath.py", "test_algorithm.py", "test_array.py"] {
            same_outcomes(same_forwarded, &[file], "");
        }
    }
}

/// CLBlast's tests, which compute everything with a CBLAS library, too.
mod clblast {
    use super::*;

    fn same_results(same: Same, routine: &str) {
        let program = format!("/usr/bin/clblast_test_x{routine}");
        assert_there(Path::new(&program), "make deps");
        let run = same(&Job::new(program), as_it_is);
        run.assert_success();
        let plain = run.stdout.replace("\u{1b}[0m", "");
        assert!(plain.contains("   0 test(s) failed"), "{run}");
    }

    #[test]
    fn vectors_have_the_same_results() {
        same_results(same_everywhere, "axpy");
    }

    #[test]
    #[ignore = "computes for minutes; make programs"]
    fn matrices_have_the_same_results() {
        for routine in ["gemv", "gemmbatched", "trsm", "gemm"] {
            same_results(same_forwarded, routine);
        }
    }
}

/// clFFT's client, which transforms a pattern whose transform is known, and says whether that came out.
mod clfft {
    use super::*;

    /// One and more dimensions, both precisions, forward and backward, with itself and what it knows of devices.
    const TRANSFORMS: &[&str] =
        &["-i", "-v", "-x 1024 -o --double", "-x 4096 --inLayout 3 --outLayout 5 -o --inv", FAILS];

    /// The last one fails natively, too.
    const FAILS: &str = "-x 7 -y 11 -z 13 --inv";

    /// Powers of all radices, every layout that PoCL's compiler takes.
    const MORE_TRANSFORMS: &[&str] = &[
        "-x 1024",
        "-x 64 -y 64",
        "-x 32 -y 16 -z 8 -o",
        "-x 1000 --inLayout 2 --outLayout 2",
        "-x 4096 --inLayout 5 --outLayout 3 -o",
        "-x 243 -y 25 --double -b 3",
    ];

    fn client(options: &str) -> Job {
        assert_there(Path::new("/usr/bin/clFFT-client"), "make deps");
        options.split(' ').fold(Job::new("clFFT-client"), Job::arg)
    }

    #[test]
    fn transforms_have_the_same_results() {
        for options in TRANSFORMS {
            let run = same_everywhere(&client(options), as_it_is);
            assert_eq!(run.stdout.contains("*FAIL*"), *options == FAILS, "{run}");
        }
    }

    #[test]
    #[ignore = "compiles kernels for a minute; make programs"]
    fn more_transforms_have_the_same_results() {
        for options in MORE_TRANSFORMS {
            let run = same_everywhere(&client(options), as_it_is);
            assert!(run.stdout.contains("*PASS*"), "{run}");
        }
    }

    #[test]
    #[ignore = "measures; make programs"]
    fn what_is_measured_is_all_that_differs() {
        same_everywhere(&client("-x 1024 -p 10"), |text| {
            text.lines().map(|line| line.trim_end_matches(|c: char| c != ':').to_owned() + "\n").collect()
        });
    }
}

/// clpeak, which measures, so that what it prints is the same but for numbers.
mod clpeak {
    use super::*;

    #[test]
    #[ignore = "measures for minutes; make programs"]
    fn the_same_is_measured() {
        let run = same_forwarded(&Job::new("clpeak"), without_measurements);
        run.assert_success();
        assert!(run.stdout.contains("Kernel launch latency"), "{run}");
    }
}

/// piglit's tests of OpenCL's functions, which Mesa is tested with.
mod piglit {
    use super::*;

    const FOLDER: &str = "/usr/lib/x86_64-linux-gnu/piglit/bin";

    /// Programs that fail natively, and do otherwise through AvA. `docs/src/programs.md` says why.
    const FAIL_OTHERWISE: &[&str] =
        &["cl-api-create-command-queue", "cl-api-get-extension-function-address-for-platform"];

    #[test]
    #[ignore = "of a package of two gigabytes; make programs"]
    fn functions_succeed_and_fail_as_they_do_natively() {
        assert_there(Path::new(FOLDER), "make programs");
        let mut programs: Vec<_> = fs::read_dir(FOLDER)
            .unwrap_or_else(|e| panic!("{FOLDER}: {e}"))
            .map(|entry| entry.expect("the folder is readable").file_name().into_string().expect("ASCII"))
            .filter(|name| name.starts_with("cl-api-") || name.starts_with("cl-custom-"))
            .filter(|name| !FAIL_OTHERWISE.contains(&name.as_str()))
            .collect();
        programs.sort();
        assert!(programs.len() > 40, "{programs:?}");
        for name in programs {
            same_everywhere(&Job::new(format!("{FOLDER}/{name}")), without_addresses);
        }
    }

    #[test]
    #[ignore = "compiles hundreds of kernels; make programs"]
    fn kernels_compute_what_they_do_natively() {
        assert_there(Path::new(FOLDER), "make programs");
        let folder = Path::new(FOLDER).parent().expect("it has one").join("tests/cl/program");
        let mut kernels = Vec::new();
        find(&folder, &mut kernels);
        kernels.sort();
        assert!(kernels.len() > 200, "{}", folder.display());
        for kernel in kernels {
            let job = Job::new(format!("{FOLDER}/cl-program-tester")).arg(kernel);
            same_forwarded(&job, |text| without_names(&without_addresses(text)));
        }
    }

    fn find(folder: &Path, kernels: &mut Vec<PathBuf>) {
        let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|entry| entry.expect("the folder is readable").path()) {
            if path.is_dir() {
                find(&path, kernels);
            } else if path.extension().is_some_and(|e| e == "cl") {
                kernels.push(path);
            }
        }
    }

    /// What is printed, but for temporary files, which the compiler's messages name.
    fn without_names(text: &str) -> String {
        let word = |word: &str| if word.contains("/tempfile_") { "(file)" } else { word }.to_owned();
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    /// What is printed, but for handles, which are addresses.
    fn without_addresses(text: &str) -> String {
        let word =
            |word: &str| if word.starts_with("0x") && word.len() > 10 { "0x.." } else { word }.to_owned();
        let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
        text.lines().map(|l| line(l) + "\n").collect()
    }
}

/// hashcat, which finds a password by its digest.
mod hashcat {
    use super::*;

    /// MD5 of the password.
    const DIGEST: &str = "e2fc714c4727ee9395f324cd2e7f331f";

    #[test]
    #[ignore = "compiles a large kernel; make programs"]
    fn a_password_is_found() {
        assert_there(Path::new("/usr/bin/hashcat"), "make programs");
        // hashcat distrusts every PoCL that Debian has, and its own tests of it: --force.
        let options = "--force --potfile-disable --self-test-disable --optimized-kernel-enable --hash-type 0 --attack-mode 3";
        let job = options.split(' ').fold(Job::new("hashcat"), Job::arg).arg(DIGEST).arg("?l?l?l?l");
        let run = same_forwarded(&job, without_times);
        assert!(run.stdout.contains(&format!("{DIGEST}:abcd")), "{run}");
    }

    /// What is printed, but for times, rates, and memory that happens to be free.
    fn without_times(text: &str) -> String {
        const MEASURED: [&str; 6] =
            ["Time.", "Speed.", "Started:", "Stopped:", "Hardware.Mon", "* Device #1:"];
        let lines = text.split(['\n', '\r']).map(str::trim_end);
        lines
            .filter(|line| !MEASURED.iter().any(|m| line.starts_with(m)))
            .map(|l| l.to_owned() + "\n")
            .collect()
    }
}
