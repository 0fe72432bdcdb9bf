//! Types: handles, statuses, callbacks, and the constants that belong to them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{at, output};
use crate::model::Model;
use crate::names;

/// Statuses, descriptions and symbols of the types, in the author's scope.
pub(super) fn constants(model: &Model) -> TokenStream {
    let statuses = model.statuses.iter().map(|status| {
        let ty = &status.name;
        let values = [
            ("ok", &status.ok),
            ("lost", &status.lost),
            ("refused", &status.refused),
            ("unsupported", &status.unsupported),
        ];
        let constants = values.map(|(what, value)| {
            let name = names::constant(ty, what);
            quote_spanned!(at(value)=> #[allow(non_upper_case_globals, dead_code)] const #name: #ty = #value;)
        });
        let (of, lost, refused) =
            (names::status_of(ty), names::constant(ty, "lost"), names::constant(ty, "refused"));
        quote! {
            #(#constants)*
            #[allow(non_snake_case, dead_code)]
            fn #of(why: __p::guest::Fail) -> #ty {
                match why {
                    __p::guest::Fail::Lost => #lost,
                    __p::guest::Fail::Refused => #refused,
                    __p::guest::Fail::Status(status) => status as #ty,
                }
            }
        }
    });
    let handles = model.handles.iter().map(|handle| {
        let (invalid, meta) =
            (names::constant(&handle.name, "invalid"), names::constant(&handle.name, "meta"));
        let value = &handle.invalid;
        let ty = handle.meta.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
        quote! {
            #[allow(non_upper_case_globals, clippy::all)]
            const #invalid: i64 = (#value) as i64;
            #[allow(non_camel_case_types, dead_code)]
            type #meta = #ty;
        }
    });
    quote!(#(#statuses)* #(#handles)*)
}

/// What hears of calls that failed, in the author's scope.
pub(super) fn failed(model: &Model) -> TokenStream {
    let Some(path) = &model.header.failed else { return TokenStream::new() };
    quote_spanned!(at(path)=> fn __failed(status: ::core::option::Option<i64>) { #path(status) })
}

/// Aliases of the callbacks' types.
pub(super) fn callbacks(model: &Model) -> TokenStream {
    let aliases = model.callbacks.iter().map(|callback| {
        let f = &callback.function;
        let (name, params, output) = (&f.name, f.params.iter().map(|p| &p.ty), output(f.ret.as_ref()));
        quote! {
            #[allow(non_camel_case_types, missing_docs)]
            pub type #name = ::core::option::Option<unsafe extern "C" fn(#(#params),*) #output>;
        }
    });
    quote!(#(#aliases)*)
}

/// The marker types of the handles.
pub(super) fn kinds(model: &Model) -> TokenStream {
    let kinds = model.handles.iter().zip(0u8..=255).map(|(handle, number)| {
        let name = &handle.name;
        let (invalid, meta) = (names::constant(name, "invalid"), names::constant(name, "meta"));
        // A description without `Default` is an error at its type.
        let default = handle
            .meta
            .as_ref()
            .map_or_else(|| quote!(super::#meta), |ty| quote_spanned!(at(ty)=> super::#meta));
        quote! {
            #[derive(Debug)]
            pub struct #name;
            impl __p::HandleKind for #name {
                type Raw = super::#name;
                type Meta = #default;
                const KIND: u8 = #number;
                const INVALID: i64 = super::#invalid;
                fn default_meta() -> &'static ::std::sync::OnceLock<Self::Meta> {
                    static DEFAULT: ::std::sync::OnceLock<super::#meta> = ::std::sync::OnceLock::new();
                    &DEFAULT
                }
            }
        }
    });
    quote!(#(#kinds)*)
}
