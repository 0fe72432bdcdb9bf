//! The atomics that ring, doorbell and slot are written with, so that loom can put its own in their place.
//!
//! Only what a loom model explores comes from here; counters that merely guide heuristics use `std` directly.

#[cfg(loom)]
pub(super) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
#[cfg(not(loom))]
pub(super) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// A value on cache lines of its own. 128 bytes, because processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub(super) struct Line<T>(pub(super) T);
