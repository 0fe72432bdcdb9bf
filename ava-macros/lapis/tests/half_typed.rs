//! Code that is being typed: every beginning of a specification, and every specification with one token missing, expands
//! without a panic, and so do the functions that are complete.

mod common;

use common::spec;
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

/// Places of the first and last token of every function that is forwarded, by name.
fn forwarded(tokens: TokenStream) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    collect(tokens, &mut 0, &mut found);
    found
}

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

/// The functions of the example that are forwarded when it is whole.
fn functions() -> (usize, Vec<(String, usize, usize)>) {
    let tokens = spec("card");
    let whole = lapis::expand(tokens.clone()).to_string();
    let functions: Vec<_> =
        forwarded(tokens.clone()).into_iter().filter(|(name, ..)| is_forwarded(&whole, name)).collect();
    assert!(functions.len() > 15, "{functions:?}");
    let mut len = 0;
    filtered(tokens, &mut len, &|_| true);
    (len, functions)
}

#[test]
fn every_beginning_of_a_specification_expands_its_complete_functions() {
    let (len, functions) = functions();
    for cut in 0..len {
        let text = lapis::expand(filtered(spec("card"), &mut 0, &|place| place < cut)).to_string();
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
    let (len, functions) = functions();
    for missing in 0..len {
        let expansion = lapis::expand(filtered(spec("card"), &mut 0, &|place| place != missing));
        let text = expansion.to_string();
        // Without a token before the functions, of a type that they use for instance, all may be lost.
        let Some(damaged) = functions.iter().position(|(_, begin, end)| (*begin..=*end).contains(&missing))
        else {
            continue;
        };
        for (n, (name, ..)) in functions.iter().enumerate() {
            // The maker of the only `cl_mem`s is needed by what frees them.
            let needs_damaged = name == "clDestroy" && functions[damaged].0 == "clCreateBuffer";
            if n != damaged && !needs_damaged {
                let errors = common::errors(&expansion);
                assert!(is_forwarded(&text, name), "{name} is lost without token {missing}: {errors:#?}");
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
        "#[api(name = 3, version, ffi = 1 + 1, library = [x])] mod m { #[handle] type T; #[status(x)] type U; }",
    ] {
        lapis::expand(text.parse().unwrap());
    }
}
