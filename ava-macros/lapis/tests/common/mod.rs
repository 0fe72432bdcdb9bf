//! Helpers of the tests.
#![allow(dead_code, reason = "each test uses a part")]

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A file below this crate's `tests`.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// The specification `tests/spec/<name>.rs`.
pub(crate) fn spec(name: &str) -> TokenStream {
    let path = path("spec").join(name).with_extension("rs");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The messages of all `compile_error!`s in an expansion.
pub(crate) fn errors(expansion: &TokenStream) -> Vec<String> {
    let mut messages = Vec::new();
    let mut after = false;
    for token in expansion.clone() {
        match token {
            TokenTree::Ident(ident) if ident == "compile_error" => after = true,
            TokenTree::Group(group) if after && group.delimiter() == Delimiter::Brace => {
                messages.push(syn::parse2::<syn::LitStr>(group.stream()).unwrap().value());
                after = false;
            }
            _ => {}
        }
    }
    messages
}
