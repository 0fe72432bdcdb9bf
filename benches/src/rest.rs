//! What a session costs that does nothing: memory, and no processor time.

use std::{
    thread,
    time::{Duration, Instant},
};

use ava_tests::{Job, Pid, Victim};
use serde_json::json;

use crate::{bench::Bench, report::Section, values::Way};

/// How long a program may take to its end once it rests no more.
const LIMIT: Duration = Duration::from_secs(120);

/// So many programs start at a time: each waits for a server.
const AT_ONCE: usize = 8;

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Sessions at rest");
    let job = bench.job("start").arg("--rest");
    let period = Duration::from_secs(bench.choose(5, 2));
    one_session(bench, &job, &mut section);
    let sessions = bench.choose(64, 16);
    eprintln!("rest: {sessions} sessions");
    let mut guests = Vec::new();
    while guests.len() < sessions {
        thread::scope(|scope| {
            let started: Vec<_> = (0..AT_ONCE.min(sessions - guests.len()))
                .map(|_| scope.spawn(|| Victim::start(LIMIT, guest(bench, &job))))
                .collect();
            guests.extend(started.into_iter().map(|one| one.join().expect("the program starts")));
        });
    }
    bench.settle();
    let mut servers = bench.avad.busy_servers();
    servers.push(bench.avad.pid());
    let guests_pids: Vec<Pid> = guests.iter().map(Victim::pid).collect();
    let begun = Instant::now();
    let (before, guests_before) = (processor_time(&servers), processor_time(&guests_pids));
    thread::sleep(period);
    let (used, guests_used) =
        (processor_time(&servers) - before, processor_time(&guests_pids) - guests_before);
    let passed = begun.elapsed();
    let share = 100.0 * used.as_secs_f64() / passed.as_secs_f64();
    let guests_share = 100.0 * guests_used.as_secs_f64() / passed.as_secs_f64();
    let memory: u64 = servers.iter().map(|pid| pid.share_kib(|_| true)).sum();
    section.say(format!(
        "{} sessions at rest: their servers and avad use {share:.2} % of a core, their programs {guests_share:.2} %, over \
         {:.0} s; the servers and avad hold {:.1} MiB a session.",
        guests.len(),
        passed.as_secs_f64(),
        memory as f64 / 1024.0 / guests.len() as f64,
    ));
    section.value(json!({
        "name": "many sessions", "sessions": guests.len(), "seconds": passed.as_secs_f64(),
        "servers_processor_seconds": used.as_secs_f64(), "programs_processor_seconds": guests_used.as_secs_f64(),
        "memory_kib": memory,
    }));
    // A tick of the kernel's clock may fall on anyone; more than a hundredth of a core is work.
    if share > 1.0 {
        section.fail(format!("{} idle sessions use {share:.2} % of a core", guests.len()));
    }
    for guest in guests {
        guest.rest();
    }
    section
}

/// The memory of one session, beside that of the same program natively.
fn one_session(bench: &Bench, job: &Job, section: &mut Section) {
    eprintln!("rest: one session");
    let native = Victim::start(LIMIT, bench.command(Way::Native, job));
    let guest = Victim::start(LIMIT, guest(bench, job));
    bench.settle();
    let library = |name: &str| name.contains("libOpenCL.so");
    let window = |name: &str| name.contains("memfd:");
    let pid = guest.pid();
    let servers = bench.avad.busy_servers();
    let all = |pid: Pid| pid.share_kib(|_| true);
    let parts = [
        ("the program natively", all(native.pid())),
        ("the program through AvA", all(pid)),
        ("of which AvA's library", pid.share_kib(library)),
        ("of which the window", pid.share_kib(window)),
        ("its server", servers.iter().map(|pid| all(*pid)).sum()),
        ("avad, for all sessions", all(bench.avad.pid())),
    ];
    let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
    let rows: Vec<_> = parts.iter().map(|(name, kib)| vec![(*name).to_owned(), mib(*kib)]).collect();
    section.table(&["proportional share of memory (PSS)", "one session"], &rows);
    for (name, kib) in parts {
        section.value(json!({"name": name, "pss_kib": kib}));
    }
    native.rest();
    guest.rest();
}

/// A program with AvA's library, and no `ava run` around it.
fn guest(bench: &Bench, job: &Job) -> std::process::Command {
    job.preloaded_command(bench.avad.socket().as_os_str())
}

fn processor_time(pids: &[Pid]) -> Duration {
    pids.iter().map(|pid| pid.processor_time()).sum()
}
