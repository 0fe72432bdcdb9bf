//! How a guest library gets the identity of the vendor's: SONAME, symbol versions, and no dependency but libc. Every
//! `guest-cdylib/<api>/build.rs` calls [`library`].

pub mod identity;

use std::error::Error;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Makes the cdylib of the package whose build script calls this a stand-in for the library `soname`.
///
/// `nodes` are the vendor library's version nodes, oldest first; each inherits from the one before. Which symbol belongs to which
/// is said by `since = ".."` in the specification and reaches the linker as a `.symver` directive.
///
/// # Errors
/// This is no build script, or the machine has no complete C compiler; the message says what to install.
pub fn library(soname: &str, nodes: &[&str]) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this through cargo")?);
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,{soname}");
    if !nodes.is_empty() {
        versions(&out, nodes)?;
    }
    let lib = out.join("lib");
    fs::create_dir_all(&lib)?;
    fs::write(lib.join("libgcc_s.so"), static_unwinder()?)?;
    println!("cargo::rustc-link-search=native={}", lib.display());
    Ok(())
}

/// Links with GNU ld: lld cannot write that a node inherits from another.
fn versions(out: &Path, nodes: &[&str]) -> Result<(), Box<dyn Error>> {
    let script = out.join("versions.map");
    fs::write(&script, version_script(nodes))?;
    let bin = out.join("bin");
    fs::create_dir_all(&bin)?;
    write_executable(&bin.join("ld.bfd"), &linker(&gnu_ld()?))?;
    println!("cargo::rustc-cdylib-link-arg=-B{}", bin.display());
    println!("cargo::rustc-cdylib-link-arg=-fuse-ld=bfd");
    println!("cargo::rustc-cdylib-link-arg=-Wl,--exclude-libs=ALL");
    println!("cargo::rustc-cdylib-link-arg=-Wl,--version-script={}", script.display());
    Ok(())
}

/// Declares the nodes. They name no functions: the `.symver` directives do. What Rust's runtime exports besides is hidden, and what
/// comes from other crates by `--exclude-libs`.
fn version_script(nodes: &[&str]) -> String {
    let mut script = String::new();
    let mut parent = "";
    for node in nodes {
        let hidden =
            if parent.is_empty() { "local: _R*; _ZN*; rust_*; __rust*; __rdl_*; __rg_*;" } else { "" };
        script += &format!("{node} {{ {hidden} }} {parent};\n");
        parent = node;
    }
    script
}

/// A linker that is `ld` without rustc's own version script: that one is anonymous, and GNU ld accepts no anonymous script
/// beside one with nodes.
fn linker(ld: &Path) -> String {
    format!(
        r#"#!/bin/sh
for arg; do
    shift
    case $arg in
    --version-script=*/versions.map) set -- "$@" "$arg" ;;
    --version-script=*) ;;
    *) set -- "$@" "$arg" ;;
    esac
done
exec '{}' "$@"
"#,
        ld.display()
    )
}

fn write_executable(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// What the C compiler answers to a question about its installation.
fn ask_cc(question: &str) -> Result<PathBuf, Box<dyn Error>> {
    let cc = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let answer = Command::new(&cc)
        .arg(question)
        .output()
        .map_err(|e| format!("cannot run the C compiler {cc:?}: {e}; install one or set CC"))?;
    Ok(PathBuf::from(String::from_utf8(answer.stdout)?.trim()))
}

/// GNU ld, as the C compiler would find it.
fn gnu_ld() -> Result<PathBuf, Box<dyn Error>> {
    let named = ask_cc("-print-prog-name=ld.bfd")?;
    let path = env::var_os("PATH").unwrap_or_default();
    // A compiler that leaves it to PATH answers with the bare name; joined to a directory, an absolute path stays itself.
    let found = env::split_paths(&path).map(|dir| dir.join(&named)).find(|path| path.exists());
    found.ok_or_else(|| "there is no GNU ld (ld.bfd): install binutils".into())
}

/// A linker script that stands in for `libgcc_s.so`, on which Rust's standard library insists: the same unwinder, linked
/// statically. An application that runs natively without libgcc_s.so.1 must not need it because of us.
fn static_unwinder() -> Result<String, Box<dyn Error>> {
    let archive = |name: &str| {
        let path = ask_cc(&format!("-print-file-name={name}"))?;
        // A compiler that does not have the file answers with the bare name.
        match path.is_absolute() && path.exists() {
            true => Ok(path),
            false => {
                Err(format!("the C compiler has no {name}; set CC to a gcc that is installed completely"))
            }
        }
        .map_err(Box::<dyn Error>::from)
    };
    Ok(format!("INPUT({} {})\n", archive("libgcc_eh.a")?.display(), archive("libgcc.a")?.display()))
}
