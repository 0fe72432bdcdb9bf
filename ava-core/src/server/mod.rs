//! The API server's side: from a command to the vendor's function, and from its result to the reply.
//!
//! [`serve`] runs one session: a shadow thread per application thread, each of which takes commands from its channel, has the
//! router's [gate](crate::router::gate) check them, waits for its turn in the order of calls, and dispatches to the handler that the
//! macro generated. Handlers decode with [`Call`], which trusts no length, place, handle or number of the guest's.

mod api;
mod buffers;
mod call;
mod callback;
mod effects;
mod explain;
mod handles;
mod kept;
mod order;
mod record;
mod registry;
mod reply;
mod serve;
mod serving;
mod session;
mod shadow;
mod shared;
mod staging;
mod tree;
mod tree_reply;
mod vendor;

pub mod fuzz;

pub use api::{CallbackOps, Dispatch, KindOps, Load, Refusal, RegistryDesc, ServerApi, StateOps, Vendor};
pub use call::{Call, NewHandle};
pub use callback::{Found, IntoFunction, Lifetime, Outgoing, POOL, Pool, call_back};
pub use serve::{End, serve, serve_logged};
pub use shadow::Shadow;
pub use shared::{is_shared, shares_memory};
pub use tree::Tree;
pub use vendor::{LoadError, load_vendor};
