//! Types of callbacks.

use super::{Function, Param, Role};

/// A type of callbacks.
pub(crate) struct Callback {
    /// Its prototype and what its parameters are, as of a function that the vendor calls. It has no body.
    pub(crate) function: Function,
    /// It has no mistakes.
    pub(crate) sound: bool,
}

impl Callback {
    /// Its buffers with the parameters that they belong to, of which the vendor is told how much was written.
    pub(crate) fn filled(&self) -> impl Iterator<Item = &Param> {
        self.function.params.iter().filter(|param| param.buffer().is_some_and(|b| b.filled.is_some()))
    }

    /// Whether the vendor hands the application's pointer back.
    pub(crate) fn has_userdata(&self) -> bool {
        self.function.params.iter().any(|param| matches!(param.role, Role::Userdata(_)))
    }
}

/// For how long the vendor may call a callback; the longest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum CallbackLife {
    /// Until the function that it was passed to returns.
    Call,
    /// Until it ran.
    Once,
    /// As long as the session.
    Kept,
}
