//! AvA's runtime: everything that the expansion of a specification calls.
//!
//! An API crate names [`spec`] types in its specification and nothing else; the code that [`ava_api!`] generates reaches the rest
//! through `__private`. The halves are apart: [`guest`] never uses [`server`].

pub mod guest;
pub mod migrate;
pub mod pages;
pub mod router;
pub mod server;
pub mod spec;
pub mod transport;
pub mod wire;

pub use ava_macros::ava_api;

/// What expansions of [`ava_api!`] use. No part of it is a promise to anyone else.
#[doc(hidden)]
pub mod __private {
    pub use crate::spec::*;
    pub use crate::wire::{self, BufRef};
    pub use crate::{callback_table, guest, router, server};
    pub use zerocopy;
}
