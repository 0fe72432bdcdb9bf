//! Checks of what a specification means. What rustc reports better on the expansion (prototypes, types, unknown names in
//! expressions) is left to it.

pub(crate) mod costs;
mod inside;
mod record;

use std::collections::BTreeSet;

use syn::Expr;
use syn::ext::IdentExt;

use crate::error::Errors;
use crate::expr::mentioned;
use crate::model::{
    Body, Buffer, CallbackLife, Direction, Elem, Extent, Forwarded, Function, Model, Param, Returns, Role,
    Success,
};

/// Reports mistakes, and marks the functions that have them.
pub(crate) fn check(model: &mut Model, errors: &mut Errors) {
    generated_names(model, errors);
    costs::resources(model, errors);
    record::states(model, errors);
    let made: BTreeSet<usize> = model.functions.iter().flat_map(makes).collect();
    for n in 0..model.functions.len() {
        let before = errors.count();
        let function = &model.functions[n];
        if let Some(forwarded) = function.forwarded() {
            asynchrony(function, forwarded, errors);
            callbacks(function, forwarded, errors);
            inside::check(function, forwarded, model, errors);
            metas(function, forwarded, errors);
            frees(function, model, &made, errors);
            costs::check(function, forwarded, model, errors);
            record::check(function, forwarded, model, errors);
            for param in &function.params {
                if let Some(buffer) = param.buffer() {
                    itself(param, buffer, errors);
                }
            }
            locals(function, forwarded, errors);
            invalids(function, errors);
            tokens(function, errors);
            if order(function).is_none() {
                cycle(function, errors);
            }
        }
        if errors.count() != before {
            model.functions[n].body = Body::Broken;
        }
    }
    number(model);
}

/// Gives the functions that are forwarded their numbers on the wire.
fn number(model: &mut Model) {
    let forwarded = model.functions.iter_mut().filter_map(|f| match &mut f.body {
        Body::Forwarded(forwarded) => Some(forwarded),
        _ => None,
    });
    for (index, forwarded) in forwarded.enumerate() {
        forwarded.index = index;
    }
}

/// No two types of handles share a retain or release function.
fn generated_names(model: &Model, errors: &mut Errors) {
    let mut seen = Vec::new();
    for name in model.handles.iter().flat_map(|h| [&h.retain, &h.release]).flatten() {
        if seen.contains(&name) {
            errors.at(
                name,
                format!(
                    "`{name}` already belongs to another type of handles, or is both `retain` and `release`"
                ),
            );
        }
        seen.push(name);
    }
}

/// Kinds of objects that a function makes.
pub(crate) fn makes(function: &Function) -> Vec<usize> {
    let returned = match &function.returns {
        Returns::Handle(_, Some(new)) => Some(new.kind),
        _ => None,
    };
    function.params.iter().filter_map(|param| param.made().map(|new| new.kind)).chain(returned).collect()
}

fn asynchrony(function: &Function, forwarded: &Forwarded, errors: &mut Errors) {
    let Some(mode) = forwarded.mode.as_ref().filter(|_| forwarded.may_async()) else { return };
    let name = &function.name;
    let value = matches!(forwarded.success, Some(Success::Value(_)));
    let has_success = value
        || matches!(function.returns, Returns::Status(_) | Returns::Nothing | Returns::Handle(_, Some(_)));
    match &forwarded.success {
        Some(Success::Predicate(predicate)) if !has_success => errors.at(
            predicate,
            format!(
                "`{name}` may be asynchronous, and what `ret` is to be does not say what it returns before the vendor has \
                 answered: give the value, `#[success(VALUE)]`, or make the mode `Sync`"
            ),
        ),
        _ if !has_success => errors.at(
            mode,
            format!("what does `{name}` return before the vendor has answered? Add `#[success(EXPR)]`, or make it `Sync`"),
        ),
        _ => {}
    }
    if forwarded.errno {
        errors.at(
            mode,
            format!(
                "`{name}` carries `errno`, which an asynchronous call returns too early for: make the mode `Sync`, or remove \
                 `contextual(errno)`"
            ),
        );
    }
    if forwarded.cached {
        errors.at(
            name,
            format!("`{name}` is `cached`, which needs the vendor's answer; remove it, or the mode `Async`"),
        );
    }
    for param in &function.params {
        if let Role::Callback { lifetime: CallbackLife::Call, .. } = param.role {
            errors.at(
                &param.name,
                format!(
                    "`{name}` may be asynchronous, so `{}` is called after it returned: write `callback(once)` or \
                     `callback(kept)`, or make the mode `Sync`",
                    param.name
                ),
            );
        }
        let Some(buffer) = param.buffer() else { continue };
        let is_status = param.pointer().is_some_and(|p| matches!(p.kind, Elem::Status(_)));
        let single = matches!(buffer.extent, Extent::One);
        if buffer.direction == Direction::In || buffer.deferred.is_some() || is_status && single {
            continue;
        }
        errors.at(
            &param.name,
            format!(
                "`{name}` may be asynchronous, so `{}` is written after it returned: add `deferred(REGISTRY, KEY)`, or `new` \
                 if it is an object, or make the mode `Sync`",
                param.name
            ),
        );
    }
}

