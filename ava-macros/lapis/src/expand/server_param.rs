//! Parameters in the server: how they are decoded, their values in expressions, and what the vendor gets.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::expression::{self, Expression, Extra, elem};
use super::guest_param::opts;
use super::{Tree, from_wire, kind, walk};
use crate::expr::mentioned;
use crate::model::{Buffer, Direction, Extent, Forwarded, Function, Lifetime, Model, Param, Role, Target};
use crate::names;

/// When an expression is evaluated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// While the call is decoded: a pointer that the application does not want is null, even if the server needs its target.
    Before,
    /// After the vendor returned.
    After,
}

/// Evaluates an expression in the server.
pub(super) fn evaluate(
    e: &Expression,
    f: &Function,
    phase: Phase,
    extra: impl Fn(Extra) -> TokenStream,
) -> TokenStream {
    e.call(|n| value(f, &f.params[n], phase), extra)
}

fn before(e: &Expression, f: &Function) -> TokenStream {
    evaluate(e, f, Phase::Before, |_| TokenStream::new())
}

/// A parameter inside an expression.
fn value(f: &Function, param: &Param, phase: Phase) -> TokenStream {
    let (name, decoded) = (&param.name, names::decoded(&param.name));
    let Target::Pointer(pointer) = &param.target else {
        return match (&param.role, &param.target) {
            (Role::Local, _) => argument(param),
            (Role::Handle { .. }, Target::Handle(_)) => {
                let arg = names::handle_arg(name);
                quote!(#arg)
            }
            _ => quote!(#decoded),
        };
    };
    let elem = elem(pointer);
    let null = quote!(__p::Ptr::<#elem>::new(::core::ptr::null(), 0));
    match (&param.role, phase) {
        (Role::Opaque, _) => quote!(#decoded),
        (Role::Local | Role::Plain, _) => argument(param),
        (Role::New(_), Phase::Before) => quote! {
            if __wire.#name == 0 { #null } else {
                __p::Ptr::<#elem>::new(::core::ptr::NonNull::dangling().as_ptr(), 0)
            }
        },
        (Role::New(_), Phase::After) => quote!(__p::Ptr::<#elem>::new(#decoded.ptr(), 1)),
        (_, Phase::Before) if is_forced(f, param) => {
            quote!(if __wire.#name.is_null() { #null } else { #decoded.view::<#elem>() })
        }
        _ => quote!(#decoded.view::<#elem>()),
    }
}

/// Descriptions of the handles that expressions mention: each is looked up once.
pub(super) fn views(model: &Model, f: &Function, forwarded: &Forwarded) -> TokenStream {
    let used: Vec<usize> =
        expression::all(model, f, forwarded).iter().flat_map(|e| e.params().to_vec()).collect();
    let handles = f.params.iter().enumerate().filter(|(n, _)| used.contains(n));
    let views = handles.filter_map(|(_, param)| match param.role {
        Role::Handle { kind: n, .. } => {
            let (arg, field, kind) = (names::handle_arg(&param.name), &param.name, kind(model, n));
            Some(quote!(let #arg = __call.handle_arg::<#kind>(__wire.#field);))
        }
        _ => None,
    });
    quote!(#(#views)*)
}

/// Whether the server needs a location even if the application passed none.
fn is_forced(f: &Function, param: &Param) -> bool {
    forced(f, param).is_some()
}

/// When the server needs a location that the application did not pass: it asks what the vendor wrote there.
fn forced(f: &Function, param: &Param) -> Option<TokenStream> {
    let buffer = param.buffer().filter(|buffer| buffer.direction == Direction::Out)?;
    if f.status_out.is_some_and(|n| f.params[n].name == param.name) {
        return Some(quote!(true));
    }
    if !super::server::is_single(&buffer.extent) {
        return None;
    }
    let name = param.name.unraw().to_string();
    let askers: Vec<_> = f
        .params
        .iter()
        .filter(|other| {
            let filled = match &other.role {
                Role::Buffer(buffer) => buffer.filled.as_ref(),
                Role::NewArray { filled, .. } => filled.as_ref(),
                _ => None,
            };
            filled.is_some_and(|filled| mentioned(filled).contains(&name))
        })
        .map(|other| &other.name)
        .collect();
    (!askers.is_empty()).then(|| quote!(#(!__wire.#askers.is_null())||*))
}

/// Decodes a parameter into its variable.
pub(super) fn decode(model: &Model, f: &Function, param: &Param) -> TokenStream {
    let (name, decoded) = (&param.name, names::decoded(&param.name));
    match &param.role {
        // Callbacks are registered once everything is decoded.
        Role::Plain | Role::Local | Role::Callback { .. } | Role::Userdata(_) => TokenStream::new(),
        Role::Scalar | Role::Opaque => {
            let value = from_wire(&param.ty, &quote!(__wire.#name));
            quote!(let #decoded = #value;)
        }
        Role::Handle { kind: n, .. } => {
            let kind = kind(model, *n);
            match expression::invalid(f, param) {
                Some(invalid) => {
                    let invalid = before(&invalid, f);
                    quote!(let __invalid = #invalid; let #decoded = __call.handle_or::<#kind>(__wire.#name, __invalid)?;)
                }
                None => quote!(let #decoded = __call.handle::<#kind>(__wire.#name)?;),
            }
        }
        Role::CastHandle { kind: n, .. } => {
            let (kind, ty) = (kind(model, *n), &param.ty);
            let plain = from_wire(ty, &quote!(__wire.#name));
            let bits = quote!(__p::RawHandle::to_bits(__call.handle::<#kind>(__wire.#name)?));
            let translated = from_wire(ty, &bits);
            match expression::is_handle(f, param).map(|e| before(&e, f)) {
                // The condition may not look at the value itself, which differs between the two sides.
                Some(when) => quote!(let #decoded: #ty = if #when { #translated } else { #plain };),
                None => quote!(let #decoded: #ty = #translated;),
            }
        }
        Role::New(new) => {
            let kind = kind(model, new.kind);
            let tickets = f.params.iter().filter_map(|other| {
                let done = other.buffer()?.deferred.as_ref()?.done?;
                (f.params[done].name == param.name).then(|| names::decoded(&names::ticket(&other.name)))
            });
            let mut force = quote!(#(#tickets != 0)||*);
            if force.is_empty() {
                force = quote!(false);
            }
            quote!(let #decoded = __call.new_handle::<#kind>(__wire.#name, #force)?;)
        }
        Role::NewArray { new, .. } => {
            let kind = kind(model, new.kind);
            let count = expression::count(f, param).map(|e| before(&e, f));
            quote! {
                let __count = #count;
                let #decoded = __call.new_handles::<#kind>(__wire.#name, __count)?;
            }
        }
        Role::Buffer(buffer) if buffer.is_tree() => tree(f, &Tree::of(param, buffer)),
        Role::Buffer(buffer) => {
            let used = used(model, f, param, buffer);
            match expression::when(f, param, buffer) {
                Some(when) => {
                    let when = before(&when, f);
                    quote!(let #decoded = if #when { #used } else { __call.unused(__wire.#name)? };)
                }
                None => quote!(let #decoded = { #used };),
            }
        }
    }
}

/// A buffer that the call uses.
fn used(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    let (name, opts) = (&param.name, opts(buffer));
    if let Extent::Cstr(_) = buffer.extent {
        let len = string_len(f, param, buffer);
        return quote!(let __len = #len; __call.cstr(__wire.#name, __len)?);
    }
    if buffer.direction == Direction::In {
        let layout = layout(model, f, param, buffer, Some(quote!(__own)));
        let elem = param.pointer().map_or_else(|| quote!(u8), elem);
        let names_itself =
            buffer.exprs().into_iter().any(|e| mentioned(e).contains(&name.unraw().to_string()));
        let own = names_itself.then(|| {
            quote! {
                let __len = __wire.#name.len() / ::core::mem::size_of::<#elem>().max(1);
                let __own = __p::Ptr::<#elem>::new(__raw.as_ptr().cast(), __len);
            }
        });
        return quote!(__call.input(__wire.#name, #opts, |__raw| { #own #layout })?);
    }
    // The length of a buffer that is not there may make no sense.
    let layout = layout(model, f, param, buffer, None);
    let null = quote!(__wire.#name.is_null());
    match (buffer.direction, forced(f, param)) {
        (Direction::Inout, _) => quote! {
            let __layout = if #null { __p::Layout::bytes(0) } else { #layout };
            __call.inout(__wire.#name, &__layout, #opts)?
        },
        (_, None) => quote! {
            let __layout = if #null { __p::Layout::bytes(0) } else { #layout };
            __call.output(__wire.#name, &__layout, #opts)?
        },
        (_, Some(forced)) => quote! {
            let __layout = #layout;
            if #forced {
                __call.output_forced(__wire.#name, &__layout, #opts)?
            } else {
                __call.output(__wire.#name, &__layout, #opts)?
            }
        },
    }
}

/// Decodes structured data.
pub(super) fn tree(f: &Function, tree: &Tree<'_>) -> TokenStream {
    let (name, ty, always) = (&tree.name, &tree.ty, tree.buffer.always || tree.param.is_none());
    let (decoded, root) = (names::decoded(name), names::root(name));
    let walk = tree_walk(f, tree);
    let used = quote!(__call.tree(__wire.#name, #always, &|__w| #walk)?);
    let when =
        tree.param.and_then(|param| expression::when(f, param, tree.buffer)).map(|when| before(&when, f));
    let value = match when {
        Some(when) => quote!(if #when { #used } else {
            let __unused = __call.unused(__wire.#name)?;
            #root.set(__unused.ptr::<u8>() as usize as #ty);
            __p::server::Tree::unused(__unused)
        }),
        None => used,
    };
    // A cell, as the walk sets it.
    quote!(let #root = ::core::cell::Cell::<#ty>::new(0usize as #ty); let #decoded = #value;)
}

/// What goes back of structured data.
pub(super) fn send(f: &Function, tree: &Tree<'_>) -> TokenStream {
    let (decoded, walk) = (names::decoded(&tree.name), tree_walk(f, tree));
    quote!(__call.send_tree(#decoded, __ok, &|__w| #walk)?;)
}

fn tree_walk(f: &Function, tree: &Tree<'_>) -> TokenStream {
    let root = names::root(&tree.name);
    let until = match &tree.buffer.lifetime {
        Lifetime::Until(Some(n)) => {
            let field = &f.params[*n].name;
            quote!(__wire.#field)
        }
        Lifetime::Until(None) if super::expression::returned_new(f).is_some() => quote!(__wire.ret_new),
        _ => quote!(0),
    };
    let place = quote!(#root.as_ptr());
    walk::call(f, &tree.name, tree.buffer, &place, &until, |n| value(f, &f.params[n], Phase::Before))
}

fn string_len(f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    expression::cstr(f, param, buffer).map_or_else(|| quote!(0), |len| before(&len, f))
}

/// A buffer's layout; `own` is the buffer itself, if its bytes are there already.
fn layout(
    model: &Model,
    f: &Function,
    param: &Param,
    buffer: &Buffer,
    own: Option<TokenStream>,
) -> TokenStream {
    let e = match expression::layout(model, f, param, buffer) {
        Ok(e) => e,
        Err(constant) => return constant,
    };
    e.call(
        |n| match &own {
            Some(own) if f.params[n].name == param.name => own.clone(),
            _ => value(f, &f.params[n], Phase::Before),
        },
        |_| TokenStream::new(),
    )
}

/// The ticket of a deferred buffer: 0 if it is not deferred in this call. Whether it is does not depend on the guest's word.
pub(super) fn ticket(f: &Function, param: &Param) -> TokenStream {
    let Some(buffer) = param.buffer().filter(|b| b.deferred.is_some()) else { return TokenStream::new() };
    let (decoded, field) = (names::decoded(&param.name), names::ticket(&param.name));
    let ticket = names::decoded(&field);
    let when = expression::deferred_when(f, param, buffer).map(|when| {
        let when = before(&when, f);
        quote!(#when &&)
    });
    quote! {
        let #ticket = if #when !#decoded.is_null() { __wire.#field.max(__p::wire::TICKET_NOBODY) } else { 0 };
    }
}

/// What the vendor gets.
pub(super) fn argument(param: &Param) -> TokenStream {
    let decoded = names::decoded(&param.name);
    match (&param.role, &param.target) {
        (Role::Local | Role::Plain, Target::Callback(_)) => quote!(::core::option::Option::None),
        (Role::Local | Role::Plain, _) => quote!(__p::Scalar::from_wire(0)),
        (Role::New(_), _) => quote!(#decoded.ptr()),
        (Role::Buffer(buffer), _) if buffer.is_tree() => {
            let root = names::root(&param.name);
            quote!(#root.get().cast())
        }
        (Role::Buffer(_) | Role::NewArray { .. }, Target::Pointer(pointer)) => {
            let elem = &pointer.elem;
            quote!(#decoded.ptr::<#elem>())
        }
        _ => quote!(#decoded),
    }
}
