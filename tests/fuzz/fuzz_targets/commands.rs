//! Arbitrary bytes as a sequence of OpenCL commands, through the gate and the dispatcher, to a vendor that has no functions. Nothing
//! that a guest sends may crash the server, read beyond a buffer, or make it allocate without bound.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ava_core::server::fuzz::one(
    &ava_opencl::opencl::server::API,
    data
));
