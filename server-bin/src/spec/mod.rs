//! `ava-spec`: from a C header to a specification, and from a specification to how much of the header it covers.
//!
//! [`init`] prints what [`lapis::infer`] makes of a header, [`coverage`] compares a specification with a header and a library,
//! and [`effort`] measures what its author changed since. [`bindings`] and [`exports`] read headers and libraries, [`source`]
//! finds a specification in a file.

pub mod bindings;
pub mod canonical;
pub mod coverage;
pub mod effort;
pub mod exports;
pub mod init;
pub mod source;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why `ava-spec` has nothing to say. Each names what to do about it.
#[derive(Debug, Error)]
pub enum SpecError {
    /// clang does not find a header.
    #[error(
        "there is no header {header}; install the package that has it, give its path, or say where it is after `--`: -- -I DIR"
    )]
    NoHeader {
        /// As it was given, or as another header includes it.
        header: String,
    },
    /// clang does not understand a header.
    #[error(
        "clang cannot read the headers; give the macros and directories that a C program needs after `--`, such as \
         -- -DFOO=1 -I DIR:\n{diagnostics}"
    )]
    Header {
        /// What clang says.
        diagnostics: String,
    },
    /// libclang is missing.
    #[error(
        "libclang cannot be loaded; install it (Debian: libclang-14-dev), or set LIBCLANG_PATH to its directory ({reason})"
    )]
    Libclang {
        /// What bindgen says.
        reason: String,
    },
    /// bindgen's output is no Rust that syn knows.
    #[error("bindgen's translation of the headers cannot be read; give fewer functions with --allow")]
    Bindings(#[source] syn::Error),
    /// The headers declare nothing that was asked for.
    #[error(
        "no function is left of {declared} that the headers declare; see whether --allow matches their names and --library is \
         the library that has them"
    )]
    NoFunctions {
        /// How many there were before `--allow` and `--library`.
        declared: usize,
    },
    /// `--allow` is no regular expression.
    #[error("--allow takes a regular expression for whole names, such as 'cl[A-Z].*'")]
    Allow(#[source] regex::Error),
    /// The name of the API is no identifier.
    #[error(
        "{name:?} cannot be a module's name; give another one with --name, of lower case letters, digits and '_'"
    )]
    Name {
        /// What was given, or comes from the header.
        name: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}; see whether it is there and give its path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}; give another place with --output", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The library is no library.
    #[error(
        "{} is no ELF library; give the file that programs load, such as /usr/lib/x86_64-linux-gnu/libOpenCL.so.1", path.display()
    )]
    Library {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: object::Error,
    },
    /// The file with the specification is no Rust.
    #[error("{}:{line} is not Rust; correct it, or give another file with --spec", path.display())]
    Rust {
        /// The file.
        path: PathBuf,
        /// Where.
        line: usize,
        /// Why.
        #[source]
        source: syn::Error,
    },
    /// The file has no specification.
    #[error(
        "{} has no `ava_api! {{ .. }}`; give the file that has the specification, such as apis/opencl/src/spec.rs", path.display()
    )]
    NoSpecification {
        /// The file.
        path: PathBuf,
    },
    /// The specification has mistakes in its syntax.
    #[error("the specification has mistakes; correct them, as a build would say too:\n{mistakes}")]
    Specification {
        /// One a line.
        mistakes: String,
    },
}
