//! The text of a preliminary specification, in rustfmt's style, which does not format the inside of macros itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::function::{Described, DescribedParam};

/// As wide as the repository's own code.
const WIDTH: usize = 110;

/// The parts of a specification.
pub(super) struct Parts {
    /// What `#[api(..)]` says, each with its name.
    pub(super) api: Vec<String>,
    pub(super) module: String,
    pub(super) types: Vec<TypePart>,
    pub(super) callbacks: Vec<Described>,
    pub(super) functions: Vec<Described>,
    /// The ELF symbol version of functions.
    pub(super) since: BTreeMap<String, String>,
    /// What its author must decide about the whole.
    pub(super) notes: Vec<String>,
}

/// `#[ATTR] type NAME;`, or a Rust alias.
pub(super) struct TypePart {
    pub(super) notes: Vec<String>,
    pub(super) text: String,
    /// The words of the descriptor, if it is long.
    pub(super) descriptor: Option<(&'static str, Vec<String>)>,
}

/// C's own types, which a specification imports.
const CTYPES: &[&str] = &[
    "c_char",
    "c_double",
    "c_float",
    "c_int",
    "c_long",
    "c_longlong",
    "c_schar",
    "c_short",
    "c_uchar",
    "c_uint",
    "c_ulong",
    "c_ulonglong",
    "c_ushort",
    "c_void",
];

/// Prints `parts` as a Rust file.
pub(super) fn print(parts: &Parts) -> String {
    let mut body = Text { text: String::new(), indent: 2 };
    for ty in &parts.types {
        ty.notes.iter().for_each(|note| body.note(note));
        if let Some((name, words)) = &ty.descriptor {
            body.attribute(name, words);
        }
        body.line(&ty.text);
    }
    if !parts.callbacks.is_empty() {
        body.gap();
        body.line("extern \"callback\" {");
        body.functions(parts.callbacks.iter());
        body.line("}");
    }
    for (since, functions) in by_version(parts) {
        body.gap();
        if let Some(since) = since {
            body.line(&format!("#[since(\"{since}\")]"));
        }
        body.line("unsafe extern \"C\" {");
        body.functions(functions.into_iter());
        body.line("}");
    }
    let used: Vec<_> = CTYPES.iter().copied().filter(|name| mentions(&body.text, name)).collect();
    let mut all = Text { text: String::new(), indent: 0 };
    all.line("//! A preliminary specification: what the header tells. Search for `TODO(spec)`.");
    all.line("");
    all.line("use ava_core::ava_api;");
    all.line("");
    all.line("ava_api! {");
    all.indent = 1;
    parts.notes.iter().for_each(|note| all.note(note));
    all.attribute("api", &parts.api);
    all.line(&format!("pub mod {} {{", parts.module));
    all.indent = 2;
    match &used[..] {
        [] => {}
        [one] => all.line(&format!("use std::ffi::{one};")),
        several => all.line(&format!("use std::ffi::{{{}}};", several.join(", "))),
    }
    if !used.is_empty() {
        all.line("");
    }
    all.line("use crate::ffi::*;");
    all.line("");
    all.text.push_str(&body.text);
    all.indent = 1;
    all.line("}");
    all.indent = 0;
    all.line("}");
    all.text
}

/// Functions by their symbol version, each in the header's order.
fn by_version(parts: &Parts) -> BTreeMap<Option<&String>, Vec<&Described>> {
    let mut versions: BTreeMap<Option<&String>, Vec<&Described>> = BTreeMap::new();
    for f in &parts.functions {
        versions.entry(parts.since.get(&f.name)).or_default().push(f);
    }
    versions
}

fn mentions(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part)
            && !text[at + name.len()..].chars().next().is_some_and(part)
    })
}

