//! What a program sees when something breaks: the API's own error, a message that says what to do, and never a hang or a crash.

use std::{fs, os::unix::net::UnixListener, time::Duration};

use ava_tests::{Avad, Forward, Job, Run, Scratch, Victim, eventually, forwarded, native, program};

/// Long enough for any machine; reached only by a program that hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn faults(mode: &str) -> Job {
    Job::new(program("faults")).arg(mode).limit(PATIENCE)
}

/// The calls after a loss give OpenCL's error for a device that is gone.
fn assert_lost(rest: &str) {
    for call in ["clEnqueueWriteBuffer", "clEnqueueReadBuffer", "clFinish"] {
        assert!(rest.contains(&format!("{call}: CL_DEVICE_NOT_AVAILABLE")), "{rest}");
    }
    assert!(rest.contains("clCreateBuffer: NULL, CL_DEVICE_NOT_AVAILABLE"), "{rest}");
    assert!(rest.ends_with("still here\n"), "{rest}");
}

/// The program got OpenCL's error, twice, and ended by its own will.
fn assert_refused(run: &Run) {
    assert!(run.exited(3), "{run}");
    assert!(run.stdout.contains("clGetPlatformIDs: CL_DEVICE_NOT_AVAILABLE"), "{run}");
    assert!(run.stdout.ends_with("still here\n"), "{run}");
}

#[test]
fn without_a_router_the_error_names_the_socket_and_the_remedy() {
    let scratch = Scratch::new();
    let socket = scratch.path("nobody.sock");
    let job = faults("refuse");
    let run = job.finish(job.preloaded_command(socket.as_os_str()));
    assert_refused(&run);
    assert!(run.stderr.contains(&socket.display().to_string()), "{run}");
    assert!(run.stderr.contains("start avad"), "{run}");
}

#[test]
fn the_complaint_is_made_once() {
    let scratch = Scratch::new();
    let job = faults("refuse");
    let run = job.finish(job.preloaded_command(scratch.path("nobody.sock").as_os_str()));
    assert_eq!(run.stderr.matches("nobody.sock").count(), 1, "{run}");
}

#[test]
fn a_stranger_on_the_socket_is_told_apart() {
    let scratch = Scratch::new();
    let socket = scratch.path("stranger.sock");
    let listener = UnixListener::bind(&socket).expect("the socket can be made");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            use std::io::{Read, Write};
            let (mut reader, mut writer) = (&stream, &stream);
            let _ = reader.read(&mut [0; 4096]);
            let _ = writer
                .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let job = faults("refuse");
    let run = job.finish(job.preloaded_command(socket.as_os_str()));
    assert_refused(&run);
    assert!(run.stderr.contains("not an AvA router"), "{run}");
}

#[test]
fn programs_in_a_session_survive_avads_death() {
    let mut avad = Avad::start();
    let victim = Victim::start(PATIENCE, faults("loop").forwarded_command(&avad, &Forward::fast()));
    let servers = avad.servers();
    avad.kill();
    // Whether the session lives on without avad or ends is the router's choice; the program must see one of the two.
    std::thread::sleep(Duration::from_millis(500));
    servers.iter().for_each(|s| s.kill());
    assert_lost(&victim.rest());
}

#[test]
fn a_program_started_after_avads_death_is_told() {
    let mut avad = Avad::start();
    avad.kill();
    let job = faults("refuse");
    let run = job.finish(job.preloaded_command(avad.socket().as_os_str()));
    assert_refused(&run);
    assert!(run.stderr.contains("start avad"), "{run}");
}

/// Kills the server under a program that does `mode`, and returns what the program printed from then on.
fn kill_server_under(mode: &str) -> String {
    let avad = Avad::start();
    let victim = Victim::start(PATIENCE, faults(mode).forwarded_command(&avad, &Forward::fast()));
    // Give the call that is meant to be interrupted the time to be under way.
    std::thread::sleep(Duration::from_millis(300));
    let busy = avad.busy_servers();
    assert_eq!(busy.len(), 1, "one session has one server");
    busy[0].kill();
    let rest = victim.rest();
    // avad goes on, and serves the next program.
    let next = forwarded(&avad, &Job::new(program("lifecycle")), &Forward::fast());
    next.assert_success();
    rest
}

