//! Everything in a specification but its functions.

use quote::{ToTokens, quote};
use syn::{Expr, GenericArgument, Ident, LitStr, PathArguments, Type};

use super::buffer::{Owner, fields};
use super::param::Scope;
use super::types::{last, plain};
use crate::descriptor::{Descriptor, List, as_ident, as_text};
use crate::error::Errors;
use crate::expr::mentioned;
use crate::model::{
    Callback, Direction, Handle, Header, Registry, Resource, State, Status, Structure, Variant,
};
use crate::syntax::{FnItem, StaticItem, TypeItem};
use crate::vocabulary::{Place, Word, example};

/// What the names of a specification mean.
#[derive(Default)]
pub(super) struct Names {
    pub(super) statuses: Vec<Status>,
    pub(super) handles: Vec<Handle>,
    pub(super) callbacks: Vec<Callback>,
    pub(super) registries: Vec<Registry>,
    pub(super) resources: Vec<Resource>,
    /// Structs whose insides are described.
    pub(super) structures: Vec<Ident>,
    /// Names of types and statics that have mistakes: functions that use them are not judged.
    pub(super) broken: Vec<Ident>,
}

impl Names {
    /// The handle type `name`.
    pub(super) fn handle(&self, name: &Ident) -> Option<usize> {
        self.handles.iter().position(|h| h.name == *name)
    }

    /// The status type `name`.
    pub(super) fn status(&self, name: &Ident) -> Option<usize> {
        self.statuses.iter().position(|s| s.name == *name)
    }

    /// Whether the function refers to a type or static that has a mistake. What it does with that cannot be judged.
    pub(super) fn uses_broken(&self, item: &FnItem) -> bool {
        let mut mentions = item.list.mentioned();
        mentions.extend(mentioned(&item.ret));
        for param in &item.params {
            mentions.extend(param.list.mentioned());
            mentions.extend(mentioned(&param.ty));
        }
        self.broken.iter().any(|name| mentions.contains(&name.to_string()))
    }
}

/// What `#[api(..)]` says.
pub(super) fn header(api: Option<&List>, module: &Ident, errors: &mut Errors) -> Header {
    let form = example(Word::Api, Place::Module);
    let none = List::default();
    let list = api.unwrap_or(&none);
    if api.is_none() {
        errors.at(module, format!("write `#[{form}]` on the module"));
    }
    for word in [Word::Name, Word::Ffi, Word::Library] {
        if api.is_some() && !list.has(word) {
            errors.at(module, format!("`api(..)` needs `{}`", example(word, Place::Api)));
        }
    }
    let ffi = list.expr(Word::Ffi).and_then(|expr| match expr {
        Expr::Path(path) => Some(path.to_token_stream()),
        other => {
            errors.at(other, "expected the path of bindgen's output: `ffi = crate::ffi`");
            None
        }
    });
    let empty = || LitStr::new(&module.to_string(), module.span());
    Header {
        name: list.text(Word::Name, Place::Api, errors).unwrap_or_else(empty),
        version: list
            .text(Word::Version, Place::Api, errors)
            .unwrap_or_else(|| LitStr::new("", module.span())),
        ffi,
        libraries: libraries(list, errors),
        dispatch: list.expr(Word::Dispatch).cloned(),
        warm: list.expr(Word::Warm).cloned(),
        failed: list.expr(Word::Failed).cloned(),
    }
}

fn libraries(list: &List, errors: &mut Errors) -> Vec<LitStr> {
    let Some(expr) = list.expr(Word::Library) else { return Vec::new() };
    let names: Option<Vec<_>> = match expr {
        Expr::Array(array) => array.elems.iter().map(as_text).collect(),
        one => as_text(one).map(|name| vec![name]),
    };
    names.unwrap_or_else(|| {
        errors.at(expr, format!("expected SONAMEs: `{}`", example(Word::Library, Place::Api)));
        Vec::new()
    })
}

