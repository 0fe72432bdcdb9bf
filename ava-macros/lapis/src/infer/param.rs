//! The descriptor of each parameter, or why there is none.

use super::length::{self, Length, Named};
use super::types::Kind;
use super::verbs::Verb;
use super::words::{Unit, is_plural, words};

/// What is known of the function around a parameter.
pub(super) struct Context<'a> {
    /// Its name.
    pub(super) function: &'a str,
    pub(super) params: &'a [Named<'a>],
    pub(super) lengths: Vec<Option<Length>>,
    pub(super) verb: Option<Verb>,
    /// Whether references to objects of a handle type are counted, so that others can keep them alive.
    pub(super) counted: &'a dyn Fn(&str) -> bool,
    /// The status for an invalid handle in a list of this name.
    pub(super) invalid_list: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the one handle of this function dies.
    pub(super) frees: bool,
}

/// What a specification says of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// Its type says everything.
    Plain,
    /// This descriptor.
    Described(String),
    /// Its author must say more: what, and what there is to choose from.
    Undecided(String),
}

use Decision::{Described, Plain, Undecided};

/// Decides about parameter `n`.
pub(super) fn decide(context: &Context<'_>, n: usize) -> Decision {
    let param = &context.params[n];
    match &param.kind {
        Kind::Handle(_) if context.frees => Described("handle(frees)".to_owned()),
        Kind::Callback(None) => Undecided(
            "its type has no name: declare one in an `extern \"callback\"` block and name it here, or `local`".to_owned(),
        ),
        Kind::Handle(_) | Kind::Callback(Some(_)) | Kind::Scalar { .. } | Kind::Char | Kind::Byte => Plain,
        // A struct by value is the function's matter.
        Kind::Struct { .. } => Plain,
        Kind::Pointer { mutable, elem } => match userdata(context, n) {
            Some(descriptor) => Described(descriptor),
            None if *mutable => written(context, n, elem),
            None => read(context, n, elem),
        },
        Kind::Void | Kind::Opaque => Undecided("a type that cannot be passed by value".to_owned()),
    }
}

/// The data of a callback: a `void *` right after it, or one that is called user data.
fn userdata(context: &Context<'_>, n: usize) -> Option<String> {
    let params = context.params;
    let is_void = matches!(params[n].kind.pointee(), Some((true, Kind::Void)));
    let is_callback = |n: &usize| matches!(params[*n].kind, Kind::Callback(_));
    let named = words(params[n].name).concat();
    let before = n.checked_sub(1).filter(is_callback);
    let callback = before.or_else(|| (0..n).rev().find(is_callback).filter(|_| named == "userdata"))?;
    (is_void && context.lengths[n].is_none()).then(|| format!("userdata({})", params[callback].name))
}

/// A pointer to const.
fn read(context: &Context<'_>, n: usize, to: &Kind) -> Decision {
    let name = context.params[n].name;
    if let Some(length) = context.lengths[n] {
        return match to {
            Kind::Pointer { .. } => list(context, n, to),
            Kind::Struct { plain: false } => pointers_inside(),
            Kind::Handle(_) => {
                let invalid = (context.invalid_list)(name).map(|status| format!(", invalid = {status}"));
                Described(format!("input({}{})", extent(context, length, to), invalid.unwrap_or_default()))
            }
            _ => Described(format!("input({})", extent(context, length, to))),
        };
    }
    match to {
        Kind::Char => Described("input(cstr)".to_owned()),
        Kind::Struct { plain: true } if !is_plural(name) => Described("input".to_owned()),
        Kind::Struct { plain: false } => pointers_inside(),
        Kind::Void => Undecided(format!(
            "read by the vendor, but how long is it? `input(bytes = SIZE)`, `input(with = FUNCTION({name}))`, or `opaque` if only \
             the vendor knows what it is"
        )),
        Kind::Opaque => Undecided(
            "a const pointer to an object, which is not the type of its handle: replace the function with a body that casts it"
                .to_owned(),
        ),
        Kind::Callback(_) => Undecided("a pointer to a function pointer: `local`, or replace the function".to_owned()),
        Kind::Pointer { .. } => list(context, n, to),
        _ => Undecided(format!(
            "read by the vendor, but how many? `input(len = N)`, `input` for one, `input(len = {name}.count_until(|x| x == 0) + 1)` \
             if a zero ends it"
        )),
    }
}

fn pointers_inside() -> Decision {
    Undecided(
        "a struct with pointers or handles in it, which mean nothing to the server: replace the function with a body that \
         passes its fields, or make it `#[unsupported(STATUS)]`"
            .to_owned(),
    )
}

