//! What specifications expand to. `UPDATE=1 cargo test` rewrites the expected texts.

mod common;

use common::{errors, path, spec};

fn pretty(name: &str) -> String {
    let expansion = lapis::expand(spec(name));
    assert_eq!(errors(&expansion), [""; 0]);
    prettyplease::unparse(&syn::parse2(expansion).unwrap())
}

fn check(name: &str) {
    let (found, file) = (pretty(name), path("golden").join(name).with_extension("rs"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    let different = expected.lines().zip(found.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(expected == found, "{} is not what it was; first difference: {different:#?}", file.display());
}

#[test]
fn a_synchronous_call_with_buffers() {
    check("buffers");
}

#[test]
fn a_read_that_may_be_in_flight() {
    check("in_flight");
}

#[test]
fn objects_that_calls_make() {
    check("objects");
}

#[test]
fn what_calls_do_beside_their_results() {
    check("costs");
}

#[test]
fn callbacks_and_functions_behind_pointers() {
    check("callbacks");
}

#[test]
fn functions_that_are_not_forwarded() {
    check("local");
}

#[test]
fn everything_at_once_expands_without_a_mistake() {
    pretty("card");
}

#[test]
fn a_token_tree_that_means_the_same_has_the_same_hash() {
    let hash = |text: &str| {
        let text = lapis::expand(text.parse().unwrap()).to_string();
        text.split("SPEC_HASH : [u8 ; 16] =").nth(1).unwrap().split(';').next().unwrap().to_owned()
    };
    let api = "#[api(name = \"t\", version = \"1\", ffi = crate::ffi, library = [\"l\"])] pub mod t";
    assert_eq!(hash(&format!("{api} {{ }}")), hash(&format!("/** Doc. */ {api}{{}}")));
    assert_ne!(hash(&format!("{api} {{ }}")), hash(&format!("{api} {{ const X: u8 = 1; }}")));
}
