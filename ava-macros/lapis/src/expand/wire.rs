//! The argument structs: as hooks see them, and as they travel.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::expression::returned_new;
use super::parameters;
use crate::model::{Body, Function, Model, Returns, Role};
use crate::names;

/// The structs that hooks get.
pub(super) fn args(model: &Model) -> TokenStream {
    let has_hooks = |f: &&Function| match &f.body {
        Body::Forwarded(forwarded) => forwarded.before.is_some() || forwarded.after.is_some(),
        // Hooks of a broken function still refer to its arguments.
        Body::Broken => true,
        Body::Local(_) | Body::Unsupported { .. } => false,
    };
    let structs = model.functions.iter().filter(has_hooks).map(|f| {
        let (name, types) = (&f.name, f.params.iter().map(|p| &p.ty));
        let fields = f.params.iter().map(|p| &p.name);
        quote! {
            #[derive(Clone, Copy)]
            pub struct #name { #(pub #fields: #types),* }
        }
    });
    quote!(#(#structs)*)
}

/// A function's arguments for its hooks.
pub(super) fn args_value(f: &Function) -> TokenStream {
    let (name, fields) = (&f.name, f.params.iter().map(|p| &p.name));
    quote!(args::#name { #(#fields),* })
}

/// The structs that travel.
pub(super) fn wire(model: &Model) -> TokenStream {
    let structs = model.functions.iter().filter(|f| f.forwarded().is_some()).map(|f| {
        let name = &f.name;
        let (fields, types): (Vec<_>, Vec<_>) = fields(f).into_iter().unzip();
        quote! {
            #[derive(Clone, Copy, __p::zerocopy::FromBytes, __p::zerocopy::IntoBytes, __p::zerocopy::KnownLayout,
                __p::zerocopy::Immutable)]
            #[zerocopy(crate = "::ava_core::__private::zerocopy")]
            #[repr(C)]
            pub struct #name { #(pub #fields: #types),* }
        }
    });
    quote!(#(#structs)*)
}

/// The fields of the struct that travels.
fn fields(f: &Function) -> Vec<(Ident, TokenStream)> {
    let mut fields = Vec::new();
    for param in &f.params {
        match &param.role {
            Role::Plain | Role::Local => {}
            Role::Scalar
            | Role::Handle { .. }
            | Role::CastHandle { .. }
            | Role::Opaque
            | Role::New(_)
            | Role::Callback { .. }
            | Role::Userdata(_) => {
                fields.push((param.name.clone(), quote!(u64)));
            }
            Role::NewArray { .. } => fields.push((param.name.clone(), quote!(__p::BufRef))),
            Role::Buffer(buffer) => {
                fields.push((param.name.clone(), quote!(__p::BufRef)));
                if buffer.deferred.is_some() {
                    fields.push((names::ticket(&param.name), quote!(u64)));
                }
            }
        }
    }
    if returned_new(f).is_some() {
        fields.push((ret_new(), quote!(u64)));
    }
    if let Returns::Library(_) = f.returns {
        fields.push((ret_tree(), quote!(__p::BufRef)));
    }
    fields
}

/// The field with the library's memory that the call returns.
pub(super) fn ret_tree() -> Ident {
    Ident::new("ret_tree", proc_macro2::Span::call_site())
}

/// The field with the id of the object that the call returns.
pub(super) fn ret_new() -> Ident {
    Ident::new("ret_new", proc_macro2::Span::call_site())
}

/// The struct that travels, made of the encoded parameters.
pub(super) fn wire_value(f: &Function) -> TokenStream {
    let name = &f.name;
    let fields = fields(f).into_iter().map(|(field, _)| {
        let value = names::encoded(&field);
        quote!(#field: #value)
    });
    quote!(wire::#name { #(#fields),* })
}

/// A C function's definition around `body`.
pub(super) fn definition(f: &Function, doc: &str, body: &TokenStream) -> TokenStream {
    let (docs, name, params, output) = (&f.docs, &f.name, parameters(f), super::output(f.ret.as_ref()));
    let gap = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    quote! {
        #(#docs)*
        #gap
        #[doc = #doc]
        pub unsafe extern "C" fn #name(#params) #output {
            unsafe { #body }
        }
    }
}
