//! How much of a header and a library a specification covers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lapis::outline::{How, Outline};

use super::bindings::Loaded;

/// What became of functions. Each list is sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The API server calls the vendor's function.
    pub forwarded: Vec<String>,
    /// Answered in the guest: by a body, or as the reference counting of a handle type.
    pub local: Vec<String>,
    /// Refused, and with which status.
    pub unsupported: BTreeMap<String, String>,
    /// In the header or exported by the library, and not in the specification.
    pub missing: Vec<String>,
    /// In the specification, and neither in the header nor exported.
    pub extra: Vec<String>,
    /// In the header, but not exported by the library, and not in the specification.
    pub not_exported: Vec<String>,
}

/// A list of [`Coverage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The server calls the vendor.
    Forwarded,
    /// Answered in the guest.
    Local,
    /// Refused with a status.
    Unsupported,
    /// Not in the specification.
    Missing,
    /// Only in the specification.
    Extra,
    /// Declared, and not exported.
    NotExported,
}

/// Compares a specification with what is there.
pub fn compare(outline: &Outline, loaded: &Loaded) -> Coverage {
    let mut there: BTreeSet<&str> = loaded.header.function_names().collect();
    if let Some(exports) = &loaded.exports {
        there.extend(exports.functions.keys().map(String::as_str));
    }
    let declared: BTreeSet<&str> = loaded.not_exported.iter().map(String::as_str).collect();
    let specified: BTreeSet<&str> = outline.functions.iter().map(|f| f.name.as_str()).collect();
    let mut coverage = Coverage {
        missing: there.difference(&specified).map(ToString::to_string).collect(),
        extra: specified.iter().filter(|name| !there.contains(*name)).map(ToString::to_string).collect(),
        not_exported: declared.difference(&specified).map(ToString::to_string).collect(),
        ..Coverage::default()
    };
    for f in outline.functions.iter().filter(|f| there.contains(f.name.as_str())) {
        match &f.how {
            How::Forwarded => coverage.forwarded.push(f.name.clone()),
            How::Local => coverage.local.push(f.name.clone()),
            How::Unsupported(status) => {
                coverage.unsupported.insert(f.name.clone(), status.clone());
            }
        }
    }
    coverage.forwarded.sort_unstable();
    coverage.local.sort_unstable();
    coverage
}

impl Coverage {
    /// How many functions the header and the library have.
    pub fn functions(&self) -> usize {
        self.forwarded.len() + self.local.len() + self.unsupported.len() + self.missing.len()
    }

    /// A table for people, with the names of what is not covered.
    pub fn render(&self, api: &str) -> String {
        let all = self.functions();
        let mut text = format!("{api}: {all} functions in header and library\n");
        let rows = [
            ("forwarded", self.forwarded.len(), "the API server calls the vendor's"),
            ("local", self.local.len(), "answered in the guest"),
            ("unsupported", self.unsupported.len(), "refused with a status"),
            ("missing", self.missing.len(), "not in the specification"),
        ];
        for (name, count, meaning) in rows {
            let percent = (count * 100).checked_div(all).unwrap_or(0);
            let _ = writeln!(text, "  {name:<12}{count:>5}{percent:>5} %  {meaning}");
        }
        for (name, list, meaning) in [
            ("extra", &self.extra, "only in the specification"),
            ("not exported", &self.not_exported, "declared, but not in the library"),
        ] {
            if !list.is_empty() {
                let _ = writeln!(text, "  {name:<12}{:>5}         {meaning}", list.len());
            }
        }
        for (status, names) in self.by_status() {
            let _ = writeln!(text, "\nunsupported, {status}:");
            text.push_str(&wrapped(&names));
        }
        for (name, list) in [("missing", &self.missing), ("extra", &self.extra)] {
            if !list.is_empty() {
                let _ = writeln!(text, "\n{name}:");
                text.push_str(&wrapped(list));
            }
        }
        text
    }

    /// One list, a function a line, for programs.
    pub fn list(&self, list: List) -> String {
        let names = match list {
            List::Unsupported => {
                return self.unsupported.iter().map(|(name, status)| format!("{name} {status}\n")).collect();
            }
            List::Forwarded => &self.forwarded,
            List::Local => &self.local,
            List::Missing => &self.missing,
            List::Extra => &self.extra,
            List::NotExported => &self.not_exported,
        };
        names.iter().map(|name| format!("{name}\n")).collect()
    }

    fn by_status(&self) -> BTreeMap<&str, Vec<String>> {
        let mut by_status: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, status) in &self.unsupported {
            by_status.entry(status).or_default().push(name.clone());
        }
        by_status
    }
}

/// Names in lines that a terminal holds.
fn wrapped(names: &[String]) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.len() + 1 + name.len() > 98 {
            let _ = writeln!(text, "  {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(name);
    }
    if !line.is_empty() {
        let _ = writeln!(text, "  {line}");
    }
    text
}
