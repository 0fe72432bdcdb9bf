//! Where, when and on what figures were taken.

use std::{fs, process::Command};

use serde_json::{Value, json};

/// What makes figures comparable, or not.
#[derive(Debug)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: u64,
    kernel: String,
    device: String,
    date: String,
    commit: String,
    load: String,
}

impl Machine {
    /// This machine, now; `device` is what the vendor calls its device.
    pub(crate) fn this(device: String) -> Self {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let processor = read("/proc/cpuinfo");
        let model =
            processor.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or("unknown processor");
        let memory = read("/proc/meminfo");
        let memory_kib = memory.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        Self {
            processor: model.trim_start_matches([' ', '\t', ':']).to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_gib: memory_kib.div_ceil(1 << 20),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            device,
            date: first_line_of("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
            commit: first_line_of("git", &["describe", "--always", "--dirty"]),
            load: read("/proc/loadavg").split_whitespace().next().unwrap_or("unknown").to_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "processor": self.processor, "cores": self.cores, "memory_gib": self.memory_gib, "kernel": self.kernel,
            "device": self.device, "date": self.date, "commit": self.commit, "load_before": self.load,
        })
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processor, cores, memory_gib, kernel, device, date, commit, load } = self;
        write!(
            f,
            "{processor}, {cores} cores, {memory_gib} GiB, Linux {kernel}; {device}; {date}, commit {commit}, \
             load before {load}"
        )
    }
}

/// The first line that a command printed.
fn first_line_of(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