struct Text {
    text: String,
    indent: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            let _ = write!(self.text, "{:1$}{line}", "", self.indent * 4);
        }
        self.text.push('\n');
    }

    /// A line between two parts.
    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.line("");
        }
    }

    /// A comment for the author, in as many lines as it needs.
    fn note(&mut self, note: &str) {
        self.comment("// TODO(spec):", note);
    }

    fn comment(&mut self, start: &str, text: &str) {
        let room = WIDTH - self.indent * 4 - 3;
        let mut line = start.to_owned();
        for word in words(text) {
            if line.len() + 1 + word.len() > room {
                self.line(&line);
                line = "//".to_owned();
            }
            line.push(' ');
            line.push_str(&word);
        }
        self.line(&line);
    }

    /// `#[name(word, ..)]`, on one line if it fits.
    fn attribute(&mut self, name: &str, words: &[String]) {
        let one = format!("#[{name}({})]", words.join(", "));
        if self.indent * 4 + one.len() <= WIDTH {
            return self.line(&one);
        }
        self.line(&format!("#[{name}("));
        self.indent += 1;
        words.iter().for_each(|word| self.line(&format!("{word},")));
        self.indent -= 1;
        self.line(")]");
    }

    fn functions<'a>(&mut self, functions: impl Iterator<Item = &'a Described>) {
        self.indent += 1;
        let mut after_long = false;
        for (n, f) in functions.enumerate() {
            let before = self.text.lines().count();
            let mut one = Text { text: String::new(), indent: self.indent };
            one.function(f);
            let long = one.text.lines().count() > 1;
            if n > 0 && before > 0 && (long || after_long) {
                self.line("");
            }
            self.text.push_str(&one.text);
            after_long = long;
        }
        self.indent -= 1;
    }

    fn function(&mut self, f: &Described) {
        f.notes.iter().for_each(|note| self.note(note));
        f.attrs.iter().for_each(|attr| self.line(&format!("#[{attr}]")));
        let ret = f.ret.as_ref().map(|ret| format!(" -> {ret}")).unwrap_or_default();
        let end = if f.body.is_some() { " {" } else { ";" };
        let bare = f.params.iter().all(|param| param.attr.is_none() && param.note.is_none());
        let mut params: Vec<_> =
            f.params.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
        params.extend(f.is_variadic.then(|| "...".to_owned()));
        let one = format!("fn {}({}){ret}{end}", f.name, params.join(", "));
        if f.is_variadic {
            // Not Rust: a comment is all that a specification can have of it.
            return self.comment("//", &one);
        }
        if bare && self.indent * 4 + one.len() <= WIDTH {
            self.line(&one);
        } else {
            self.line(&format!("fn {}(", f.name));
            self.indent += 1;
            f.params.iter().for_each(|param| self.param(param));
            self.indent -= 1;
            self.line(&format!("){ret}{end}"));
        }
        if let Some(body) = &f.body {
            self.indent += 1;
            body.lines().for_each(|line| self.line(line));
            self.indent -= 1;
            self.line("}");
        }
    }

    fn param(&mut self, param: &DescribedParam) {
        if let Some(note) = &param.note {
            self.note(note);
        }
        if let Some(attr) = &param.attr {
            self.line(&format!("#[{attr}]"));
        }
        let line = format!("{}: {},", param.name, param.ty);
        match self.indent * 4 + line.len() > WIDTH {
            true => self.long_callback(&param.name, &param.ty),
            false => self.line(&line),
        }
    }

    /// A parameter that is a function pointer and does not fit on a line.
    fn long_callback(&mut self, name: &str, ty: &str) {
        let parts = ty.strip_prefix("Option<").and_then(|ty| ty.strip_suffix('>'));
        let parts = parts.and_then(|ty| Some((ty.split_once('(')?, ty.rsplit_once(')')?)));
        let Some(((head, _), (all, ret))) = parts else { return self.line(&format!("{name}: {ty},")) };
        self.line(&format!("{name}: Option<"));
        self.indent += 1;
        self.line(&format!("{head}("));
        self.indent += 1;
        let params = all.get(head.len() + 1..).unwrap_or_default();
        split(params).iter().for_each(|param| self.line(&format!("{param},")));
        self.indent -= 1;
        self.line(&format!("){ret},"));
        self.indent -= 1;
        self.line(">,");
    }
}

/// The words of a sentence; what is between backticks is one.
fn words(note: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for word in note.split_whitespace() {
        match words.last_mut().filter(|_| inside) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
        inside ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// Parameters at the commas between them.
fn split(params: &str) -> Vec<String> {
    let mut depth = 0usize;
    let mut parts = vec![String::new()];
    for c in params.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (c, depth) {
            (',', 0) => parts.push(String::new()),
            (c, _) => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}
