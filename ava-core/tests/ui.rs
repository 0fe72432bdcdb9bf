//! What authors of specifications are told: one mistake per file in `ui/fail`, with rustc's whole answer beside it
//! (`TRYBUILD=overwrite` rewrites the answers); specifications that compile in `ui/pass`.

#[test]
fn every_mistake_is_reported_at_the_authors_tokens() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/ui/fail/*.rs");
    tests.pass("tests/ui/pass/*.rs");
}
