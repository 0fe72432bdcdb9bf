//! Functions as pointers: those that the vendor hands out instead of exporting them, and those that the guest library hands out.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::{at, counted, fn_type};
use crate::model::{Body, Function, Model};
use crate::names;
use crate::syntax::Origin;

/// Where the author says that extensions are found.
pub(super) fn expressions(model: &Model) -> TokenStream {
    let all = model.functions.iter().filter_map(|f| {
        let expr = f.extension.as_ref()?;
        let (name, ty) = (names::expr(&f.name, None, "extension"), fn_type(f));
        let convert = quote_spanned!(at(expr)=> __p::server::IntoFunction::<#ty>::into_function);
        Some(quote_spanned! {at(expr)=>
            #[allow(unused_unsafe, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
            unsafe fn #name(vendor: &server::Vendor) -> ::core::option::Option<#ty> { unsafe { #convert(#expr) } }
        })
    });
    quote!(#(#all)*)
}

/// The vendor's function, of the table `vendor`: an extension is looked for when it is first needed.
pub(super) fn found(f: &Function, vendor: &TokenStream) -> TokenStream {
    let name = &f.name;
    match f.extension {
        Some(_) => {
            let find = super::unspanned(&names::expr(name, None, "extension"));
            quote!(*#vendor.#name.get_or_init(|| unsafe { #find(#vendor) }))
        }
        None => quote!(#vendor.#name),
    }
}

/// The C functions that are forwarded, which have numbers for asking whether the vendor has them; and the others.
fn functions(model: &Model) -> impl Iterator<Item = &Function> {
    model.functions.iter().filter(|f| f.origin == Origin::C)
}

/// `guest::address` and `guest::is_available`.
pub(super) fn guest(model: &Model) -> TokenStream {
    let own = functions(model).enumerate().filter_map(|(n, f)| {
        let number = match f.body {
            Body::Forwarded(_) => {
                let n = n as u16;
                quote!(Some(#n))
            }
            Body::Local(_) => quote!(::core::option::Option::None),
            Body::Unsupported { .. } | Body::Broken => return None,
        };
        Some((&f.name, number))
    });
    let counted = counted(model).map(|(_, name)| (name, quote!(::core::option::Option::None)));
    let stubs = own.chain(counted).map(|(name, number)| {
        let text = name.unraw().to_string();
        quote!(__p::guest::Stub::new(#text, #name as *const (), #number))
    });
    quote! {
        static STUBS: &[__p::guest::Stub] = &[#(#stubs),*];

        /// The function called `name`, for a replacement that hands out functions as pointers; null if there is none, or the
        /// vendor does not have it.
        pub fn address(name: &::core::ffi::CStr) -> *mut ::core::ffi::c_void {
            __p::guest::address(&CLIENT, STUBS, name)
        }

        /// Whether there is a function called `name`: the API server is asked once for each that is forwarded.
        pub fn is_available(name: &::core::ffi::CStr) -> bool {
            !address(name).is_null()
        }
    }
}

/// The function that says whether the vendor has a function, and the field that names it.
pub(super) fn server(model: &Model) -> (TokenStream, TokenStream) {
    let arms = functions(model).enumerate().filter(|(_, f)| f.forwarded().is_some()).map(|(n, f)| {
        let (n, found) = (n as u16, found(f, &quote!(vendor)));
        quote!(#n => (#found).is_some(),)
    });
    let function = quote! {
        fn __available(vendor: &__p::server::Vendor, function: u16) -> bool {
            let Some(vendor) = vendor.downcast_ref::<Vendor>() else { return false };
            match function {
                #(#arms)*
                _ => false,
            }
        }
    };
    (function, quote!(__available))
}
