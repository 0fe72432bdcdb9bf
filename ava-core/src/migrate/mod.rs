//! What it takes to make a session's objects again, in another server: for migration, for recovery from a server that crashed, and
//! for swapping.
//!
//! So far this is the [`Log`]: the calls that made what is alive, as the guest sent them. Ids are the guest's own, so a replay
//! gives the new objects their old names.

mod log;

pub use log::{Input, LIMIT, Log, Recorded};
