//! The guest library's functions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Expr, Ident};

use super::callback;
use super::expression::{self, Expression, returned_new};
use super::wire::{args_value, definition, ret_new, wire_value};
use super::{counted, counted_ret, extension, guest_param, kind, trace, trees};
use crate::check::is_server_side;
use crate::model::{Body, Elem, Forwarded, Function, Model, New, Param, Returns};
use crate::names;

/// Everything in `mod guest`.
pub(super) fn guest(model: &Model) -> TokenStream {
    let dispatch = model.header.dispatch.as_ref();
    let dispatch =
        dispatch.map_or_else(|| quote!(::core::option::Option::None), |_| quote!(Some(__dispatch)));
    let stubs: TokenStream = model.functions.iter().map(|f| stub(model, f)).collect();
    let traced = trace::traced(model);
    let counted: TokenStream = counted(model).map(|(n, name)| counting(model, n, name)).collect();
    let (callbacks, with_callbacks) = callback::guest(model);
    let addresses = extension::guest(model);
    quote! {
        /// The state of the guest library in this process.
        pub static CLIENT: __p::guest::Client = __p::guest::Client::new(&super::DESC, #dispatch) #with_callbacks;
        /// Memory of `size` bytes that the guest and its server share, on which `zerocopy` parameters work without a copy; null if
        /// there is none left, or no server.
        pub fn zerocopy_alloc(size: usize) -> *mut ::core::ffi::c_void {
            __p::guest::zerocopy_alloc(&CLIENT, size)
        }
        /// Takes memory of `zerocopy_alloc` back; whether `ptr` was such.
        pub fn zerocopy_free(ptr: *mut ::core::ffi::c_void) -> bool {
            __p::guest::zerocopy_free(&CLIENT, ptr)
        }
        /// How much memory `zerocopy_alloc` was asked for when it returned `ptr`; `None` if it did not.
        pub fn zerocopy_len(ptr: *mut ::core::ffi::c_void) -> ::core::option::Option<usize> {
            __p::guest::zerocopy_len(&CLIENT, ptr)
        }
        #stubs
        #counted
        #callbacks
        #addresses
        #traced
    }
}

fn stub(model: &Model, f: &Function) -> TokenStream {
    match &f.body {
        Body::Forwarded(forwarded) => forward(model, f, forwarded),
        Body::Local(_) => {
            let (fail, body) = (fail(model, f), names::expr(&f.name, None, "body"));
            let args = f.params.iter().map(|p| &p.name);
            let hook = trace::hook(f);
            let check = check_failed(model, f);
            let run = quote!(#hook __p::guest::local(&CLIENT, #fail, || unsafe {
                let __ret = #body(#(#args),*);
                #check
                __ret
            }));
            definition(f, "Answered in the guest.", &run)
        }
        Body::Unsupported { value, own } => {
            let name = f.name.unraw().to_string();
            let value = unsupported(model, f, value, *own);
            let hook = trace::hook(f);
            let body = quote! {
                #hook
                __p::guest::unsupported(&CLIENT, #name);
                #value
            };
            definition(f, "Not supported: returns an error.", &body)
        }
        Body::Broken => {
            let fail = fail(model, f);
            definition(f, "Its specification has mistakes.", &quote!((#fail)(__p::guest::Fail::Lost)))
        }
    }
}

/// A retain or release function.
fn counting(model: &Model, handle: usize, name: &Ident) -> TokenStream {
    let (ty, kind, ret) = (&model.handles[handle].name, kind(model, handle), counted_ret(model));
    let which = match model.handles[handle].retain.as_ref() == Some(name) {
        true => quote!(__p::guest::retain),
        false => quote!(__p::guest::release),
    };
    let hook = trace::hook_of(name, &[quote!(handle)]);
    let (fail, ok) = match model.statuses.first() {
        Some(status) => {
            let (of, ok) = (names::status_of(&status.name), names::constant(&status.name, "ok"));
            let of = match model.header.failed {
                Some(_) => quote!((|__why: __p::guest::Fail| {
                    __failed(Some(#of(__why) as i64));
                    #of(__why)
                })),
                None => quote!(#of),
            };
            (of, quote!(#ok))
        }
        None => (quote!((|_: __p::guest::Fail| ())), quote!(())),
    };
    quote! {
        /// Counts references in the guest.
        pub unsafe extern "C" fn #name(handle: #ty) -> #ret {
            #hook
            __p::guest::local(&CLIENT, #fail, || match #which::<#kind>(&CLIENT, handle) {
                Ok(()) => #ok,
                Err(why) => #fail(why),
            })
        }
    }
}

/// The status type behind the pointer through which `f` reports.
fn status_behind<'m>(model: &'m Model, param: &Param) -> Option<&'m Ident> {
    match param.pointer()?.kind {
        Elem::Status(n) => Some(&model.statuses[n].name),
        _ => None,
    }
}

/// The location of the status that `f` reports, and the status's type.
pub(super) fn status_location<'m>(model: &'m Model, f: &'m Function) -> Option<(&'m Ident, &'m Ident)> {
    let param = &f.params[f.status_out?];
    Some((&param.name, status_behind(model, param)?))
}

/// A function from a failure to the return value.
fn fail(model: &Model, f: &Function) -> TokenStream {
    let fail = fail_value(model, f);
    let status = match (&f.returns, status_location(model, f), model.statuses.first()) {
        (Returns::Status(n), ..) => names::status_of(&model.statuses[*n].name),
        (_, Some((_, status)), _) => names::status_of(status),
        (.., Some(status)) => names::status_of(&status.name),
        _ => return fail,
    };
    match model.header.failed {
        Some(_) => quote!(|__why: __p::guest::Fail| {
            __failed(Some(#status(__why) as i64));
            (#fail)(__why)
        }),
        None => fail,
    }
}

/// Tells the API's author of a result that is a failure.
fn check_failed(model: &Model, f: &Function) -> TokenStream {
    if model.header.failed.is_none() {
        return TokenStream::new();
    }
    if let Returns::Status(n) = f.returns {
        let ok = names::constant(&model.statuses[n].name, "ok");
        return quote!(if __ret != #ok { __failed(Some(__ret as i64)); });
    }
    let unknown = match f.returns {
        // A body in the guest says itself why it failed.
        _ if f.forwarded().is_none() => TokenStream::new(),
        Returns::Handle(_, Some(_)) | Returns::Pointer => quote!(if __p::RawHandle::to_bits(__ret) == 0 {
            __failed(None);
        }),
        _ => TokenStream::new(),
    };
    match status_location(model, f) {
        Some((location, status)) => {
            let ok = names::constant(status, "ok");
            quote! {
                if #location.is_null() { #unknown } else if #location.read() != #ok {
                    __failed(Some(#location.read() as i64));
                }
            }
        }
        None => unknown,
    }
}

/// The value that a call returns which failed without the vendor.
fn fail_value(model: &Model, f: &Function) -> TokenStream {
    if let Returns::Status(n) = f.returns {
        let of = names::status_of(&model.statuses[n].name);
        return quote!(#of);
    }
    match status_location(model, f) {
        Some((location, status)) => {
            let of = names::status_of(status);
            quote!(|__why: __p::guest::Fail| unsafe {
                if !#location.is_null() {
                    #location.write(#of(__why));
                }
                ::core::mem::zeroed()
            })
        }
        None => quote!(|_: __p::guest::Fail| unsafe { ::core::mem::zeroed() }),
    }
}

/// What an unsupported function does: `value` is its status, or else what it returns if that stands on the function itself.
fn unsupported(model: &Model, f: &Function, value: &Expr, own: bool) -> TokenStream {
    match status_location(model, f) {
        Some((location, _)) => quote! {
            if !#location.is_null() {
                #location.write(#value);
            }
            ::core::mem::zeroed()
        },
        None if own && !matches!(f.returns, Returns::Nothing) || matches!(f.returns, Returns::Status(_)) => {
            quote!(#value)
        }
        None if matches!(f.returns, Returns::Nothing) => TokenStream::new(),
        None => quote!(::core::mem::zeroed()),
    }
}

fn forward(model: &Model, f: &Function, forwarded: &Forwarded) -> TokenStream {
    let name = &f.name;
    let fail = fail(model, f);
    let has_hooks = forwarded.before.is_some() || forwarded.after.is_some();
    let args = has_hooks.then(|| {
        let args = args_value(f);
        quote!(let __args = #args;)
    });
    let before = forwarded.before.as_ref().map(|_| {
        let before = names::expr(name, None, "before");
        quote!(if let Some(__ret) = #before(&__args) { return Ok(__ret); })
    });
    let after = forwarded.after.as_ref().map(|_| {
        let after = names::expr(name, None, "after");
        quote!(let __ret = #after(&__args, __ret);)
    });
    // Handles first: new objects refer to those that they keep alive.
    let (handles, others): (Vec<_>, Vec<_>) =
        f.params.iter().partition(|p| matches!(p.role, crate::model::Role::Handle { .. }));
    let encoded = handles.into_iter().chain(others).map(|param| guest_param::encode(model, f, param));
    let returned = returned_new(f).map(|new| return_new(model, f, new));
    let mode = match expression::mode(f, forwarded) {
        Some(mode) => evaluate(&mode, model, f),
        None => quote!(__p::Mode::Sync),
    };
    let ret_tree = ret_tree(model, f);
    let keeps = super::callback::keeps(f);
    let receive = trees(f).map(|tree| {
        let (name, walk) = (names::tree(&tree.name), guest_param::walk(model, f, &tree));
        quote!(__call.receive(#name, &|__w| #walk)?;)
    });
    let (index, cached, wire) = (forwarded.index as u16, forwarded.cached, wire_value(f));
    let (at_once, answered) = outcomes(model, f, forwarded);
    let check = check_failed(model, f);
    let errno = forwarded.errno.then(|| quote!(__errno.set(__call.errno());));
    let hook = trace::hook(f);
    let body = quote! {
        __p::guest::stub(&CLIENT, #fail, |__call: &mut __p::guest::Call<'_>| {
            #args
            #before
            __call.begin::<wire::#name>();
            #(#encoded)*
            #returned
            #ret_tree
            #keeps
            let __mode = #mode;
            let __wire = #wire;
            let __outcome = __call.submit(#index, __mode, #cached, &__wire)?;
            #errno
            #(#receive)*
            let __ret = match __outcome {
                __p::guest::Outcome::Async => #at_once,
                __p::guest::Outcome::Returned(__bits) => #answered,
            };
            #after
            #check
            Ok(__ret)
        })
    };
    let body = match forwarded.errno {
        true => quote!(__p::guest::with_errno(|__errno| #body)),
        false => body,
    };
    let body = quote!(#hook #body);
    let doc = match forwarded.server_body {
        Some(_) => "Runs in the API server.",
        None => "Forwarded to the API server.",
    };
    definition(f, doc, &body)
}

/// The object that the call returns.
fn return_new(model: &Model, f: &Function, new: &New) -> TokenStream {
    let kind = kind(model, new.kind);
    let parents = parents(f, new);
    let id = names::encoded(&ret_new());
    let meta = new_meta(model, f, None, new);
    quote! {
        let #id = __call.return_new::<#kind>(&[#parents])?;
        #meta
    }
}

/// The library's memory that the call returns.
fn ret_tree(model: &Model, f: &Function) -> Option<TokenStream> {
    let tree = trees(f).find(|tree| tree.param.is_none())?;
    let (encoded, name, ret) = (names::encoded(&tree.name), names::tree(&tree.name), &tree.ty);
    let walk = guest_param::walk(model, f, &tree);
    Some(quote! {
        let __ret_place = ::core::cell::Cell::<#ret>::new(0usize as #ret);
        let (#encoded, #name) = __call.tree(true, &|__w| #walk)?;
    })
}

/// The ids of the objects that a new one keeps alive.
pub(super) fn parents(f: &Function, new: &New) -> TokenStream {
    let parents = new.parents.iter().map(|n| names::encoded(&f.params[*n].name));
    quote!(#(#parents),*)
}

/// Attaches the description of the object minted last.
pub(super) fn new_meta(model: &Model, f: &Function, param: Option<&Param>, new: &New) -> TokenStream {
    let kind = kind(model, new.kind);
    match (&new.meta, expression::meta(model, f, param, new)) {
        (Some(source), _) if is_server_side(source) => quote!(__call.expect_meta::<#kind>();),
        (Some(_), Some(meta)) => {
            let value = evaluate(&meta, model, f);
            quote!(let __meta = #value; __call.new_meta::<#kind>(__meta);)
        }
        _ => TokenStream::new(),
    }
}

/// The results of a call that went on at once, and of one whose answer is there.
fn outcomes(model: &Model, f: &Function, forwarded: &Forwarded) -> (TokenStream, TokenStream) {
    let success = expression::success(f, forwarded).map(|e| evaluate(&e, model, f));
    let zero = quote!(__p::Scalar::from_wire(0));
    let returned = quote!(__p::Scalar::from_wire(__bits));
    let (at_once, answered) = match &f.returns {
        Returns::Handle(n, Some(_)) => {
            let kind = kind(model, *n);
            let made = quote!(__call.returned_new::<#kind>(__outcome));
            (made.clone(), made)
        }
        Returns::Handle(n, None) => {
            let kind = kind(model, *n);
            (success.unwrap_or(zero), quote!(__call.returned_handle::<#kind>(__bits)))
        }
        Returns::Status(n) => {
            let ok = names::constant(&model.statuses[*n].name, "ok");
            (success.unwrap_or(quote!(#ok)), returned)
        }
        Returns::Library(_) => (zero, quote!(__ret_place.get())),
        Returns::Nothing | Returns::Pointer | Returns::Scalar => (success.unwrap_or(zero), returned),
    };
    let at_once = match status_location(model, f).filter(|_| forwarded.may_async()) {
        Some((location, status)) => {
            let ok = names::constant(status, "ok");
            quote!({
                if !#location.is_null() {
                    #location.write(#ok);
                }
                #at_once
            })
        }
        None => at_once,
    };
    (at_once, answered)
}

/// Evaluates an expression in the guest.
pub(super) fn evaluate(e: &Expression, model: &Model, f: &Function) -> TokenStream {
    e.call(|n| guest_param::value(model, &f.params[n]), |_| TokenStream::new())
}
