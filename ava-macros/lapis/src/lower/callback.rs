//! Callbacks: their types, and the parameters through which functions take them. And extensions, the other way round: functions
//! that the vendor hands out as pointers.

use syn::ext::IdentExt;

use super::function::{param_named, return_type};
use super::item::Names;
use super::param::{self, Scope};
use crate::descriptor::{Descriptor, List, as_ident};
use crate::error::Errors;
use crate::expr::spelled;
use crate::model::{Body, Callback, CallbackLife, Elem, Function, Param, Returns, Role, Target};
use crate::syntax::{FnItem, Origin, ParamItem};
use crate::vocabulary::{Place, Word, example};

/// What describes memory that the application's function reads.
const READ: [Word; 8] = [
    Word::Len,
    Word::Bytes,
    Word::Cstr,
    Word::Terminated,
    Word::Cast,
    Word::Element,
    Word::Field,
    Word::When,
];

/// What describes memory that it writes.
const WRITTEN: [Word; 5] = [Word::Len, Word::Bytes, Word::Cast, Word::Filled, Word::When];

/// Most callbacks that share one user data.
pub(super) const MAX_SHARED: usize = 8;

/// `extern "callback" { .. }`
pub(super) fn types(items: &[FnItem], names: &mut Names, errors: &mut Errors) {
    for item in items {
        if names.callbacks.iter().any(|known| known.function.name == item.name) {
            errors.at(&item.name, format!("`{}` is given twice; remove one", item.name));
            continue;
        }
        let before = errors.count();
        if let Some(body) = &item.body {
            errors.at(body, "a callback is a type: the application provides the body");
        }
        for d in item.list.0.iter().filter(|d| d.word != Word::Returns) {
            errors
                .at(&d.name, "a callback takes no descriptors but `returns(opaque)`, only its parameters do");
        }
        for (n, param) in item.params.iter().enumerate() {
            if item.params[..n].iter().any(|other| other.name == param.name) {
                errors.at(&param.name, format!("there are two parameters `{}`; rename one", param.name));
            }
        }
        let (roles, returns) = prototype(item, names, errors);
        let params = item.params.iter().zip(roles).map(|(param, role)| Param {
            name: param.name.clone(),
            ty: param.ty.clone(),
            target: Scope::new(&[], names).target(param),
            role,
        });
        let function = Function {
            docs: item.docs.clone(),
            name: item.name.clone(),
            origin: Origin::Callback,
            params: params.collect(),
            ret: item.ret.clone(),
            since: None,
            extension: None,
            status_out: None,
            returns,
            body: Body::Broken,
        };
        let broken_params = item.params.iter().any(|param| param.broken);
        let sound = errors.count() == before && !item.broken && !broken_params && !names.uses_broken(item);
        if !sound {
            names.broken.push(item.name.clone());
        }
        names.callbacks.push(Callback { function, sound });
    }
    if names.callbacks.len() > usize::from(u16::MAX) {
        errors.at(
            &names.callbacks[usize::from(u16::MAX)].function.name,
            "there are too many types of callbacks",
        );
    }
}

/// What a callback's parameters are, and what it returns.
fn prototype(item: &FnItem, names: &Names, errors: &mut Errors) -> (Vec<Role>, Returns) {
    let params: Vec<&ParamItem> = item.params.iter().collect();
    let scope = Scope::new(&params, names);
    if names.uses_broken(item) {
        return (params.iter().map(|_| Role::Plain).collect(), Returns::Nothing);
    }
    let mut roles = Vec::new();
    let mut userdata = false;
    for (param, target) in params.iter().zip(&scope.targets) {
        let role = match (param.list.0.first(), target) {
            (Some(d), _) if d.word == Word::Userdata => {
                if userdata {
                    errors.at(&d.name, "a callback has one user data; describe the other pointer");
                }
                if let Some(arg) = d.arg() {
                    errors.at(arg, "this is the callback itself: write `#[userdata]`");
                }
                userdata = true;
                Role::Userdata(Vec::new())
            }
            (_, Target::Callback(_)) => {
                let message = "a callback that takes a function cannot be forwarded; keep those that are of this type in the \
                               guest: write the type out where it is used, with `#[local]`";
                errors.at(&param.ty, message);
                Role::Plain
            }
            (None, Target::Pointer(_)) => {
                let message = format!(
                    "`{}` is a pointer: say whether the application's function reads it (`#[input(..)]`), writes it \
                     (`#[output(..)]`) or both (`#[inout(..)]`), or that it is what the application registered \
                     (`#[userdata]`)",
                    param.name
                );
                errors.at(&param.name, message);
                Role::Plain
            }
            (Some(d), _) if !allowed(param, target, d, errors) => Role::Plain,
            _ => param::role(param, target, &scope, errors),
        };
        roles.push(role);
    }
    let returns = match &item.ret {
        None => Returns::Nothing,
        Some(ty) => return_type(ty, &List::default(), &scope, errors),
    };
    check_result(item, &returns, errors);
    (roles, returns)
}

