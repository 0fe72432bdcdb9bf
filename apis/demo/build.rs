//! Turns `include/demo.h` into `ffi`. Nothing is linked: the API server opens the vendor's library at run time.

use std::error::Error;
use std::path::PathBuf;

use bindgen::callbacks::{EnumVariantValue, ParseCallbacks};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=include/demo.h");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this through cargo")?);
    bindgen::Builder::default()
        .header("include/demo.h")
        .clang_arg("-DDM_EXTENSION_PROTOTYPES")
        .allowlist_function("dm.*")
        .allowlist_var("DM_.*")
        .allowlist_type("dm_.*")
        .layout_tests(false)
        .generate_comments(false)
        .merge_extern_blocks(true)
        .parse_callbacks(Box::new(Names))
        .generate()
        .map_err(|e| {
            format!("{e}; install libclang (Debian: libclang-14-dev), or set LIBCLANG_PATH to its directory")
        })?
        .write_to_file(out.join("ffi.rs"))?;
    Ok(())
}

/// Constants under the names that they have in C.
#[derive(Debug)]
struct Names;

impl ParseCallbacks for Names {
    fn enum_variant_name(&self, _: Option<&str>, name: &str, _: EnumVariantValue) -> Option<String> {
        Some(name.to_owned())
    }
}
