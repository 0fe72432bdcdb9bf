//! A specification in a Rust file.

use std::fs;
use std::path::Path;

use lapis::outline::{Outline, outline};
use proc_macro2::TokenStream;
use syn::visit::Visit;

use super::SpecError;

/// What a file specifies.
#[derive(Debug)]
pub struct Source {
    /// What stands between the braces of `ava_api! { .. }`.
    pub tokens: TokenStream,
    /// Its lines that are neither blank nor comments.
    pub lines: usize,
}

impl Source {
    /// Finds the first `ava_api! { .. }` in the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read, is no Rust, or has no specification.
    pub fn read(path: &Path) -> Result<Self, SpecError> {
        let text =
            fs::read_to_string(path).map_err(|source| SpecError::Read { path: path.to_owned(), source })?;
        match Self::parse(&text) {
            Ok(Some(source)) => Ok(source),
            Ok(None) => Err(SpecError::NoSpecification { path: path.to_owned() }),
            Err(source) => {
                Err(SpecError::Rust { path: path.to_owned(), line: source.span().start().line, source })
            }
        }
    }

    /// Finds the first `ava_api! { .. }` in `text`.
    ///
    /// # Errors
    /// It is no Rust.
    pub fn parse(text: &str) -> Result<Option<Self>, syn::Error> {
        let mut finder = Finder(None);
        finder.visit_file(&syn::parse_file(text)?);
        Ok(finder.0.map(|found| {
            let span = found.delimiter.span().join();
            let (start, end) = (span.start().line, span.end().line);
            // The lines of the braces are none of the specification's.
            let inside = text.lines().skip(start).take((end - start).saturating_sub(1)).map(str::trim);
            let lines = inside.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
            Self { tokens: found.tokens, lines }
        }))
    }

    /// What it says of which functions.
    ///
    /// # Errors
    /// All mistakes in its syntax.
    pub fn outline(&self) -> Result<Outline, SpecError> {
        outline(self.tokens.clone()).map_err(|errors| {
            let one = |error: &syn::Error| format!("  line {}: {error}", error.span().start().line);
            SpecError::Specification { mistakes: errors.iter().map(one).collect::<Vec<_>>().join("\n") }
        })
    }
}

struct Finder(Option<syn::Macro>);

impl<'ast> Visit<'ast> for Finder {
    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        let is_ours = found.path.segments.last().is_some_and(|last| last.ident == "ava_api");
        if is_ours && self.0.is_none() {
            self.0 = Some(found.clone());
        }
    }
}