/// An answer from the cache calls nobody back.
fn callbacks(function: &Function, forwarded: &Forwarded, errors: &mut Errors) {
    let callback = function.params.iter().find(|param| matches!(param.role, Role::Callback { .. }));
    if let Some(param) = callback.filter(|_| forwarded.cached) {
        let name = &function.name;
        errors.at(&param.name, format!("`{name}` calls back, so it cannot be `cached`; remove that"));
    }
}

/// Whether the guest cannot evaluate a description, as it asks the vendor.
pub(crate) fn is_server_side(meta: &Expr) -> bool {
    let names = mentioned(meta);
    names.contains("vendor") || names.contains("ret")
}

fn metas(function: &Function, forwarded: &Forwarded, errors: &mut Errors) {
    let returned = match &function.returns {
        Returns::Handle(_, new) => new.as_ref(),
        _ => None,
    };
    let metas: Vec<_> = function
        .params
        .iter()
        .filter_map(Param::made)
        .chain(returned)
        .filter_map(|new| new.meta.as_ref())
        .filter(|meta| is_server_side(meta))
        .collect();
    for meta in metas.iter().filter(|_| forwarded.may_async()) {
        errors.at(
            meta,
            "this description comes from the vendor, so the function cannot be asynchronous; make it `Sync`",
        );
    }
    if let [_, second, ..] = metas[..] {
        errors.at(second, "a call can bring one description from the vendor; describe the other object without `vendor` and `ret`");
    }
}

fn frees(function: &Function, model: &Model, made: &BTreeSet<usize>, errors: &mut Errors) {
    for param in &function.params {
        let Role::Handle { kind, frees: true, .. } = param.role else { continue };
        if !made.contains(&kind) {
            let name = &model.handles[kind].name;
            errors.at(
                &param.name,
                format!("this call frees a `{name}`, but no function makes one: mark its maker with `new`"),
            );
        }
    }
}

/// The server evaluates a buffer's expressions before it has the buffer, but for the length of an input.
fn itself(param: &Param, buffer: &Buffer, errors: &mut Errors) {
    let name = param.name.unraw().to_string();
    let uses = |expr: &&Expr| mentioned(*expr).contains(&name);
    let length = buffer.extent.expr().filter(uses);
    let own_length =
        buffer.direction == Direction::In && !buffer.is_tree() && !matches!(buffer.extent, Extent::Cstr(_));
    if let Some(expr) = length.filter(|_| !own_length) {
        errors
            .at(expr, format!("only the length of an `input` may depend on what `{name}` itself points to"));
    }
    let when = buffer.when.iter().chain(buffer.deferred.as_ref().and_then(|d| d.when.as_ref()));
    for expr in when.filter(uses) {
        errors.at(
            expr,
            format!(
                "whether `{name}` is used cannot depend on `{name}`; a null pointer is forwarded as such"
            ),
        );
    }
}

/// The status for an invalid handle is needed before there are any buffers.
fn invalids(function: &Function, errors: &mut Errors) {
    for param in &function.params {
        let Role::Handle { invalid: Some(invalid), .. } = &param.role else { continue };
        let names = mentioned(invalid);
        let late = function.params.iter().find(|other| {
            let known = matches!(other.role, Role::Scalar | Role::Opaque | Role::Handle { .. });
            !known && names.contains(&other.name.unraw().to_string())
        });
        if let Some(late) = late {
            let message = format!(
                "the server decides about `{}` before it has `{}`: let the status depend on scalars and handles",
                param.name, late.name
            );
            errors.at(invalid, message);
        }
    }
}

