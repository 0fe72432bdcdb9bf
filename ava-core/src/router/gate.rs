//! The gate: the router's data plane, the first code that sees a command.
//!
//! Every command passes here, in the server, after the transport copied it out of memory that the guest can write and before
//! anything acts on it. The gate checks the frame against the specification's tables and charges the call, and what it costs,
//! to the session's account. What it lets through has a known function, a consistent length and legal flags; contents are checked by the
//! handlers that decode them.

use super::account::Account;
use crate::spec::{ApiDesc, FnDesc};
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
        for (resource, amount) in costs(function, command) {
            charge(account, resource, amount);
        }
    }
    account.count(header.func, asynchronous, command.len() as u64);
    Ok(header)
}

/// Charges `amount` units of resource number `resource` to the session.
///
/// This is the one place that every cost passes, whether the gate, which knows those that follow from a call's scalars, asks for
/// it or the server, which finds out about the others: where a grant will be held against it. It counts from here on, so that two
/// calls at once cannot both have the last of a resource; [`release`] takes it back if the call fails.
#[inline]
pub fn charge(account: &Account, resource: u8, amount: u64) {
    account.charge(resource, amount);
}

/// Takes back what was [charged](charge): the call failed, or what it allocated is free again.
#[inline]
pub fn release(account: &Account, resource: u8, amount: u64) {
    account.release(resource, amount);
}

/// Takes back what [`admit`] charged for `command`: it is not dispatched after all.
#[cold]
pub fn cancel(api: &ApiDesc, account: &Account, header: &CommandHeader, command: &[u8]) {
    let function = api.functions.get(header.func as usize);
    for (resource, amount) in function.into_iter().flat_map(|function| costs(function, command)) {
        release(account, resource, amount);
    }
}

/// The costs that follow from the command's scalars: resource and amount.
#[inline]
fn costs<'a>(function: &'a FnDesc, command: &'a [u8]) -> impl Iterator<Item = (u8, u64)> + 'a {
    let args = command.get(size_of::<CommandHeader>()..).unwrap_or_default();
    function.costs.iter().map(move |cost| (cost.resource, (cost.of)(args)))
}
