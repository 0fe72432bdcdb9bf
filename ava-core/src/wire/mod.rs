//! The bytes that guest and server exchange.
//!
//! A *command* is a [`CommandHeader`], the function's argument struct (only `u64` words and [`BufRef`]s, see below)
//! and the payload of small buffers, each aligned to [`ALIGN`]. A *reply* is a [`ReplyHeader`], one
//! [`OutHeader`] and its inline bytes for every output that the command announced, and the tickets of deferred
//! buffers that completed. Large buffers travel in the arena, and the command carries their place.
//!
//! ```text
//! command:  header 24 B │ arguments n × 8 B │ payload, every buffer at a multiple of 16
//! reply:    header 40 B │ (out header 8 B │ inline bytes, padded to 8)* │ tickets n × 8 B │ meta
//! callback: header 40 B │ callback header 32 B │ arguments n × 8 B │ payload, every buffer at a multiple of 16
//! ```
//!
//! All integers are in host byte order: both ends run on one machine or on machines of one architecture, which the
//! handshake checks. The format is versioned by [`handshake::PROTOCOL`]; every change to this module changes it.

pub mod handshake;
pub mod tree;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Alignment of every inline buffer relative to the start of the command: enough for any C scalar or SSE vector.
pub const ALIGN: usize = 16;

/// Largest command in bytes, header included. Bigger data goes through the arena, so that a ring of a modest size
/// always holds several commands and the gate's private copy stays in the first-level cache.
pub const MAX_COMMAND: usize = 16 * 1024;

/// Largest reply in bytes, header included; outputs that would not fit are placed in the arena by the guest.
pub const MAX_REPLY: usize = 16 * 1024;

/// Largest buffer that travels inline in a command or reply.
pub const INLINE_MAX: usize = 2048;

/// The call is asynchronous: the guest went on, there is no reply, [`CommandHeader::order`] is its own number.
pub const FLAG_ASYNC: u16 = 1;

/// Function numbers from here up are the runtime's own, see [`control`].
pub const CONTROL_BASE: u16 = 0xff00;

/// Commands of the runtime itself, which belong to no API.
pub mod control {
    /// The guest thread ended; its shadow thread ends too. Asynchronous.
    pub const THREAD_END: u16 = super::CONTROL_BASE;
    /// Makes a staging buffer. Arguments: size. Returns its number, or 0 if refused.
    pub const STAGE: u16 = super::CONTROL_BASE + 1;
    /// Arena to staging buffer. Arguments: number, offset in it, arena offset, length.
    pub const STAGE_WRITE: u16 = super::CONTROL_BASE + 2;
    /// Staging buffer to arena. Arguments: number, offset in it, arena offset, length.
    pub const STAGE_READ: u16 = super::CONTROL_BASE + 3;
    /// Drops a staging buffer. Arguments: number. Asynchronous.
    pub const STAGE_FREE: u16 = super::CONTROL_BASE + 4;
    /// Reports the deferred buffers that completed since. Arguments: how many milliseconds to wait at most until there is one, if any
    /// is in flight. Returns 1 if there are more than the reply could name.
    pub const RECLAIM: u16 = super::CONTROL_BASE + 5;
    /// The last reference to an object was released. Arguments: kind, id. Asynchronous, unless the application will see
    /// that the object is gone.
    ///
    /// From inside a callback it is synchronous.
    pub const RELEASE: u16 = super::CONTROL_BASE + 6;
    /// What a callback returned that ran in the thread of a synchronous call. Arguments: its number, the value's bits, what it wrote
    /// (see [`super::CallbackHeader`]). The reply is that of the call, or its next callback.
    pub const CALLBACK_RESULT: u16 = super::CONTROL_BASE + 7;
    /// Waits for a callback that belongs to no synchronous call. Arguments: those of [`CALLBACK_RESULT`] for the callback that the
    /// last reply brought, or number 0. The reply is the callback.
    pub const CALLBACK_NEXT: u16 = super::CONTROL_BASE + 8;
    /// Whether the vendor has a function. Arguments: its number among the C functions of the specification. Returns 1 or 0.
    pub const AVAILABLE: u16 = super::CONTROL_BASE + 9;
}

/// First bytes of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct CommandHeader {
    /// Length of the whole command in bytes, this header included; a multiple of 8, at most [`MAX_COMMAND`].
    pub len: u32,
    /// Index into the API's table of functions, or one of [`control`].
    pub func: u16,
    /// [`FLAG_ASYNC`] or 0; every other bit is zero.
    pub flags: u16,
    /// Counts the commands of this thread from 1; the reply carries it back.
    pub call: u64,
    /// Asynchronous: this call's place among all asynchronous calls of the process, from 1. Synchronous: the number of
    /// asynchronous calls that must be done before this one starts.
    pub order: u64,
}

/// What became of a synchronous command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Outcome {
    /// The vendor was called; `value` is what it returned.
    Returned = 0,
    /// A handle of kind `value` was stale or foreign: the API's invalid-object error.
    InvalidHandle = 1,
    /// The call was not made, and its status is `value`: an earlier asynchronous call on this object failed.
    Status = 2,
    /// A policy refused the call: the API's `refused` status.
    Refused = 3,
    /// This is no reply yet: the vendor calls the application back. `value` is the callback's number, and a [`CallbackHeader`]
    /// follows.
    Callback = 4,
}

