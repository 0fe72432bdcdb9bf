//! Parameters: the role of each, from its type and its descriptors.

use syn::Expr;

use super::callback;
use super::function::{new, param_named};
use super::item::{Names, find_registry};
use super::types;
use crate::descriptor::{Descriptor, List};
use crate::error::Errors;
use crate::expr::spelled;
use crate::model::{Buffer, Deferred, Direction, Elem, Element, Extent, Lifetime, Pointer, Role, Target};
use crate::syntax::ParamItem;
use crate::vocabulary::Word;

/// What a function's descriptors can refer to.
pub(super) struct Scope<'a> {
    pub(super) params: &'a [&'a ParamItem],
    pub(super) targets: Vec<Target>,
    pub(super) names: &'a Names,
}

impl<'a> Scope<'a> {
    pub(super) fn new(params: &'a [&'a ParamItem], names: &'a Names) -> Self {
        let targets = params.iter().map(|param| types::target(&param.ty, names)).collect();
        Self { params, targets, names }
    }

    /// The parameter that `expr` names, which must be a handle.
    pub(super) fn handle(&self, expr: &Expr, what: &str, errors: &mut Errors) -> Option<usize> {
        let Some(index) = param_named(expr, self.params) else {
            errors.at(
                expr,
                format!("{what} takes a parameter that is a handle; there is no `{}`", spelled(expr)),
            );
            return None;
        };
        match self.targets[index] {
            Target::Handle(_) => Some(index),
            _ => {
                let message =
                    format!("{what} takes a handle; the type of `{}` is no `#[handle(..)]`", spelled(expr));
                errors.at(expr, message);
                None
            }
        }
    }

    /// Reports a key that is of another kind than the registry's.
    pub(super) fn check_key(
        &self,
        registry: usize,
        key: usize,
        at: &Expr,
        errors: &mut Errors,
    ) -> Option<()> {
        let registry = &self.names.registries[registry];
        if matches!(self.targets[key], Target::Handle(kind) if kind == registry.key) {
            return Some(());
        }
        let expected = &self.names.handles[registry.key].name;
        errors.at(at, format!("the keys of `{}` are of type `{expected}`", registry.name));
        None
    }
}

/// The role of every parameter of a forwarded function.
pub(super) fn roles(params: &[&ParamItem], scope: &Scope<'_>, errors: &mut Errors) -> Vec<Role> {
    params.iter().zip(&scope.targets).map(|(param, target)| role(param, target, scope, errors)).collect()
}

pub(super) fn role(param: &ParamItem, target: &Target, scope: &Scope<'_>, errors: &mut Errors) -> Role {
    if param.broken {
        return Role::Plain;
    }
    if let [_, second, ..] = &param.list.0[..] {
        errors.at(&second.name, format!("`{}` has a role already; remove one", param.name));
        return Role::Plain;
    }
    let Some(d) = param.list.0.first() else { return undescribed(param, target, scope, errors) };
    match (d.word, target) {
        (Word::Opaque, _) => Role::Opaque,
        (Word::Local, _) => Role::Local,
        (Word::Callback | Word::Userdata, _) => callback::described(param, target, d, scope, errors),
        (Word::Handle, Target::Handle(kind)) => Role::Handle {
            kind: *kind,
            frees: d.list.has(Word::Frees),
            invalid: d.list.expr(Word::Invalid).cloned(),
        },
        (Word::Handle, _) => {
            let ty = spelled(&param.ty);
            let what = d.list.get(Word::Frees).map_or(&d.name, |frees| &frees.name);
            errors.at(
                what,
                format!("`{}` is no handle: describe its type, `#[handle(..)] type {ty};`", param.name),
            );
            Role::Plain
        }
        (Word::Input, Target::Pointer(pointer)) => pointed(Direction::In, param, pointer, d, scope, errors),
        (Word::Output, Target::Pointer(pointer)) => pointed(Direction::Out, param, pointer, d, scope, errors),
        (Word::Inout, Target::Pointer(pointer)) => {
            pointed(Direction::Inout, param, pointer, d, scope, errors)
        }
        _ => {
            errors.at(&d.name, format!("`{}` is for pointers; `{}` is none", d.name, param.name));
            Role::Plain
        }
    }
}

