//! A thousand sessions, one after the other, leave nothing behind in avad: no process, no descriptor, no thread, no memory.

use std::time::Duration;

use ava_tests::{Avad, Forward, Job, eventually, forwarded, program};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, PartialEq)]
struct Left {
    descriptors: usize,
    servers: usize,
    threads: usize,
}

fn left(avad: &Avad) -> Left {
    let pid = avad.pid();
    Left { descriptors: pid.descriptors(), servers: avad.servers().len(), threads: pid.threads() }
}

#[test]
fn a_thousand_sessions_leave_nothing_behind() {
    let sessions = std::env::var("AVA_TEST_SOAK").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    let avad = Avad::start();
    let job = Job::new(program("lifecycle"));
    let one = || {
        let run = job.finish(job.preloaded_command(avad.socket().as_os_str()));
        run.assert_success();
        assert_eq!(run.stdout, "0 wrong\n", "{run}");
    };
    // The first ones fill pools and caches.
    forwarded(&avad, &job, &Forward::fast()).assert_success();
    (0..20).for_each(|_| one());
    let idle = |avad: &Avad| eventually(PATIENCE, || avad.busy_servers().is_empty());
    assert!(idle(&avad), "servers stay after their programs");
    std::thread::sleep(Duration::from_secs(1)); // the pool fills up again
    let (before, memory) = (left(&avad), avad.pid().resident_kib());

    (0..sessions).for_each(|_| one());

    assert!(idle(&avad), "servers stay after their programs");
    assert!(
        eventually(PATIENCE, || left(&avad) == before),
        "after {sessions} sessions avad has {:?}, before it had {before:?}",
        left(&avad)
    );
    // An allocator keeps some; what grows with every session grows by far more.
    let grown = avad.pid().resident_kib().saturating_sub(memory);
    assert!(grown < 4096, "avad grew by {grown} KiB in {sessions} sessions");
}