impl Outcome {
    /// The outcome with this number on the wire, or `None`.
    pub fn from_wire(n: u16) -> Option<Self> {
        Some(match n {
            0 => Self::Returned,
            1 => Self::InvalidHandle,
            2 => Self::Status,
            3 => Self::Refused,
            4 => Self::Callback,
            _ => return None,
        })
    }
}

/// First bytes of every reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct ReplyHeader {
    /// Length of the whole reply in bytes, this header included.
    pub len: u32,
    /// An [`Outcome`].
    pub outcome: u16,
    /// What the vendor's function left in `errno`, plus one; 0 if it left `errno` alone, or nobody asked.
    pub errno: u16,
    /// [`CommandHeader::call`] of the command.
    pub call: u64,
    /// The return value's bits, or what [`Outcome`] says.
    pub value: u64,
    /// How many tickets this session has handed back so far, this reply's included, which are the last of them: a thread that
    /// learns of a completion must not return before the guest has dealt with all of these.
    pub tickets_total: u64,
    /// Number of [`OutHeader`]s.
    pub outs: u16,
    /// Number of tickets.
    pub tickets: u16,
    /// 1 if the call succeeded, so that its outputs are valid.
    pub ok: u16,
    /// Length in bytes of the new object's description, at the end; 0 if none.
    pub meta: u16,
}

/// The vendor calls the application back: follows the [`ReplyHeader`], and is followed by so many words of arguments, in the order
/// of the parameters: one for a scalar or the id of a handle, none for user data, and a [`BufRef`] for a pointer, which is that of
/// an output if there are no bytes in it yet. Behind
/// them, at a multiple of [`ALIGN`] from this header, are inline buffers; their offsets count from there. Larger buffers are in
/// staging buffers, from which the guest reads inputs and to which it writes outputs before it sends the result.
///
/// The result brings the inline outputs that are not null one after the other, each padded to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct CallbackHeader {
    /// Number of the callback's type.
    pub callback: u32,
    /// Number of words of arguments.
    pub words: u32,
    /// Length in bytes of the outputs that the result brings inline.
    pub outputs: u64,
    /// The application's function, as it was registered.
    pub function: u64,
    /// Its user data.
    pub userdata: u64,
}

/// Most bytes of inline buffers, in either direction, of one callback.
pub const MAX_CALLBACK_INLINE: usize = 8 * 1024;

/// Precedes every output in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct OutHeader {
    /// Bytes of the output that are valid, from its start. They follow inline, padded to 8, unless `elsewhere`.
    pub filled: u32,
    /// 1: the bytes are in the arena or in a staging buffer, and [`OutHeader::filled`] is in units of the whole buffer: 0
    /// or everything if the buffer is larger than `u32::MAX`. 2: this is a [`tree`] of `filled` bytes in a staging buffer, whose
    /// number follows.
    pub elsewhere: u32,
}

/// [`OutHeader::elsewhere`] of a [`tree`] that is too large for the reply.
pub const ELSEWHERE_TREE: u32 = 2;

/// Value of a ticket field for a buffer that the server keeps until its command is done, but that nobody waits for (it came
/// inline). Tickets proper begin above it; 0 means that the buffer is not deferred.
pub const TICKET_NOBODY: u64 = 1;

/// A ticket in a reply with this bit set is handed back without its data being valid.
pub const TICKET_DISCARD: u64 = 1 << 63;

/// Largest length that a [`BufRef`] can say: no buffer of an application comes near.
pub const LEN_MASK: u64 = (1 << 48) - 1;

/// Most tickets in one reply. A guest that receives so many asks for the others by [`control::RECLAIM`].
pub const MAX_TICKETS: usize = 256;

/// Largest number of outputs of one command.
pub const MAX_OUTPUTS: usize = 64;

/// Where the bytes behind a pointer parameter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct BufRef {
    /// A [`Place`], packed: its tag in the top byte, its offset or number in the other seven.
    pub place: u64,
    /// Length in bytes (low 48 bits) and, for an output, its number among the command's outputs plus one (top 16).
    pub extent: u64,
}

/// Decoded form of [`BufRef::place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The application passed a null pointer.
    Null,
    /// Input: in the command's payload, at this offset from the command's start. Output: in the reply (offset 0).
    Inline(usize),
    /// In the arena at this offset.
    Arena(u64),
    /// In the staging buffer of this number: the data was larger than the arena could hold.
    Staged(u64),
    /// The application passed some non-null pointer whose target the specification says is not used.
    Unused,
    /// In a [`tree`]: the bytes follow.
    Here,
}

impl BufRef {
    /// A null pointer.
    pub const NULL: Self = Self { place: 0, extent: 0 };

