//! Parameters: the role of each, from its type and its descriptors.

use syn::Expr;

use super::buffer::{Owner, buffer, cast};
use super::callback;
use super::function::{new, param_named};
use super::item::Names;
use super::types;
use crate::descriptor::{Descriptor, List};
use crate::error::Errors;
use crate::expr::spelled;
use crate::model::{CallbackLife, Direction, Elem, Pointer, Role, Target};
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
        let mut scope = Self { params, targets: Vec::new(), names };
        scope.targets = params.iter().map(|param| scope.target(param)).collect();
        scope
    }

    /// What a parameter is, as its descriptors see it.
    pub(super) fn target(&self, param: &ParamItem) -> Target {
        let list = [Word::Input, Word::Output, Word::Inout].into_iter().find_map(|word| param.list.get(word));
        match (types::target(&param.ty, self.names), list) {
            (Target::Pointer(pointer), Some(d)) => Target::Pointer(cast(&pointer, &d.list, self)),
            (target, _) => target,
        }
    }

    /// The parameter that `expr` names, if it is a handle or a location for one.
    pub(super) fn object(&self, expr: &Expr) -> Option<usize> {
        let index = param_named(expr, self.params)?;
        let is_object = match &self.targets[index] {
            Target::Handle(_) => true,
            Target::Pointer(Pointer { kind: Elem::Handle(_), .. }) => {
                let output = self.params[index].list.get(Word::Output);
                output.is_some_and(|d| d.list.has(Word::New) && !d.list.has(Word::Len))
            }
            _ => false,
        };
        is_object.then_some(index)
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
        (Word::Handle, Target::Scalar) if d.list.has(Word::Cast) => cast_handle(d, scope, errors),
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
        Target::Callback(ty) => callback::forwarded(param, *ty, CallbackLife::Kept, scope, errors),
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

/// An integer that is a handle, always or under a condition.
fn cast_handle(d: &Descriptor, scope: &Scope<'_>, errors: &mut Errors) -> Role {
    let ty = d.list.get(Word::Cast).and_then(|cast| cast.ty.as_ref());
    let kind = ty.and_then(types::last).and_then(|name| scope.names.handle(name));
    match (kind, ty) {
        (Some(kind), _) => Role::CastHandle {
            kind,
            invalid: d.list.expr(Word::Invalid).cloned(),
            when: d.list.expr(Word::When).cloned(),
        },
        (None, ty) => {
            let ty = ty.map(spelled).unwrap_or_default();
            errors.at(
                &d.name,
                format!("`{ty}` is no type of handles: describe it, `#[handle(..)] type {ty};`"),
            );
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
    let name = param.name.to_string();
    let owner = Owner { at: &d.name, name: &name, pointer: Some(pointer), direction, from_library: false };
    Role::Buffer(Box::new(buffer(owner, list, scope, errors)))
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

/// The parameter that `done` names.
pub(super) fn token(expr: &Expr, registry: usize, scope: &Scope<'_>, errors: &mut Errors) -> Option<usize> {
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
