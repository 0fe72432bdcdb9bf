//! zlib through AvA: unmodified programs compress and decompress to the same bytes, and a lost server is zlib's own error.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use ava_tests::{
    Avad, Forward, Job, Run, Scratch, Victim, assert_same, forwarded, native, program, python_program,
    pythons, read_stats, workspace,
};

/// Reached only by a program that hangs.
const PATIENCE: Duration = Duration::from_secs(120);

fn both_ways() -> [Forward; 2] {
    [Forward::fast().api("zlib"), Forward::strict().api("zlib")]
}

/// Runs `job` natively and through AvA, fast and strict: it must print the same.
fn same_everywhere(job: &Job) -> Run {
    let avad = Avad::start();
    let expected = native(job);
    expected.assert_success();
    for how in both_ways() {
        let run = forwarded(&avad, job, &how);
        run.assert_success();
        assert_same(&run.name, &expected.stdout, &run.stdout);
    }
    expected
}

/// The functions that `job` forwarded.
fn forwarded_functions(job: &Job) -> Vec<String> {
    let (avad, scratch) = (Avad::start(), Scratch::new());
    let stats = scratch.path("stats.json");
    let how = Forward { stats_file: Some(stats.clone()), ..Forward::fast().api("zlib") };
    forwarded(&avad, job, &how).assert_success();
    read_stats(&stats).into_iter().map(|count| count.name).collect()
}

#[test]
fn every_field_of_every_stream_is_as_natively() {
    let job = Job::new(program("zstream")).limit(PATIENCE);
    same_everywhere(&job);
    let forwarded = forwarded_functions(&job);
    for name in
        ["deflate", "inflate", "inflateSync", "deflatePending", "uncompress2", "copy_inflate", "sum_crc32"]
    {
        assert!(forwarded.iter().any(|f| f == name), "{name} was not forwarded: {forwarded:?}");
    }
}

#[test]
fn pythons_zlib_module_prints_the_same() {
    for python in pythons() {
        let job = Job::new(python).arg(python_program("zlib_suite.py")).limit(PATIENCE);
        let run = same_everywhere(&job);
        assert!(run.stdout.ends_with("-- threads\n"), "{run}");
        assert!(
            forwarded_functions(&job).iter().any(|name| name == "deflate"),
            "{} does not load libz.so.1",
            run.name
        );
    }
}

#[test]
fn cpythons_own_tests_pass() {
    let has_tests =
        |python: &PathBuf| native(&Job::new(python).arg("-c").arg("import test.test_zlib")).exited(0);
    let Some(python) = pythons().into_iter().find(has_tests) else {
        eprintln!("skipped: no Python here has its test package");
        return;
    };
    let avad = Avad::start();
    for how in both_ways() {
        let job = Job::new(&python)
            .arg("-m")
            .arg("unittest")
            .arg("test.test_zlib")
            .arg("test.test_gzip")
            .limit(PATIENCE);
        forwarded(&avad, &job, &how).assert_success();
    }
}

/// The sources of this repository and some binaries in one file, several megabytes.
fn corpus(scratch: &Scratch) -> PathBuf {
    let mut bytes = Vec::new();
    let mut folders = vec![workspace()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> =
            fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match path.is_dir() {
                true if name.starts_with('.') || name == "target" => {}
                true => folders.push(path),
                false => bytes.extend(fs::read(path).unwrap_or_default()),
            }
        }
    }
    for binary in ["/bin/bash", "/usr/bin/perl", "/lib/x86_64-linux-gnu/libc.so.6"] {
        bytes.extend(fs::read(binary).unwrap_or_default());
    }
    assert!(bytes.len() > 3_000_000, "only {} bytes", bytes.len());
    let path = scratch.path("corpus");
    fs::write(&path, bytes).expect("the corpus can be written");
    path
}

/// Runs a shell script in `folder`, natively or by `how`.
fn shell(avad: &Avad, how: Option<&Forward>, folder: &Path, script: &str) -> Run {
    fs::create_dir_all(folder).expect("the folder can be made");
    let script = format!("set -e; cd '{}'; {script}", folder.display());
    let job = Job::new("sh").arg("-c").arg(script).limit(PATIENCE);
    let job = job.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder);
    let job =
        job.env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z");
    let run = how.map_or_else(|| native(&job), |how| forwarded(avad, &job, how));
    run.assert_success();
    run
}

