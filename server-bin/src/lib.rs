//! What AvA's programs are made of.
//!
//! [`avad`] is the router's control plane, [`server`] the process that runs a vendor's library for one guest process, and
//! [`run`], [`trace`] and [`ps`] are what a person calls as `ava`. They talk over Unix sockets in [frames](frame): `ava` asks avad
//! ([`control`]), and avad tells its servers what to do ([`channel`]). How guests greet avad is
//! [`ava_core::wire::handshake`]. [`spec`] helps to write a specification and serves nobody.

pub mod apis;
pub mod avad;
pub mod channel;
pub mod cli;
pub mod control;
pub mod frame;
pub mod log;
pub mod marker;
pub mod ps;
pub mod run;
pub mod server;
pub mod signals;
pub mod spec;
pub mod table;
pub mod trace;

use std::fmt::{self, Display};

/// An error with everything that caused it, on one line.
pub struct Chain<'a>(pub &'a dyn std::error::Error);

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
