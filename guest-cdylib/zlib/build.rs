//! Gives the library the identity of the system's zlib.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let nodes = [
        "ZLIB_1.2.0",
        "ZLIB_1.2.0.2",
        "ZLIB_1.2.0.8",
        "ZLIB_1.2.2",
        "ZLIB_1.2.2.3",
        "ZLIB_1.2.2.4",
        "ZLIB_1.2.3.3",
        "ZLIB_1.2.3.4",
        "ZLIB_1.2.3.5",
        "ZLIB_1.2.5.1",
        "ZLIB_1.2.5.2",
        "ZLIB_1.2.7.1",
        "ZLIB_1.2.9",
        "ZLIB_1.2.12",
    ];
    guest_link::library("libz.so.1", &nodes)
}
