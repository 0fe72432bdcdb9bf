//! The vendor's library of the demo API, whose header `demo.h` says what each function means: an accelerator made of threads.
//!
//! It stands for a library that AvA does not control. So it validates what it is given, keeps addresses of the application's memory,
//! works behind the application's back in a thread for each stream, calls back from there, and keeps state for each thread that
//! calls it. Its results are the same in every run.
//!
//! One file per section of the header. Below them: [`raw`] (what C passes), [`status`] (errors), [`handles`] (objects), [`stream`] (the
//! threads).

#![allow(non_snake_case, reason = "the functions have the names of the C API")]

/// Gives functions of the enclosing module their ELF symbol versions, and makes `symbol`, which finds them by name.
macro_rules! symbols {
    ($($version:literal: $($name:ident)*);* $(;)?) => {
        std::arch::global_asm!(
            $($(concat!(".symver ", stringify!($name), ", ", stringify!($name), "@@@", $version),)*)*
        );

        /// The exported function of this module that has this name.
        pub(crate) fn symbol(name: &str) -> Option<*const std::ffi::c_void> {
            $($(
                if name == stringify!($name) {
                    return Some($name as *const std::ffi::c_void);
                }
            )*)*
            None
        }
    };
}

mod buffers;
mod calls;
mod commands;
mod config;
mod devices;
mod events;
mod handles;
mod kernels;
mod library;
mod lists;
mod log;
mod memory;
mod modules;
mod raw;
mod reports;
mod status;
mod stream;
mod streams;
mod tables;
