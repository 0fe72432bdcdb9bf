//! The guest library is, to the dynamic linker, the system's OpenCL loader.

#[test]
fn the_guest_library_looks_like_the_systems() -> Result<(), Box<dyn std::error::Error>> {
    guest_link::identity::compare(env!("CARGO_PKG_NAME"), "libOpenCL.so", "libOpenCL.so.1")
}
