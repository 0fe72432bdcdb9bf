//! The types that a specification names: what its expressions see, what its `with =` functions return, and the tables
//! into which `ava_api!` expands it. Guest and server share them, so nothing here knows either side.

mod desc;
mod handle;
mod layout;
mod look;
mod ptr;
mod scalar;
mod walk;

pub use desc::{ApiDesc, CostDesc, FnDesc, KindDesc, ParamDesc, ResourceDesc, args};
pub use handle::{HandleArg, HandleKind, RawHandle, meta};
pub use layout::{Handles, Layout, Opts, Rect};
pub use look::{Class, Look, Looks, ViaDebug, ViaNothing, ViaWord, Word, looks_behind};
pub use ptr::{Ptr, take_fault};
pub use scalar::{IntoLen, Scalar};
pub use walk::{
    CallbackLife, Direction, Extent, Function, Functions, Inner, Insides, Lifetime, MAX_DEPTH, PlainData,
    Pointer, Probe, Site, Stop, Structure, Structured, Target, ViaPlain, ViaStructure, ViaVariant, Walk,
    Walker, assert_handle, assert_plain, assert_userdata, behind, is_sized, like, probe, read_pointer,
    size_at, size_behind, terminated_len, walk_structure,
};

/// How a call is forwarded (paper Table 2: `sync`, `async`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The guest waits for the vendor's result.
    Sync,
    /// The guest goes on at once with the success value.
    Async,
}

/// How far the command of a completion token is, as `#[registry(done = PATH)]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It may still use its buffers.
    Running,
    /// It is done, and its outputs are there.
    Done,
    /// It ended, and its outputs are not to be looked at: the application keeps what it had.
    Failed,
}

impl From<bool> for Progress {
    fn from(done: bool) -> Self {
        if done { Self::Done } else { Self::Running }
    }
}

/// Type of the extra parameter that receives what `BufRegistry` hands back; see `contextual` in the language reference.
#[derive(Debug)]
pub enum PendingBuffers {}
