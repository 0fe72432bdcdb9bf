//! Functions: which kind they are, and what they return.

use proc_macro2::TokenStream;
use syn::{Expr, Ident, Type};

use super::buffer::{Owner, buffer, cast};
use super::item::{Names, find_registry};
use super::param::{self, Scope};
use super::{resource, types};
use crate::descriptor::{List, as_ident};
use crate::error::Errors;
use crate::expr::{mentioned, spelled};
use crate::model::{
    Body, Contextual, Direction, Elem, Forwarded, Function, New, Param, Returns, Role, Success, Target,
};
use crate::syntax::{FnItem, Origin, ParamItem};
use crate::vocabulary::{Place, Word};

/// Lowers `item`.
pub(super) fn lower(item: &FnItem, names: &Names, errors: &mut Errors) -> Function {
    let before = errors.count();
    let (pseudo, real): (Vec<_>, Vec<_>) =
        item.params.iter().partition(|param| param.list.has(Word::Contextual));
    let mut seen: Vec<&Ident> = Vec::new();
    for param in &item.params {
        if seen.contains(&&param.name) {
            errors.at(&param.name, format!("there are two parameters `{}`; rename one", param.name));
        }
        seen.push(&param.name);
    }
    let scope = Scope::new(&real, names);
    let since = item.list.text(Word::Since, Place::Function, errors).or_else(|| item.block_since.clone());
    if let (Origin::Server, Some(d)) = (item.origin, item.list.get(Word::Since)) {
        errors.at(&d.name, "a server function is no C symbol and has no version");
    }
    super::callback::extension(item, errors);
    let unsupported = item.list.expr(Word::Unsupported);
    let is_local = item.origin == Origin::C && item.body.is_some();
    let value = unsupported.or(item.block_unsupported.as_ref().filter(|_| !is_local));
    let (roles, returns, body) = if names.uses_broken(item) {
        (plain(real.len()), returns(item, &scope, &mut Errors::default(), false), Body::Broken)
    } else if let Some(value) = value {
        if let (true, Some(body)) = (unsupported.is_some(), &item.body) {
            errors.at(body, "an unsupported function has no body; remove it or `unsupported`");
        }
        let body = Body::Unsupported { value: value.clone(), own: unsupported.is_some() };
        (plain(real.len()), returns(item, &scope, errors, false), body)
    } else if let (true, Some(body)) = (is_local, &item.body) {
        not_forwarded(&item.list, errors);
        (plain(real.len()), returns(item, &scope, errors, false), Body::Local(body.clone()))
    } else {
        let roles = param::roles(&real, &scope, errors);
        let returns = returns(item, &scope, errors, true);
        let body = forward(item, &pseudo, &scope, errors);
        (roles, returns, Body::Forwarded(Box::new(body)))
    };
    let params: Vec<Param> = real
        .iter()
        .zip(roles)
        .map(|(param, role)| Param {
            name: param.name.clone(),
            ty: param.ty.clone(),
            target: scope.target(param),
            role,
        })
        .collect();
    let sound = errors.count() == before && !item.broken && item.params.iter().all(|param| !param.broken);
    Function {
        docs: item.docs.clone(),
        name: item.name.clone(),
        origin: item.origin,
        status_out: status_out(&params, &returns),
        params,
        ret: item.ret.clone(),
        since: since.filter(|_| item.origin == Origin::C && !item.list.has(Word::Extension)),
        extension: item.list.expr(Word::Extension).cloned(),
        returns,
        body: if sound { body } else { Body::Broken },
    }
}

fn plain(n: usize) -> Vec<Role> {
    (0..n).map(|_| Role::Plain).collect()
}

/// Reports what only makes sense for functions that are forwarded.
fn not_forwarded(list: &List, errors: &mut Errors) {
    for d in list.0.iter().filter(|d| !matches!(d.word, Word::Since | Word::Unsupported)) {
        errors.at(
            &d.name,
            format!("a function with a body runs in the guest, where `{}` has no meaning", d.name),
        );
    }
}

