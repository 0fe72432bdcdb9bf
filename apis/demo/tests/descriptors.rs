//! What the language can say, the demo API says: a descriptor that no function here uses is one that nothing tests end to end.

use std::collections::BTreeSet;
use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

/// Every name in the attributes of `tokens`, and in those of what is inside.
fn in_attributes(tokens: TokenStream, inside: bool, found: &mut BTreeSet<String>) {
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(p) if p.as_char() == '#');
        match token {
            TokenTree::Ident(ident) if inside => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => in_attributes(group.stream(), inside || after_hash, found),
            _ => {}
        }
        after_hash = is_hash;
    }
}

#[test]
fn every_descriptor_is_used() {
    let tokens = TokenStream::from_str(include_str!("../src/spec.rs")).unwrap();
    let mut used = BTreeSet::new();
    in_attributes(tokens, false, &mut used);
    let unused: BTreeSet<_> = lapis::descriptors().filter(|word| !used.contains(*word)).collect();
    assert!(unused.is_empty(), "no function of the demo API uses {unused:?}");
}
