//! The type of statuses, and the constants that mean something for everything: success, and an invalid handle.

use std::collections::BTreeMap;

use super::header::Constant;
use super::types::{Types, last};
use super::words::words;

/// The type by which functions report success.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) name: String,
    /// The constant of success, as an expression of the type.
    pub(super) ok: String,
    /// Whether it is one of C's own types, so that functions may return it for other reasons.
    pub(super) is_bare: bool,
}

/// The whole number that is returned most and for which the header has a constant of success, which is 0.
pub(super) fn find(types: &Types<'_>) -> Option<Status> {
    let mut returned: BTreeMap<String, usize> = BTreeMap::new();
    for ty in types.header.functions.iter().filter_map(|f| f.ret.as_ref()) {
        if types.kind(ty).is_integer()
            && let Some(name) = last(ty)
        {
            *returned.entry(name).or_default() += 1;
        }
    }
    let mut candidates: Vec<_> = returned.into_iter().collect();
    candidates.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
    candidates.into_iter().find_map(|(name, _)| {
        let ok = types.header.constants.iter().filter_map(|c| Some((success(c)?, c)));
        let ok = ok.filter(|(_, c)| may_be_of(types, c, &name));
        // An enumerator of the very type is better evidence than a macro.
        let (_, ok) =
            ok.min_by_key(|(rank, c)| (is_bare(&last(&c.ty).unwrap_or_default()), *rank, c.name.len()))?;
        let is_bare = !types.header.aliases.contains_key(&name);
        Some(Status { ok: expression(types, ok, &name), name, is_bare })
    })
}

/// How well a constant's name says "success"; less is better.
fn success(constant: &Constant) -> Option<usize> {
    let words = words(&constant.name);
    let has = |word: &str| words.iter().any(|w| w == word);
    let rank = match () {
        () if has("success") => 0,
        () if has("ok") => 1,
        () if has("noerror") || has("no") && has("error") => 2,
        () => return None,
    };
    (constant.number == Some(0)).then_some(rank)
}

/// Whether `constant` can be a value of `ty`: an enumerator of it, or a macro, which in C has no type.
fn may_be_of(types: &Types<'_>, constant: &Constant, ty: &str) -> bool {
    let Some(own) = last(&constant.ty) else { return false };
    if is_bare(&own) || own == ty {
        return true;
    }
    let mut name = ty.to_owned();
    while let Some(next) = types.header.aliases.get(&name).and_then(last) {
        if next == own {
            return true;
        }
        if next == name {
            break;
        }
        name = next;
    }
    false
}

fn is_bare(name: &str) -> bool {
    matches!(name, "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64" | "usize" | "isize")
}

/// `constant` as a value of `ty`: bindgen gives a macro the type that its value fits.
fn expression(types: &Types<'_>, constant: &Constant, ty: &str) -> String {
    let same = match syn::parse_str(ty) {
        Ok(ty) => types.primitive(&constant.ty) == types.primitive(&ty),
        Err(_) => true,
    };
    if same { constant.name.clone() } else { format!("{} as {ty}", constant.name) }
}

/// The status for an invalid handle of the type `handle`, if a constant's name says so.
pub(super) fn invalid(types: &Types<'_>, status: &Status, handle: &str, prefix: &str) -> Option<String> {
    let is_prefixed = handle.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let mut subject = words(if is_prefixed { &handle[prefix.len()..] } else { handle });
    while subject.len() > 1
        && subject.last().is_some_and(|last| matches!(&last[..], "id" | "t" | "handle" | "ptr"))
    {
        subject.pop();
    }
    let constants = statuses(types, status);
    let about = |wanted: &[String]| {
        // A list of them is another thing.
        let fits = |after: Vec<String>| after.starts_with(wanted) && after.last().is_none_or(|w| w != "list");
        let fitting = constants.clone().filter(|c| after_invalid(c).is_some_and(fits));
        fitting.min_by_key(|c| c.name.len())
    };
    let found = about(&subject).filter(|_| !subject.is_empty()).or_else(|| about(&["handle".to_owned()]))?;
    Some(expression(types, found, &status.name))
}

/// The status for an invalid handle in the list `param`, if a constant has its very name: `CL_INVALID_EVENT_WAIT_LIST`.
pub(super) fn invalid_list(types: &Types<'_>, status: &Status, param: &str) -> Option<String> {
    let wanted = words(param);
    let found = statuses(types, status).find(|c| after_invalid(c).is_some_and(|after| after == wanted))?;
    Some(expression(types, found, &status.name))
}

/// The words of a constant's name after `INVALID`.
fn after_invalid(constant: &Constant) -> Option<Vec<String>> {
    let words = words(&constant.name);
    let at = words.iter().position(|word| matches!(&word[..], "invalid" | "bad"))?;
    Some(words[at + 1..].to_vec())
}

/// Constants that can be statuses of failure.
fn statuses<'a>(types: &'a Types<'_>, status: &'a Status) -> impl Iterator<Item = &'a Constant> + Clone {
    let is = |c: &&Constant| c.number.is_some_and(|n| n != 0) && may_be_of(types, c, &status.name);
    types.header.constants.iter().filter(is)
}

/// What the names of all functions begin with, in lower case.
pub(super) fn common_prefix<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let Some(first) = names.next() else { return String::new() };
    let first = first.to_lowercase();
    names.fold(first, |common, name| {
        let name = name.to_lowercase();
        common.chars().zip(name.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    })
}
