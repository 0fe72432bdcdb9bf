//! The gate: the router's data plane, the first code that sees a command.
//!
//! Every command passes here, in the server, after the transport copied it out of memory that the guest can write and before
//! anything acts on it. The gate checks the frame against the specification's tables and charges the call to the session's
//! account. What it lets through has a known function, a consistent length and legal flags; contents are checked by the
//! handlers that decode them.

use super::account::Account;
use crate::spec::ApiDesc;
use crate::transport::header_of;
use crate::wire::{CONTROL_BASE, CommandHeader, FLAG_ASYNC, MAX_COMMAND};

/// Checks `command` and charges it to `account`; its header.
///
/// # Errors
/// Why the guest's session must end: the guest library cannot have written this.
#[inline]
pub fn admit(api: &ApiDesc, account: &Account, command: &[u8]) -> Result<CommandHeader, String> {
    let header = header_of(command).ok_or("a command is shorter than its header")?;
    if header.len as usize != command.len() || command.len() > MAX_COMMAND {
        return Err(format!("a command of {} bytes says that it has {}", command.len(), header.len));
    }
    if header.flags & !FLAG_ASYNC != 0 {
        return Err(format!("a command has unknown flags {:#x}", header.flags));
    }
    let asynchronous = header.flags & FLAG_ASYNC != 0;
    if header.func < CONTROL_BASE {
        let Some(function) = api.functions.get(header.func as usize) else {
            return Err(format!("{} has no function number {}", api.name, header.func));
        };
        if command.len() < size_of::<CommandHeader>() + function.args as usize {
            return Err(format!("a command is too short for the arguments of {}", function.name));
        }
        if asynchronous && !function.may_async {
            return Err(format!("{} came asynchronously, which its specification never does", function.name));
        }
    }
    account.count(header.func, asynchronous, command.len() as u64);
    Ok(header)
}
