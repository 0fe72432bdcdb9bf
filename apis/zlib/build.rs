//! Turns the system's `zlib.h` into `ffi`. Nothing is linked.

use std::error::Error;
use std::path::PathBuf;

use bindgen::callbacks::{IntKind, ParseCallbacks};

/// The functions with 64-bit offsets have names of their own, beside the others.
const HEADERS: &str = "
#define _LARGEFILE64_SOURCE 1
#include <zlib.h>
#undef gzgetc
";

/// Flags and statuses are `int` parameters in C, but bare numbers as macros.
#[derive(Debug)]
struct Ints;

impl ParseCallbacks for Ints {
    fn int_macro(&self, name: &str, _: i64) -> Option<IntKind> {
        name.starts_with("Z_").then_some(IntKind::Int)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this through cargo")?);
    bindgen::Builder::default()
        .header_contents("headers.h", HEADERS)
        .allowlist_function("(adler32|compress|crc32|deflate|gz|inflate|uncompress|zlib).*|zError|get_crc_table")
        .allowlist_var("Z_.*|ZLIB_.*")
        .layout_tests(false)
        .generate_comments(false)
        .merge_extern_blocks(true)
        .parse_callbacks(Box::new(Ints))
        .generate()
        .map_err(|e| format!("{e}; install zlib's header (Debian: zlib1g-dev), or set LIBCLANG_PATH to libclang's directory"))?
        .write_to_file(out.join("ffi.rs"))?;
    Ok(())
}
