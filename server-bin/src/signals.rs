//! What std has no words for about signals.

/// Whether this process ignores `signal`: whoever started it, nohup for example, wants that for it and its children.
pub fn is_ignored(signal: i32) -> bool {
    // SAFETY: an all-zero `sigaction` is a valid value of that plain C struct.
    let mut now: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: `now` is valid for writing, and without a new action nothing changes.
    let status = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut now) };
    status == 0 && now.sa_sigaction == libc::SIG_IGN
}
