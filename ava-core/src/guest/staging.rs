//! Transfers that do not fit into the arena: they go through a buffer in the server, piece by piece.

use super::call::Call;
use super::log;
use super::memory::RESERVE;
use super::pending::Held;
use super::stub::Fail;
use crate::spec::Rect;
use crate::wire::control;

impl Call<'_> {
    /// Makes a staging buffer of `len` bytes in the server; its number.
    pub(super) fn stage(&mut self, len: usize) -> Result<u64, Fail> {
        match self.control(control::STAGE, &[len as u64])? {
            0 => {
                log::warn(format_args!(
                    "a transfer of {len} bytes is larger than the arena, and than half of the machine's memory; \
                     transfer less at once"
                ));
                Err(Fail::Refused)
            }
            number => Ok(number),
        }
    }

    /// Sends `len` bytes at `ptr` to a new staging buffer, piece by piece; its number.
    ///
    /// # Safety
    /// `len` bytes at `ptr` are readable.
    pub(super) unsafe fn stage_input(&mut self, ptr: *const u8, len: usize) -> Result<u64, Fail> {
        let number = self.stage(len)?;
        self.scratch.held.push(Held::Staged(number));
        // SAFETY: passed on to the caller.
        unsafe { self.write_staged(number, ptr, len)? };
        self.scratch.held.retain(|held| *held != Held::Staged(number));
        Ok(number)
    }

    /// Sends `len` bytes at `ptr` to a staging buffer, piece by piece.
    ///
    /// # Safety
    /// `len` bytes at `ptr` are readable.
    pub(super) unsafe fn write_staged(
        &mut self,
        number: u64,
        ptr: *const u8,
        len: usize,
    ) -> Result<(), Fail> {
        let session = self.session;
        let _reserve = session.memory.reserve.lock().unwrap_or_else(|e| e.into_inner());
        let region = session.memory.reserve_region();
        for at in (0..len).step_by(RESERVE as usize) {
            let piece = (len - at).min(region.len as usize);
            // SAFETY: `at + piece <= len`, and the reserve is ours while its lock is held.
            unsafe { ptr.add(at).copy_to_nonoverlapping(session.memory.address(region, piece), piece) };
            self.control(control::STAGE_WRITE, &[number, at as u64, region.offset, piece as u64])?;
        }
        Ok(())
    }

    /// Brings a staging buffer's contents to `to`, piece by piece.
    ///
    /// # Safety
    /// `len` bytes at `to` are writable; with `rect`, its pieces are.
    pub(super) unsafe fn fetch(
        &mut self,
        number: u64,
        to: *mut u8,
        len: usize,
        rect: Option<Rect>,
    ) -> Result<(), Fail> {
        let session = self.session;
        let _reserve = session.memory.reserve.lock().unwrap_or_else(|e| e.into_inner());
        let region = session.memory.reserve_region();
        let mut bring = |from: usize, len: usize| {
            for at in (from..from + len).step_by(RESERVE as usize) {
                let piece = (from + len - at).min(region.len as usize);
                self.control(control::STAGE_READ, &[number, at as u64, region.offset, piece as u64])?;
                // SAFETY: the piece is inside the output, and the reserve is ours while its lock is held.
                unsafe { to.add(at).copy_from_nonoverlapping(session.memory.address(region, piece), piece) };
            }
            Ok(())
        };
        match rect {
            None => bring(0, len),
            Some(rect) => rect.pieces().try_for_each(|(at, len)| bring(at, len)),
        }
    }
}