#[test]
fn a_server_killed_between_calls_is_a_lost_device() {
    assert_lost(&kill_server_under("loop"));
}

#[test]
fn a_server_killed_while_the_program_waits_for_an_event_is_a_lost_device() {
    let rest = kill_server_under("wait");
    assert!(rest.starts_with("clWaitForEvents: CL_DEVICE_NOT_AVAILABLE\n"), "{rest}");
    assert_lost(&rest);
}

#[test]
fn a_server_killed_while_a_kernel_runs_is_a_lost_device() {
    let rest = kill_server_under("kernel");
    assert!(rest.starts_with("clFinish: CL_DEVICE_NOT_AVAILABLE\n"), "{rest}");
    assert_lost(&rest);
}

/// Kills a program that does `mode`; its server and the memory that they shared must go.
fn kill_program_in(mode: &str) {
    let avad = Avad::start();
    let job = faults(mode);
    // Not by `ava run`: the program itself has to be the child that is killed.
    let victim = Victim::start(PATIENCE, job.preloaded_command(avad.socket().as_os_str()));
    let busy = avad.busy_servers();
    assert_eq!(busy.len(), 1, "one session has one server");
    drop(victim);
    // A second is what is promised; a loaded machine gets more before it counts as never.
    assert!(
        eventually(Duration::from_secs(10), || busy.iter().all(|s| !s.is_alive())),
        "the server outlives its program"
    );
    assert!(
        eventually(Duration::from_secs(10), || avad.busy_servers().is_empty()),
        "the session's memory outlives its program"
    );
    let held = fs::read_dir(format!("/proc/{}/fd", avad.pid().0))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|fd| fs::read_link(fd.path()).ok())
        .any(|target| target.to_string_lossy().contains("memfd:ava-session"));
    assert!(!held, "avad holds on to the session's memory");
}

#[test]
fn the_server_of_a_killed_program_goes() {
    kill_program_in("loop");
}

#[test]
fn the_server_of_a_program_killed_while_it_waits_goes() {
    kill_program_in("wait");
}

#[test]
fn the_server_of_a_program_killed_while_its_kernel_runs_goes() {
    kill_program_in("kernel");
}

#[test]
fn a_forked_child_has_a_session_of_its_own() {
    let avad = Avad::start();
    let before = Job::new(program("fork")).arg("before").limit(PATIENCE);
    let expected = native(&before);
    let run = forwarded(&avad, &before, &Forward::fast());
    run.assert_success();
    assert_eq!(expected.stdout, run.stdout);

    // The parent has a session when it forks. Vendor libraries may hang here, so there is nothing to compare with.
    let run = forwarded(&avad, &Job::new(program("fork")).arg("after").limit(PATIENCE), &Forward::fast());
    run.assert_success();
    assert!(run.stdout.contains("first child: 0 wrong"), "{run}");
    assert!(run.stdout.contains("the parent's buffer: 1234"), "{run}");
    assert!(run.stdout.contains("second child: 0 wrong"), "{run}");
    assert!(run.stdout.contains("parent: 0 wrong"), "{run}");
}

#[test]
fn garbage_and_stale_handles_are_the_apis_own_errors() {
    let avad = Avad::start();
    for how in [Forward::fast(), Forward::strict()] {
        let run = forwarded(&avad, &Job::new(program("coverage")).arg("--hostile"), &how);
        let wrong: Vec<_> = run.stdout.lines().filter(|l| l.contains("expected")).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        run.assert_success();
    }
}

#[test]
fn a_program_that_releases_nothing_leaves_nothing() {
    let avad = Avad::start();
    let run = forwarded(&avad, &Job::new(program("lifecycle")).arg("leak"), &Forward::fast());
    run.assert_success();
    assert!(eventually(PATIENCE, || avad.busy_servers().is_empty()));
}
