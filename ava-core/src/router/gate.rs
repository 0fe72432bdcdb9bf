//! The gate: the router's data plane, the first code that sees a command.
//!
//! Every command passes here, in the server, after the transport copied it out of memory that the guest can write and before
//! anything acts on it. The gate checks the frame against the specification's tables and charges the call, and what it costs,
//! to the session's account. What it lets through has a known function, a consistent length and legal flags; contents are checked by the
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
    charge_all(api, account, &header, command);
    Ok(header)
}

/// Charges `amount` units of resource number `resource` to the session.
///
/// This is the one place that every cost passes, whether the gate, which knows those that follow from a call's scalars, asks for
/// it or the server, which finds out about the others: where a grant will be held against it. What is held for a while counts
/// from here on, so that two calls at once cannot both have the last of it; [`release`] takes it back if the call fails.
#[inline]
pub fn charge(account: &Account, resource: u8, amount: u64) {
    account.charge(resource, amount);
}

/// Gives back what was [charged](charge) of a continuous resource.
#[inline]
pub fn release(account: &Account, resource: u8, amount: u64) {
    account.release(resource, amount);
}

/// Charges the costs that follow from the command's scalars.
#[inline]
fn charge_all(api: &ApiDesc, account: &Account, header: &CommandHeader, command: &[u8]) {
    for (resource, _, amount) in costs(api, header, command) {
        charge(account, resource, amount);
    }
}

/// Takes back what was charged for `command` of continuous resources: it is not dispatched after all.
#[cold]
pub fn cancel(api: &ApiDesc, account: &Account, header: &CommandHeader, command: &[u8]) {
    for (resource, _, amount) in costs(api, header, command).filter(|(_, continuous, _)| *continuous) {
        release(account, resource, amount);
    }
}

/// The costs that follow from the command's scalars: resource, whether it is continuous, and amount.
#[inline]
fn costs<'a>(
    api: &'a ApiDesc,
    header: &CommandHeader,
    command: &'a [u8],
) -> impl Iterator<Item = (u8, bool, u64)> + 'a {
    let costs = api.functions.get(header.func as usize).map_or(&[][..], |function| function.costs);
    costs.iter().map(|cost| {
        let args = command.get(size_of::<CommandHeader>()..).unwrap_or_default();
        let continuous = api.resources.get(cost.resource as usize).is_some_and(|r| r.continuous);
        (cost.resource, continuous, (cost.of)(args))
    })
}
