//! Walks: for every parameter with structured data, and every described struct, the one function that presents its insides. See
//! `ava_core::spec::Walker`.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Ident};

use super::expression::{into_len, param_type};
use super::guest_param::opts;
use super::{at, kind};
use crate::expr::{mentioned, spelled};
use crate::model::{Buffer, CallbackLife, Content, Direction, Extent, Field, Function, Lifetime, Model};
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
    let body = pointer(model, &quote!(__place), &owner.unraw().to_string(), at(owner), buffer);
    quote! {
        #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
        fn #name(#(#params,)* __place: *mut #ty, __until: u64, __w: &mut dyn __p::Walker) -> Result<(), __p::Stop> {
            use __p::{meta, Layout, ViaDebug as _, ViaNothing as _, ViaPlain as _, ViaStructure as _, ViaWord as _};
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
        let this = Ident::new("this", Span::call_site());
        let (walks, sizes): (Vec<_>, Vec<_>) = structure
            .variants
            .iter()
            .map(|variant| {
                let (ty, when) = (&variant.ty, &variant.when);
                let walk = quote! {
                    // In a list, elements are as large as their type says, whatever is in them.
                    if __w.room(__this.cast()) >= ::core::mem::size_of::<#ty>()
                        && { let #this = unsafe { &*__this }; unsafe { #when } }
                    {
                        let __at = &raw mut __variant as *mut *mut #ty;
                        if let Some(__inside) = (&__p::probe(__at)).variant() {
                            unsafe { (__inside.walk)(__this.cast(), __w)?; }
                        }
                    }
                };
                let size = quote!(if unsafe { #when } { return ::core::mem::size_of::<#ty>(); });
                (walk, size)
            })
            .unzip();
        let variable = (!walks.is_empty()).then(|| quote!(let mut __variant: *mut Self = __this;));
        let size = (!sizes.is_empty()).then(|| {
            quote! {
                fn size(#this: __p::Ptr<'_, Self>) -> usize {
                    #(#sizes)*
                    ::core::mem::size_of::<Self>()
                }
            }
        });
        quote! {
            #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
            impl __p::Structure for #name {
                unsafe fn walk(__this: *mut Self, __w: &mut dyn __p::Walker) -> Result<(), __p::Stop> {
                    use __p::{Layout, ViaDebug as _, ViaNothing as _, ViaPlain as _, ViaStructure as _, ViaVariant as _, ViaWord as _};
                    let __until = 0u64;
                    #fields
                    #variable
                    #(#walks)*
                    Ok(())
                }
                #size
            }
        }
    });
    quote!(#(#walks)*)
}

/// Presents every field of the struct behind the typed pointer `this`.
fn fields(model: &Model, this: &TokenStream, fields: &[Field]) -> TokenStream {
    let sites = fields.iter().map(|field| {
        let path = &field.path;
        let site = match &field.content {
            Content::Callback { .. } | Content::Userdata(_) => return functions(model, this, fields, field),
            other => content(model, &place(this, path), &spelled(path), at(path), other),
        };
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

/// The address of a field of the struct behind `this`.
fn place(this: &TokenStream, path: &Expr) -> TokenStream {
    quote_spanned!(at(path)=> unsafe { &raw mut (*#this).#path })
}

/// Presents callbacks together with their user data, where that stands; one without user data where it stands itself.
fn functions(model: &Model, this: &TokenStream, all: &[Field], field: &Field) -> TokenStream {
    let (owned, userdata) = match &field.content {
        Content::Userdata(owned) => {
            let (name, at) = (spelled(&field.path), place(this, &field.path));
            let site = quote! {{
                let __at = #at;
                __p::assert_userdata(__at);
                Some(__p::Site { name: #name, at: __at.cast() })
            }};
            (owned.iter().filter_map(|n| all.get(*n)).collect(), site)
        }
        Content::Callback { ty, .. } if model.callbacks[*ty].has_userdata() => return TokenStream::new(),
        _ => (vec![field], quote!(::core::option::Option::None)),
    };
    let functions = owned.iter().filter_map(|field| {
        let Content::Callback { ty, .. } = field.content else { return None };
        let (alias, number) = (super::unspanned(&model.callbacks[ty].function.name), ty as u16);
        let (name, at) = (spelled(&field.path), place(this, &field.path));
        let there = quote_spanned! {self::at(&field.path)=> {
            let __at: *mut #alias = #at;
            Some(__p::Function { site: __p::Site { name: #name, at: __at.cast() }, callback: #number })
        }};
        Some(match &field.when {
            Some(when) => {
                let when = seeing(when, &quote!(#when), this);
                quote!(if #when #there else { ::core::option::Option::None })
            }
            None => there,
        })
    });
    let lives = owned.iter().filter_map(|field| match field.content {
        Content::Callback { lifetime, .. } => Some(lifetime),
        _ => None,
    });
    let lifetime = lives.max().unwrap_or(CallbackLife::Kept);
    let lifetime = match lifetime {
        CallbackLife::Call => quote!(Call),
        CallbackLife::Once => quote!(Once),
        CallbackLife::Kept => quote!(Kept),
    };
    let count = owned.len();
    quote! {{
        let __all: [::core::option::Option<__p::Function>; #count] = [#(#functions),*];
        let __userdata = #userdata;
        let __lifetime = __p::CallbackLife::#lifetime;
        __w.callbacks(&__p::Functions { all: &__all, userdata: __userdata, lifetime: __lifetime })?;
    }}
}

/// Most callbacks of each type among those in structs that share their user data; 0 for a type that is in none.
pub(super) fn shared(model: &Model) -> Vec<usize> {
    let mut most = vec![0; model.callbacks.len()];
    for structure in &model.structures {
        count_shared(&structure.fields, &mut most);
    }
    for param in model.functions.iter().flat_map(|f| &f.params) {
        if let Some(buffer) = param.buffer() {
            count_shared_behind(buffer, &mut most);
        }
    }
    most
}

fn count_shared(fields: &[Field], most: &mut [usize]) {
    for field in fields {
        match &field.content {
            Content::Buffer(buffer) => count_shared_behind(buffer, most),
            Content::Userdata(owned) => {
                for (n, index) in owned.iter().enumerate() {
                    if let Some(Content::Callback { ty, .. }) = fields.get(*index).map(|f| &f.content) {
                        most[*ty] = most[*ty].max(n + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

fn count_shared_behind(buffer: &Buffer, most: &mut [usize]) {
    count_shared(&buffer.fields, most);
    if let Some(Content::Buffer(element)) = &buffer.element {
        count_shared_behind(element, most);
    }
}

/// `value` where the struct behind `this` is in scope, if `expr` mentions it. Unions are read as the author says.
fn seeing(expr: &Expr, value: &TokenStream, this: &TokenStream) -> TokenStream {
    match mentioned(expr).contains("this") {
        true => {
            let this_name = Ident::new("this", Span::call_site());
            quote!({ let #this_name = unsafe { &*#this }; unsafe { #value } })
        }
        false => quote!({ #value }),
    }
}

fn content(model: &Model, place: &TokenStream, name: &str, span: Span, content: &Content) -> TokenStream {
    match content {
        Content::Buffer(buffer) => pointer(model, place, name, span, buffer),
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
        // Presented by `functions`; an element is neither.
        Content::Callback { .. } | Content::Userdata(_) => TokenStream::new(),
        Content::Local => quote! {{
            let __at = #place;
            __w.private(__p::Site { name: #name, at: __at.cast() }, __p::size_at(__at))?;
        }},
    }
}

/// Presents the pointer at `place`.
fn pointer(model: &Model, place: &TokenStream, name: &str, span: Span, buffer: &Buffer) -> TokenStream {
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
    let (inner, inner_ref) = inner(model, name, span, buffer);
    let filled = buffer.filled.as_ref().map(|filled| {
        let len = into_len(filled);
        let scale = match buffer.extent {
            Extent::Len(_) | Extent::One => quote!(.saturating_mul(__size)),
            _ => TokenStream::new(),
        };
        let this = Ident::new("this", Span::call_site());
        let was = Ident::new("was", Span::call_site());
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
    let single = matches!(buffer.extent, Extent::One);
    let (library, no_copy, frees, opts) = (buffer.library, buffer.no_copy, buffer.frees, opts(buffer));
    let length = buffer.extent.spelled();
    quote! {{
        let __place = #place;
        let __size = __p::size_behind(__place);
        #inner
        let __extent = |__own: __p::Ptr<'_, u8>| -> __p::Extent { #extent };
        #filled
        __w.pointer(
            __p::Site { name: #name, at: __place.cast() },
            &__p::Target {
                direction: __p::Direction::#direction,
                extent: &__extent,
                length: #length,
                size: __size,
                single: #single,
                look: (&&&__p::looks_behind(__place)).look(),
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
    // A struct may say itself that it is the beginning of a larger one.
    let is_there = buffer.direction != Direction::Out || buffer.library;
    let size = match is_there && buffer.element.is_none() && buffer.fields.is_empty() {
        true => quote!(__insides.map_or(__size, |__inside| (__inside.size)(__own))),
        false => quote!(__size),
    };
    let layout = |layout: TokenStream| quote!(__p::Extent::Layout(#layout));
    match &buffer.extent {
        Extent::One if matches!(buffer.lifetime, Lifetime::Manual) && !buffer.library => {
            // What was kept before has the length that it was kept with; a struct has its own.
            let one = match buffer.no_copy {
                true => quote!(__p::Extent::Kept),
                false => quote!(__p::Extent::One(#size)),
            };
            quote!(if __p::is_sized(__place) { #one } else { __p::Extent::Kept })
        }
        Extent::One => quote!(__p::Extent::One(#size)),
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
fn inner(model: &Model, name: &str, span: Span, buffer: &Buffer) -> (TokenStream, TokenStream) {
    let index = Ident::new("index", Span::call_site());
    let body = match &buffer.element {
        Some(element) => {
            let name = format!("{name}[]");
            content(model, &quote!(__element), &name, span, element)
        }
        None if !buffer.fields.is_empty() => {
            let fields = fields(model, &quote!(__this), &buffer.fields);
            quote!(let __this = __element; #fields)
        }
        None if buffer.no_copy => return (quote!(let __insides: __p::Insides = None;), quote!(None)),
        // Of a pointer's type inside a struct, only rustc knows what is inside its target.
        None => {
            let found = quote_spanned!(span=> (&__p::probe(__place)).insides());
            let probe = quote! {
                let __insides = #found;
                let __inner = |__at: *mut u8, _: usize, __w: &mut dyn __p::Walker| match __insides {
                    Some(__inside) => unsafe { (__inside.walk)(__at, __w) },
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
