//! For bodies that run in the server: what of their arguments is memory that guest and server share.

use super::serving::with_serving;

/// Whether the session whose command this thread serves shares memory with its guest. Some transports do not.
pub fn shares_memory() -> bool {
    with_serving(|serving| serving.is_some_and(|serving| !serving.session.arena.is_empty()))
}

/// Whether `len` bytes at `ptr` are in the memory that the session whose command this thread serves shares with its guest: the guest
/// decides whether a [`zerocopy`](crate::ava_api) buffer is, or is a copy.
pub fn is_shared(ptr: *const u8, len: usize) -> bool {
    with_serving(|serving| {
        let base = serving.and_then(|serving| Some((serving.session.arena, serving.session.arena.at(0, 0)?)));
        base.is_some_and(|(arena, base)| {
            let offset = (ptr as usize).checked_sub(base as usize);
            offset.is_some_and(|offset| arena.at(offset as u64, len as u64).is_some())
        })
    })
}
