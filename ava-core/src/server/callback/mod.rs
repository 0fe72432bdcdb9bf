//! Callbacks: what stands in for the application's functions when the vendor calls them.
//!
//! ```text
//! the application's function ─ registered with a call ─▶ a record here, a trampoline at the vendor's
//! vendor calls the trampoline
//!   on the shadow thread of a synchronous call ─▶ that call's guest thread runs the function (`Serving::call_back`)
//!   on any other thread                        ─▶ a guest thread that waits for callbacks does (`Lenders`)
//! ```
//!
//! The vendor's thread waits until the function has returned, as natively, and serves the calls that it makes. When the session ends it
//! gets zeros.

mod fields;
mod lending;
mod outgoing;
mod registration;

pub(super) use fields::{Field, Fields};
pub use outgoing::{Outgoing, call_back};
pub(super) use registration::Registered;
pub use registration::{Found, IntoFunction, Lifetime, POOL, Pool};

use lending::Lenders;
use registration::Known;

/// The callbacks of a session.
#[derive(Default)]
pub(super) struct Callbacks {
    pub(super) threads: Lenders,
    known: Known,
}

impl Callbacks {
    /// The session is over: nobody waits for its guest any more.
    pub(super) fn end(&self) {
        self.threads.end();
    }
}

/// A pointer to each of the pool's trampolines of a type of callbacks: functions that have their number for a parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! callback_table {
    ($f:ident) => {
        $crate::callback_table!($f
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
            32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
    };
    ($f:ident $($n:literal)*) => {
        [$($f::<$n>),*]
    };
}
