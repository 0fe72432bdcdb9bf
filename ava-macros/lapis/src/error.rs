//! The sink for the author's mistakes: everything wrong with a block is reported in one build.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Collects errors; each keeps the span of the tokens that it is about.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// A mistake in `tokens`. The message says what is wrong and, after a semicolon or colon, what to write.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake that a parser found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// How many there are, to see whether a step added some.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub(crate) fn into_vec(self) -> Vec<syn::Error> {
        self.0
    }

    /// One `compile_error!` for each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}
