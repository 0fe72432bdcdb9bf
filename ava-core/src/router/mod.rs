//! The router: what stands between guests and the vendor, where no guest can reach around it.
//!
//! Its control plane is avad. Here is what avad and the servers share: where the router listens ([`address`]), the account that
//! a server writes and avad reads ([`account`]), and the data plane that every command passes ([`gate`]). What may be charged for,
//! and by which [`Policy`], is the specification's to say.

pub mod account;
pub mod address;
pub mod gate;
mod policy;

pub use policy::Policy;
