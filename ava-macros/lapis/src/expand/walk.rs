//! Walks: for every parameter with structured data, and every described struct, the one function that presents its insides. See
//! `ava_core::spec::Walker`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Ident};

use super::expression::{into_len, param_type};
use super::guest_param::opts;
use super::{at, kind};
use crate::expr::{mentioned, spelled};
use crate::model::{Buffer, Content, Direction, Extent, Field, Function, Lifetime, Model};
use crate::names;

/// The parameters that the walk of `buffer` takes, beside the pointer.
pub(super) fn params(f: &Function, owner: &Ident, buffer: &Buffer) -> Vec<usize> {
    let exprs = buffer.exprs();
    let names: BTreeSet<String> =
        exprs.into_iter().chain(buffer.filled.as_ref()).flat_map(mentioned).collect();
    let used = |name: &Ident| name != owner && names.contains(&name.unraw().to_string());
    f.params.iter().enumerate().filter(|(_, p)| used(&p.name)).map(|(n, _)| n).collect()
}

/// The walk behind the pointer `owner` of a function.
pub(super) fn definition(
    model: &Model,
    f: &Function,
    owner: &Ident,
    ty: &TokenStream,
    buffer: &Buffer,
) -> TokenStream {
    let name = names::expr(&f.name, Some(owner), "walk");
    let params = params(f, owner, buffer).into_iter().map(|n| {
        let param = &f.params[n];
        let (name, ty) = (&param.name, param_type(model, param));
        quote!(#name: #ty)
    });
    let body = pointer(model, &quote!(__place), &owner.unraw().to_string(), buffer);
    quote! {
        #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
        fn #name(#(#params,)* __place: *mut #ty, __until: u64, __w: &mut dyn __p::Walker) -> Result<(), __p::Stop> {
            use __p::{meta, Layout, ViaPlain as _, ViaStructure as _, ViaUndescribed as _};
            #body
            Ok(())
        }
    }
}

