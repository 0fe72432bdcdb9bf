//! Gives the library a name of its own: to a loader it is a vendor's, and to nobody the loader.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    guest_link::library("libAvaOpenCL.so.1", &[])
}