/// `type T;`
pub(super) fn types(items: &[TypeItem], names: &mut Names, errors: &mut Errors) {
    let mut seen: Vec<&Ident> = Vec::new();
    for item in items {
        if seen.contains(&&item.name) {
            errors.at(&item.name, format!("`{}` is described twice; remove one", item.name));
            continue;
        }
        seen.push(&item.name);
        let kinds: Vec<_> = item.list.0.iter().collect();
        if let [_, second, ..] = kinds[..] {
            errors.at(
                &second.name,
                "a type is one of `handle`, `status`, `structure` and `opaque`; remove the others",
            );
        }
        let before = errors.count();
        match kinds.first() {
            Some(d) if d.word == Word::Handle => names.handles.extend(handle(&item.name, d, errors)),
            Some(d) if d.word == Word::Structure => names.structures.push(item.name.clone()),
            Some(d) if d.word == Word::Status => names.statuses.extend(status(&item.name, d, errors)),
            Some(_) => {}
            None => names.broken.push(item.name.clone()),
        }
        if errors.count() != before {
            names.broken.push(item.name.clone());
        }
    }
    if names.handles.len() > 256 {
        errors.at(&names.handles[256].name, "more than 256 types of handles do not fit on the wire");
        names.handles.truncate(256);
    }
}

/// The expression of a descriptor that must be there.
fn required(d: &Descriptor, word: Word, place: Place, errors: &mut Errors) -> Option<Expr> {
    let found = d.list.expr(word).cloned();
    if found.is_none() {
        errors.at(&d.name, format!("`{}(..)` needs `{}`", d.name, example(word, place)));
    }
    found
}

fn status(name: &Ident, d: &Descriptor, errors: &mut Errors) -> Option<Status> {
    let ok = required(d, Word::Ok, Place::Status, errors);
    let lost = required(d, Word::Lost, Place::Status, errors);
    let refused = required(d, Word::Refused, Place::Status, errors);
    let unsupported = d.list.expr(Word::Unsupported).or(lost.as_ref()).cloned();
    Some(Status { name: name.clone(), ok: ok?, lost: lost?, refused: refused?, unsupported: unsupported? })
}

fn handle(name: &Ident, d: &Descriptor, errors: &mut Errors) -> Option<Handle> {
    let invalid = required(d, Word::Invalid, Place::Handle, errors);
    let since = d.list.text(Word::Since, Place::Handle, errors);
    let retain = d.list.ident(Word::Retain, Place::Handle, errors);
    let release = d.list.ident(Word::Release, Place::Handle, errors);
    if let (Some(retain), None) = (&retain, d.list.get(Word::Release)) {
        errors.at(retain, "a type with `retain` needs `release` as well");
    }
    let meta = d.list.get(Word::Meta).and_then(|meta| meta.ty.clone());
    let state = d.list.get(Word::State).and_then(|d| state(d, errors));
    Some(Handle { name: name.clone(), retain, release, invalid: invalid?, meta, since, state })
}

/// `state(save = PATH, restore = PATH)`
fn state(d: &Descriptor, errors: &mut Errors) -> Option<State> {
    let mut path = |word| {
        let expr = required(d, word, Place::State, errors)?;
        if !matches!(expr, Expr::Path(_)) {
            errors.at(&expr, format!("expected the path of a function: `{}`", example(word, Place::State)));
            return None;
        }
        Some(expr)
    };
    let (save, restore) = (path(Word::Save), path(Word::Restore));
    Some(State { save: save?, restore: restore? })
}

/// `static R: ..;`
pub(super) fn statics(items: &[StaticItem], names: &mut Names, errors: &mut Errors) {
    for item in items {
        let known = names.resources.iter().any(|r| r.name == item.name)
            || names.registries.iter().any(|r| r.name == item.name);
        if known {
            errors.at(&item.name, format!("`{}` is given twice; remove one", item.name));
            continue;
        }
        let before = errors.count();
        let kind = last(plain(&item.ty)).map(ToString::to_string).unwrap_or_default();
        match kind.as_str() {
            "Instantaneous" | "Continuous" => {
                misplaced(&item.list, Word::Registry, "only a `BufRegistry` has `registry(..)`", errors);
                names.resources.push(super::resource::lower(item, kind == "Continuous", errors));
            }
            "BufRegistry" => {
                misplaced(&item.list, Word::Policy, "only a resource has a policy", errors);
                match registry(item, names, errors) {
                    Some(registry) => names.registries.push(registry),
                    None => names.broken.push(item.name.clone()),
                }
            }
            _ => errors.at(
                &item.ty,
                "a static without a value is a resource (`Instantaneous` or `Continuous`) or a registry of buffers in \
                 flight (`BufRegistry<KEY>` or `BufRegistry<KEY, TOKEN>`)",
            ),
        }
        if errors.count() != before {
            names.broken.push(item.name.clone());
        }
    }
}

