//! How a session begins, over the stream socket on which the guest reached the router.
//!
//! ```text
//!  guest                          avad                         ava-server
//!    │── Hello ───────────────────▶│ peer credentials, version,    │
//!    │                             │ API, specification hash       │
//!    │◀─ Answer{refused, why} ─────│ (mismatch: closes)            │
//!    │                             │── Attach + the guest's socket▶│
//!    │◀─ Answer{welcome, layout} + window memfd ───────────────────│
//!    │── OpenThread{slot} ────────────────────────────────────────▶│ (once per guest thread)
//! ```
//!
//! These messages keep their first sixteen bytes (magic, protocol, size) in every version, so that two versions can always
//! tell each other that they do not match.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Version of everything in [`crate::wire`] and of the window's layout.
pub const PROTOCOL: u32 = 3;

/// First word of [`Hello`] and [`Answer`]: "AvA-wire" read as a little-endian number. A machine of the other byte order
/// sees another number and refuses.
pub const MAGIC: u64 = u64::from_le_bytes(*b"AvA-wire");

/// The guest's first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Hello {
    /// [`MAGIC`].
    pub magic: u64,
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Size of this message in bytes.
    pub size: u32,
    /// Name of the API, UTF-8, padded with zeros.
    pub api: [u8; 32],
    /// Hash of the API's specification, as the macro computed it.
    pub spec_hash: [u8; 16],
    /// Process id as the guest sees it; for display only, the router trusts the peer credentials.
    pub pid: u32,
    /// Reserved, zero.
    pub reserved: u32,
    /// The application's command line, UTF-8, cut at 256 bytes, padded with zeros.
    pub program: [u8; 256],
    /// What `ava run` set to recognise its sessions, or empty.
    pub tag: [u8; 64],
}

/// The answer to [`Hello`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Answer {
    /// [`MAGIC`].
    pub magic: u64,
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Size of this message in bytes.
    pub size: u32,
    /// 0: welcome, the window's file descriptor comes with this message. Otherwise refused, see `message`.
    pub verdict: u32,
    /// Number of thread slots in the window.
    pub slots: u32,
    /// The session's number, as `ava ps` shows it.
    pub session: u64,
    /// Length of the arena in bytes.
    pub arena_len: u64,
    /// If refused: why, and what to do; UTF-8, padded with zeros.
    pub message: [u8; 464],
}

/// Sent by the guest on the session's socket before a new thread uses its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct OpenThread {
    /// Index of the slot.
    pub slot: u32,
    /// Reserved, zero.
    pub reserved: u32,
}

/// `text` as a fixed array, cut at a character's boundary and padded with zeros.
pub fn text<const N: usize>(text: &str) -> [u8; N] {
    let mut end = text.len().min(N);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut out = [0; N];
    out[..end].copy_from_slice(&text.as_bytes()[..end]);
    out
}

/// The text in a fixed array up to its first zero; bytes that are not UTF-8 are replaced.
pub fn untext(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

impl Hello {
    /// A greeting of this process for `api`.
    pub fn new(api: &str, spec_hash: [u8; 16], program: &str, tag: &str) -> Self {
        Self {
            magic: MAGIC,
            protocol: PROTOCOL,
            size: size_of::<Self>() as u32,
            api: text(api),
            spec_hash,
            pid: std::process::id(),
            reserved: 0,
            program: text(program),
            tag: text(tag),
        }
    }

    /// Why a router or server that knows `known` (name and specification hash of each API) must refuse this greeting.
    ///
    /// # Errors
    /// A sentence for the user, which names what does not match and what to rebuild.
    pub fn check(&self, known: &[(&str, [u8; 16])]) -> Result<(), String> {
        if self.magic != MAGIC {
            return Err(
                "the guest does not speak AvA's protocol, or runs on a machine of another byte order".into(),
            );
        }
        if self.protocol != PROTOCOL || self.size as usize != size_of::<Self>() {
            return Err(format!(
                "the guest library speaks protocol version {}, this router version {PROTOCOL}; \
                 rebuild both from one version of AvA and restart avad",
                self.protocol
            ));
        }
        let api = untext(&self.api);
        let Some((_, hash)) = known.iter().find(|(name, _)| *name == api) else {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            return Err(format!(
                "this router does not serve the API {api:?}, only {}; rebuild avad and ava-server with it",
                names.join(", ")
            ));
        };
        if *hash != self.spec_hash {
            return Err(format!(
                "the guest library and the API server were built from different specifications of {api}; \
                 rebuild both (cargo build --release -p guest-{api} -p ava) and restart avad"
            ));
        }
        Ok(())
    }
}

impl Answer {
    /// A welcome into session `session`.
    pub fn welcome(session: u64, slots: u32, arena_len: u64) -> Self {
        Self {
            magic: MAGIC,
            protocol: PROTOCOL,
            size: size_of::<Self>() as u32,
            verdict: 0,
            slots,
            session,
            arena_len,
            message: [0; 464],
        }
    }

    /// A refusal for the reason `why`.
    pub fn refused(why: &str) -> Self {
        Self { verdict: 1, message: text(why), ..Self::welcome(0, 0, 0) }
    }
}
