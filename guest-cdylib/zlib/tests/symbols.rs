//! The guest library is, to the dynamic linker, the system's zlib.

#[test]
fn the_guest_library_looks_like_the_systems() -> Result<(), Box<dyn std::error::Error>> {
    guest_link::identity::compare(env!("CARGO_PKG_NAME"), "libz.so", "libz.so.1")
}
