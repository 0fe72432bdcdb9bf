//! Helpers of the end-to-end tests, the demo and the benchmarks: they build what is under test, run programs natively and
//! forwarded, and look at the processes that take part.
//!
//! Helpers panic with a sentence when something is wrong, as only tests call them.

mod avad;
mod callgrind;
mod diff;
mod proc;
mod programs;
mod run;
mod stats;
mod vendor;
mod victim;

pub use avad::{Avad, Scratch};
pub use callgrind::{Counting, Instructions, Recorded, Side};
pub use diff::{assert_same, differing_lines, without_measurements};
pub use proc::{Pid, eventually};
pub use programs::{
    Tools, bench_program, demo_program, demo_vendor, program, python_program, pythons, target_dir, tools,
    workspace,
};
pub use run::{Forward, Job, Run, forwarded, native};
pub use stats::{CallCount, read_stats};
pub use vendor::Vendor;
pub use victim::Victim;
