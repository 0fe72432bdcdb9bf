//! Gives the library the identity of the system's OpenCL loader: SONAME, symbol versions, and no dependency but libc.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The version nodes of `libOpenCL.so.1`, oldest first; each inherits from the one before. Which symbol belongs to which node
/// is said by `since = ".."` in the specification and reaches the linker as a `.symver` directive.
const NODES: [&str; 7] =
    ["OPENCL_1.0", "OPENCL_1.1", "OPENCL_1.2", "OPENCL_2.0", "OPENCL_2.1", "OPENCL_2.2", "OPENCL_3.0"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this through cargo")?);

    // rustc passes an anonymous version script of its own; of the linkers, only lld accepts named nodes beside it.
    println!("cargo::rustc-cdylib-link-arg=-fuse-ld=lld");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libOpenCL.so.1");
    let script = out.join("versions.map");
    fs::write(&script, version_script())?;
    println!("cargo::rustc-cdylib-link-arg=-Wl,--version-script={}", script.display());

    let lib = out.join("lib");
    fs::create_dir_all(&lib)?;
    fs::write(lib.join("libgcc_s.so"), static_unwinder()?)?;
    println!("cargo::rustc-link-search=native={}", lib.display());
    Ok(())
}

/// Declares the nodes. They name no symbols: the `.symver` directives do.
fn version_script() -> String {
    let mut script = String::new();
    let mut parent = "";
    for node in NODES {
        script += &format!("{node} {{ }} {parent};\n");
        parent = node;
    }
    script
}

/// A linker script that stands in for `libgcc_s.so`, on which Rust's standard library insists: the same unwinder, linked
/// statically. An application that runs natively without libgcc_s.so.1 must not need it because of us.
fn static_unwinder() -> Result<String, Box<dyn Error>> {
    let archive = |name: &str| -> Result<PathBuf, Box<dyn Error>> {
        let cc = env::var_os("CC").unwrap_or_else(|| "cc".into());
        let answer = Command::new(&cc)
            .arg(format!("-print-file-name={name}"))
            .output()
            .map_err(|e| format!("cannot run the C compiler {cc:?}: {e}; install one or set CC"))?;
        let path = PathBuf::from(String::from_utf8(answer.stdout)?.trim());
        // A compiler that does not have the file answers with the bare name.
        if path.is_absolute() && Path::new(&path).exists() {
            Ok(path)
        } else {
            Err(format!("the C compiler {cc:?} has no {name}; set CC to a gcc that is installed completely")
                .into())
        }
    };
    Ok(format!("INPUT({} {})\n", archive("libgcc_eh.a")?.display(), archive("libgcc.a")?.display()))
}
