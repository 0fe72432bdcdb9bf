//! Buffers: what a pointer points to, and what is inside that.

use quote::ToTokens;
use syn::{Expr, Ident};

use super::callback_field;
use super::item::find_registry;
use super::param::{Scope, token};
use super::types;
use crate::descriptor::{Descriptor, List, as_ident};
use crate::error::Errors;
use crate::expr::spelled;
use crate::model::{Buffer, Content, Deferred, Direction, Elem, Extent, Field, Lifetime, Pointer};
use crate::vocabulary::Word;

/// Where a buffer's descriptors stand.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// The descriptor that they stand in, for messages.
    pub(super) at: &'a Ident,
    /// What points to the buffer, for messages.
    pub(super) name: &'a str,
    /// The pointer's type, where the specification spells it.
    pub(super) pointer: Option<&'a Pointer>,
    pub(super) direction: Direction,
    /// Whether what points to it is the library's memory, or the vendor's to write.
    pub(super) from_library: bool,
}

/// The buffer that `list` describes.
pub(super) fn buffer(owner: Owner<'_>, list: &List, scope: &Scope<'_>, errors: &mut Errors) -> Buffer {
    let lifetime = lifetime(list, scope, errors);
    let lasts = !matches!(lifetime, Lifetime::Call);
    // A parameter points to the application's memory; what the vendor may set points to the library's.
    let is_nested = owner.pointer.is_none();
    let is_library = owner.direction == Direction::Out && lasts && (is_nested || owner.from_library);
    if owner.from_library && !is_library && owner.pointer.is_none() {
        errors.at(
            owner.at,
            format!(
                "the vendor sets `{}`, so what it points to is the library's: say how long it may be read, `lifetime = Static`, \
                 `Manual` or `Until(HANDLE)`",
                owner.name
            ),
        );
    }
    let inside = Owner { from_library: owner.direction == Direction::Out, pointer: None, ..owner };
    let element = list.get(Word::Element).and_then(|d| element(d, owner, inside, is_library, scope, errors));
    let fields = fields(list, inside, is_library, scope, errors);
    if let (Some(_), Some(d)) = (&element, list.get(Word::Field)) {
        errors.at(
            &d.name,
            "elements with `field`s are structs, and those with an `element` pointers; remove one",
        );
    }
    let extent = extent(list, owner.at, errors);
    check_extent(owner, &extent, &lifetime, element.is_some(), list, errors);
    if is_nested {
        for d in list.0.iter().filter(|d| matches!(d.word, Word::When | Word::Invalid | Word::Cast)) {
            let message = match d.word {
                Word::When => "the condition belongs to the field: `field(NAME, when = EXPR, ..)`",
                Word::Invalid => "the status belongs to the handle: `handle(TYPE, invalid = STATUS)`",
                _ => "only a parameter's type can be cast; give the length in `bytes`",
            };
            errors.at(&d.name, message);
        }
    }
    if let (Direction::Out | Direction::Inout, Some(d), false) =
        (owner.direction, list.get(Word::Cstr), is_library || is_nested)
    {
        errors
            .at(&d.name, "a string that the vendor writes has room of some size; give that: `bytes = SIZE`");
    }
    let mut deferred = list.get(Word::Deferred).and_then(|d| deferral(d, scope, errors));
    let kind = owner.pointer.map(|pointer| &pointer.kind);
    let structured = matches!(kind, Some(Elem::Structure));
    let mut buffer = Buffer {
        direction: owner.direction,
        extent,
        invalid: list.expr(Word::Invalid).cloned(),
        when: list.expr(Word::When).cloned(),
        filled: list.expr(Word::Filled).cloned(),
        element,
        fields,
        structured,
        library: is_library,
        lifetime,
        no_copy: list.has(Word::NoCopy),
        frees: list.has(Word::Frees),
        zerocopy: list.has(Word::Zerocopy),
        deferred: None,
        always: list.has(Word::Always)
            || matches!(kind, Some(Elem::Status(_))) && owner.direction != Direction::In,
    };
    if let (true, Some(d)) = (buffer.is_tree(), list.get(Word::Deferred)) {
        errors.at(
            &d.name,
            "only a flat buffer can be deferred: this one has pointers inside, or a lifetime of its own",
        );
        deferred = None;
    }
    if let (true, Some(d), Some(_)) = (buffer.is_tree(), list.get(Word::Filled), owner.pointer) {
        errors.at(&d.name, "`filled` is for flat buffers; say it of the buffers inside");
    }
    if let (Some(d), false) = (list.get(Word::Frees), matches!(buffer.lifetime, Lifetime::Manual)) {
        errors.at(
            &d.name,
            "only what was kept can be freed: add `lifetime = Manual`, here and where it was given",
        );
    }
    // What arrives after the call must not come through its reply.
    buffer.zerocopy |= deferred.is_some() && owner.direction == Direction::Out;
    buffer.deferred = deferred;
    buffer
}

