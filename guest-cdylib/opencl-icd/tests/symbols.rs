//! The library is a vendor's to a loader, and shares no symbol with the loader but what a vendor's library has to have.

#[test]
fn the_library_exports_what_a_loader_asks_for_and_nothing_else() -> Result<(), Box<dyn std::error::Error>> {
    let symbols = ["clGetExtensionFunctionAddress", "clGetPlatformInfo", "clIcdGetPlatformIDsKHR"];
    guest_link::identity::check(env!("CARGO_PKG_NAME"), "libAvaOpenCL.so", "libAvaOpenCL.so.1", &symbols)
}