/// What the server evaluates cannot use what stays in the guest, or is something else in the server.
fn locals(function: &Function, forwarded: &Forwarded, errors: &mut Errors) {
    let locals = function.params.iter().filter_map(|param| {
        let why = match param.role {
            Role::Local => "stays in the guest, and the server evaluates this as well",
            Role::Callback { .. } | Role::Userdata(_) => {
                "is the application's in the guest alone, and the server evaluates this as well"
            }
            _ => return None,
        };
        Some((param.name.unraw().to_string(), why))
    });
    let locals: Vec<_> = locals.collect();
    let metas = function.params.iter().filter_map(|param| param.made()?.meta.as_ref());
    let exprs = function.params.iter().flat_map(shared_exprs);
    for expr in exprs.chain(metas).chain(costs::exprs(forwarded)) {
        let names = mentioned(expr);
        if let Some((local, why)) = locals.iter().find(|(local, _)| names.contains(local)) {
            errors.at(expr, format!("`{local}` {why}"));
        }
    }
}

/// Expressions of a parameter that the server evaluates too.
fn shared_exprs(param: &Param) -> Vec<&Expr> {
    match &param.role {
        Role::Buffer(buffer) => {
            let when = buffer.deferred.as_ref().and_then(|d| d.when.as_ref());
            buffer.exprs().into_iter().chain(when).chain(buffer.filled.as_ref()).collect()
        }
        Role::NewArray { count, filled, .. } => {
            [Some(count), filled.as_ref()].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// The vendor's reference to a token belongs to one buffer.
fn tokens(function: &Function, errors: &mut Errors) {
    let mut seen = Vec::new();
    for param in &function.params {
        let Some(done) = param.buffer().and_then(|b| b.deferred.as_ref()).and_then(|d| d.done) else {
            continue;
        };
        if seen.contains(&done) {
            let name = &function.params[done].name;
            errors.at(
                &param.name,
                format!("another buffer waits for `{name}` already; remove `done` from one of them"),
            );
        }
        seen.push(done);
    }
}

/// Buffers of `function` in an order in which each comes after those that its expressions mention; `None` if there is none.
/// New objects come last: nothing can depend on more than whether they are wanted.
pub(crate) fn order(function: &Function) -> Option<Vec<usize>> {
    let mut left: Vec<usize> = (0..function.params.len())
        .filter(|n| matches!(function.params[*n].role, Role::Buffer(_) | Role::NewArray { .. }))
        .collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let next = left.iter().position(|n| {
            let needs = needs(function, *n);
            !left.iter().any(|other| other != n && needs.contains(other))
        })?;
        ordered.push(left.remove(next));
    }
    Some(ordered)
}

/// Buffers that must be decoded before parameter `n`.
fn needs(function: &Function, n: usize) -> Vec<usize> {
    let mut names = BTreeSet::new();
    match &function.params[n].role {
        Role::Buffer(buffer) => buffer.exprs().into_iter().for_each(|expr| names.extend(mentioned(expr))),
        Role::NewArray { count, .. } => names.extend(mentioned(count)),
        _ => {}
    }
    let named = |param: &Param| names.contains(&param.name.unraw().to_string());
    function.params.iter().enumerate().filter(|(_, param)| named(param)).map(|(i, _)| i).collect()
}

fn cycle(function: &Function, errors: &mut Errors) {
    let in_cycle = (0..function.params.len()).find(|n| reaches(function, *n, *n, &mut BTreeSet::new()));
    if let Some(param) = in_cycle.map(|n| &function.params[n]) {
        let message = format!(
            "the length of `{}` depends on another pointer whose length depends on it; break the cycle, for instance with a \
             function of the scalars behind `with = ..`",
            param.name
        );
        errors.at(&param.name, message);
    }
}

fn reaches(function: &Function, from: usize, to: usize, seen: &mut BTreeSet<usize>) -> bool {
    needs(function, from)
        .into_iter()
        .filter(|next| *next != from)
        .any(|next| next == to || seen.insert(next) && reaches(function, next, to, seen))
}