/// A call of the walk, on the pointer at `place`.
pub(super) fn call(
    f: &Function,
    owner: &Ident,
    buffer: &Buffer,
    place: &TokenStream,
    until: &TokenStream,
    value: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let name = super::unspanned(&names::expr(&f.name, Some(owner), "walk"));
    let values = params(f, owner, buffer).into_iter().map(value);
    quote!(#name(#(#values,)* #place, #until, __w))
}

/// The walks of the described structs.
pub(super) fn structures(model: &Model) -> TokenStream {
    let walks = model.structures.iter().map(|structure| {
        let name = &structure.name;
        let fields = match structure.broken {
            true => TokenStream::new(),
            false => fields(model, &quote!(__this), &structure.fields),
        };
        quote! {
            #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
            impl __p::Structure for #name {
                unsafe fn walk(__this: *mut Self, __w: &mut dyn __p::Walker) -> Result<(), __p::Stop> {
                    use __p::{Layout, ViaPlain as _, ViaStructure as _, ViaUndescribed as _};
                    let __until = 0u64;
                    #fields
                    Ok(())
                }
            }
        }
    });
    quote!(#(#walks)*)
}

/// Presents every field of the struct behind the typed pointer `this`.
fn fields(model: &Model, this: &TokenStream, fields: &[Field]) -> TokenStream {
    let sites = fields.iter().map(|field| {
        let path = &field.path;
        let place = quote_spanned!(at(path)=> unsafe { &raw mut (*#this).#path });
        let site = content(model, &place, &spelled(path), &field.content);
        match &field.when {
            Some(when) => {
                let when = seeing(when, &quote!(#when), this);
                quote!(if #when { #site })
            }
            None => site,
        }
    });
    quote!(#(#sites)*)
}

/// `value` where the struct behind `this` is in scope, if `expr` mentions it. Unions are read as the author says.
fn seeing(expr: &Expr, value: &TokenStream, this: &TokenStream) -> TokenStream {
    match mentioned(expr).contains("this") {
        true => {
            let this_name = Ident::new("this", proc_macro2::Span::call_site());
            quote!({ let #this_name = unsafe { &*#this }; unsafe { #value } })
        }
        false => quote!({ #value }),
    }
}

fn content(model: &Model, place: &TokenStream, name: &str, content: &Content) -> TokenStream {
    match content {
        Content::Buffer(buffer) => pointer(model, place, name, buffer),
        Content::Handle { kind: n, invalid } => {
            let kind = kind(model, *n);
            let invalid = match invalid {
                Some(status) => quote!(Some((#status) as i64)),
                None => quote!(None),
            };
            quote! {{
                let __at: *mut <#kind as __p::HandleKind>::Raw = #place;
                __p::assert_handle::<#kind>();
                __w.handle(__p::Site { name: #name, at: __at.cast() }, <#kind as __p::HandleKind>::KIND, #invalid)?;
            }}
        }
        Content::Structure => quote!(unsafe { __p::walk_structure(#place, __w)?; }),
        Content::Local => quote! {{
            let __at = #place;
            __w.private(__p::Site { name: #name, at: __at.cast() }, __p::size_at(__at))?;
        }},
    }
}

/// Presents the pointer at `place`.
fn pointer(model: &Model, place: &TokenStream, name: &str, buffer: &Buffer) -> TokenStream {
    let direction = match buffer.direction {
        Direction::In => quote!(In),
        Direction::Out => quote!(Out),
        Direction::Inout => quote!(Inout),
    };
    let lifetime = match &buffer.lifetime {
        Lifetime::Call => quote!(Call),
        Lifetime::Manual => quote!(Manual),
        Lifetime::Static => quote!(Static),
        Lifetime::Until(_) => quote!(Until(__until)),
    };
    let extent = extent(buffer);
    let (inner, inner_ref) = inner(model, name, buffer);
    let filled = buffer.filled.as_ref().map(|filled| {
        let len = into_len(filled);
        let scale = match buffer.extent {
            Extent::Len(_) | Extent::One => quote!(.saturating_mul(__size)),
            _ => TokenStream::new(),
        };
        let this = Ident::new("this", proc_macro2::Span::call_site());
        let was = Ident::new("was", proc_macro2::Span::call_site());
        quote! {
            let __filled = |__now: *const u8| -> usize {
                let #was = unsafe { &*__this };
                let #this = unsafe { &*__p::like(__this, __now) };
                unsafe { #len #scale }
            };
        }
    });
    let filled_ref = match filled {
        Some(_) => quote!(Some(&__filled)),
        None => quote!(None),
    };
    let (library, no_copy, frees, opts) = (buffer.library, buffer.no_copy, buffer.frees, opts(buffer));
    quote! {{
        let __place = #place;
        let __size = __p::size_behind(__place);
        let __extent = || -> __p::Extent { #extent };
        #inner
        #filled
        __w.pointer(
            __p::Site { name: #name, at: __place.cast() },
            &__p::Target {
                direction: __p::Direction::#direction,
                extent: &__extent,
                size: __size,
                inner: #inner_ref,
                library: #library,
                lifetime: __p::Lifetime::#lifetime,
                no_copy: #no_copy,
                frees: #frees,
                opts: #opts,
                filled: #filled_ref,
            },
        )?;
    }}
}

/// How the end of a buffer is found.
fn extent(buffer: &Buffer) -> TokenStream {
    let this = quote!(__this);
    let layout = |layout: TokenStream| quote!(__p::Extent::Layout(#layout));
    match &buffer.extent {
        Extent::One if matches!(buffer.lifetime, Lifetime::Manual) && !buffer.library => {
            // What was kept before has the length that it was kept with; a struct has its own.
            quote!(if __p::is_sized(__place) {
                __p::Extent::Layout(Layout::bytes(__size))
            } else {
                __p::Extent::Kept
            })
        }
        Extent::One => layout(quote!(Layout::bytes(__size))),
        Extent::Len(e) => {
            let len = into_len(e);
            let len = seeing(e, &len, &this);
            layout(quote!(Layout::bytes(#len.saturating_mul(__size))))
        }
        Extent::Bytes(e) => {
            let len = into_len(e);
            let len = seeing(e, &len, &this);
            layout(quote!(Layout::bytes(#len)))
        }
        Extent::With(e) => layout(seeing(e, &quote!(#e), &this)),
        Extent::Cstr(None) | Extent::Terminated => quote!(__p::Extent::Terminated),
        Extent::Cstr(Some(e)) => {
            let len = into_len(e);
            let len = seeing(e, &len, &this);
            quote!(match #len {
                0 => __p::Extent::Terminated,
                len => __p::Extent::Layout(Layout::bytes(len)),
            })
        }
    }
}

/// What presents an element's insides, and the reference to it.
fn inner(model: &Model, name: &str, buffer: &Buffer) -> (TokenStream, TokenStream) {
    let index = Ident::new("index", proc_macro2::Span::call_site());
    let body = match &buffer.element {
        Some(element) => {
            let name = format!("{name}[]");
            content(model, &quote!(__element), &name, element)
        }
        None if !buffer.fields.is_empty() => {
            let fields = fields(model, &quote!(__this), &buffer.fields);
            quote!(let __this = __element; #fields)
        }
        // Of a pointer's type inside a struct, only rustc knows what is inside its target.
        None => {
            let probe = quote! {
                let __insides = (&&&__p::probe(__place)).insides();
                let __inner = |__at: *mut u8, _: usize, __w: &mut dyn __p::Walker| match __insides {
                    Some(__walk) => unsafe { __walk(__at, __w) },
                    None => Ok(()),
                };
            };
            let reference = quote!(match __insides {
                Some(_) => Some(&__inner as &__p::Inner<'_>),
                None => None,
            });
            return (probe, reference);
        }
    };
    let inner = quote! {
        let __inner = |__at: *mut u8, #index: usize, __w: &mut dyn __p::Walker| -> Result<(), __p::Stop> {
            let __element = __p::behind(__place, __at);
            #body
            Ok(())
        };
    };
    (inner, quote!(Some(&__inner)))
}
