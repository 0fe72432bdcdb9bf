//! Callbacks inside structs, and the fields with their user data.

use super::callback::lifetime;
use super::param::Scope;
use crate::descriptor::{Descriptor, as_ident};
use crate::error::Errors;
use crate::expr::spelled;
use crate::model::{CallbackLife, Content, Field};
use crate::vocabulary::Word;

/// `callback(TYPE, LIFETIME)`
pub(super) fn callback(d: &Descriptor, scope: &Scope<'_>, errors: &mut Errors) -> Option<Content> {
    let name = d.arg()?;
    let known = |name: syn::Ident| scope.names.callbacks.iter().position(|c| c.function.name == name);
    let Some(ty) = as_ident(name).and_then(known) else {
        let message = format!(
            "`{}` is no type of callbacks: declare it in an `extern \"callback\"` block, or keep the function in the guest: `local`",
            spelled(name)
        );
        errors.at(name, message);
        return None;
    };
    let life = match d.args.get(1) {
        None => CallbackLife::Kept,
        Some(arg) => as_ident(arg).and_then(|name| lifetime(&name.to_string())).unwrap_or_else(|| {
            errors.at(arg, "expected `call`, `once` or `kept`: for how long may the vendor call it?");
            CallbackLife::Kept
        }),
    };
    let callback = &scope.names.callbacks[ty];
    if let (CallbackLife::Once, true, false) = (life, callback.sound, callback.has_userdata()) {
        errors.at(
            &d.args[1],
            format!(
                "`{}` has no user data by which a registration that ran is known from others; write `kept`",
                callback.function.name
            ),
        );
    }
    Some(Content::Callback { ty, lifetime: life })
}

/// Gives every `userdata(..)` among the fields of a struct its callbacks. Each field comes with what describes it.
pub(super) fn join(
    mut fields: Vec<(Field, &Descriptor)>,
    scope: &Scope<'_>,
    errors: &mut Errors,
) -> Vec<Field> {
    let mut owners = vec![0; fields.len()];
    for n in 0..fields.len() {
        if !matches!(fields[n].0.content, Content::Userdata(_)) {
            continue;
        }
        let owned = owned(n, &fields, scope, errors);
        for callback in &owned {
            owners[*callback] += 1;
            if owners[*callback] == 2 {
                let name = spelled(&fields[*callback].0.path);
                errors.at(&fields[n].1.name, format!("`{name}` has its user data already; remove one"));
            }
        }
        fields[n].0.content = Content::Userdata(owned);
    }
    for ((field, d), owners) in fields.iter().zip(&owners) {
        if let (Some(callback), 0) = (needs_userdata(field, scope), owners) {
            let name = spelled(&field.path);
            let message = format!(
                "the vendor hands a `{callback}` its user data back: say which field of the struct that is, \
                 `field(NAME, userdata({name}))`"
            );
            errors.at(d.arg(), message);
        }
    }
    fields.into_iter().map(|(field, _)| field).collect()
}

/// The name of the callback's type, if the vendor hands such a callback its user data back.
fn needs_userdata<'a>(field: &Field, scope: &'a Scope<'_>) -> Option<&'a syn::Ident> {
    let Content::Callback { ty, .. } = field.content else { return None };
    let callback = &scope.names.callbacks[ty];
    (callback.sound && callback.has_userdata()).then_some(&callback.function.name)
}

/// The callbacks of the user data in field `n`.
fn owned(n: usize, fields: &[(Field, &Descriptor)], scope: &Scope<'_>, errors: &mut Errors) -> Vec<usize> {
    let (field, d) = &fields[n];
    if let Some(when) = d.list.get(Word::When) {
        errors.at(&when.name, "user data is there as often as one of its callbacks: say `when` of those");
    }
    let Some(userdata) = d.list.get(Word::UserdataInside) else { return Vec::new() };
    let mut owned = Vec::new();
    for arg in &userdata.args {
        let name = spelled(arg);
        let named = fields.iter().position(|(other, _)| spelled(&other.path) == name);
        match named.map(|index| (index, &fields[index].0.content)) {
            Some((_, Content::Callback { ty, .. })) if !scope.names.callbacks[*ty].sound => {}
            Some((index, Content::Callback { ty, .. })) => {
                let callback = &scope.names.callbacks[*ty];
                match callback.has_userdata() {
                    true => owned.push(index),
                    false => errors.at(
                        arg,
                        format!(
                            "`{}` has no parameter for user data; mark it there with `#[userdata]`",
                            callback.function.name
                        ),
                    ),
                }
            }
            _ => errors.at(
                arg,
                format!(
                    "`{name}` is no callback of this struct: describe it, `field({name}, callback(TYPE))`"
                ),
            ),
        }
    }
    if userdata.args.is_empty() {
        owned = (0..fields.len()).filter(|n| needs_userdata(&fields[*n].0, scope).is_some()).collect();
        let is_callback = |(field, _): &(Field, _)| matches!(field.content, Content::Callback { .. });
        if owned.is_empty() && !fields.iter().any(is_callback) {
            errors.at(
                &userdata.name,
                format!(
                    "which callback of this struct gets `{}` back? Name it: `userdata(CALLBACK)`",
                    spelled(&field.path)
                ),
            );
        }
    }
    if owned.len() > super::callback::MAX_SHARED {
        errors.at(&userdata.name, "more callbacks share this user data than can be told apart");
    }
    owned
}
