//! The text of a specification without its author's line breaks, comments and order, so that two of them can be compared.
//!
//! A line is: an attribute; a parameter; the beginning or the end of a prototype; a statement, opening or closing brace
//! of a body; any other item. Documentation is no part of it. The lines of a function belong together under its name,
//! wherever it stands; everything else is one text.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A specification as lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Canonical {
    /// The lines of each function.
    pub functions: BTreeMap<String, Vec<String>>,
    /// The header, types, statics and braces of blocks.
    pub rest: Vec<String>,
}

impl Canonical {
    /// The lines of what stands between the braces of `ava_api! { .. }`.
    pub fn new(tokens: TokenStream) -> Self {
        let mut canonical = Self::default();
        canonical.items(tokens, false);
        canonical
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.rest.len() + self.functions.values().map(Vec::len).sum::<usize>()
    }

    fn items(&mut self, tokens: TokenStream, in_extern: bool) {
        for item in split_items(tokens) {
            let Item { attrs, tokens } = item;
            let keyword =
                |word: &str| tokens.iter().any(|t| matches!(t, TokenTree::Ident(ident) if ident == word));
            match tokens.split_last() {
                Some((TokenTree::Group(body), head))
                    if is_block(body) && (keyword("mod") || is_extern(head)) =>
                {
                    self.rest.extend(attrs);
                    self.rest.push(spell(head) + " {");
                    self.items(body.stream(), is_extern(head));
                    self.rest.push("}".to_owned());
                }
                _ if in_extern && keyword("fn") => {
                    let (name, lines) = function(&tokens);
                    self.functions.entry(name).or_default().extend(attrs.into_iter().chain(lines));
                }
                _ => {
                    self.rest.extend(attrs);
                    self.rest.push(spell(&tokens));
                }
            }
        }
    }
}

struct Item {
    attrs: Vec<String>,
    tokens: Vec<TokenTree>,
}

/// Items end with a `;` or a block; a `use` only with a `;`.
fn split_items(tokens: TokenStream) -> Vec<Item> {
    let mut items = Vec::new();
    let mut item = Item { attrs: Vec::new(), tokens: Vec::new() };
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(hash), Some(TokenTree::Group(group))) = (&token, tokens.peek())
            && hash.as_char() == '#'
            && item.tokens.is_empty()
        {
            item.attrs.extend(attribute(group));
            tokens.next();
            continue;
        }
        let is_use = matches!(item.tokens.first(), Some(TokenTree::Ident(first)) if first == "use");
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => is_block(group) && !is_use,
            _ => false,
        };
        item.tokens.push(token);
        if ends {
            items.push(std::mem::replace(&mut item, Item { attrs: Vec::new(), tokens: Vec::new() }));
        }
    }
    if !item.tokens.is_empty() {
        items.push(item);
    }
    items
}

fn is_block(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}

/// Whether `head` is `extern ".."`, with nothing but `unsafe` before it.
fn is_extern(head: &[TokenTree]) -> bool {
    matches!(head.last(), Some(TokenTree::Literal(_)))
        && head.iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == "extern"))
}

/// An attribute's line; none if it is documentation.
fn attribute(group: &Group) -> Option<String> {
    let is_doc = matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(first)) if first == "doc");
    (!is_doc).then(|| format!("#[{}]", spell_stream(group.stream())))
}

/// The name and the lines of a function.
fn function(tokens: &[TokenTree]) -> (String, Vec<String>) {
    let at = tokens.iter().position(
        |token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis),
    );
    let Some(at) = at else { return (String::new(), vec![spell(tokens)]) };
    let name = at.checked_sub(1).map(|n| tokens[n].to_string()).unwrap_or_default();
    let mut lines = vec![format!("{} (", spell(&tokens[..at]))];
    if let TokenTree::Group(group) = &tokens[at] {
        params(group.stream(), &mut lines);
    }
    match tokens.split_last() {
        Some((TokenTree::Group(body), head)) if is_block(body) => {
            lines.push(format!(") {} {{", spell(&head[at + 1..])));
            statements(body.stream(), &mut lines);
            lines.push("}".to_owned());
        }
        _ => lines.push(format!(") {}", spell(&tokens[at + 1..]))),
    }
    (name, lines)
}

fn params(tokens: TokenStream, lines: &mut Vec<String>) {
    let mut param = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut angles = 0usize;
    while let Some(token) = tokens.next() {
        if let TokenTree::Punct(punct) = &token {
            match (punct.as_char(), tokens.peek()) {
                ('#', Some(TokenTree::Group(group))) if param.is_empty() => {
                    lines.extend(attribute(group));
                    tokens.next();
                    continue;
                }
                (',', _) if angles == 0 => {
                    lines.push(spell(&param));
                    param.clear();
                    continue;
                }
                ('<', _) => angles += 1,
                // Not the arrow of a function's type.
                ('>', _) if !matches!(param.last(), Some(TokenTree::Punct(p)) if p.as_char() == '-') => {
                    angles = angles.saturating_sub(1);
                }
                _ => {}
            }
        }
        param.push(token);
    }
    if !param.is_empty() {
        lines.push(spell(&param));
    }
}

/// The lines of a body.
fn statements(tokens: TokenStream, lines: &mut Vec<String>) {
    let mut line = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Group(group) if is_block(group) => {
                lines.push((spell(&line) + " {").trim_start().to_owned());
                line.clear();
                statements(group.stream(), lines);
                lines.push("}".to_owned());
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                line.push(token);
                lines.push(spell(&line));
                line.clear();
            }
            _ => line.push(token),
        }
    }
    if !line.is_empty() {
        lines.push(spell(&line));
    }
}

fn spell_stream(tokens: TokenStream) -> String {
    spell(&tokens.into_iter().collect::<Vec<_>>())
}

/// Tokens with one space between them and no comma before a closing bracket.
fn spell(tokens: &[TokenTree]) -> String {
    let mut words = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let mut inner: Vec<TokenTree> = group.stream().into_iter().collect();
                if matches!(inner.last(), Some(TokenTree::Punct(last)) if last.as_char() == ',') {
                    inner.pop();
                }
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                words.push(format!("{open}{}{close}", spell(&inner)));
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' && n + 1 == tokens.len() => {}
            other => words.push(other.to_string()),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Canonical {
        Canonical::new(text.parse().unwrap())
    }

    #[test]
    fn line_breaks_comments_and_order_do_not_matter() {
        let a = canonical(
            "#[api(name = \"x\")] pub mod x { use a::{b, c}; unsafe extern \"C\" {
                fn f(#[input(len = n)] a: *const A, n: u32,) -> B;
                /// Says g.
                fn g(); } }",
        );
        let b = canonical(
            "#[api(name = \"x\",)] pub mod x { use a::{b, c}; unsafe extern \"C\" {
                fn g(); // a comment
                fn f(
                    #[input(
                        len = n,
                    )]
                    a: *const A, n: u32) -> B;
            } }",
        );
        assert_eq!(a, b);
        assert_eq!(a.functions["f"].len(), 5);
        assert_eq!(a.rest.len(), 6);
        assert_eq!(a.lines(), 13);
    }

    #[test]
    fn a_body_is_a_line_a_statement() {
        let f = canonical(
            "extern \"server\" { fn f(cb: Option<fn(a: A, b: B) -> C>) -> D { let a = 1; if a { b } } }",
        );
        assert_eq!(
            f.functions["f"],
            [
                "fn f (",
                "cb : Option < fn (a : A , b : B) - > C >",
                ") - > D {",
                "let a = 1 ;",
                "if a {",
                "b",
                "}",
                "}"
            ]
        );
    }
}
