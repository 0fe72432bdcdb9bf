//! Code that is being typed: every beginning of a specification, and every specification with one token missing, expands
//! without a panic, and so do the functions that are complete.

mod common;

use common::{errors, spec};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A copy of `tokens` in which `keep` chose, by its place in the text, which stay. A group is one token before those in it.
fn filtered(tokens: TokenStream, place: &mut usize, keep: &dyn Fn(usize) -> bool) -> TokenStream {
    let mut kept = Vec::new();
    for token in tokens {
        let stays = keep(*place);
        *place += 1;
        let token = match token {
            TokenTree::Group(group) => {
                let inner = filtered(group.stream(), place, keep);
                TokenTree::Group(Group::new(group.delimiter(), inner))
            }
            token => token,
        };
        kept.extend(stays.then_some(token));
    }
    kept.into_iter().collect()
}

/// Adds the names of all functions, with the places of their first and last tokens.
fn collect(tokens: TokenStream, place: &mut usize, found: &mut Vec<(String, usize, usize)>) {
    let (mut begin, mut name) = (*place, None);
    let mut previous_was_fn = false;
    for token in tokens {
        *place += 1;
        let mut ends = false;
        match &token {
            TokenTree::Ident(ident) if previous_was_fn => name = Some(ident.to_string()),
            TokenTree::Punct(p) => ends = p.as_char() == ';',
            TokenTree::Group(group) => {
                collect(group.stream(), place, found);
                ends = group.delimiter() == Delimiter::Brace;
            }
            _ => {}
        }
        previous_was_fn = matches!(&token, TokenTree::Ident(ident) if ident == "fn");
        if ends {
            if let Some(name) = name.take() {
                found.push((name, begin, *place - 1));
            }
            begin = *place;
        }
    }
}

fn is_forwarded(expansion: &str, name: &str) -> bool {
    expansion.contains(&format!("pub (super) unsafe fn {name} (__call"))
}

/// A specification, the number of its tokens, and its functions that are forwarded.
fn whole(name: &str) -> (TokenStream, usize, Vec<(String, usize, usize)>) {
    let tokens = spec(name);
    let text = lapis::expand(tokens.clone()).to_string();
    let mut functions = Vec::new();
    collect(tokens.clone(), &mut 0, &mut functions);
    functions.retain(|(name, ..)| is_forwarded(&text, name));
    assert!(!functions.is_empty());
    let mut len = 0;
    filtered(tokens.clone(), &mut len, &|_| true);
    (tokens, len, functions)
}

#[test]
fn every_beginning_of_a_specification_expands_its_complete_functions() {
    let (tokens, len, functions) = whole("card");
    for cut in 0..len {
        let text = lapis::expand(filtered(tokens.clone(), &mut 0, &|place| place < cut)).to_string();
        for (name, _, end) in functions.iter().filter(|(_, _, end)| *end < cut) {
            assert!(
                is_forwarded(&text, name),
                "{name}, which ends at {end}, is lost when the text ends at {cut}"
            );
        }
    }
}

#[test]
fn a_missing_token_costs_the_function_that_it_is_in() {
    for (tokens, len, functions) in
        ["buffers", "in_flight", "objects", "local", "costs", "callbacks"].map(whole)
    {
        for missing in 0..len {
            let expansion = lapis::expand(filtered(tokens.clone(), &mut 0, &|place| place != missing));
            // Without a token of a type that they use, for instance, all functions may be lost.
            let inside = |(_, begin, end): &(String, usize, usize)| (*begin..=*end).contains(&missing);
            let Some(damaged) = functions.iter().position(inside) else { continue };
            let text = expansion.to_string();
            for (n, (name, ..)) in functions.iter().enumerate() {
                let errors = errors(&expansion);
                assert!(
                    n == damaged || is_forwarded(&text, name),
                    "{name} is lost without token {missing}: {errors:#?}"
                );
            }
        }
    }
}

#[test]
fn any_tokens_at_all_expand_to_something() {
    for text in [
        "#",
        "#[api]",
        "#[api()] mod m {}",
        "mod m { unsafe extern \"C\" { # fn # [] } }",
        "mod m { type ; static ; }",
        "mod m { extern { fn f(#[input(len = , , = 3)] a: *const u8, ) -> ; } }",
        "pub mod r#mod { fn }",
        "mod m { extern \"callback\" { fn ; fn f(#[userdata()] ) ; fn g(f: f, g: g) -> g; fn r#h(#[userdata(x, once)] a: *mut ) } }",
        "mod m { extern \"callback\" { fn f(a: u8, a: u8) {} } unsafe extern \"C\" { fn g(#[callback(=)] f: f, #[userdata(once, once)] f: f); } }",
        "mod m { unsafe extern \"C\" { #[extension] fn f(); #[extension(fn)] fn g(); #[extension(1, 2)] #[since()] fn h(); } }",
        "mod m { extern \"callback\" { fn f(#[userdata] u: *mut c_void); } #[structure(field(a, callback(f, )), field(u, userdata(, a)))] type s; }",
        "mod m { extern \"callback\" { #[returns()] fn f(#[input(field())] s: *const s) -> *mut; } #[structure(field(a, callback()), field(, userdata))] type s; }",
        "#[api(name = 3, version, ffi = 1 + 1, library = [x])] mod m { #[handle] type T; #[status(x)] type U; }",
    ] {
        lapis::expand(text.parse().unwrap());
    }
}