/// Reports a result that the vendor cannot get.
fn check_result(item: &FnItem, returns: &Returns, errors: &mut Errors) {
    let described = item.list.get(Word::Returns);
    if let Some(other) = described.iter().flat_map(|d| &d.list.0).find(|d| d.word != Word::Opaque) {
        errors.at(&other.name, "what a callback returns is a value, or a pointer that is `returns(opaque)`");
        return;
    }
    let is_opaque = described.is_some_and(|d| d.list.has(Word::Opaque));
    match returns {
        Returns::Pointer if is_opaque => {}
        Returns::Pointer => errors.at(
            item.ret.as_ref(),
            "a callback returns no memory: if the vendor only hands the pointer back, as an allocator's, write `#[returns(opaque)]` \
             on the callback; else keep those of this type in the guest: `#[local]`",
        ),
        Returns::Handle(..) => errors.at(
            item.ret.as_ref(),
            "a callback returns a number, a status or nothing; keep those of this type in the guest: `#[local]`",
        ),
        _ if is_opaque => errors.at(described.map(|d| &d.name), "only a pointer that is returned can be `opaque`"),
        _ => {}
    }
}

/// Whether a callback's parameter may be described by `d`; a mistake if not.
fn allowed(param: &ParamItem, target: &Target, d: &Descriptor, errors: &mut Errors) -> bool {
    let before = errors.count();
    let name = &param.name;
    if let Target::Pointer(pointer) = target {
        if matches!(d.word, Word::Output | Word::Inout) && !pointer.mutable {
            let message = format!(
                "the application's function cannot write to `{name}`, a const pointer; write `input`"
            );
            errors.at(&d.name, message);
        } else if matches!(d.word, Word::Input | Word::Output | Word::Inout)
            && matches!(pointer.kind, Elem::Void)
            && ![Word::Bytes, Word::Cstr, Word::Len, Word::With].into_iter().any(|word| d.list.has(word))
        {
            let cstr = if d.word == Word::Input { ", or `cstr` for a string" } else { "" };
            errors.at(&d.name, format!("how long is `{name}`? Write `bytes = SIZE`{cstr}"));
        }
    }
    if matches!(d.word, Word::Local | Word::Contextual | Word::Callback) {
        errors.at(
            &d.name,
            format!("`{}` has no meaning in a callback, whose arguments are the vendor's", d.name),
        );
    }
    let (known, allowed): (&[Word], _) = match d.word {
        Word::Input => (&READ, "`len`, `bytes`, `cstr`, `terminated`, `cast`, `element`, `field`, `when`"),
        _ => (&WRITTEN, "`len`, `bytes`, `cast`, `filled`, `when`"),
    };
    for inner in d.list.0.iter().filter(|inner| !known.contains(&inner.word)) {
        let message = format!("`{}` has no meaning here in a callback (allowed: {allowed})", inner.name);
        errors.at(&inner.name, message);
    }
    let is_structured = matches!(target, Target::Pointer(pointer) if matches!(pointer.kind, Elem::Structure));
    if is_structured && matches!(d.word, Word::Output | Word::Inout) {
        errors.at(
            &d.name,
            "the application's function can only read a struct that has pointers inside; write `input`, or keep callbacks of this type in \
             the guest: `#[local]`",
        );
    }
    errors.count() == before
}

