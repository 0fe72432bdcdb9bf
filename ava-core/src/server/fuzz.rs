//! Feeds arbitrary bytes to gate and dispatcher, as a hostile guest could: for the fuzz target and its replay in the tests.

use std::sync::Arc;

use super::api::ServerApi;
use super::call::Scratch;
use super::serve::{After, handle};
use super::serving::Serving;
use super::session::Session;
use crate::router::account::Account;
use crate::transport::Arena;
use crate::wire::{CommandHeader, MAX_COMMAND};
use zerocopy::{FromBytes, IntoBytes};

/// Length of the arena that commands can refer to.
const ARENA: usize = 64 * 1024;
/// Bytes of staging buffers that commands can ask for.
const STAGE_LIMIT: u64 = 1 << 20;

/// Handles `data` as a sequence of commands of one session, with a vendor that has no functions. Numbers that a guest library
/// counts up (length, call, order) are put right, so that the bytes reach the code behind them; everything else is as it
/// comes. Ends at the first violation, as a session does.
pub fn one(api: &'static ServerApi, data: &[u8]) {
    let Ok((account, _)) = Account::create(api.desc.functions.len()) else { return };
    let mut memory = vec![0u64; ARENA / 8];
    // SAFETY: `memory` outlives the session, and is used through this view alone.
    let arena = unsafe { Arena::new(memory.as_mut_ptr().cast(), ARENA as u64) };
    let vendor = (api.load)(&mut |_| std::ptr::null_mut()).into();
    let session = Session::new(api, vendor, arena, Arc::new(account), Arc::default(), STAGE_LIMIT);
    // Nobody calls back, so nobody waits for that.
    session.callbacks.end();
    let serving = Serving::alone(session.clone());
    let mut scratch = Scratch::default();
    let mut order = 0;
    for (number, bytes) in pieces(data).enumerate() {
        let mut command = bytes.to_vec();
        if command.len() < size_of::<CommandHeader>() {
            command.resize(size_of::<CommandHeader>(), 0);
        }
        command.truncate(MAX_COMMAND);
        let len = command.len() as u32;
        if let Ok((header, _)) = CommandHeader::mut_from_prefix(command.as_mut_slice()) {
            header.len = len;
            header.call = number as u64 + 1;
            header.order = order + u64::from(header.flags & crate::wire::FLAG_ASYNC);
        }
        let asynchronous = command.as_bytes().get(6).is_some_and(|flags| flags & 1 != 0);
        scratch.memory.command = command;
        match handle(&serving, &mut scratch) {
            Ok(After::ThreadEnd) | Err(_) => return,
            Ok(After::Reply | After::Nothing) => order += u64::from(asynchronous),
        }
    }
}

/// Cuts `data` into commands: each is preceded by its length in two bytes.
fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = data.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
        let (piece, rest) = rest.split_at(len);
        data = rest;
        Some(piece)
    })
}
