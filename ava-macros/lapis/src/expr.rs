//! Expressions of a specification: which names they mention.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;

/// Every identifier in `tokens`, at any depth. A field or method of a parameter's name counts as well, which at worst passes
/// an expression a parameter that it does not use.
pub(crate) fn mentioned(tokens: &impl ToTokens) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(tokens.to_token_stream(), &mut names);
    names
}

fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(ident.unraw().to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Tokens as a message spells them.
pub(crate) fn spelled(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    [
        (" :: ", "::"),
        ("* ", "*"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" (", "("),
        (" . ", "."),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}