/// `lifetime = ..`
fn lifetime(list: &List, scope: &Scope<'_>, errors: &mut Errors) -> Lifetime {
    let Some(expr) = list.expr(Word::Lifetime) else { return Lifetime::Call };
    let form = "a lifetime is `Call`, `Manual` (until a call with `frees`), `Static` or `Until(HANDLE)`";
    match (as_ident(expr).map(|name| name.to_string()).as_deref(), expr) {
        (Some("Call"), _) => Lifetime::Call,
        (Some("Manual"), _) => Lifetime::Manual,
        (Some("Static"), _) => Lifetime::Static,
        (_, Expr::Call(call))
            if as_ident(&call.func).is_some_and(|name| name == "Until") && call.args.len() == 1 =>
        {
            let of = &call.args[0];
            if as_ident(of).is_some_and(|name| name == "ret") {
                return Lifetime::Until(None);
            }
            match scope.object(of) {
                Some(param) => Lifetime::Until(Some(param)),
                None => {
                    let message = format!(
                        "`Until` takes a parameter that is a handle or a location for a new one, or `ret`; `{}` is neither",
                        spelled(of)
                    );
                    errors.at(of, message);
                    Lifetime::Call
                }
            }
        }
        _ => {
            errors.at(expr, form);
            Lifetime::Call
        }
    }
}

/// The length that `list` gives.
fn extent(list: &List, owner: &Ident, errors: &mut Errors) -> Extent {
    let words = [Word::Len, Word::Bytes, Word::With, Word::Cstr, Word::Terminated];
    let given: Vec<_> = list.0.iter().filter(|d| words.contains(&d.word)).collect();
    if let [_, second, ..] = given[..] {
        let message = match list.has(Word::Cstr) {
            true => {
                "a string ends at its zero byte; for one whose length may be given, write `cstr = LENGTH`, where 0 means \
                     that it is not"
            }
            false => "one of `len`, `bytes`, `with` and `terminated` gives the length; remove the others",
        };
        errors.at(&second.name, format!("`{owner}` has two lengths: {message}"));
    }
    let Some(d) = given.first() else { return Extent::One };
    match (d.word, d.arg().cloned()) {
        (Word::Len, Some(e)) => Extent::Len(e),
        (Word::Bytes, Some(e)) => Extent::Bytes(e),
        (Word::With, Some(e)) => Extent::With(e),
        (Word::Cstr, e) => Extent::Cstr(e),
        (Word::Terminated, _) => Extent::Terminated,
        _ => Extent::One,
    }
}

