//! The API server's handlers and tables.

use proc_macro2::TokenStream;
use quote::quote;

use super::callback;
use super::expression::{self, Extra, returned_new};
use super::server_param::{Phase, decode, evaluate, views};
use super::{cost, extension, guest, kind, server_param, trees, vendor};
use crate::check::{is_server_side, order};
use crate::model::{Extent, Forwarded, Function, Model, New, Param, Returns, Role};
use crate::names;

/// Everything in `mod server`.
pub(super) fn server(model: &Model) -> TokenStream {
    let table = vendor::table(model);
    let kind_ops = vendor::kind_ops(model);
    let registries = vendor::registries(model);
    let forwarded = || model.functions.iter().filter_map(|f| f.forwarded().map(|forwarded| (f, forwarded)));
    let handlers: TokenStream = forwarded().map(|(f, forwarded)| handler(model, f, forwarded)).collect();
    let dispatch = forwarded().map(|(f, _)| &f.name);
    let (warm_fn, warm) = vendor::warm(model);
    let (callbacks, callback_ops) = (callback::server(model), callback::ops(model));
    let (available_fn, available) = extension::server(model);
    quote! {
        #table
        #warm_fn
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[#(handlers::#dispatch),*],
            registries: #registries,
            kinds: #kind_ops,
            warm: #warm,
            callbacks: #callback_ops,
            available: #available,
        };
        #available_fn
        #callbacks
        fn __load(find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void)
            -> ::std::boxed::Box<__p::server::Vendor>
        {
            ::std::boxed::Box::new(Vendor::load(find))
        }
        mod handlers {
            use super::*;
            #handlers
        }
    }
}

