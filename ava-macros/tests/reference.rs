//! The reference explains the whole language: every descriptor occurs in an example that is compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
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

/// The code of every fenced block of `text` that rustdoc compiles, without the marks of hidden lines.
fn examples(text: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut current: Option<(bool, String)> = None;
    for line in text.lines() {
        current = match (line.strip_prefix("```"), current) {
            (Some(info), None) => Some((info.is_empty() || info == "rust", String::new())),
            (Some(_), Some((compiled, code))) => {
                examples.extend(compiled.then_some(code));
                None
            }
            (None, Some((compiled, code))) => {
                let line = if line == "#" { "" } else { line.strip_prefix("# ").unwrap_or(line) };
                Some((compiled, code + line + "\n"))
            }
            (None, None) => None,
        };
    }
    assert!(current.is_none(), "a block does not end");
    examples
}

/// The chapters, by the names of their files.
fn chapters() -> BTreeMap<String, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let chapters = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let named = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    chapters.map(|path| (named(&path), std::fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn every_descriptor_has_an_example_that_compiles() {
    let mut used = BTreeSet::new();
    for code in chapters().values().flat_map(|text| examples(text)) {
        in_attributes(TokenStream::from_str(&code).unwrap(), false, &mut used);
    }
    let unused: BTreeSet<_> = lapis::descriptors().filter(|word| !used.contains(*word)).collect();
    assert!(unused.is_empty(), "no example of the reference uses {unused:?}");
}

#[test]
fn every_descriptor_is_explained() {
    let text: String = chapters().into_values().collect();
    let prose: String = text.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    let words = spans.flat_map(|span| span.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let explained: BTreeSet<&str> = words.collect();
    let missing: BTreeSet<_> = lapis::descriptors().filter(|word| !explained.contains(word)).collect();
    assert!(missing.is_empty(), "the reference does not speak of {missing:?}");
}

#[test]
fn every_chapter_is_part_of_the_documentation() {
    let documentation = include_str!("../src/lib.rs");
    for (name, text) in chapters() {
        let included = documentation.contains(&format!("include_str!(\"../reference/{name}\")"));
        assert!(included, "{name} is not included");
        assert!(text.lines().count() < 300, "{name} is too long for a chapter");
    }
}

/// The fragment by which rustdoc's pages link to a heading.
fn fragment(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[test]
fn every_link_leads_to_a_heading() {
    let text: String = chapters().into_values().chain([include_str!("../src/lib.rs").to_owned()]).collect();
    let headings = text.lines().filter(|line| line.starts_with('#') && !line.starts_with("#["));
    let fragments: BTreeSet<String> =
        headings.map(|line| fragment(line.trim_start_matches('#').trim())).collect();
    let links = text.split("](#").skip(1).filter_map(|rest| rest.split(')').next());
    let broken: BTreeSet<_> = links.filter(|link| !fragments.contains(*link)).collect();
    assert!(broken.is_empty(), "no heading is called {broken:?}");
}
