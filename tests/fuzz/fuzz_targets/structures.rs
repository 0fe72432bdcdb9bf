//! As `commands`, for the demo API, whose commands carry every kind of structured data and callbacks.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ava_core::server::fuzz::one(
    &ava_demo::demo::server::API,
    data
));