/// A parameter without descriptors.
fn undescribed(param: &ParamItem, target: &Target, scope: &Scope<'_>, errors: &mut Errors) -> Role {
    match target {
        Target::Handle(kind) => Role::Handle { kind: *kind, frees: false, invalid: None },
        Target::Callback(ty) => callback::forwarded(param, *ty, Lifetime::Kept, scope, errors),
        Target::Scalar => Role::Scalar,
        Target::Pointer(_) => {
            let message = format!(
                "`{}` is a pointer: say whether the vendor reads it (`#[input(..)]`), writes it (`#[output(..)]`) or both \
                 (`#[inout(..)]`), or that it is a number to the guest (`#[opaque]`) or stays there (`#[local]`)",
                param.name
            );
            errors.at(&param.name, message);
            Role::Plain
        }
    }
}

fn pointed(
    direction: Direction,
    param: &ParamItem,
    pointer: &Pointer,
    d: &Descriptor,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Role {
    if direction != Direction::In && !pointer.mutable {
        errors.at(
            &d.name,
            format!("the vendor cannot write to `{}`, a const pointer; write `input`", param.name),
        );
        return Role::Plain;
    }
    let list = &d.list;
    if list.has(Word::New) {
        return new_object(param, pointer, list, scope, errors);
    }
    for word in [Word::DependsOn, Word::Meta] {
        if let Some(d) = list.get(word) {
            errors.at(&d.name, format!("`{}` describes a new object; add `new`", d.name));
        }
    }
    let element = list.get(Word::Element).and_then(|d| element(d, pointer, errors));
    let extent = extent(list, &d.name, errors);
    check_extent(param, pointer, &extent, list, d, errors);
    let mut deferred = list.get(Word::Deferred).and_then(|d| deferral(d, scope, errors));
    if element.is_some() && deferred.is_some() {
        errors.at(&d.name, "a list of pointers cannot be deferred");
        deferred = None;
    }
    let status = matches!(pointer.kind, Elem::Status(_));
    Role::Buffer(Box::new(Buffer {
        direction,
        extent,
        invalid: list.expr(Word::Invalid).cloned(),
        when: list.expr(Word::When).cloned(),
        filled: list.expr(Word::Filled).cloned(),
        element,
        // What arrives after the call must not come through its reply.
        zerocopy: list.has(Word::Zerocopy) || deferred.is_some() && direction == Direction::Out,
        deferred,
        always: list.has(Word::Always) || status && direction != Direction::In,
    }))
}

/// The length that `list` gives.
fn extent(list: &List, owner: &syn::Ident, errors: &mut Errors) -> Extent {
    let given: Vec<_> = list
        .0
        .iter()
        .filter(|d| matches!(d.word, Word::Len | Word::Bytes | Word::With | Word::Cstr))
        .collect();
    if let [_, second, ..] = given[..] {
        let message = match list.has(Word::Cstr) {
            true => {
                "a string ends at its zero byte; for one whose length may be given, write `cstr = LENGTH`, where 0 means \
                     that it is not"
            }
            false => "one of `len`, `bytes` and `with` gives the length; remove the others",
        };
        errors.at(&second.name, format!("`{owner}` has two lengths: {message}"));
    }
    let Some(d) = given.first() else { return Extent::One };
    match (d.word, d.arg().cloned()) {
        (Word::Len, Some(e)) => Extent::Len(e),
        (Word::Bytes, Some(e)) => Extent::Bytes(e),
        (Word::With, Some(e)) => Extent::With(e),
        (Word::Cstr, e) => Extent::Cstr(e),
        _ => Extent::One,
    }
}

fn check_extent(
    param: &ParamItem,
    pointer: &Pointer,
    extent: &Extent,
    list: &List,
    d: &Descriptor,
    errors: &mut Errors,
) {
    let name = &param.name;
    match (&pointer.kind, extent) {
        (Elem::Void, Extent::One) => {
            let cstr = if d.word == Word::Input { ", or `cstr` for a string" } else { "" };
            let message = format!("how long is `{name}`? Write `bytes = SIZE`, `with = shape::list({name})`{cstr}");
            errors.at(&d.name, message);
        }
        (Elem::Void, Extent::Len(_)) => {
            errors.at(list.get(Word::Len).map(|d| &d.name), "elements of `c_void` have no size; write `bytes = SIZE`");
        }
        (Elem::Pointer(..), Extent::Len(_)) if list.has(Word::Element) => {}
        (Elem::Pointer(..), Extent::With(_)) => {}
        (Elem::Pointer(..), _) if d.word == Word::Input => errors.at(
            &d.name,
            format!("`{name}` is a list of pointers: give its length and what each points to, `input(len = n, element(..))`"),
        ),
        (Elem::Pointer(..), _) => errors.at(
            &d.name,
            format!("the pointers that the vendor writes to `{name}` mean nothing in the guest; replace the function"),
        ),
        (Elem::Handle(_), Extent::Cstr(_)) => errors.at(&d.name, format!("`{name}` is a list of handles, not a string")),
        _ => {}
    }
}

fn element(d: &Descriptor, pointer: &Pointer, errors: &mut Errors) -> Option<Element> {
    let Elem::Pointer(_, void) = &pointer.kind else {
        errors.at(
            &d.name,
            "`element` describes what the pointers of a list point to; this is no list of pointers",
        );
        return None;
    };
    let extent = extent(&d.list, &d.name, errors);
    if *void && matches!(extent, Extent::One | Extent::Len(_)) {
        errors.at(&d.name, "how long is each element? Write `bytes = SIZE`, `with = ..` or `cstr`");
    }
    Some(Element { extent, invalid: d.list.expr(Word::Invalid).cloned() })
}

/// `output(new)`
fn new_object(
    param: &ParamItem,
    pointer: &Pointer,
    list: &List,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Role {
    let Elem::Handle(kind) = pointer.kind else {
        let message = format!(
            "only an object can be `new`: `{}` does not point to one of the specification's `#[handle(..)]` types",
            param.name
        );
        errors.at(&param.ty, message);
        return Role::Plain;
    };
    let allowed = [Word::New, Word::DependsOn, Word::Meta, Word::Len, Word::Filled];
    for d in list.0.iter().filter(|d| !allowed.contains(&d.word)) {
        errors.at(&d.name, format!("`{}` has no meaning for a new object", d.name));
    }
    let new = new(kind, list, scope, errors);
    match (list.expr(Word::Len).cloned(), list.get(Word::Filled), list.get(Word::Meta)) {
        (Some(_), _, Some(meta)) => {
            errors.at(&meta.name, "objects made as a list cannot be described; make them one by one");
            Role::Plain
        }
        (Some(count), filled, None) => {
            Role::NewArray { new, count, filled: filled.and_then(Descriptor::arg).cloned() }
        }
        (None, Some(filled), _) => {
            errors.at(&filled.name, "`filled` needs a list: give its `len`");
            Role::Plain
        }
        (None, None, _) => Role::New(new),
    }
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

/// The parameter that `done` names.
fn token(expr: &Expr, registry: usize, scope: &Scope<'_>, errors: &mut Errors) -> Option<usize> {
    let registry = &scope.names.registries[registry];
    let Some(kind) = registry.token else {
        let key = &scope.names.handles[registry.key].name;
        let message = format!(
            "`{0}` has no tokens; declare it as `#[registry(done = PATH)] static {0}: BufRegistry<{key}, TOKEN>;`",
            registry.name
        );
        errors.at(expr, message);
        return None;
    };
    let index = param_named(expr, scope.params);
    let fits = index.is_some_and(|index| {
        let output = scope.params[index].list.get(Word::Output);
        let new = output.is_some_and(|d| d.list.has(Word::New) && !d.list.has(Word::Len));
        new && matches!(&scope.targets[index], Target::Pointer(Pointer { kind: Elem::Handle(k), .. }) if *k == kind)
    });
    if !fits {
        let name = &scope.names.handles[kind].name;
        let message =
            format!("`done` takes an `#[output(new)]` parameter of type `*mut {name}`, the token's type");
        errors.at(expr, message);
        return None;
    }
    index
}