    /// A reference to `len` bytes at `place`.
    pub fn new(place: Place, len: usize) -> Self {
        const fn tag(t: u64, value: u64) -> u64 {
            (t << 56) | (value & ((1 << 56) - 1))
        }
        let place = match place {
            Place::Null => 0,
            Place::Inline(at) => tag(1, at as u64),
            Place::Arena(at) => tag(2, at),
            Place::Staged(n) => tag(3, n),
            Place::Unused => tag(4, 0),
            Place::Here => tag(5, 0),
        };
        Self { place, extent: len as u64 & LEN_MASK }
    }

    /// The same, announced as output number `n` of the command.
    #[must_use]
    pub fn as_output(self, n: usize) -> Self {
        Self { extent: self.extent | ((n as u64 + 1) << 48), ..self }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        (self.extent & LEN_MASK) as usize
    }

    /// Whether the length is zero.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// This output's number among the command's outputs; `None` for an input.
    pub fn output(&self) -> Option<usize> {
        ((self.extent >> 48) as usize).checked_sub(1)
    }

    /// Where the bytes are; `None` if the tag is unknown.
    pub fn place(&self) -> Option<Place> {
        let value = self.place & ((1 << 56) - 1);
        Some(match self.place >> 56 {
            0 if value == 0 => Place::Null,
            1 => Place::Inline(value as usize),
            2 => Place::Arena(value),
            3 => Place::Staged(value),
            4 => Place::Unused,
            5 => Place::Here,
            _ => return None,
        })
    }

    /// True for a null pointer.
    pub fn is_null(&self) -> bool {
        self.place == 0
    }
}

/// The number by which guest and server name an object. 0 is the null handle.
///
/// A guest's own id is its slot (low 32 bits) and the slot's generation (next 31 bits, never 0). Objects that the guest did
/// not create, such as devices, get an id with the top bit set from the server when it first reports them.
pub type HandleId = u64;

/// Set in the ids of objects that the server reported and the guest did not create.
pub const DISCOVERED: HandleId = 1 << 63;

/// `n` rounded up to a multiple of `to`, a power of two.
pub const fn align_up(n: usize, to: usize) -> usize {
    (n + to - 1) & !(to - 1)
}

#[cfg(test)]
mod tests {
    use super::handshake::{Answer, Hello};
    use super::*;
    use proptest::prelude::*;

    fn places() -> impl Strategy<Value = Place> {
        prop_oneof![
            Just(Place::Null),
            Just(Place::Unused),
            (0..MAX_COMMAND).prop_map(Place::Inline),
            (0..1u64 << 44).prop_map(Place::Arena),
            (1..1u64 << 44).prop_map(Place::Staged),
        ]
    }

    proptest! {
        #[test]
        fn a_reference_says_what_it_was_made_of(place in places(), len in 0..1usize << 44, output in prop::option::of(0..MAX_OUTPUTS)) {
            let r = BufRef::new(place, len);
            let r = output.map_or(r, |n| r.as_output(n));
            prop_assert_eq!(r.place(), Some(place));
            prop_assert_eq!((r.len(), r.output()), (len, output));
            prop_assert_eq!(BufRef::read_from_bytes(r.as_bytes()).ok(), Some(r));
        }

        #[test]
        fn any_words_are_a_reference_or_none(place: u64, extent: u64) {
            let r = BufRef { place, extent };
            prop_assert!(r.len() as u64 <= LEN_MASK);
            prop_assert_eq!(r.place().is_none(), place >> 56 > 5 || (place >> 56 == 0 && place != 0));
        }

        #[test]
        fn headers_survive_the_wire_and_are_not_read_from_less(
            len: u32, func: u16, flags: u16, call: u64, order: u64, cut in 0..size_of::<CommandHeader>(),
        ) {
            let header = CommandHeader { len, func, flags, call, order };
            prop_assert_eq!(CommandHeader::read_from_bytes(header.as_bytes()).ok(), Some(header));
            prop_assert!(CommandHeader::read_from_prefix(&header.as_bytes()[..cut]).is_err());
        }

        #[test]
        fn a_greeting_with_a_flipped_bit_is_refused_or_means_the_same(bit in 0..size_of::<Hello>() * 8, cut in 0..size_of::<Hello>()) {
            let known = [("toy", [7; 16])];
            let hello = Hello::new("toy", [7; 16], "program", "tag");
            prop_assert!(hello.check(&known).is_ok());
            let mut bytes = hello.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let flipped = Hello::read_from_bytes(&bytes).map_err(|_| TestCaseError::fail("another size"))?;
            // Magic, protocol, size, API and hash are the first 64 bytes; what follows is for display.
            let decides = bit / 8 < 64;
            let padding = (16 + "toy".len() + 1..48).contains(&(bit / 8));
            prop_assert_eq!(flipped.check(&known).is_err(), decides && !padding);
            prop_assert!(Hello::read_from_prefix(&bytes[..cut]).is_err());
        }

        #[test]
        fn any_refusal_fits_its_message(why: String) {
            let answer = Answer::refused(&why);
            let shown = handshake::untext(&answer.message);
            prop_assert!(why.replace('\0', "").is_empty() || why.starts_with(&shown));
        }
    }
}
