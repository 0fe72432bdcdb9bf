//! What the macro generates for the server.

use std::any::Any;
use std::ffi::{CStr, c_void};

use super::call::Call;
use super::callback::Pool;
use crate::spec::{ApiDesc, Progress};

/// A table of the vendor's functions: the generated `Vendor` struct of some API.
pub type Vendor = dyn Any + Send + Sync;

/// Handles one command: decodes it, calls the vendor, replies.
///
/// Unsafe, as the vendor's functions are: the caller must have loaded `call`'s vendor table for the API of the handler.
pub type Dispatch = unsafe fn(&mut Call<'_>) -> Result<(), Refusal>;

/// Makes a vendor table from a function that finds symbols.
pub type Load = fn(&mut dyn FnMut(&CStr) -> *mut c_void) -> Box<Vendor>;

/// An API as the server knows it.
#[derive(Debug)]
pub struct ServerApi {
    /// The part that guest and router know as well.
    pub desc: &'static ApiDesc,
    /// Makes the vendor table from a function that finds symbols (null if there is none).
    pub load: Load,
    /// Handlers, in the order of [`ApiDesc::functions`].
    pub dispatch: &'static [Dispatch],
    /// The API's registries of buffers in flight.
    pub registries: &'static [RegistryDesc],
    /// What to do with handles, in the order of [`ApiDesc::kinds`].
    pub kinds: &'static [KindOps],
    /// Run once in a server that waits in the pool, so that the first session need not wait for it.
    pub warm: Option<unsafe fn(&Vendor)>,
    /// What stands in for the application's functions, by the numbers of their types.
    pub callbacks: &'static [CallbackOps],
    /// Whether the vendor has a function, by its number among the C functions of the specification.
    pub available: fn(&Vendor, u16) -> bool,
}

/// What the vendor calls in place of functions of a type.
#[derive(Debug)]
pub struct CallbackOps {
    /// The type's name.
    pub name: &'static str,
    /// The registrations of a type without user data.
    pub pool: Option<&'static Pool>,
    /// Address of the function for one with this number: in its pool, or among those that share its user data.
    pub trampoline: fn(usize) -> usize,
}

/// How the vendor counts references to objects of a kind. The handle is given as its bits.
#[derive(Debug)]
pub struct KindOps {
    /// Adds one.
    pub retain: Option<unsafe fn(&Vendor, u64)>,
    /// Drops one.
    pub release: Option<unsafe fn(&Vendor, u64)>,
    /// Saves and restores what is in an object, if calls alone do not bring it back.
    pub state: Option<StateOps>,
}

/// What is in an object beside what the calls say that made it. The handle is given as its bits.
#[derive(Debug)]
pub struct StateOps {
    /// The object's contents; `None` if the vendor table is of another API.
    pub save: unsafe fn(&Vendor, u64) -> Option<Vec<u8>>,
    /// Puts them into an object that the same calls made; whether it worked.
    pub restore: unsafe fn(&Vendor, u64, &[u8]) -> bool,
}

/// A registry of buffers in flight.
#[derive(Debug)]
pub struct RegistryDesc {
    /// Asks the vendor how far the command of a completion token (a handle's bits) is.
    pub done: Option<unsafe fn(&Vendor, u64) -> Progress>,
    /// Kind of the tokens.
    pub token_kind: Option<u8>,
}

/// Why a command is not dispatched, or has no ordinary result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The guest broke the protocol; its session ends.
    #[error("{0}")]
    Violation(String),
    /// A handle of this kind was stale or foreign.
    #[error("a handle is not a live object of kind {0}")]
    InvalidHandle(u8),
    /// The call gets this status: an earlier asynchronous call on its object failed, or a handle in a list is invalid.
    #[error("the call is answered with status {0}")]
    Status(i64),
    /// A limit was reached.
    #[error("a limit of the session is reached")]
    Limit,
}

impl Refusal {
    pub(super) fn violation(what: impl Into<String>) -> Self {
        Self::Violation(what.into())
    }
}