fn check_extent(
    owner: Owner<'_>,
    extent: &Extent,
    lifetime: &Lifetime,
    has_element: bool,
    list: &List,
    errors: &mut Errors,
) {
    let Some(pointer) = owner.pointer else { return };
    let (name, is_input) = (owner.name, owner.direction == Direction::In);
    match (&pointer.kind, extent) {
        // What was kept before has the length that it was kept with.
        (_, Extent::One) if matches!(lifetime, Lifetime::Manual) && list.has(Word::NoCopy) => {}
        (Elem::Void, Extent::One) if matches!(lifetime, Lifetime::Manual) => {}
        (Elem::Void, Extent::One) => {
            let cstr = if is_input { ", or `cstr` for a string" } else { "" };
            let message = format!("how long is `{name}`? Write `bytes = SIZE`, `with = shape::list({name})`{cstr}");
            errors.at(owner.at, message);
        }
        (Elem::Void, Extent::Len(_)) => {
            let message = "elements of `c_void` have no size; write `bytes = SIZE`, or `cast = TYPE` if they have one";
            errors.at(list.get(Word::Len).map(|d| &d.name), message);
        }
        (Elem::Pointer(_), Extent::Len(_) | Extent::Terminated | Extent::One) if has_element => {}
        (Elem::Pointer(_), Extent::With(_)) if !has_element => {}
        (Elem::Pointer(_), _) if is_input => errors.at(
            owner.at,
            format!("`{name}` is a list of pointers: give its length and what each points to, `input(len = n, element(..))`"),
        ),
        (Elem::Pointer(_), _) => errors.at(
            owner.at,
            format!(
                "the vendor writes pointers to `{name}`: say what they point to and how long it may be read, \
                 `element(lifetime = Manual, ..)`, or replace the function"
            ),
        ),
        (Elem::Handle(_), Extent::Cstr(_)) => errors.at(owner.at, format!("`{name}` is a list of handles, not a string")),
        _ => {}
    }
}

