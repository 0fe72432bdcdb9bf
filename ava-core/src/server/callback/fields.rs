//! Callbacks inside structs: the struct that the vendor gets holds trampolines in place of the application's functions.

use super::super::api::Refusal;
use super::super::call::Call;
use crate::spec::CallbackLife;

/// A function of a struct that came.
pub(in super::super) struct Field {
    /// Number of its type.
    pub(in super::super) callback: u16,
    /// The application's; 0 for null.
    pub(in super::super) function: u64,
    /// Where the vendor finds it; null if the struct does not have it now.
    pub(in super::super) live: *mut u8,
}

/// Functions of a struct that share their user data, to be registered once the whole call is decoded.
pub(in super::super) struct Fields {
    pub(in super::super) functions: Vec<Field>,
    /// The application's user data, and where the vendor finds its own.
    pub(in super::super) userdata: Option<(u64, *mut u8)>,
    pub(in super::super) lifetime: CallbackLife,
}

impl Call<'_> {
    /// Nothing else can fail: registers the callbacks inside the call's structs.
    ///
    /// # Errors
    /// [`Refusal::Limit`] if there are too many.
    #[cold]
    pub(in super::super) fn register_fields(&mut self) -> Result<(), Refusal> {
        for fields in std::mem::take(&mut self.scratch.callbacks) {
            match fields.userdata {
                Some(userdata) => self.register_shared(&fields, userdata)?,
                None => self.register_alone(&fields)?,
            }
        }
        Ok(())
    }

    fn register_shared(&mut self, fields: &Fields, (userdata, live): (u64, *mut u8)) -> Result<(), Refusal> {
        let functions: Vec<_> = fields.functions.iter().map(|f| (f.callback, f.function)).collect();
        let data = self.register_callbacks(&functions, userdata, fields.lifetime)?;
        put(live, data as usize);
        for (n, field) in fields.functions.iter().enumerate().filter(|(_, field)| field.function != 0) {
            let ops = self.session.api.callbacks.get(field.callback as usize);
            put(field.live, ops.map_or(0, |ops| (ops.trampoline)(n)));
        }
        Ok(())
    }

    fn register_alone(&mut self, fields: &Fields) -> Result<(), Refusal> {
        for field in &fields.functions {
            let ops = self.session.api.callbacks.get(field.callback as usize);
            let Some((ops, pool)) = ops.and_then(|ops| Some((ops, ops.pool?))) else {
                return Err(Refusal::violation("a callback needs user data"));
            };
            let number =
                self.register_slot(ops.name, pool, field.callback, field.function, fields.lifetime)?;
            put(field.live, number.map_or(0, ops.trampoline));
        }
        Ok(())
    }
}

/// Writes a pointer into the struct that the vendor gets.
fn put(live: *mut u8, word: usize) {
    if !live.is_null() {
        // SAFETY: a field's place is a pointer in a struct of the call's own memory, or of a kept shadow buffer.
        unsafe { live.cast::<usize>().write_unaligned(word) };
    }
}
