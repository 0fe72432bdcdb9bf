//! Headers, read by clang through bindgen with the settings that an API's `build.rs` has, so that `ava-spec` sees the types that the
//! compiler will see.

use std::panic;
use std::path::{Path, PathBuf};

use bindgen::BindgenError;
use lapis::infer::Header;
use regex::Regex;

use super::SpecError;
use super::exports::{self, Exports};

/// Directories that hold the headers of many libraries: what stands beside a header there is not of its API.
const SHARED: &[&str] = &["/usr/include", "/usr/local/include"];

/// Which headers, and what of them.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Paths, or names as in `#include <..>`.
    pub headers: Vec<String>,
    /// The vendor's library: only what it exports counts.
    pub library: Option<PathBuf>,
    /// A regular expression for the names of functions.
    pub allow: Option<String>,
    /// Arguments of clang's.
    pub clang_args: Vec<String>,
}

/// What was asked for.
#[derive(Debug)]
pub struct Loaded {
    /// The headers, with the functions that are wanted.
    pub header: Header,
    /// Functions of the headers that the library does not export.
    pub not_exported: Vec<String>,
    /// What of the library matches `--allow`, if there is a library.
    pub exports: Option<Exports>,
}

/// Reads headers and library.
///
/// # Errors
/// They are not there, cannot be understood, or have no function that is wanted.
pub fn load(input: &Input) -> Result<Loaded, SpecError> {
    let allow = input.allow.as_deref().map(|allow| Regex::new(&format!("^(?:{allow})$")));
    let allow = allow.transpose().map_err(SpecError::Allow)?;
    let is_allowed = |name: &str| allow.as_ref().is_none_or(|allow| allow.is_match(name));
    let mut exports = input.library.as_deref().map(exports::read).transpose()?;
    if let Some(exports) = &mut exports {
        exports.functions.retain(|name, _| is_allowed(name));
    }
    let bindings = generate(input)?;
    let mut header = Header::read(&syn::parse_file(&bindings).map_err(SpecError::Bindings)?);
    let declared = header.function_names().count();
    let mut not_exported = Vec::new();
    header.retain_functions(|name| {
        let exported = exports.as_ref().is_none_or(|exports| exports.functions.contains_key(name));
        if is_allowed(name) && !exported {
            not_exported.push(name.to_owned());
        }
        is_allowed(name) && exported
    });
    if header.function_names().next().is_none() {
        return Err(SpecError::NoFunctions { declared });
    }
    Ok(Loaded { header, not_exported, exports })
}

/// bindgen's output.
fn generate(input: &Input) -> Result<String, SpecError> {
    let mut includes = String::new();
    let mut builder = bindgen::Builder::default()
        .layout_tests(false)
        .generate_comments(false)
        .merge_extern_blocks(true)
        .clang_args(&input.clang_args);
    if let Some(allow) = &input.allow {
        builder = builder.allowlist_function(allow);
    }
    for header in &input.headers {
        let (include, files) = locate(header);
        includes.push_str(&format!("#include {include}\n"));
        builder = builder.allowlist_file(files);
    }
    let builder = builder.header_contents("ava-spec.h", &includes);
    // Without libclang bindgen panics, and the hook would print that besides.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let generated = panic::catch_unwind(panic::AssertUnwindSafe(|| builder.generate()));
    panic::set_hook(hook);
    match generated {
        Ok(Ok(bindings)) => Ok(bindings.to_string()),
        Ok(Err(error)) => Err(explain(&error)),
        Err(reason) => {
            let reason = reason.downcast_ref::<String>().map_or("bindgen gave up", String::as_str);
            Err(SpecError::Libclang { reason: reason.trim().to_owned() })
        }
    }
}

fn explain(error: &BindgenError) -> SpecError {
    let diagnostics = match error {
        BindgenError::ClangDiagnostic(text) => text.clone(),
        other => other.to_string(),
    };
    let missing = diagnostics.split_once("' file not found").and_then(|(before, _)| before.rsplit_once('\''));
    match missing {
        Some((_, header)) => SpecError::NoHeader { header: header.to_owned() },
        None => SpecError::Header { diagnostics: diagnostics.trim_end().to_owned() },
    }
}

/// How to include a header, and a pattern for the files that belong to its API: those of its directory, unless that is one
/// for many APIs.
fn locate(header: &str) -> (String, String) {
    let path = Path::new(header);
    if let (true, Ok(full)) = (path.is_file(), path.canonicalize()) {
        let file = full.display().to_string();
        return match full.parent().filter(|dir| !is_shared(dir)) {
            Some(dir) => {
                (format!("\"{file}\""), format!("{}/[^/]+", regex::escape(&dir.display().to_string())))
            }
            None => (format!("\"{file}\""), regex::escape(&file)),
        };
    }
    let own = match header.rsplit_once('/') {
        Some((dir, _)) => format!("(.*/)?{}/[^/]+", regex::escape(dir)),
        None => format!("(.*/)?{}", regex::escape(header)),
    };
    (format!("<{header}>"), own)
}

/// Whether a directory holds many APIs' headers; so do those of architectures, `/usr/include/x86_64-linux-gnu`.
fn is_shared(dir: &Path) -> bool {
    let is = |dir: &Path| SHARED.iter().any(|shared| dir == Path::new(shared));
    let triplet = dir.file_name().is_some_and(|name| name.to_string_lossy().contains("-linux-"));
    is(dir) || triplet && dir.parent().is_some_and(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_a_directory_unless_others_share_it() {
        assert_eq!(locate("CL/cl.h"), ("<CL/cl.h>".to_owned(), "(.*/)?CL/[^/]+".to_owned()));
        assert_eq!(locate("nothing.h"), ("<nothing.h>".to_owned(), r"(.*/)?nothing\.h".to_owned()));
        assert!(is_shared(Path::new("/usr/include/x86_64-linux-gnu")));
        assert!(!is_shared(Path::new("/usr/include/CL")));
    }

    #[test]
    fn clang_says_which_header_is_missing() {
        let error =
            BindgenError::ClangDiagnostic("a.h:1:10: fatal error: 'no/such.h' file not found\n".to_owned());
        assert!(matches!(explain(&error), SpecError::NoHeader { header } if header == "no/such.h"));
    }
}