/// A list of pointers that the vendor reads.
fn list(context: &Context<'_>, n: usize, to: &Kind) -> Decision {
    let Some((inner_mutable, inner)) = to.pointee() else { return Plain };
    let name = context.params[n].name;
    if let Some(length) = context.lengths[n].filter(|length| !length.behind && !inner_mutable) {
        let count = context.params[length.param].name;
        let sizes = (0..context.params.len()).find(|other| {
            let to_integer =
                matches!(context.params[*other].kind.pointee(), Some((false, kind)) if kind.is_integer());
            let same = context.lengths[*other].is_some_and(|l| l.param == length.param);
            let named = words(context.params[*other].name);
            to_integer && same && named.last().is_some_and(|w| matches!(&w[..], "lengths" | "sizes" | "lens"))
        });
        let each = sizes.map(|sizes| {
            let sizes = context.params[sizes].name;
            format!("if {sizes}.is_null() {{ 0 }} else {{ {sizes}[index] }}")
        });
        match (inner, each) {
            (Kind::Char, Some(each)) => {
                return Described(format!("input(len = {count}, element(cstr = {each}))"));
            }
            (Kind::Char, None) => return Described(format!("input(len = {count}, element(cstr))")),
            (Kind::Void | Kind::Byte, Some(each)) => {
                return Described(format!("input(len = {count}, element(bytes = {each}))"));
            }
            _ => {}
        }
    }
    Undecided(format!(
        "a list of pointers: if the vendor reads it, how many, and what of each? `input(len = N, element(cstr))` or \
         `input(len = N, element(bytes = SIZES[index]))`; if it writes `{name}`, replace the function with a body"
    ))
}

/// A pointer to what is not const.
fn written(context: &Context<'_>, n: usize, to: &Kind) -> Decision {
    let name = context.params[n].name;
    match to {
        Kind::Handle(kind) => return handles(context, n, kind),
        Kind::Pointer { mutable, .. } => {
            // `const char **strings` is a list that the vendor reads; `char **` could be anything.
            return if !mutable && context.lengths[n].is_some() {
                list(context, n, to)
            } else {
                Undecided(format!(
                    "a pointer to a pointer: `input(len = N, element(..))` if `{name}` is a list that the vendor reads; pointers that \
                     the vendor writes mean nothing in the guest, so replace the function with a body, or make the type a handle"
                ))
            };
        }
        Kind::Struct { plain: false } => return pointers_inside(),
        Kind::Opaque | Kind::Callback(_) => {
            return Undecided(
                "neither data nor an object: `local`, `opaque`, or replace the function".to_owned(),
            );
        }
        _ => {}
    }
    let is_room = is_room(context, n);
    let returns = length::is_result(name) || length::is_count_of_another(context.params, n);
    let is_value = matches!(to, Kind::Scalar { .. } | Kind::Struct { .. }) && context.lengths[n].is_none();
    if returns && is_value && !is_room {
        return Described("output".to_owned());
    }
    if is_room {
        return match context.verb {
            Some(Verb::Get) => Undecided(
                "a length: `inout` if it says before the call how much room there is, `output` if it says only after the call \
                 how much was written"
                    .to_owned(),
            ),
            _ => Described("inout".to_owned()),
        };
    }
    let output = is_output(context, n);
    if let Some(length) = context.lengths[n] {
        if length.behind && context.verb == Some(Verb::Get) {
            let length = context.params[length.param].name;
            return Undecided(format!(
                "written by the vendor; `output(len = *{length}, filled = *{length})` if `{length}` says before the call how much \
                 room there is, or else how much there always must be"
            ));
        }
        if !output {
            let extent = extent(context, length, to);
            return Undecided(format!(
                "not const, so does the vendor write it? `output({extent})`, `input({extent})` if it only reads, or \
                 `inout({extent})`"
            ));
        }
        return Described(format!("output({}{})", extent(context, length, to), filled(context, n, length)));
    }
    match to {
        Kind::Void => Undecided(format!(
            "how long is it, and does the vendor write it? `output(bytes = SIZE)`, `input(bytes = SIZE)`, \
             `output(with = FUNCTION({name}))`, or `opaque` if only the vendor knows what it is"
        )),
        Kind::Char => Undecided(
            "a string: `input(cstr)` if the vendor only reads it, `output(bytes = SIZE)` if it writes one"
                .to_owned(),
        ),
        _ if is_plural(name) => {
            Undecided("how many? `output(len = N)`, `input(len = N)` or `inout(len = N)`".to_owned())
        }
        Kind::Byte => Undecided(
            "bytes, but how many? `output(len = N)` if the vendor writes them, `input(len = N)` if it reads them".to_owned(),
        ),
        Kind::Struct { .. } => Described(if output { "output" } else { "inout" }.to_owned()),
        _ if is_what_is_asked_for(context, n) => Described("output".to_owned()),
        _ => Undecided("one value or many, read or written? `output`, `inout`, `input`, or with `len = N`".to_owned()),
    }
}