/// A parameter with `#[callback(..)]` or `#[userdata(..)]`.
pub(super) fn described(
    param: &ParamItem,
    target: &Target,
    d: &Descriptor,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Role {
    match (d.word, target) {
        (Word::Userdata, _) => userdata(param, d, scope, errors),
        (_, Target::Callback(ty)) => {
            let lifetime = match d.arg() {
                None => Some(CallbackLife::Kept),
                Some(arg) => as_ident(arg).and_then(|name| lifetime(&name.to_string())),
            };
            if lifetime.is_none() {
                errors.at(d.arg(), "expected `call`, `once` or `kept`: for how long may the vendor call it?");
            }
            forwarded(param, *ty, lifetime.unwrap_or(CallbackLife::Kept), scope, errors)
        }
        _ => {
            undeclared(param, errors);
            Role::Plain
        }
    }
}

pub(super) fn lifetime(name: &str) -> Option<CallbackLife> {
    match name {
        "call" => Some(CallbackLife::Call),
        "once" => Some(CallbackLife::Once),
        "kept" => Some(CallbackLife::Kept),
        _ => None,
    }
}

fn undeclared(param: &ParamItem, errors: &mut Errors) {
    let message = format!(
        "`{}` is a callback of a type that is not declared: declare it in an `extern \"callback\"` block and name it here, or \
         keep the callback in the guest: `#[local]`",
        param.name
    );
    errors.at(&param.ty, message);
}

/// The role of a callback that is forwarded, whose own descriptor says `lifetime`.
pub(super) fn forwarded(
    param: &ParamItem,
    ty: Option<usize>,
    mut lifetime: CallbackLife,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Role {
    let Some(ty) = ty else {
        undeclared(param, errors);
        return Role::Plain;
    };
    let Some(n) = scope.params.iter().position(|other| other.name == param.name) else { return Role::Plain };
    let callback = &scope.names.callbacks[ty];
    let owners: Vec<&Descriptor> = scope
        .params
        .iter()
        .filter_map(|other| other.list.get(Word::Userdata).filter(|d| owned(d, scope).contains(&n)))
        .collect();
    let name = &callback.function.name;
    match owners[..] {
        [] if callback.has_userdata() => {
            let message = format!(
                "the vendor hands a `{name}` its user data back: say which parameter that is, `#[userdata({})]`",
                param.name.unraw()
            );
            errors.at(&param.name, message);
        }
        [] if lifetime == CallbackLife::Once => {
            let message = format!(
                "`{name}` has no user data by which a registration that ran is known from others; write `callback(kept)`"
            );
            errors.at(&param.name, message);
        }
        [_, second, ..] => {
            errors.at(&second.name, format!("`{}` has its user data already; remove one", param.name));
        }
        _ => {}
    }
    if let Some(once) = owners.iter().find_map(|d| d.args.iter().find(|arg| is_once(arg))) {
        if param.list.get(Word::Callback).is_some_and(|d| !d.args.is_empty())
            && lifetime != CallbackLife::Once
        {
            errors.at(
                once,
                format!("`{}` is said to stay otherwise; remove `once`, or `callback(..)`", param.name),
            );
        }
        lifetime = CallbackLife::Once;
    }
    let mut keeps = Vec::new();
    if let Some(d) = param.list.get(Word::Callback).and_then(|d| d.list.get(Word::DependsOn)) {
        keeps.extend(d.args.iter().filter_map(|arg| scope.handle(arg, "`depends_on`", errors)));
        if lifetime != CallbackLife::Once {
            errors.at(&d.name, "only of a callback that runs once is known when it is over: write `callback(once, depends_on(..))`");
        }
    }
    Role::Callback { ty, lifetime, keeps }
}

fn is_once(arg: &syn::Expr) -> bool {
    as_ident(arg).is_some_and(|name| name == "once")
}

/// The callbacks of the user data that `d` describes.
fn owned(d: &Descriptor, scope: &Scope<'_>) -> Vec<usize> {
    let is_forwarded = |n: &usize| {
        let declared = matches!(scope.targets[*n], Target::Callback(Some(_)));
        declared && !scope.params[*n].list.has(Word::Local)
    };
    let is_callback = |n: &usize| matches!(scope.targets[*n], Target::Callback(_));
    let named = d.args.iter().filter(|arg| !is_once(arg)).filter_map(|arg| param_named(arg, scope.params));
    let named: Vec<usize> = named.filter(is_callback).collect();
    match named.is_empty() {
        true => (0..scope.params.len())
            .filter(|n| match scope.targets[*n] {
                Target::Callback(Some(ty)) => scope.names.callbacks[ty].has_userdata(),
                _ => false,
            })
            .filter(is_forwarded)
            .collect(),
        false => named.into_iter().filter(is_forwarded).collect(),
    }
}

/// `#[userdata(CALLBACK, .., once)]` on a function's parameter.
fn userdata(param: &ParamItem, d: &Descriptor, scope: &Scope<'_>, errors: &mut Errors) -> Role {
    let is_callback = |n: usize| matches!(scope.targets[n], Target::Callback(_));
    let before = errors.count();
    for (at, arg) in d.args.iter().enumerate() {
        if is_once(arg) {
            if at + 1 != d.args.len() || at == 0 {
                let form = example(Word::Userdata, Place::Param);
                errors.at(arg, format!("name the callback that runs once before `once`, as in `{form}`"));
            }
            continue;
        }
        let found = param_named(arg, scope.params).filter(|n| is_callback(*n));
        let Some(n) = found else {
            errors.at(arg, format!("`{}` is no parameter of a callback's type", spelled(arg)));
            continue;
        };
        if let Target::Callback(Some(ty)) = scope.targets[n] {
            let callback = &scope.names.callbacks[ty];
            if callback.sound && !callback.has_userdata() {
                let name = &callback.function.name;
                errors.at(
                    arg,
                    format!("`{name}` has no parameter for user data; mark it there with `#[userdata]`"),
                );
            }
        }
    }
    if d.args.is_empty() && !(0..scope.targets.len()).any(is_callback) {
        errors.at(
            &d.name,
            "this function has no callback that the data belongs to; declare the callback's type in an `extern \"callback\"` \
             block, or say what the pointer is",
        );
    }
    let owned = owned(d, scope);
    if owned.len() > MAX_SHARED {
        errors.at(&d.name, format!("more than {MAX_SHARED} callbacks share `{}`", param.name));
    }
    match owned.is_empty() || errors.count() != before {
        // It stays with callbacks that stay.
        true => Role::Local,
        false => Role::Userdata(owned),
    }
}

/// Reports `#[extension(..)]` where it cannot be.
pub(super) fn extension(item: &FnItem, errors: &mut Errors) {
    let Some(d) = item.list.get(Word::Extension) else { return };
    if item.origin != Origin::C {
        errors
            .at(&d.name, "only a function of the API is found by `extension`; a server function has a body");
    }
    if let Some(since) = item.list.get(Word::Since) {
        errors.at(&since.name, "an extension is no symbol of the library and has no version; remove `since`");
    }
}
