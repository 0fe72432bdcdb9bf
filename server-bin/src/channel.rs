//! What avad and an API server say to each other over the server's control socket.
//!
//! ```text
//!  avad                         ava-server
//!    │── starts it, socket as stdin ▶│ loads the vendor's library
//!    │◀──── Ready, or Failed ────────│
//!    │── Account + memfd ───────────▶│
//!    │── Attach + guest's socket ───▶│ welcomes the guest, serves it
//!    │◀──── End ─────────────────────│ exits
//! ```
//!
//! When the socket closes, the server exits: avad is gone.

use serde::{Deserialize, Serialize};

/// From avad to a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToServer {
    /// The next session's account comes with this.
    Account,
    /// The guest's socket comes with this: serve it.
    Attach {
        /// Its number.
        session: u64,
    },
}

/// From a server to avad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromServer {
    /// The vendor's library is loaded; a guest may come.
    Ready,
    /// There will be no service; why, and what to do.
    Failed {
        /// A sentence for whoever runs the guest.
        message: String,
    },
    /// The session ended.
    End {
        /// Why, in words.
        reason: String,
    },
}
