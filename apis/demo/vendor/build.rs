//! Gives the library the identity that programs were linked against: SONAME and symbol versions, as a vendor's library has them.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

/// Declares the version nodes. Which symbol belongs to which is said by `.symver` directives beside the functions.
const VERSIONS: &str = "DEMO_1.0 { };\nDEMO_2.0 { } DEMO_1.0;\n";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this through cargo")?);
    let script = out.join("versions.map");
    fs::write(&script, VERSIONS)?;
    // rustc passes an anonymous version script of its own; of the linkers, only lld accepts named nodes beside it.
    println!("cargo::rustc-cdylib-link-arg=-fuse-ld=lld");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libdemo.so.1");
    println!("cargo::rustc-cdylib-link-arg=-Wl,--version-script={}", script.display());
    Ok(())
}