/// Where a function that returns no status reports one: the last single output of a status type.
fn status_out(params: &[Param], returns: &Returns) -> Option<usize> {
    if matches!(returns, Returns::Status(_)) {
        return None;
    }
    params.iter().rposition(|param| {
        let to_status =
            param.pointer().is_some_and(|pointer| pointer.mutable && matches!(pointer.kind, Elem::Status(_)));
        let single = match &param.role {
            Role::Buffer(buffer) => {
                buffer.direction == Direction::Out
                    && matches!(buffer.extent, crate::model::Extent::One)
                    && buffer.when.is_none()
            }
            Role::Plain => true,
            _ => false,
        };
        to_status && single
    })
}

fn returns(item: &FnItem, scope: &Scope<'_>, errors: &mut Errors, forwarded: bool) -> Returns {
    let none = List::default();
    let d = item.list.get(Word::Returns);
    let list = d.map_or(&none, |d| &d.list);
    let kind = match &item.ret {
        None => Returns::Nothing,
        Some(ty) => return_type(ty, list, scope, errors),
    };
    let is_handle = matches!(kind, Returns::Handle(..));
    if forwarded && !is_handle && list.has(Word::New) {
        let message = "only an object can be `new`: the return type is none of the specification's `#[handle(..)]` types";
        match &item.ret {
            Some(ty) => errors.at(ty, message),
            None => errors.at(&item.name, message),
        }
    }
    if forwarded && matches!(kind, Returns::Pointer) && !list.has(Word::Opaque) {
        let message = "a returned pointer is the server's: make its type a `#[handle(..)]`, say what it points to and how long that \
                       may be read (`#[returns(cstr, lifetime = Static)]`), give the function a body that runs in the guest, or \
                       write `#[returns(opaque)]` if the application only hands it back";
        match &item.ret {
            Some(ty) => errors.at(ty, message),
            None => errors.at(&item.name, message),
        }
    }
    if !list.has(Word::New) {
        for d in list.0.iter().filter(|d| matches!(d.word, Word::DependsOn | Word::Meta)) {
            errors.at(&d.name, format!("`{}` describes a new object; add `new`", d.name));
        }
    }
    kind
}

pub(super) fn return_type(ty: &Type, list: &List, scope: &Scope<'_>, errors: &mut Errors) -> Returns {
    if let Some(status) = types::status(ty, scope.names) {
        return Returns::Status(status);
    }
    match types::target(ty, scope.names) {
        Target::Handle(kind) => {
            Returns::Handle(kind, list.has(Word::New).then(|| new(kind, list, scope, errors)))
        }
        Target::Pointer(pointer) => match list.0.iter().find(|d| d.word == Word::Lifetime) {
            Some(d) => {
                let pointer = cast(&pointer, list, scope);
                let direction = Direction::Out;
                let owner = Owner {
                    at: &d.name,
                    name: "ret",
                    pointer: Some(&pointer),
                    direction,
                    from_library: true,
                };
                Returns::Library(Box::new(buffer(owner, list, scope, errors)))
            }
            None => Returns::Pointer,
        },
        _ if matches!(types::plain(ty), Type::Tuple(tuple) if tuple.elems.is_empty()) => Returns::Nothing,
        _ => Returns::Scalar,
    }
}

/// An object of `kind` that the call makes, as `list` describes it.
pub(super) fn new(kind: usize, list: &List, scope: &Scope<'_>, errors: &mut Errors) -> New {
    let mut parents = Vec::new();
    for expr in list.get(Word::DependsOn).iter().flat_map(|d| &d.args) {
        parents.extend(scope.handle(expr, "`depends_on`", errors));
    }
    let meta = list.expr(Word::Meta).cloned();
    if let Some(meta) = meta.as_ref().filter(|_| scope.names.handles[kind].meta.is_none()) {
        let name = &scope.names.handles[kind].name;
        errors
            .at(meta, format!("say what is known of a `{name}`: `#[handle(.., meta = TYPE)] type {name};`"));
    }
    New { kind, parents, meta }
}