/// Whether parameter `n` points to the length of another.
fn is_room(context: &Context<'_>, n: usize) -> bool {
    context.lengths.iter().flatten().any(|length| length.behind && length.param == n)
}

/// Whether names say that the vendor writes parameter `n`.
fn is_output(context: &Context<'_>, n: usize) -> bool {
    let name = context.params[n].name;
    let target = words(name).first().is_some_and(|first| {
        ["dst", "dest", "destination", "out", "output", "result"].iter().any(|word| first == word)
    });
    let brings = matches!(context.verb, Some(Verb::Get | Verb::Read));
    target || brings || length::is_result(name)
}

/// Whether a query's name has a word of the parameter's, as `clGetHostTimer` and `host_timestamp` do, and not one for what has
/// several numbers. If a single value is guessed where the vendor writes more, it writes beyond it.
fn is_what_is_asked_for(context: &Context<'_>, n: usize) -> bool {
    let several = [
        "matrix", "vector", "origin", "region", "offset", "position", "color", "colour", "rect", "box",
        "bounds", "vertex", "coord", "data",
    ];
    let (asked, name) = (words(context.function), words(context.params[n].name));
    context.verb == Some(Verb::Get)
        && name.iter().any(|word| asked.contains(word))
        && !name.iter().any(|word| several.contains(&&word[..]))
}

/// A pointer to where handles go.
fn handles(context: &Context<'_>, n: usize, kind: &str) -> Decision {
    let length = context.lengths[n];
    let to = Kind::Handle(kind.to_owned());
    let list = length.map(|length| extent(context, length, &to) + &filled(context, n, length));
    match context.verb {
        Some(Verb::Get) => match list {
            Some(list) => Described(format!("output({list})")),
            None if is_plural(context.params[n].name) => Undecided("how many? `output(len = N)`".to_owned()),
            None => Described("output".to_owned()),
        },
        Some(Verb::Create) => Described(match list {
            Some(list) => format!("output(new, {list})"),
            None => format!("output(new{})", parent(context)),
        }),
        // The event of a command, for instance.
        _ if length.is_none() && (context.counted)(kind) && !is_plural(context.params[n].name) => {
            Described(format!("output(new{})", parent(context)))
        }
        _ => Undecided(
            "handles: `output(new)` if the call makes them, `output` if they are known already, `input(len = N)` if the vendor reads them"
                .to_owned(),
        ),
    }
}

/// `, depends_on(PARAM)`: what a new object keeps alive, the first object that its maker is given.
pub(super) fn parent(context: &Context<'_>) -> String {
    let first = context.params.iter().find_map(|param| match &param.kind {
        Kind::Handle(kind) => Some((param.name, kind)),
        _ => None,
    });
    match first.filter(|(_, kind)| (context.counted)(kind)) {
        Some((name, _)) => format!(", depends_on({name})"),
        None => String::new(),
    }
}

/// `len = x` or `bytes = x`
fn extent(context: &Context<'_>, length: Length, to: &Kind) -> String {
    let star = if length.behind { "*" } else { "" };
    let name = context.params[length.param].name;
    format!("{} = {star}{name}", if in_bytes(length.unit, to) { "bytes" } else { "len" })
}

fn in_bytes(unit: Unit, to: &Kind) -> bool {
    match to {
        Kind::Void => true,
        Kind::Char | Kind::Byte => unit != Unit::Elements,
        _ => unit == Unit::Bytes,
    }
}

/// `, filled = ..`, if another parameter says how much the call wrote.
fn filled(context: &Context<'_>, n: usize, length: Length) -> String {
    let room = context.params[length.param].name;
    if length.behind {
        return format!(", filled = *{room}");
    }
    let Some(found) = length::filled(context.params, n, length) else { return String::new() };
    let found = context.params[found].name;
    let to_void = matches!(context.params[n].kind.pointee(), Some((_, to)) if in_bytes(length.unit, to));
    if to_void {
        return format!(", filled = *{found}");
    }
    // It may count what is there, beyond what there was room for.
    let room_type = &context.params[length.param].ty;
    let same =
        context.params.iter().any(|param| param.name == found && param.target.as_ref() == Some(room_type));
    match same {
        true => format!(", filled = {room}.min(*{found})"),
        false => format!(", filled = ({room} as usize).min(*{found} as usize)"),
    }
}
