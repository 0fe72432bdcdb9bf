//! Names as words, and which name says the length of which: all that a header tells about lengths is how its parameters
//! are called.

/// The words of an identifier in lower case: `numDevices` and `num_devices` are `num`, `devices`.
pub(super) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (n, c) in chars.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chars[n]);
        let lower_follows = chars.get(n + 1).is_some_and(|next| next.is_lowercase());
        let starts = c.is_uppercase() && before.is_some_and(|b| !b.is_uppercase() || lower_follows);
        if (*c == '_' || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if *c != '_' {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `devices` as `device`.
fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let keeps = ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) || word.len() < 3;
    word.strip_suffix('s').filter(|_| !keeps).unwrap_or(word).to_owned()
}

/// Whether the last word of `name` says that there are several.
pub(super) fn is_plural(name: &str) -> bool {
    words(name).last().is_some_and(|last| singular(last) != *last || matches!(&last[..], "list" | "array"))
}

/// What a pointer's name says that it points to: its words without those that only say that it points.
fn subject(name: &str) -> Vec<String> {
    let all: Vec<String> = words(name).iter().map(|word| singular(word)).collect();
    let mut kept = &all[..];
    while let [first, rest @ ..] = kept
        && !rest.is_empty()
        && matches!(&first[..], "p" | "pp" | "lp" | "in" | "out" | "ret")
    {
        kept = rest;
    }
    while let [rest @ .., last] = kept
        && !rest.is_empty()
        && matches!(&last[..], "list" | "array" | "arr" | "ptr" | "pointer" | "out" | "ret")
    {
        kept = rest;
    }
    kept.iter().filter(|word| !is_glue(word)).cloned().collect()
}

fn is_glue(word: &str) -> bool {
    matches!(word, "in" | "of" | "the" | "for" | "to")
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Elements: `num_x`, `x_count`, `xLen`.
    Elements,
    /// Bytes, if it is the size of something without a type: `x_size`.
    Size,
    /// Bytes in any case: `cb_x`, `x_bytes`.
    Bytes,
}

/// A name as that of a length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LengthName {
    pub(super) unit: Unit,
    /// What it is the length of; empty if it does not say.
    of: Vec<String>,
}

impl LengthName {
    /// Reads a parameter's name; `None` if it is not that of a length.
    pub(super) fn read(name: &str) -> Option<Self> {
        let all = words(name);
        let mut rest = &all[..];
        let mut units = Vec::new();
        while let [before @ .., last] = rest {
            match suffix(last) {
                Some(unit) => units.push(unit),
                // `size_in_bytes`
                None if last == "in" && !units.is_empty() => {}
                None => break,
            }
            rest = before;
        }
        if let [first, after @ ..] = rest
            && let Some(unit) = prefix(first)
        {
            units.push(unit);
            rest = after;
        }
        if units.is_empty() {
            return None;
        }
        let unit = [Unit::Bytes, Unit::Size].into_iter().find(|unit| units.contains(unit));
        let of: Vec<String> = rest.iter().map(|word| singular(word)).filter(|word| !is_glue(word)).collect();
        let vague = ["entry", "element", "elem", "item", "value", "data", "member"];
        let of = if of.iter().all(|word| vague.contains(&&word[..])) { Vec::new() } else { of };
        Some(Self { unit: unit.unwrap_or(Unit::Elements), of })
    }

    /// Whether it is a length of whatever stands beside it.
    pub(super) fn is_generic(&self) -> bool {
        self.of.is_empty()
    }

    /// Whether it is the length of what `pointer` points to.
    pub(super) fn is_of(&self, pointer: &str) -> bool {
        if self.of.is_empty() {
            return false;
        }
        let mut subject = subject(pointer);
        let mut of = self.of.clone();
        if of.last().is_some_and(|last| last == "list") && of.len() > 1 {
            of.pop();
        }
        if same(&of, &subject) {
            return true;
        }
        // `arg_size` is the size of `arg_value`.
        let vague = ["value", "data", "buffer", "buf"];
        let is_vague = subject.len() > 1 && subject.last().is_some_and(|last| vague.contains(&&last[..]));
        is_vague && {
            subject.pop();
            same(&of, &subject)
        }
    }
}