fn forward(item: &FnItem, pseudo: &[&ParamItem], scope: &Scope<'_>, errors: &mut Errors) -> Forwarded {
    let list = &item.list;
    let costs = resource::costs(list, scope.names, errors);
    let record_key = record_key(list, scope, errors);
    let contextuals = pseudo.iter().filter_map(|param| contextual(param, scope, errors)).collect();
    if item.origin == Origin::Server && item.body.is_none() {
        errors.at(
            &item.name,
            "a server function needs a body: it runs in the API server in place of a vendor function",
        );
    }
    Forwarded {
        index: 0,
        mode: list.expr(Word::Mode).cloned(),
        success: list.expr(Word::Success).cloned().map(|expr| match mentioned(&expr).contains("ret") {
            true => Success::Predicate(expr),
            false => Success::Value(expr),
        }),
        cached: list.has(Word::Cached),
        record: list.has(Word::Record),
        record_key,
        errno: errno(list, errors),
        costs,
        before: hook(list, Word::Before, errors),
        after: hook(list, Word::After, errors),
        server_body: item.body.clone().filter(|_: &TokenStream| item.origin == Origin::Server),
        contextuals,
    }
}

/// `record(PARAM, ..)`
fn record_key(list: &List, scope: &Scope<'_>, errors: &mut Errors) -> Vec<usize> {
    let mut key = Vec::new();
    for expr in list.get(Word::Record).iter().flat_map(|d| &d.args) {
        match param_named(expr, scope.params) {
            Some(param) => key.push(param),
            None => errors.at(
                expr,
                format!("`record` takes the parameters by which a call overwrites an earlier one; there is no `{}`", spelled(expr)),
            ),
        }
    }
    key
}

/// `contextual(errno)`
fn errno(list: &List, errors: &mut Errors) -> bool {
    let Some(expr) = list.expr(Word::Errno) else { return false };
    let known = as_ident(expr).is_some_and(|name| name == "errno");
    if !known {
        errors.at(
            expr,
            "a function carries `contextual(errno)`; what a registry hands back is a parameter of its own: \
             `#[contextual(REGISTRY.drain(handle))] bufs: PendingBuffers`",
        );
    }
    known
}

fn hook(list: &List, word: Word, errors: &mut Errors) -> Option<Expr> {
    let expr = list.expr(word)?;
    if !matches!(expr, Expr::Path(_)) {
        errors.at(expr, "expected the path of a function, which gets the call's arguments");
    }
    Some(expr.clone())
}

/// `contextual(REG.drain(key))` or `contextual(REG.poll())`.
fn contextual(param: &ParamItem, scope: &Scope<'_>, errors: &mut Errors) -> Option<Contextual> {
    for d in param.list.0.iter().filter(|d| d.word != Word::Contextual) {
        errors.at(
            &d.name,
            "buffers that a registry hands back were described when they were deferred; remove this",
        );
    }
    let is_pending = types::last(types::plain(&param.ty)).is_some_and(|name| name == "PendingBuffers");
    if !is_pending {
        errors.at(&param.ty, "a contextual parameter is a `PendingBuffers`; the C function does not have it");
    }
    let form = "write `contextual(REGISTRY.drain(handle))` or `contextual(REGISTRY.poll())`";
    let expr = param.list.expr(Word::Contextual)?;
    let Expr::MethodCall(call) = expr else {
        errors.at(expr, form);
        return None;
    };
    let registry = find_registry(&call.receiver, scope.names, errors)?;
    match (call.method.to_string().as_str(), call.args.len()) {
        ("poll", 0) => Some(Contextual { registry, drain: None }),
        ("drain", 1) => {
            let key = scope.handle(call.args.first()?, "`drain`", errors)?;
            scope.check_key(registry, key, call.args.first()?, errors)?;
            Some(Contextual { registry, drain: Some(key) })
        }
        _ => {
            errors.at(&call.method, form);
            None
        }
    }
}

/// The parameter that `expr` names.
pub(super) fn param_named(expr: &Expr, params: &[&ParamItem]) -> Option<usize> {
    let name = as_ident(expr)?;
    params.iter().position(|param| param.name == name)
}
