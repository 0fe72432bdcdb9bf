//! Messages to the application's logger.

use std::ffi::{CString, c_char};
use std::sync::{PoisonError, RwLock};

use crate::status::{Status, call};

symbols! { "DEMO_1.0": dmSetLogger }

type Logger = Option<extern "C" fn(*const c_char)>;

static LOGGER: RwLock<Logger> = RwLock::new(None);

/// Tells the logger. It is called under the lock, so that none runs once it was replaced.
pub(crate) fn log(message: &str) {
    if let Some(logger) = *LOGGER.read().unwrap_or_else(PoisonError::into_inner) {
        let message = CString::new(message).unwrap_or_default();
        logger(message.as_ptr());
    }
}

#[unsafe(no_mangle)]
extern "C" fn dmSetLogger(log: Logger) -> Status {
    call(|| {
        *LOGGER.write().unwrap_or_else(PoisonError::into_inner) = log;
        Ok(())
    })
}
