//! The tables that describe an API to the runtime.

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
    /// Offsets in the argument struct of the tickets of its deferred buffers.
    pub tickets: &'static [u32],
    /// Offsets of the ids of the single objects that it makes, and their kinds.
    pub news: &'static [(u32, u8)],
    /// Its buffers, for messages.
    pub params: &'static [ParamDesc],
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
}
