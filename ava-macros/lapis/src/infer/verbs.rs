//! What a function does, as far as its name says it.

use super::words::words;

/// What a function's name says that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// Makes an object.
    Create,
    /// Tells something; objects that it tells of were there before.
    Get,
    /// Brings data.
    Read,
    /// Counts a reference more.
    Retain,
    /// Counts a reference less, or ends an object.
    Release,
}

const VERBS: &[(Verb, &[&str])] = &[
    (
        Verb::Create,
        &[
            "create",
            "new",
            "make",
            "open",
            "alloc",
            "allocate",
            "init",
            "load",
            "import",
            "link",
            "clone",
            "dup",
            "duplicate",
            "begin",
            "start",
            "register",
            "connect",
        ],
    ),
    (Verb::Get, &["get", "query", "find", "lookup", "current", "enumerate", "enum", "list", "info"]),
    (Verb::Read, &["read", "download", "fetch", "receive", "recv"]),
    (Verb::Retain, &["retain", "addref", "ref", "reference", "incref"]),
    (
        Verb::Release,
        &[
            "release", "unref", "decref", "deref", "destroy", "free", "close", "delete", "dispose", "drop",
            "end", "finalize",
        ],
    ),
];

/// The first verb in a function's name. Where words are not told apart (`gzopen`), the one that a word ends with.
pub(super) fn verb(function: &str) -> Option<Verb> {
    let words = words(function);
    let exact = |word: &String| VERBS.iter().find(|(_, names)| names.contains(&&word[..]));
    let ends = |word: &String| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let long = |names: &&[&str]| {
            names.iter().any(|name| {
                name.len() > 3 && !matches!(*name, "read" | "list" | "enum") && word.ends_with(name)
            })
        };
        VERBS.iter().find(|(_, names)| long(names))
    };
    words.iter().find_map(exact).or_else(|| words.iter().find_map(ends)).map(|(verb, _)| *verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_functions_do() {
        for (name, expected) in [
            ("clCreateBuffer", Some(Verb::Create)),
            ("clGetPlatformIDs", Some(Verb::Get)),
            ("clEnqueueReadBuffer", Some(Verb::Read)),
            ("clRetainContext", Some(Verb::Retain)),
            ("toy_thing_destroy", Some(Verb::Release)),
            ("gzopen64", Some(Verb::Create)),
            ("gzclose_r", Some(Verb::Release)),
            ("inflateInit2_", Some(Verb::Create)),
            ("clFinish", None),
            ("pthread", None),
        ] {
            assert_eq!(verb(name), expected, "{name}");
        }
    }
}