fn handler(model: &Model, f: &Function, forwarded: &Forwarded) -> TokenStream {
    let name = &f.name;
    // An order exists: `check` reported functions that have none.
    let order = order(f).unwrap_or_default();
    // A handle's own status may depend on scalars, and on what is known of handles.
    let scalars = f.params.iter().filter(|p| matches!(p.role, Role::Scalar | Role::Opaque));
    let scalars = scalars.map(|param| decode(model, f, param));
    let handles = f.params.iter().filter(|p| matches!(p.role, Role::Handle { .. } | Role::CastHandle { .. }));
    let handles = handles.map(|param| decode(model, f, param));
    let buffers = order.iter().map(|n| decode(model, f, &f.params[*n]));
    let tickets = f.params.iter().map(|param| server_param::ticket(f, param));
    let news =
        f.params.iter().filter(|p| matches!(p.role, Role::New(_))).map(|param| decode(model, f, param));
    let callbacks = callback::register(model, f);
    let views = views(model, f, forwarded);
    let ret_tree = trees(f).find(|tree| tree.param.is_none()).map(|tree| server_param::tree(f, &tree));
    let ret_place = ret_tree.is_some().then(|| {
        let root = names::root(&super::wire::ret_tree());
        quote!(#root.set(__ret);)
    });
    let send = trees(f).map(|tree| server_param::send(f, &tree));
    let call = cost::around_call(forwarded, &call(f, forwarded));
    let charge = cost::before_call(f, forwarded);
    let freed = f.params.iter().map(|param| freed(model, param)).collect();
    let ok = ok(model, f, forwarded);
    let filled = f.params.iter().map(|param| filled(f, param));
    let metas = f.params.iter().map(|param| param.made().map(|new| meta(model, f, Some(param), new)));
    let meta = returned_new(f).map(|new| meta(model, f, None, new));
    let deferred = f.params.iter().map(|param| defer(f, param));
    let contextual = forwarded.contextuals.iter().map(|c| {
        let registry = c.registry;
        match c.drain {
            Some(key) => {
                let key = names::decoded(&f.params[key].name);
                quote!(if __ok { __call.drain(#registry, __p::RawHandle::to_bits(#key)); })
            }
            None => quote!(__call.poll(#registry);),
        }
    });
    let complete = match &f.returns {
        Returns::Handle(n, Some(_)) => {
            let kind = kind(model, *n);
            quote!(__call.complete_new::<#kind>(__wire.ret_new, __ret, __ok))
        }
        Returns::Handle(n, None) => {
            let kind = kind(model, *n);
            quote!(__call.complete_handle::<#kind>(__ret, __ok))
        }
        Returns::Library(_) => quote!(__call.complete(0, __ok)),
        _ => quote!(__call.complete(__p::Scalar::to_wire(__ret), __ok)),
    };
    let (costs, complete) =
        (cost::after_call(f, forwarded), cost::around_completion(model, f, forwarded, (complete, freed)));
    quote! {
        pub(super) unsafe fn #name(__call: &mut __p::server::Call<'_>) -> Result<(), __p::server::Refusal> {
            unsafe {
                let __wire: wire::#name = __call.args()?;
                let __vendor = __call.vendor::<Vendor>()?;
                #(#scalars)*
                #views
                #(#handles)*
                #(#buffers)*
                #(#tickets)*
                #(#news)*
                #ret_tree
                __call.ready()?;
                #callbacks
                #charge
                #call
                let __ok = #ok;
                #ret_place
                #(#send)*
                #(#filled)*
                #(#metas)*
                #meta
                #(#deferred)*
                #(#contextual)*
                #costs
                #complete
            }
        }
    }
}

/// The call of the vendor, or of the function's body in its place.
fn call(f: &Function, forwarded: &Forwarded) -> TokenStream {
    let args = f.params.iter().map(server_param::argument);
    match forwarded.server_body {
        Some(_) => {
            let body = super::unspanned(&names::expr(&f.name, None, "body"));
            quote!(#body(__vendor, #(#args),*))
        }
        None => {
            let name = &f.name;
            quote!(__vendor.#name(#(#args),*))
        }
    }
}

/// Whether the call did what it should.
fn ok(model: &Model, f: &Function, forwarded: &Forwarded) -> TokenStream {
    if let Some(success) = expression::success(f, forwarded) {
        let success = evaluate(&success, f, Phase::After, |_| TokenStream::new());
        return quote!(__ret == #success);
    }
    if let Some(predicate) = expression::predicate(f, forwarded) {
        return evaluate(&predicate, f, Phase::After, |_| quote!(__ret));
    }
    if let Returns::Status(n) = f.returns {
        let ok = names::constant(&model.statuses[n].name, "ok");
        return quote!(__ret == #ok);
    }
    if let Some((location, status)) = guest::status_location(model, f) {
        let (location, ok) = (names::decoded(location), names::constant(status, "ok"));
        return quote!(#location.ptr::<#status>().read() == #ok);
    }
    match f.returns {
        Returns::Handle(..) => quote!(__p::RawHandle::to_bits(__ret) != 0),
        Returns::Pointer | Returns::Library(_) => quote!(!__ret.is_null()),
        Returns::Nothing | Returns::Status(_) | Returns::Scalar => quote!(true),
    }
}

/// A handle whose object is gone if the call went well.
fn freed(model: &Model, param: &Param) -> TokenStream {
    let Role::Handle { kind: n, frees: true, .. } = param.role else { return TokenStream::new() };
    let (kind, field) = (kind(model, n), &param.name);
    quote!(__call.freed::<#kind>(__wire.#field, __ok);)
}

fn filled(f: &Function, param: &Param) -> TokenStream {
    let Some(filled) = expression::filled(f, param) else { return TokenStream::new() };
    let decoded = names::decoded(&param.name);
    let bytes = evaluate(&filled, f, Phase::After, |_| quote!(__ret));
    quote! {
        if !#decoded.is_null() {
            let __bytes = #bytes;
            __call.filled(#decoded, __bytes);
        }
    }
}

/// Describes the new object behind `param`, or the returned one.
fn meta(model: &Model, f: &Function, param: Option<&Param>, new: &New) -> TokenStream {
    let (Some(source), Some(meta)) = (&new.meta, expression::meta(model, f, param, new)) else {
        return TokenStream::new();
    };
    let kind = kind(model, new.kind);
    let (id, made) = match param {
        Some(param) => {
            let (field, decoded) = (&param.name, names::decoded(&param.name));
            (quote!(__wire.#field), quote!(#decoded.ptr().read()))
        }
        None => (quote!(__wire.ret_new), quote!(__ret)),
    };
    let value = evaluate(&meta, f, Phase::After, |extra| match extra {
        Extra::Vendor => quote!(__vendor),
        _ => made.clone(),
    });
    let set = if is_server_side(source) { quote!(meta) } else { quote!(set_meta) };
    quote! {
        if __ok && #id != 0 {
            let __meta = #value;
            __call.#set::<#kind>(#id, __meta);
        }
    }
}

fn defer(f: &Function, param: &Param) -> TokenStream {
    let Some(deferred) = param.buffer().and_then(|b| b.deferred.as_ref()) else { return TokenStream::new() };
    let (registry, ticket) = (deferred.registry, names::decoded(&names::ticket(&param.name)));
    let key = names::decoded(&f.params[deferred.key].name);
    let token = match deferred.done {
        Some(done) => {
            let done = names::decoded(&f.params[done].name);
            quote!(#done.token())
        }
        None => quote!(0),
    };
    quote!(__call.defer(#registry, __p::RawHandle::to_bits(#key), #token, #ticket, __ok);)
}

/// Whether a buffer is one value without a condition.
pub(super) fn is_single(extent: &Extent) -> bool {
    matches!(extent, Extent::One)
}