/// `element(..)`
fn element(
    d: &Descriptor,
    owner: Owner<'_>,
    inside: Owner<'_>,
    is_library: bool,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Option<Content> {
    let of_pointers = owner.pointer.is_none_or(|pointer| matches!(pointer.kind, Elem::Pointer(_)));
    if let Some(handle) = d.list.get(Word::Handle) {
        return self::handle(handle, scope, errors);
    }
    if !of_pointers {
        errors.at(
            &d.name,
            "`element` describes what the pointers of a list point to; this is no list of pointers",
        );
        return None;
    }
    let is_void = owner.pointer.is_some_and(|pointer| matches!(pointer.kind, Elem::Pointer(true)));
    let is_kept =
        d.list.expr(Word::Lifetime).is_some_and(|e| as_ident(e).is_some_and(|name| name == "Manual"));
    if is_void && !is_kept && ![Word::Bytes, Word::With, Word::Cstr].into_iter().any(|word| d.list.has(word))
    {
        errors.at(&d.name, "how long is each element? Write `bytes = SIZE`, `with = ..` or `cstr`");
    }
    let owner = Owner { at: &d.name, ..inside };
    let buffer = match is_library && !d.list.has(Word::Lifetime) {
        // It is part of the same memory.
        true => inherited(owner, &d.list, scope, errors),
        false => buffer(owner, &d.list, scope, errors),
    };
    Some(Content::Buffer(Box::new(buffer)))
}

/// A part of the library's memory, which lives as long as the whole.
fn inherited(owner: Owner<'_>, list: &List, scope: &Scope<'_>, errors: &mut Errors) -> Buffer {
    let mut buffer =
        buffer(Owner { from_library: false, direction: Direction::Out, ..owner }, list, scope, errors);
    (buffer.lifetime, buffer.library) = (Lifetime::Static, true);
    buffer
}

/// Every `field(..)` of `list`.
pub(super) fn fields(
    list: &List,
    owner: Owner<'_>,
    is_library: bool,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Vec<Field> {
    let fields = list
        .all(Word::Field)
        .filter_map(|d| Some((field(d, owner, is_library, scope, errors)?, d)))
        .collect();
    callback_field::join(fields, scope, errors)
}

fn field(
    d: &Descriptor,
    owner: Owner<'_>,
    is_library: bool,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Option<Field> {
    let path = d.arg()?;
    if !is_path(path) {
        errors.at(path, "expected the name of a field, or `name.name` for one inside a struct or union");
        return None;
    }
    let name = spelled(path);
    let mut given = d.list.0.iter().filter(|d| d.word != Word::When);
    let Some(what) = given.next() else {
        errors.at(
            &d.name,
            format!(
                "say what `{name}` is: `input(..)`, `output(..)` or `inout(..)` for a pointer, `handle(TYPE)`, `structure` for a struct \
                 of a described type, `callback(TYPE)` for a function of the application's and `userdata(CALLBACK)` for what that gets back, \
                 `local` for what each side keeps to itself"
            ),
        );
        return None;
    };
    if let Some(second) = given.next() {
        errors.at(&second.name, format!("`{name}` has a role already; remove one"));
    }
    let direction = match what.word {
        Word::Input => Direction::In,
        Word::Output => Direction::Out,
        _ => Direction::Inout,
    };
    let content = match what.word {
        Word::Handle => handle(what, scope, errors)?,
        Word::Structure => Content::Structure,
        Word::Local => Content::Local,
        Word::CallbackInside => callback_field::callback(what, scope, errors)?,
        Word::UserdataInside => Content::Userdata(Vec::new()),
        _ => {
            let owner = Owner { at: &what.name, name: &name, pointer: None, direction, ..owner };
            let buffer = match is_library && !what.list.has(Word::Lifetime) {
                true => inherited(owner, &what.list, scope, errors),
                false => buffer(owner, &what.list, scope, errors),
            };
            for word in [Word::New, Word::DependsOn, Word::Meta, Word::Deferred] {
                if let Some(d) = what.list.get(word) {
                    errors.at(&d.name, format!("`{}` has no meaning inside a struct", d.name));
                }
            }
            Content::Buffer(Box::new(buffer))
        }
    };
    Some(Field { path: path.clone(), content, when: d.list.expr(Word::When).cloned() })
}

/// `name`, or `name.name`, ..
fn is_path(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field) => is_path(&field.base),
        expr => as_ident(expr).is_some(),
    }
}

/// `handle(TYPE, ..)` of an element or field.
fn handle(d: &Descriptor, scope: &Scope<'_>, errors: &mut Errors) -> Option<Content> {
    let ty = d.arg()?;
    let kind = as_ident(ty).and_then(|name| scope.names.handle(&name));
    if kind.is_none() {
        errors.at(
            ty,
            format!(
                "`{0}` is no type of handles: describe it, `#[handle(..)] type {0};`",
                spelled(&ty.to_token_stream())
            ),
        );
    }
    Some(Content::Handle { kind: kind?, invalid: d.list.expr(Word::Invalid).cloned() })
}

/// `deferred(REGISTRY, KEY, done = PARAM, when = EXPR)`
fn deferral(d: &Descriptor, scope: &Scope<'_>, errors: &mut Errors) -> Option<Deferred> {
    let [registry, key] = &d.args[..] else { return None };
    let registry = find_registry(registry, scope.names, errors)?;
    let key_param = scope.handle(key, "the key of `deferred`", errors)?;
    scope.check_key(registry, key_param, key, errors)?;
    let done = match d.list.expr(Word::Done) {
        None => None,
        Some(expr) => Some(token(expr, registry, scope, errors)?),
    };
    Some(Deferred { registry, key: key_param, done, when: d.list.expr(Word::When).cloned() })
}

/// The type that `cast` names in place of a pointer's.
pub(super) fn cast(pointer: &Pointer, list: &List, scope: &Scope<'_>) -> Pointer {
    let cast = list.get(Word::Cast).and_then(|d| d.ty.clone());
    let kind = types::elem(cast.as_ref().unwrap_or(&pointer.elem), scope.names);
    Pointer { mutable: pointer.mutable, elem: pointer.elem.clone(), cast, kind }
}