/// Whether a length's name shares a word with a pointer's: enough if they stand side by side, as `num_objects` and
/// `mem_objects` do.
pub(super) fn are_related(length: &str, pointer: &str) -> bool {
    let subject = subject(pointer);
    LengthName::read(length).is_some_and(|length| length.of.iter().any(|word| subject.contains(word)))
}

/// Whether the words are equal, but for abbreviations: `dict` and `dictionary`.
fn same(a: &[String], b: &[String]) -> bool {
    let short = |a: &str, b: &str| a.len() > 2 && b.starts_with(a);
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || short(a, b) || short(b, a))
}

/// Whether `dimension` is the number of dimensions of what `pointer` points to: `work_dim` and `global_work_size`.
pub(super) fn is_dimension_of(dimension: &str, pointer: &str) -> bool {
    let pointer = words(pointer);
    match &words(dimension)[..] {
        [subject @ .., last] if !subject.is_empty() && matches!(&last[..], "dim" | "dims" | "rank") => {
            subject.iter().all(|word| pointer.contains(word))
        }
        _ => false,
    }
}

/// Whether `name` is `n` and the name of `pointer`: `npoints` and `points`.
pub(super) fn is_n_of(name: &str, pointer: &str) -> bool {
    name.strip_prefix('n').is_some_and(|rest| rest == pointer)
}

fn prefix(word: &str) -> Option<Unit> {
    match word {
        "num" | "n" | "nb" | "number" | "count" => Some(Unit::Elements),
        "nitems" | "nmemb" | "nelem" | "nelems" => Some(Unit::Elements),
        "cb" => Some(Unit::Bytes),
        _ => None,
    }
}

fn suffix(word: &str) -> Option<Unit> {
    match word {
        "count" | "cnt" | "num" | "len" | "length" => Some(Unit::Elements),
        "size" | "sz" => Some(Unit::Size),
        "byte" | "bytes" | "nbytes" => Some(Unit::Bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camel_case_and_snake_case_have_the_same_words() {
        assert_eq!(words("num_events_in_wait_list"), words("numEventsInWaitList"));
        assert_eq!(words("clCreateFromGLBuffer"), ["cl", "create", "from", "gl", "buffer"]);
        assert_eq!(words("deflateInit2_"), ["deflate", "init2"]);
    }

    #[test]
    fn names_of_lengths_say_of_what() {
        for (length, pointer) in [
            ("num_devices", "devices"),
            ("num_devices", "device_list"),
            ("num_devices", "out_devices"),
            ("num_events_in_wait_list", "event_wait_list"),
            ("x_count", "x"),
            ("n_points", "points"),
            ("nPoints", "pPoints"),
            ("param_value_size", "param_value"),
            ("arg_size", "arg_value"),
            ("sourceLen", "source"),
            ("number_of_entries_x", "entries_x"),
            ("cb_args", "args"),
            ("dictLength", "dictionary"),
            ("buf_size", "buffer"),
        ] {
            assert!(LengthName::read(length).is_some_and(|l| l.is_of(pointer)), "{length} {pointer}");
        }
        for (length, pointer) in [("num_devices", "events"), ("size", "ptr"), ("num_entries", "platforms")] {
            assert!(!LengthName::read(length).is_some_and(|l| l.is_of(pointer)), "{length} {pointer}");
        }
        assert!(is_n_of("npoints", "points"));
        assert!(is_dimension_of("work_dim", "global_work_size") && !is_dimension_of("work_dim", "origin"));
    }

    #[test]
    fn a_length_has_a_unit_and_may_be_of_anything() {
        let read = |name| LengthName::read(name).map(|l| (l.unit, l.is_generic()));
        assert_eq!(read("size"), Some((Unit::Size, true)));
        assert_eq!(read("num_entries"), Some((Unit::Elements, true)));
        assert_eq!(read("ByteCount"), Some((Unit::Bytes, true)));
        assert_eq!(read("size_in_bytes"), Some((Unit::Bytes, true)));
        assert_eq!(read("buffer_size"), Some((Unit::Size, false)));
        assert_eq!(read("flags"), None);
    }
}