#[test]
fn pigz_packs_the_same_bytes_and_restores_them() {
    let (avad, scratch) = (Avad::start(), Scratch::new());
    let corpus = corpus(&scratch);
    // One stream; many streams that are put together, with dictionaries; zlib's own format.
    let script = format!(
        "cp '{0}' c; pigz -p1 -9 -nk c; mv c.gz one.gz; pigz -p4 -1 -nk c; mv c.gz four.gz; pigz -zk c
         for f in one.gz four.gz; do pigz -dc $f | cmp - c; done; pigz -dc c.zz | cmp - c; pigz -t one.gz
         sha256sum one.gz four.gz c.zz",
        corpus.display()
    );
    let expected = shell(&avad, None, &scratch.path("native"), &script);
    for (n, how) in both_ways().iter().enumerate() {
        let run = shell(&avad, Some(how), &scratch.path(&n.to_string()), &script);
        assert_same("pigz", &expected.stdout, &run.stdout);
    }
    let natively =
        format!("pigz -dc 0/four.gz | cmp - '{0}'; pigz -dc 1/one.gz | cmp - '{0}'", corpus.display());
    shell(&avad, None, scratch.dir(), &natively);
}

#[test]
fn git_keeps_and_packs_the_same_objects() {
    let (avad, scratch) = (Avad::start(), Scratch::new());
    let corpus = corpus(&scratch);
    let script = format!(
        "git init -q -b main . && git config user.name t && git config user.email t@example.org
         git config pack.threads 1; git config gc.auto 0; git config core.hooksPath /dev/null
         blob=$(git hash-object -w '{0}'); git cat-file blob $blob | cmp - '{0}'; echo $blob
         mkdir sources; cp -r '{1}/tests/tests' '{1}/Cargo.toml' sources; git add sources; git commit -qm one; echo more >> sources/Cargo.toml; git commit -qam two
         git gc -q; git fsck --full 2>&1; git rev-parse HEAD; git cat-file blob HEAD:sources/Cargo.toml | tail -1
         cd .git/objects; find . -name '*.pack' | sort | xargs sha256sum",
        corpus.display(),
        workspace().display()
    );
    let expected = shell(&avad, None, &scratch.path("native"), &script);
    let run = shell(&avad, Some(&both_ways()[0]), &scratch.path("forwarded"), &script);
    assert_same("git", &expected.stdout, &run.stdout);
    assert!(expected.stdout.contains(".pack"), "{expected}");
}

#[test]
fn a_server_killed_in_mid_stream_is_a_stream_error() {
    let avad = Avad::start();
    let job = Job::new(program("zstream")).arg("wait").limit(PATIENCE);
    let sums = {
        let run = native(&Job::new(program("zstream")));
        let line = run.stdout.lines().find(|line| line.starts_with("307200: ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{run}"))
    };
    let victim = Victim::start(PATIENCE, job.forwarded_command(&avad, &both_ways()[0]));
    std::thread::sleep(Duration::from_millis(200));
    let busy = avad.busy_servers();
    assert_eq!(busy.len(), 1, "one session has one server");
    busy[0].kill();
    let rest = victim.rest();
    for call in ["deflate", "deflateEnd", "inflateInit", "compress"] {
        assert!(rest.contains(&format!("{call}: STREAM_ERROR\n")), "{rest}");
    }
    // A checksum has no value that says that it failed.
    let crc = sums.split_whitespace().next_back().unwrap_or_default();
    assert!(rest.contains(&format!("sums: {crc}")) && rest.ends_with("still here\n"), "{rest}{sums}");
}

#[test]
fn a_forked_child_has_streams_of_its_own() {
    let run = same_everywhere(&Job::new(program("zstream")).arg("fork").limit(PATIENCE));
    assert!(run.stdout.contains("child 0, parent OK"), "{run}");
}

#[test]
fn two_apis_in_one_process_have_a_session_each() {
    let (avad, scratch) = (Avad::start(), Scratch::new());
    let stats = scratch.path("stats.json");
    let how = Forward { stats_file: Some(stats.clone()), ..Forward::fast().api("zlib").api("opencl") };
    let script = "import ctypes, zlib\n\
                  cl = ctypes.CDLL('libOpenCL.so.1'); n = ctypes.c_uint()\n\
                  print(cl.clGetPlatformIDs(0, None, ctypes.byref(n)), n.value > 0, zlib.decompress(zlib.compress(b'both')))";
    let job = Job::new("/usr/bin/python3").arg("-c").arg(script).limit(PATIENCE);
    let run = forwarded(&avad, &job, &how);
    run.assert_success();
    assert_eq!(run.stdout, native(&job).stdout);
    let names: Vec<_> = read_stats(&stats).into_iter().map(|count| count.name).collect();
    assert!(
        names.iter().any(|n| n == "inflate") && names.iter().any(|n| n == "clGetPlatformIDs"),
        "{names:?}"
    );
}
