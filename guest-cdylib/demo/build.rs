//! Gives the library the identity of the demo vendor's.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    guest_link::library("libdemo.so.1", &["DEMO_1.0", "DEMO_2.0"])
}
