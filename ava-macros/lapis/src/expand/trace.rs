//! The log of calls: for every function one that shows its arguments and results. See `ava_core::guest::trace`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Expr, Ident, Type};

use super::expression::{self, elem};
use super::guest::{evaluate, status_location};
use super::guest_param::walk;
use super::{Tree, counted, counted_ret, kind, parameters, ret_type, trees};
use crate::model::{
    Body, Buffer, Content, Direction, Extent, Field, Function, Model, Param, Returns, Role, Target,
};
use crate::names;

/// What a stub does first: if there is a log, the call goes there.
pub(super) fn hook(f: &Function) -> TokenStream {
    let args: Vec<_> = f.params.iter().map(|p| &p.name).map(|name| quote!(#name)).collect();
    hook_of(&f.name, &args)
}

pub(super) fn hook_of(name: &Ident, args: &[TokenStream]) -> TokenStream {
    let name = names::logged(name);
    quote!(if __p::guest::trace::is_on() { return unsafe { traced::#name(#(#args),*) }; })
}

/// `mod traced`.
pub(super) fn traced(model: &Model) -> TokenStream {
    let functions = model.functions.iter().filter_map(|f| function(model, f));
    let counted = counted(model).map(|(n, name)| counting(model, n, name));
    let names = status_names(model);
    quote! {
        /// The functions, as they are when calls are logged.
        pub mod traced {
            use super::*;
            use __p::{meta, ViaDebug as _, ViaNothing as _, ViaWord as _};
            static __STATUSES: &[(i64, &str)] = &[#(#names),*];
            #(#functions)*
            #(#counted)*
        }
    }
}

/// Statuses that the specification names, with their names.
fn status_names(model: &Model) -> Vec<TokenStream> {
    let of_types = model.statuses.iter().flat_map(|s| [&s.ok, &s.lost, &s.refused, &s.unsupported]);
    let of_handles = model.handles.iter().map(|h| &h.invalid);
    let unsupported = model.functions.iter().filter_map(|f| match &f.body {
        Body::Unsupported { value, .. } if is_status(f) => Some(value),
        _ => None,
    });
    let mut seen = std::collections::BTreeSet::new();
    let all = of_types.chain(of_handles).chain(unsupported);
    let named = all.filter_map(|value| {
        let Expr::Path(path) = value else { return None };
        let name = path.path.segments.last()?.ident.unraw().to_string();
        seen.insert(name.clone()).then(|| quote!(((#value) as i64, #name)))
    });
    named.collect()
}

fn is_status(f: &Function) -> bool {
    matches!(f.returns, Returns::Status(_)) || f.status_out.is_some()
}

fn counting(model: &Model, handle: usize, name: &Ident) -> TokenStream {
    let (ty, kind, ret) = (&model.handles[handle].name, kind(model, handle), counted_ret(model));
    let (name, logged, text) = (super::unspanned(name), names::logged(name), name.unraw().to_string());
    let after = model.statuses.first().map(|_| quote!(__call.status(__ret as i64, __STATUSES);));
    quote! {
        #[cold]
        pub unsafe extern "C" fn #logged(handle: #ty) -> #ret {
            unsafe {
                __p::guest::trace::call(
                    &CLIENT,
                    #text,
                    __p::guest::trace::Kind::Local,
                    |__call| __call.handle::<#kind>("handle", handle),
                    || super::#name(handle),
                    |__call, __ret| { #after },
                )
            }
        }
    }
}

fn function(model: &Model, f: &Function) -> Option<TokenStream> {
    let kind = match &f.body {
        Body::Forwarded(forwarded) => {
            let index = forwarded.index as u16;
            quote!(Forwarded(#index))
        }
        Body::Local(_) => quote!(Local),
        Body::Unsupported { .. } => quote!(Unsupported),
        Body::Broken => return None,
    };
    let (name, logged) = (super::unspanned(&f.name), names::logged(&f.name));
    let text = f.name.unraw().to_string();
    let (params, output) = (parameters(f), super::output(f.ret.as_ref()));
    let args = f.params.iter().map(|p| &p.name);
    let checks = f.params.iter().filter_map(|p| match p.role {
        Role::Handle { kind: n, .. } => {
            let (kind, name) = (super::kind(model, n), &p.name);
            Some(quote!(__call.check::<#kind>(#name);))
        }
        _ => None,
    });
    let before = f.params.iter().map(|p| before(model, f, p));
    let result = result(model, f);
    let after = f.params.iter().map(|p| after(model, f, p));
    let returned = trees(f).find(|tree| tree.param.is_none()).map(|tree| {
        let (walk, travels, ty) =
            (walk(model, f, &tree), travels(f, &tree.name, Some(tree.buffer)), &tree.ty);
        quote! {
            let __ret_place = ::core::cell::Cell::<#ty>::new(__ret);
            __call.tree_after("ret", #travels, &|__call, __w| #walk);
        }
    });
    Some(quote! {
        #[cold]
        pub unsafe extern "C" fn #logged(#params) #output {
            unsafe {
                __p::guest::trace::call(
                    &CLIENT,
                    #text,
                    __p::guest::trace::Kind::#kind,
                    |__call| { #(#checks)* #(#before)* },
                    || super::#name(#(#args),*),
                    |__call, __ret| { #result #(#after)* #returned },
                )
            }
        }
    })
}

/// How values of a type are shown.
fn look(ty: &TokenStream) -> TokenStream {
    quote!((&&&__p::Looks::<#ty>::NEW).look())
}

/// Whether a type's name says that its values are sets of bits.
fn is_bits(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let name =
        path.path.segments.last().map(|s| s.ident.unraw().to_string().to_lowercase()).unwrap_or_default();
    ["flag", "bitfield", "mask"].iter().any(|word| name.contains(word)) || name.ends_with("properties")
}

/// How a parameter travels.
fn travels(f: &Function, field: &Ident, buffer: Option<&Buffer>) -> TokenStream {
    let (name, always) = (&f.name, buffer.is_some_and(|buffer| buffer.always || buffer.library));
    let ticket = match buffer.and_then(|buffer| buffer.deferred.as_ref()) {
        Some(_) => {
            let ticket = names::ticket(field);
            quote!(Some(::core::mem::offset_of!(wire::#name, #ticket)))
        }
        None => quote!(None),
    };
    quote!(__p::guest::trace::Travels {
        place: ::core::mem::offset_of!(wire::#name, #field),
        ticket: #ticket,
        always: #always,
    })
}

/// Shows an argument.
fn before(model: &Model, f: &Function, param: &Param) -> TokenStream {
    let (name, text, ty) = (&param.name, param.name.unraw().to_string(), &param.ty);
    match (&param.role, &param.target) {
        (Role::CastHandle { kind: n, .. }, _) => {
            let (kind, bits, look) = (kind(model, *n), super::to_wire(name, ty), look(&quote!(#ty)));
            let handle = quote!(__call.handle::<#kind>(#text, __p::RawHandle::from_bits(#bits)));
            match expression::is_handle(f, param).map(|e| evaluate(&e, model, f)) {
                Some(when) => quote!(if #when { #handle } else { __call.value(#text, #name, #look, false) };),
                None => quote!(#handle;),
            }
        }
        (Role::Buffer(buffer), _) => buffer_before(model, f, param, buffer),
        (_, Target::Handle(n)) => {
            let kind = kind(model, *n);
            quote!(__call.handle::<#kind>(#text, #name);)
        }
        (_, Target::Callback(_)) => {
            let look = look(&quote!(*const u8));
            quote!(__call.value(#text, #name, #look, false);)
        }
        (_, Target::Pointer(_)) => quote!(__call.pointer(#text, #name.cast());),
        (_, Target::Scalar) => {
            let (look, bits) = (look(&quote!(#ty)), is_bits(ty));
            quote!(__call.value(#text, #name, #look, #bits);)
        }
    }
}

fn buffer_before(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    let (name, text) = (&param.name, param.name.unraw().to_string());
    let when = expression::when(f, param, buffer).map(|when| evaluate(&when, model, f));
    let used = |value: TokenStream| match &when {
        Some(when) => quote!(if #when { Some(#value) } else { None }),
        None => quote!(Some(#value)),
    };
    if buffer.is_tree() {
        let walk = walk(model, f, &Tree::of(param, buffer));
        let walk = match &when {
            Some(when) => quote!(if #when { #walk } else { Err(__p::Stop) }),
            None => walk,
        };
        return quote!(__call.tree(#text, #name.cast(), &|__call, __w| #walk););
    }
    if buffer.direction == Direction::Out {
        return quote!(__call.pointer(#text, #name.cast()););
    }
    if let Extent::Cstr(_) = buffer.extent {
        let len = expression::cstr(f, param, buffer).map_or_else(|| quote!(0), |e| evaluate(&e, model, f));
        let len = used(len);
        return quote!(__call.string(#text, #name.cast(), &|__call| #len););
    }
    let (look, layout) = (look_behind(param), used(layout(model, f, param, buffer)));
    quote!(__call.input(#text, #name.cast(), #look, &|__call| #layout);)
}

fn look_behind(param: &Param) -> TokenStream {
    look(&param.pointer().map_or_else(|| quote!(u8), elem))
}

fn layout(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    match expression::layout(model, f, param, buffer) {
        Ok(e) => evaluate(&e, model, f),
        Err(constant) => constant,
    }
}

/// Shows the result.
fn result(model: &Model, f: &Function) -> TokenStream {
    match (&f.returns, &f.ret) {
        (Returns::Status(_), _) => quote!(__call.status(__ret as i64, __STATUSES);),
        (Returns::Handle(n, _), _) => {
            let kind = kind(model, *n);
            quote!(__call.returns_handle::<#kind>(__ret);)
        }
        (_, ret) => {
            let (look, bits) = (look(&ret_type(f)), ret.as_ref().is_some_and(is_bits));
            quote!(__call.returns(__ret, #look, #bits);)
        }
    }
}

/// Shows what a call wrote.
fn after(model: &Model, f: &Function, param: &Param) -> TokenStream {
    let (name, text) = (&param.name, param.name.unraw().to_string());
    if let Some((location, status)) = status_location(model, f)
        && location == name
    {
        return quote!(__call.status_at(#text, #name.cast(), ::core::mem::size_of::<#status>(), __STATUSES););
    }
    if f.forwarded().is_none() {
        return TokenStream::new();
    }
    match &param.role {
        Role::New(new) => {
            let kind = kind(model, new.kind);
            quote!(__call.made::<#kind>(#text, #name.cast());)
        }
        Role::NewArray { new, .. } => {
            let (kind, travels, look) = (kind(model, new.kind), travels(f, name, None), look_behind(param));
            let handles = quote!(__p::Handles::All(<#kind as __p::HandleKind>::KIND));
            quote!(__call.output(#text, #name.cast(), #look, #travels, &|__call| #handles);)
        }
        Role::Buffer(buffer) if buffer.is_tree() => {
            if !comes_back(buffer) {
                return TokenStream::new();
            }
            let (walk, travels) = (walk(model, f, &Tree::of(param, buffer)), travels(f, name, Some(buffer)));
            quote!(__call.tree_after(#text, #travels, &|__call, __w| #walk);)
        }
        Role::Buffer(buffer) => {
            let travels = travels(f, name, Some(buffer));
            match (buffer.direction, &buffer.deferred) {
                (Direction::In, Some(_)) => quote!(__call.flight(#text, #travels);),
                (Direction::In, None) => TokenStream::new(),
                _ => {
                    let (look, layout) = (look_behind(param), layout(model, f, param, buffer));
                    quote!(__call.output(#text, #name.cast(), #look, #travels, &|__call| #layout.handles);)
                }
            }
        }
        _ => TokenStream::new(),
    }
}

/// Whether the vendor may write anything in structured data, as far as the specification's text says.
fn comes_back(buffer: &Buffer) -> bool {
    let inside = |content: &Content| match content {
        Content::Buffer(buffer) => comes_back(buffer),
        Content::Structure => true,
        Content::Handle { .. } | Content::Local | Content::Callback { .. } | Content::Userdata(_) => false,
    };
    buffer.direction != Direction::In
        || buffer.structured
        || buffer.element.as_ref().is_some_and(inside)
        || buffer.fields.iter().any(|Field { content, .. }| inside(content))
}
