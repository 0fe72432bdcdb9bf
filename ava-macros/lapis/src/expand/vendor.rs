//! The vendor's functions as the server finds them.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use super::{at, counted, counted_ret, fn_type, output, parameters};
use crate::model::{Function, Handle, Model, Returns, State};
use crate::names;
use crate::syntax::Origin;

/// `struct Vendor` with a method for every C function.
pub(super) fn table(model: &Model) -> TokenStream {
    let ours = || model.functions.iter().filter(|f| f.origin == Origin::C);
    let names: Vec<&Ident> = ours().map(|f| &f.name).chain(counted(model).map(|(_, name)| name)).collect();
    let counted_types = counted(model).map(|(n, _)| {
        let (ty, ret) = (&model.handles[n].name, counted_ret(model));
        quote!(unsafe extern "C" fn(#ty) -> #ret)
    });
    let is_extension: Vec<bool> =
        ours().map(|f| f.extension.is_some()).chain(counted(model).map(|_| false)).collect();
    let types = ours().map(fn_type).chain(counted_types).zip(&is_extension).map(|(ty, extension)| {
        let found = quote!(::core::option::Option<#ty>);
        if *extension { quote!(::std::sync::OnceLock<#found>) } else { found }
    });
    let symbols = names.iter().zip(&is_extension).map(|(name, extension)| {
        let symbol = c_string(&name.unraw().to_string());
        match extension {
            true => quote!(::std::sync::OnceLock::new()),
            false => quote!(unsafe { ::core::mem::transmute::<*mut ::core::ffi::c_void, _>(find(#symbol)) }),
        }
    });
    let methods: TokenStream = ours().map(|f| method(model, f)).collect();
    let counted_methods: TokenStream = counted(model)
        .map(|(n, name)| {
            let (ty, ret) = (&model.handles[n].name, counted_ret(model));
            let missing = match model.statuses.first() {
                Some(status) => {
                    let unsupported = names::constant(&status.name, "unsupported");
                    quote!(#unsupported)
                }
                None => quote!(()),
            };
            quote! {
                pub unsafe fn #name(&self, handle: #ty) -> #ret {
                    match self.#name {
                        Some(function) => unsafe { function(handle) },
                        None => #missing,
                    }
                }
            }
        })
        .collect();
    quote! {
        /// The vendor's functions; `None` for those that its library does not have.
        pub struct Vendor { #(pub #names: #types),* }

        impl Vendor {
            /// Asks `find` for every function.
            pub fn load(find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void) -> Self {
                Self {
                    #(#names: #symbols),*
                }
            }
            #methods
            #counted_methods
        }
    }
}

fn c_string(text: &str) -> Literal {
    // Names of functions have no zero byte.
    Literal::c_string(&std::ffi::CString::new(text).unwrap_or_default())
}

fn method(model: &Model, f: &Function) -> TokenStream {
    let (name, params, output) = (&f.name, parameters(f), output(f.ret.as_ref()));
    let args = f.params.iter().map(|p| &p.name);
    let missing = missing(model, f);
    let found = super::extension::found(f, &quote!(self));
    quote! {
        pub unsafe fn #name(&self, #params) #output {
            match #found {
                Some(__function) => unsafe { __function(#(#args),*) },
                None => unsafe { #missing },
            }
        }
    }
}

/// What a function returns that the vendor does not have.
fn missing(model: &Model, f: &Function) -> TokenStream {
    if let Returns::Status(n) = f.returns {
        let unsupported = names::constant(&model.statuses[n].name, "unsupported");
        return quote!(#unsupported);
    }
    let report = super::guest::status_location(model, f).map(|(location, status)| {
        let unsupported = names::constant(status, "unsupported");
        quote!(if !#location.is_null() { #location.write(#unsupported); })
    });
    quote!(#report ::core::mem::zeroed())
}

/// What the runtime does with handles of each kind.
pub(super) fn kind_ops(model: &Model) -> TokenStream {
    let ops = model.handles.iter().map(|handle| {
        let op = |name: &Option<Ident>| match name {
            Some(name) => quote!(Some({
                unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                    if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                        unsafe { vendor.#name(__p::RawHandle::from_bits(bits)) };
                    }
                }
                op
            })),
            None => quote!(::core::option::Option::None),
        };
        let (retain, release) = (op(&handle.retain), op(&handle.release));
        let state = state_ops(handle);
        quote!(__p::server::KindOps { retain: #retain, release: #release, state: #state })
    });
    quote!(&[#(#ops),*])
}

/// Wrappers of the functions that `state(..)` names, so that one of another type is an error where the author named it.
pub(super) fn state_functions(handle: &Handle) -> Option<TokenStream> {
    let (State { save, restore }, ty) = (handle.state.as_ref()?, &handle.name);
    let (save_fn, restore_fn) = (names::expr(ty, None, "save"), names::expr(ty, None, "restore"));
    let save = quote_spanned! {at(save)=>
        #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
        unsafe fn #save_fn(vendor: &server::Vendor, object: #ty) -> ::std::vec::Vec<u8> {
            unsafe { #save(vendor, object) }
        }
    };
    let restore = quote_spanned! {at(restore)=>
        #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
        unsafe fn #restore_fn(vendor: &server::Vendor, object: #ty, state: &[u8]) -> bool {
            unsafe { #restore(vendor, object, state) }
        }
    };
    Some(quote!(#save #restore))
}

/// What saves and restores an object, as the runtime calls it.
fn state_ops(handle: &Handle) -> TokenStream {
    if handle.state.is_none() {
        return quote!(::core::option::Option::None);
    }
    let (save_fn, restore_fn) =
        (names::expr(&handle.name, None, "save"), names::expr(&handle.name, None, "restore"));
    quote! {
        Some({
            unsafe fn save(vendor: &__p::server::Vendor, bits: u64) -> ::core::option::Option<::std::vec::Vec<u8>> {
                let vendor = vendor.downcast_ref::<Vendor>()?;
                Some(unsafe { #save_fn(vendor, __p::RawHandle::from_bits(bits)) })
            }
            unsafe fn restore(vendor: &__p::server::Vendor, bits: u64, state: &[u8]) -> bool {
                let Some(vendor) = vendor.downcast_ref::<Vendor>() else { return false };
                unsafe { #restore_fn(vendor, __p::RawHandle::from_bits(bits), state) }
            }
            __p::server::StateOps { save, restore }
        })
    }
}

/// The registries of buffers in flight.
pub(super) fn registries(model: &Model) -> TokenStream {
    let registries = model.registries.iter().map(|registry| {
        let none = quote!(::core::option::Option::None);
        let done = registry.done.as_ref().map_or_else(
            || none.clone(),
            |_| {
                let done = names::expr(&registry.name, None, "done");
                quote!(Some({
                    unsafe fn done(vendor: &__p::server::Vendor, bits: u64) -> __p::Progress {
                        let Some(vendor) = vendor.downcast_ref::<Vendor>() else {
                            return __p::Progress::Running;
                        };
                        unsafe { #done(vendor, __p::RawHandle::from_bits(bits)) }
                    }
                    done
                }))
            },
        );
        let token = registry.token.map_or(none, |token| {
            let token = token as u8;
            quote!(Some(#token))
        });
        quote!(__p::server::RegistryDesc { done: #done, token_kind: #token })
    });
    quote!(&[#(#registries),*])
}

/// The function that warms a server up, and the field that names it.
pub(super) fn warm(model: &Model) -> (TokenStream, TokenStream) {
    if model.header.warm.is_none() {
        return (TokenStream::new(), quote!(::core::option::Option::None));
    }
    let function = quote! {
        unsafe fn __warm_up(vendor: &__p::server::Vendor) {
            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                unsafe { __warm(vendor) };
            }
        }
    };
    (function, quote!(Some(__warm_up)))
}
