//! Who may have how much of avad itself: places for connections and sessions, counted per user.

use std::{
    collections::HashMap,
    ffi::CStr,
    sync::{Arc, Mutex},
};

use crate::avad::lock;

/// Places of one sort, so many for each user: one user's flood leaves the others theirs.
#[derive(Debug, Clone)]
pub(super) struct Places {
    taken: Arc<Mutex<HashMap<u32, usize>>>,
    limit: usize,
}

/// A place of a user, until dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    uid: u32,
}

impl Places {
    /// `limit` places for each user.
    pub(super) fn new(limit: usize) -> Self {
        Self { taken: Arc::default(), limit }
    }

    /// A place for user `uid`, if one is left.
    pub(super) fn take(&self, uid: u32) -> Option<Place> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(uid).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), uid })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.places.taken);
        if let Some(count) = taken.get_mut(&self.uid) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.uid);
            }
        }
    }
}

/// The name of a user, or the number of one without a name.
pub(super) fn user_name(uid: u32) -> String {
    let mut buffer = vec![0u8; 16 << 10];
    // SAFETY: an all-zero `passwd` is a valid value of that plain C struct.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    // SAFETY: all three pointers are valid for writing, the buffer for its length.
    let status = unsafe {
        libc::getpwuid_r(uid, &raw mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &raw mut found)
    };
    if status != 0 || found.is_null() || entry.pw_name.is_null() {
        return uid.to_string();
    }
    // SAFETY: on success the name is a C string in `buffer`.
    unsafe { CStr::from_ptr(entry.pw_name) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_gets_the_limit_and_a_dropped_place_again() {
        let places = Places::new(2);
        let first = places.take(7).unwrap();
        let _second = places.take(7).unwrap();
        assert!(places.take(7).is_none());
        assert!(places.take(8).is_some());
        drop(first);
        assert!(places.take(7).is_some());
    }

    #[test]
    fn users_have_names() {
        assert_eq!(user_name(0), "root");
        assert_eq!(user_name(u32::MAX - 7), (u32::MAX - 7).to_string());
    }
}