fn misplaced(list: &List, word: Word, message: &str, errors: &mut Errors) {
    if let Some(d) = list.get(word) {
        errors.at(&d.name, message);
    }
}

fn registry(item: &StaticItem, names: &Names, errors: &mut Errors) -> Option<Registry> {
    let form = "write `BufRegistry<KEY>` or `BufRegistry<KEY, TOKEN>`, where both are types of handles";
    let Type::Path(path) = plain(&item.ty) else { return None };
    let args: Vec<_> = match path.path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(args)) => args.args.iter().collect(),
        _ => Vec::new(),
    };
    if args.is_empty() || args.len() > 2 {
        errors.at(&item.ty, form);
        return None;
    }
    let mut kinds = Vec::new();
    for arg in args {
        let name = match arg {
            GenericArgument::Type(ty) => last(plain(ty)),
            _ => None,
        };
        match name.and_then(|name| names.handle(name)) {
            Some(kind) => kinds.push(kind),
            None if name.is_some_and(|name| names.broken.contains(name)) => return None,
            None => {
                errors.at(arg, form);
                return None;
            }
        }
    }
    let done = item.list.get(Word::Registry).and_then(|d| d.list.expr(Word::Done)).cloned();
    match (&done, kinds.get(1)) {
        (Some(done), None) => errors.at(
            done,
            format!("`done` asks about a token; name its type: `BufRegistry<{}, TOKEN>`", names.handles[kinds[0]].name),
        ),
        (None, Some(_)) => errors.at(
            &item.ty,
            "a registry with tokens needs `#[registry(done = PATH)]`, an `unsafe fn(&server::Vendor, TOKEN) -> Progress` that \
             says whether the token's command is done",
        ),
        _ => {}
    }
    Some(Registry { name: item.name.clone(), key: kinds[0], token: kinds.get(1).copied(), done })
}

/// The registry that `expr` names; a mistake if there is none.
pub(super) fn find_registry(expr: &Expr, names: &Names, errors: &mut Errors) -> Option<usize> {
    let name = as_ident(expr);
    let found = name.as_ref().and_then(|name| names.registries.iter().position(|r| r.name == *name));
    if found.is_none() {
        let text = crate::expr::spelled(expr);
        let message =
            format!("there is no registry `{text}`; declare it: `static {text}: BufRegistry<KEY>;`");
        errors.at(quote!(#expr), message);
    }
    found
}

/// `#[structure(..)] type T;`
pub(super) fn structures(items: &[TypeItem], names: &Names, errors: &mut Errors) -> Vec<Structure> {
    let scope = Scope::new(&[], names);
    let described = items.iter().filter_map(|item| Some((item, item.list.get(Word::Structure)?)));
    described
        .map(|(item, d)| {
            let before = errors.count();
            if d.list.0.is_empty() {
                errors.at(&d.name, "a structure without described fields needs no description; remove it");
            }
            let name = item.name.to_string();
            let owner = Owner {
                at: &d.name,
                name: &name,
                pointer: None,
                direction: Direction::Inout,
                from_library: false,
            };
            let fields = fields(&d.list, owner, false, &scope, errors);
            let variants = d.list.all(Word::Variant).filter_map(|d| variant(d, errors)).collect();
            Structure { name: item.name.clone(), fields, variants, broken: errors.count() != before }
        })
        .collect()
}

/// `variant(TYPE, when = EXPR)`
fn variant(d: &Descriptor, errors: &mut Errors) -> Option<Variant> {
    let when = d.list.expr(Word::When).cloned();
    if when.is_none() {
        errors.at(&d.name, format!("when is it one? Write `{}`", example(Word::Variant, Place::Structure)));
    }
    Some(Variant { ty: d.arg()?.clone(), when: when? })
}
