//! Lapis, the language in which an API is specified: parse → lower → check → expand.
//!
//! The language's reference is the documentation of `ava_macros::ava_api`. This library is independent of the compiler that
//! calls it, so it can be tested as any other. It never panics, whatever the tokens, and reports every mistake of a block
//! at once; functions without mistakes are expanded even if others have some, so that an editor can help with code that is
//! being typed.

mod check;
mod descriptor;
mod error;
mod expand;
mod expr;
mod hash;
pub mod infer;
mod lower;
mod model;
mod names;
pub mod outline;
mod parse;
mod syntax;
mod vocabulary;

use proc_macro2::TokenStream;

/// Every descriptor's name; some more than once.
pub fn descriptors() -> impl Iterator<Item = &'static str> {
    vocabulary::words()
}

/// Expands the specification in `tokens`. Mistakes become `compile_error!`s at the author's tokens.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut errors = error::Errors::default();
    let mut expansion = TokenStream::new();
    let hash = hash::hash(&tokens);
    if let Some(block) = parse::parse(tokens, &mut errors) {
        let mut model = lower::lower(block, hash, &mut errors);
        check::check(&mut model, &mut errors);
        expansion = expand::expand(&model);
        dump(&model.header.name.value(), &expansion);
    }
    let mut tokens = errors.into_tokens();
    tokens.extend(expansion);
    tokens
}

/// Writes the expansion to `$AVA_EXPAND_DIR/<api>.rs`, if that is set: a text to read, or to compile in place of the macro.
fn dump(api: &str, expansion: &TokenStream) {
    let is_name = !api.is_empty() && api.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if let (Some(dir), true) = (std::env::var_os("AVA_EXPAND_DIR"), is_name) {
        // It is a help for debugging: a build does not fail for want of it.
        let _ = std::fs::write(std::path::Path::new(&dir).join(format!("{api}.rs")), expansion.to_string());
    }
}
