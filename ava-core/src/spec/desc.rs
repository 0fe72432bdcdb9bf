//! The tables that describe an API to the runtime.

use zerocopy::FromBytes;

/// An API as guest, router and server know it.
#[derive(Debug)]
pub struct ApiDesc {
    /// Short name, as in `guest-<name>`.
    pub name: &'static str,
    /// Version of the API that the specification covers.
    pub version: &'static str,
    /// SONAMEs of the vendor library, tried in order.
    pub libraries: &'static [&'static str],
    /// Hash of the specification; guest and server must agree on it.
    pub spec_hash: [u8; 16],
    /// Forwarded functions; a function's index is its number on the wire.
    pub functions: &'static [FnDesc],
    /// Kinds of handles; a kind's index is its [`HandleKind::KIND`](super::HandleKind::KIND).
    pub kinds: &'static [KindDesc],
    /// What calls use; at most [`MAX_RESOURCES`](crate::router::account::MAX_RESOURCES).
    pub resources: &'static [ResourceDesc],
}

/// A forwarded function.
#[derive(Debug)]
pub struct FnDesc {
    /// The C symbol, or the name of a server function.
    pub name: &'static str,
    /// Size in bytes of its argument struct on the wire.
    pub args: u32,
    /// Whether the specification ever forwards it asynchronously.
    pub may_async: bool,
    /// Whether its successful calls are [logged](crate::migrate::Log).
    pub record: bool,
    /// Offsets of the arguments that a call shares with those that it overwrites in the log; empty if it overwrites none.
    pub record_key: &'static [u32],
    /// Offsets in the argument struct of the tickets of its deferred buffers.
    pub tickets: &'static [u32],
    /// Offsets of the ids of the single objects that it makes, and their kinds.
    pub news: &'static [(u32, u8)],
    /// Offsets of the ids of the objects that it frees, and their kinds.
    pub frees: &'static [(u32, u8)],
    /// What the gate charges for a call, before anything else is done with it.
    pub costs: &'static [CostDesc],
    /// Its buffers, for messages.
    pub params: &'static [ParamDesc],
}

/// A cost that follows from a call's scalars.
#[derive(Debug)]
pub struct CostDesc {
    /// Index in [`ApiDesc::resources`].
    pub resource: u8,
    /// How many units, from the argument struct as it travels.
    pub of: fn(&[u8]) -> u64,
}

/// What policies share out.
#[derive(Debug)]
pub struct ResourceDesc {
    /// Its name in the specification.
    pub name: &'static str,
    /// It is held until it is given back, as memory is; otherwise it is used up, as time is.
    pub continuous: bool,
    /// Name of its [policy](crate::router::Policy), if the specification gives one.
    pub policy: Option<&'static str>,
}

/// The argument struct at the beginning of `bytes`.
pub fn args<W: FromBytes>(bytes: &[u8]) -> Option<W> {
    W::read_from_prefix(bytes).ok().map(|(args, _)| args)
}

/// A parameter with a buffer behind it.
#[derive(Debug)]
pub struct ParamDesc {
    /// Its name.
    pub name: &'static str,
    /// Offset of its `BufRef` in the argument struct.
    pub offset: u32,
    /// What the specification says of its length, as the author wrote it: `bytes = size`.
    pub length: &'static str,
}

/// A kind of handle.
#[derive(Debug)]
pub struct KindDesc {
    /// The C type.
    pub name: &'static str,
    /// Status for a handle that is not a live object of this kind.
    pub invalid: i64,
    /// Whether an object has contents that are saved and restored apart from the calls that made it.
    pub state: bool,
}
