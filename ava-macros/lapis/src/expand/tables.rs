//! The tables that describe the API, the checks of prototypes, and what other crates use.

use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::expression::returned_new;
use super::vendor;
use super::wire::ret_new;
use super::{at, cost, counted, counted_ret, fn_type, ret_type};
use crate::model::{Extent, Function, Model, Role};
use crate::names;
use crate::syntax::Origin;

/// Comparisons of every C function's prototype with bindgen's, so that a difference is an error at its name; and wrappers of
/// the author's functions that `api(..)` and `registry(..)` name.
pub(super) fn prototypes(model: &Model) -> TokenStream {
    let functions = exported(model).map(|f| (&f.name, fn_type(f)));
    let counted = counted(model).map(|(n, name)| {
        let (ty, ret) = (&model.handles[n].name, counted_ret(model));
        (name, quote!(unsafe extern "C" fn(#ty) -> #ret))
    });
    let checks = functions.chain(counted).filter_map(|(name, ty)| {
        let header = respanned(model.header.ffi.as_ref()?, at(name));
        Some(quote_spanned!(at(name)=> const _: #ty = #header::#name;))
    });
    let checks: TokenStream = checks.collect();
    let dispatch = model.header.dispatch.as_ref().map(|expr| {
        quote_spanned! {at(expr)=>
            fn __dispatch() -> *const ::core::ffi::c_void { #expr }
        }
    });
    let warm = model.header.warm.as_ref().map(|path| {
        quote_spanned! {at(path)=>
            #[allow(unused_unsafe, clippy::undocumented_unsafe_blocks)]
            unsafe fn __warm(vendor: &server::Vendor) { unsafe { #path(vendor) } }
        }
    });
    let done = model.registries.iter().filter_map(|registry| {
        let (path, token) = (registry.done.as_ref()?, registry.token?);
        let (name, ty) = (names::expr(&registry.name, None, "done"), &model.handles[token].name);
        Some(quote_spanned! {at(path)=>
            #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
            unsafe fn #name(vendor: &server::Vendor, token: #ty) -> __p::Progress {
                unsafe { #path(vendor, token) }.into()
            }
        })
    });
    let states = model.handles.iter().filter_map(vendor::state_functions);
    quote!(#checks #dispatch #warm #(#done)* #(#states)*)
}

/// `tokens`, all of them at `span`.
fn respanned(tokens: &TokenStream, span: Span) -> TokenStream {
    let at_span = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(at_span).collect()
}

/// `static DESC`.
pub(super) fn desc(model: &Model) -> TokenStream {
    let (name, version, libraries) = (&model.header.name, &model.header.version, &model.header.libraries);
    let hash = model.hash.iter().map(|byte| Literal::u8_unsuffixed(*byte));
    let functions = model.functions.iter().filter_map(|f| {
        let (name, text) = (&f.name, f.name.unraw().to_string());
        let forwarded = f.forwarded()?;
        let (may_async, record, costs) =
            (forwarded.may_async(), forwarded.record, cost::at_the_gate(f, forwarded));
        let record_key = forwarded.record_key.iter().map(|n| &f.params[*n].name);
        let deferred = f.params.iter().filter(|p| p.buffer().is_some_and(|b| b.deferred.is_some()));
        let tickets = deferred.map(|p| names::ticket(&p.name));
        let made = f.params.iter().filter_map(|p| match &p.role {
            Role::New(new) => Some((p.name.clone(), new.kind as u8)),
            _ => None,
        });
        let returned = returned_new(f).map(|new| (ret_new(), new.kind as u8));
        let frees = f.params.iter().filter_map(|p| match p.role {
            Role::Handle { kind, frees: true, .. } => Some((p.name.clone(), kind as u8)),
            _ => None,
        });
        let (frees, freed): (Vec<_>, Vec<_>) = frees.unzip();
        let (news, kinds): (Vec<_>, Vec<_>) = made.chain(returned).unzip();
        let params =
            f.params.iter().filter_map(|p| Some((&p.name, length(&p.role)?))).map(|(param, length)| {
                let text = param.unraw().to_string();
                quote!(__p::ParamDesc {
                    name: #text,
                    offset: ::core::mem::offset_of!(wire::#name, #param) as u32,
                    length: #length,
                })
            });
        Some(quote!(__p::FnDesc {
            name: #text,
            args: ::core::mem::size_of::<wire::#name>() as u32,
            may_async: #may_async,
            record: #record,
            record_key: &[#(::core::mem::offset_of!(wire::#name, #record_key) as u32),*],
            tickets: &[#(::core::mem::offset_of!(wire::#name, #tickets) as u32),*],
            news: &[#((::core::mem::offset_of!(wire::#name, #news) as u32, #kinds)),*],
            frees: &[#((::core::mem::offset_of!(wire::#name, #frees) as u32, #freed)),*],
            costs: &[#(#costs),*],
            params: &[#(#params),*],
        }))
    });
    let kinds = model.handles.iter().map(|handle| {
        let (text, invalid) = (handle.name.unraw().to_string(), names::constant(&handle.name, "invalid"));
        let state = handle.state.is_some();
        quote!(__p::KindDesc { name: #text, invalid: #invalid, state: #state })
    });
    let resources = model.resources.iter().map(cost::resource);
    quote! {
        /// Hash of the specification, on which guest and server agree.
        pub const SPEC_HASH: [u8; 16] = [#(#hash),*];
        /// The API as guest, router and server know it.
        pub static DESC: __p::ApiDesc = __p::ApiDesc {
            name: #name,
            version: #version,
            libraries: &[#(#libraries),*],
            spec_hash: SPEC_HASH,
            functions: &[#(#functions),*],
            kinds: &[#(#kinds),*],
            resources: &[#(#resources),*],
        };
    }
}

/// What the author says of a buffer's length.
fn length(role: &Role) -> Option<String> {
    match role {
        Role::Buffer(buffer) => Some(buffer.extent.spelled()),
        Role::NewArray { count, .. } => Some(Extent::Len(count.clone()).spelled()),
        _ => None,
    }
}

/// Functions that are C symbols of the guest library.
fn exported(model: &Model) -> impl Iterator<Item = &Function> {
    model.functions.iter().filter(|f| f.origin == Origin::C && f.extension.is_none())
}

/// Aliases of all types in prototypes.
pub(super) fn abi(model: &Model) -> TokenStream {
    let functions = exported(model).map(|f| {
        let aliases = f.params.iter().enumerate().map(|(n, param)| {
            let (alias, ty) = (names::abi(&f.name, n), &param.ty);
            quote!(pub type #alias = #ty;)
        });
        let (alias, ret) = (names::abi_ret(&f.name), ret_type(f));
        quote!(#(#aliases)* pub type #alias = #ret;)
    });
    let counted = counted(model).map(|(n, name)| {
        let (param, alias, ty, ret) =
            (names::abi(name, 0), names::abi_ret(name), &model.handles[n].name, counted_ret(model));
        quote!(pub type #param = #ty; pub type #alias = #ret;)
    });
    quote!(#(#functions)* #(#counted)*)
}

/// `export_guest!`, which emits the C symbols.
pub(super) fn export(model: &Model) -> TokenStream {
    let module = &model.module;
    let functions = exported(model).map(|f| (&f.name, f.params.len(), f.since.as_ref()));
    let counted = counted(model).map(|(n, name)| (name, 1, model.handles[n].since.as_ref()));
    let symbols = functions.chain(counted).map(|(name, arity, since)| {
        let name = super::unspanned(name);
        let args: Vec<_> = (0..arity).map(|n| quote::format_ident!("a{}", n)).collect();
        let types = (0..arity).map(|n| names::abi(&name, n));
        let ret = names::abi_ret(&name);
        let version = since.map(|since| {
            let directive = format!(".symver {0}, {0}@@@{1}", name.unraw(), since.value());
            quote_spanned!(since.span().resolved_at(Span::call_site())=>
                ::core::arch::global_asm!(#directive);)
        });
        quote! {
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn #name(#(#args: $crate::#module::abi::#types),*) -> $crate::#module::abi::#ret {
                unsafe { $crate::#module::guest::#name(#(#args),*) }
            }
            #version
        }
    });
    quote! {
        /// Emits the C symbols of the guest library. For a crate that is nothing but that library.
        #[macro_export]
        macro_rules! export_guest {
            () => {
                #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
                #[allow(clippy::all, clippy::undocumented_unsafe_blocks)]
                mod exported {
                    #(#symbols)*
                    #[unsafe(no_mangle)]
                    pub static ava_guest_library: [u8; 16] = $crate::#module::SPEC_HASH;
                }
            };
        }
    }
}
