//! The programs' command lines. A program with other APIs than those linked in here calls [`apis::serve`](crate::apis::serve) and
//! then one of these: `ava`, `avad` and `ava-server` must be three programs in one directory.

pub mod ava;
pub mod avad;
pub mod server;
