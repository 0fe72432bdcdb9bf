//! The hash of a specification, on which guest and server must agree.

use std::hash::Hasher;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use siphasher::sip128::{Hasher128, SipHasher13};

/// Hashes the tokens: not how they are spaced, and not the documentation, which changes no behaviour.
pub(crate) fn hash(tokens: &TokenStream) -> [u8; 16] {
    let mut hasher = SipHasher13::new();
    feed(tokens.clone(), &mut hasher);
    hasher.finish128().as_bytes()
}

fn feed(tokens: TokenStream, hasher: &mut SipHasher13) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(p) if p.as_char() == '#' && tokens.peek().is_some_and(is_doc) => {
                tokens.next();
            }
            TokenTree::Punct(p) => text(hasher, 1, &p.as_char().to_string()),
            TokenTree::Ident(ident) => text(hasher, 2, &ident.to_string()),
            TokenTree::Literal(literal) => text(hasher, 3, &literal.to_string()),
            TokenTree::Group(group) => {
                let kind = match group.delimiter() {
                    Delimiter::Parenthesis => 4,
                    Delimiter::Brace => 5,
                    Delimiter::Bracket => 6,
                    // Invisible: it depends on how the tokens came here, not on what they say.
                    Delimiter::None => 0,
                };
                if kind == 0 {
                    feed(group.stream(), hasher);
                } else {
                    hasher.write_u8(kind);
                    feed(group.stream(), hasher);
                    hasher.write_u8(7);
                }
            }
        }
    }
}

fn text(hasher: &mut SipHasher13, kind: u8, text: &str) {
    hasher.write_u8(kind);
    hasher.write(text.as_bytes());
    hasher.write_u8(0);
}

fn is_doc(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == "doc")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> [u8; 16] {
        hash(&text.parse().unwrap_or_default())
    }

    #[test]
    fn spacing_and_documentation_do_not_change_the_hash() {
        assert_eq!(of("fn f(a: u8);"), of("/// Doc.\n  fn f ( a :u8 ) ;"));
    }

    #[test]
    fn every_token_changes_the_hash() {
        let hashes =
            ["fn f(a: u8);", "fn f(a: u16);", "fn f(b: u8);", "fn f(a: u8)", "fn f[a: u8];", "fn fa: u8();"];
        for (i, a) in hashes.iter().enumerate() {
            assert!(hashes[i + 1..].iter().all(|b| of(a) != of(b)), "{a}");
        }
    }
}
