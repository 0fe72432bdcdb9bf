//! Which parameter is the length of which.
//!
//! A name that says it (`num_devices` and `devices`) is believed first, then a length that says nothing (`size`, `count`) for the
//! pointers beside it, then a length behind a pointer (`dest` and `uLongf *destLen`).

use super::types::Kind;
use super::words::{LengthName, Unit, are_related, is_dimension_of, is_n_of, is_plural, words};

/// A parameter as far as it matters here.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    /// How its type is spelled, and the type that it points to.
    pub(super) ty: String,
    pub(super) target: Option<String>,
}

/// Where the length of a pointer's target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) param: usize,
    pub(super) unit: Unit,
    /// The parameter points to it.
    pub(super) behind: bool,
}

/// The lengths of all parameters, where there is one.
pub(super) fn find(params: &[Named<'_>]) -> Vec<Option<Length>> {
    let mut lengths: Vec<Option<Length>> = (0..params.len()).map(|n| by_name(params, n)).collect();
    for (n, unit) in unnamed(params) {
        for pointer in beside(params, &lengths, n, unit) {
            lengths[pointer] = Some(Length { param: n, unit, behind: false });
        }
    }
    for n in 0..params.len() {
        lengths[n] = lengths[n].or_else(|| just_before(params, &lengths, n));
    }
    for (n, length) in lengths.iter_mut().enumerate() {
        *length = length.or_else(|| behind_pointer(params, n));
    }
    if let Some((pointer, length)) = the_only_one(params, &lengths) {
        lengths[pointer] = Some(length);
    }
    lengths
}

/// Whether the parameter's own name says that a single value comes back: `errcode_ret`, `out_size`. `out` alone is where
/// something goes, of whatever length.
pub(super) fn is_result(name: &str) -> bool {
    let words = words(name);
    let first_or_last =
        |wanted: &str| [words.first(), words.last()].iter().flatten().any(|word| *word == wanted);
    let returned = words.last().is_some_and(|last| last == "ret" || last == "result");
    let out = words.len() > 1 && (first_or_last("out") || first_or_last("ret")) && !is_plural(name);
    returned || out || matches!(name, "errcode" | "err" | "error" | "status")
}

/// Whether it tells how many there are of another parameter's: `num_platforms` of `platforms`.
pub(super) fn is_count_of_another(params: &[Named<'_>], n: usize) -> bool {
    let to_integer = matches!(params[n].kind.pointee(), Some((true, kind)) if kind.is_integer());
    let name = params[n].name.trim_end_matches("_ret");
    let length = LengthName::read(name);
    to_integer
        && length.is_some_and(|length| pointers(params).any(|p| p != n && length.is_of(params[p].name)))
}

/// The parameter that tells how much of the list at `pointer` the call filled.
pub(super) fn filled(params: &[Named<'_>], pointer: usize, length: Length) -> Option<usize> {
    let strip = |name: &str| -> Vec<String> {
        let mut words = words(name);
        words.retain(|word| !matches!(&word[..], "ret" | "out" | "p" | "actual"));
        words
    };
    let wanted = strip(params[length.param].name);
    pointers(params).find(|n| {
        let to_integer = matches!(params[*n].kind.pointee(), Some((true, kind)) if kind.is_integer());
        let of_pointer = || {
            LengthName::read(params[*n].name.trim_end_matches("_ret"))
                .is_some_and(|l| l.is_of(params[pointer].name))
        };
        *n != pointer && to_integer && (strip(params[*n].name) == wanted || of_pointer())
    })
}

fn pointers<'a>(params: &'a [Named<'_>]) -> impl Iterator<Item = usize> + 'a {
    (0..params.len()).filter(|n| params[*n].kind.pointee().is_some())
}

fn scalars<'a>(params: &'a [Named<'_>]) -> impl Iterator<Item = usize> + 'a {
    (0..params.len()).filter(|n| matches!(params[*n].kind, Kind::Scalar { integer: true }))
}

/// The nearest number whose name says that it is the length of parameter `pointer`.
fn by_name(params: &[Named<'_>], pointer: usize) -> Option<Length> {
    params[pointer].kind.pointee()?;
    let name = params[pointer].name;
    let fitting = scalars(params).filter_map(|n| {
        let is_dimension =
            is_dimension_of(params[n].name, name) && !params[pointer].kind.is_writable_pointer();
        if is_dimension || is_n_of(params[n].name, name) {
            return Some(Length { param: n, unit: Unit::Elements, behind: false });
        }
        let length = LengthName::read(params[n].name)?;
        length.is_of(name).then_some(Length { param: n, unit: length.unit, behind: false })
    });
    fitting.min_by_key(|length| length.param.abs_diff(pointer))
}

/// Lengths that do not say of what. Two in a row, as `size` and `nitems` of `fread`, mean neither of them alone.
fn unnamed(params: &[Named<'_>]) -> Vec<(usize, Unit)> {
    let read =
        |n: usize| LengthName::read(params[n].name).filter(LengthName::is_generic).map(|l| (n, l.unit));
    let found: Vec<_> = scalars(params).filter_map(read).collect();
    let alone = |n: usize| !found.iter().any(|(other, _)| other.abs_diff(n) == 1);
    found.iter().copied().filter(|(n, _)| alone(*n)).collect()
}

/// The unbroken row of pointers before parameter `n`, or else after it, that may have its length.
fn beside(params: &[Named<'_>], lengths: &[Option<Length>], n: usize, unit: Unit) -> Vec<usize> {
    let open = |p: &usize| is_open(params, lengths, *p, unit);
    let before: Vec<usize> = (0..n).rev().take_while(open).collect();
    if before.is_empty() { (n + 1..params.len()).take_while(open).collect() } else { before }
}

fn is_open(params: &[Named<'_>], lengths: &[Option<Length>], p: usize, unit: Unit) -> bool {
    let Some((_, to)) = params[p].kind.pointee() else { return false };
    let countable = match to {
        // The size of a struct is no count of structs.
        Kind::Struct { .. } => unit == Unit::Elements,
        Kind::Opaque | Kind::Callback(_) => false,
        _ => true,
    };
    countable && lengths[p].is_none() && !is_result(params[p].name) && !is_count_of_another(params, p)
}

/// A length right before a pointer, of nothing else, whose name has a word of the pointer's.
fn just_before(params: &[Named<'_>], lengths: &[Option<Length>], pointer: usize) -> Option<Length> {
    params[pointer].kind.pointee()?;
    let before =
        pointer.checked_sub(1).filter(|n| matches!(params[*n].kind, Kind::Scalar { integer: true }))?;
    let used = lengths.iter().flatten().any(|length| length.param == before);
    let related = are_related(params[before].name, params[pointer].name) && !is_result(params[pointer].name);
    let unit = LengthName::read(params[before].name)?.unit;
    (related && !used).then_some(Length { param: before, unit, behind: false })
}

/// `dest` and `uLongf *destLen`: as much as there is room before the call, as much as was written after it.
fn behind_pointer(params: &[Named<'_>], pointer: usize) -> Option<Length> {
    params[pointer].kind.pointee()?;
    pointers(params).find_map(|n| {
        let (mutable, to) = params[n].kind.pointee()?;
        let length = LengthName::read(params[n].name)?;
        let fits = mutable && to.is_integer() && n != pointer && length.is_of(params[pointer].name);
        fits.then_some(Length { param: n, unit: length.unit, behind: true })
    })
}

/// One pointer without a length and one length without a pointer belong together, wherever they stand.
fn the_only_one(params: &[Named<'_>], lengths: &[Option<Length>]) -> Option<(usize, Length)> {
    let used = |n: usize| lengths.iter().flatten().any(|length| length.param == n);
    let [(n, unit)] = unnamed(params).into_iter().filter(|(n, _)| !used(*n)).collect::<Vec<_>>()[..] else {
        return None;
    };
    let untyped = |p: &usize| {
        let to = params[*p].kind.pointee().map(|(_, to)| to);
        lengths[*p].is_none() && matches!(to, Some(Kind::Void | Kind::Byte))
    };
    let [pointer] = pointers(params).filter(untyped).collect::<Vec<_>>()[..] else { return None };
    Some((pointer, Length { param: n, unit, behind: false }))
}
