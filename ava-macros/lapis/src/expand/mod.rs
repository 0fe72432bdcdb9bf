//! From the [model](crate::model) to Rust. The expansion calls nothing but `::ava_core::__private`, where the behaviour is; it holds
//! what depends on the specification: types, the order of steps, and the author's expressions.

mod expression;
mod guest;
mod guest_param;
mod kinds;
mod server;
mod server_param;
mod tables;
mod vendor;
mod walk;
mod wire;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};

use crate::model::{Body, Buffer, Elem, Function, Model, Param, Pointer, Returns};

/// Expands a whole specification.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { attrs, vis, module, utilities, .. } = model;
    let functions: TokenStream = model.functions.iter().map(|f| function(model, f)).collect();
    let prototypes = tables::prototypes(model);
    let constants = kinds::constants(model);
    let structures = walk::structures(model);
    let callbacks = kinds::callbacks(model);
    let desc = tables::desc(model);
    let kind = in_module(&quote!(kind), "Marker types of the handles.", &kinds::kinds(model));
    let args = in_module(&quote!(args), "Arguments of calls, for hooks.", &wire::args(model));
    let wire = in_module(&quote!(wire), "Arguments of calls, as they travel.", &wire::wire(model));
    let guest = in_module(&quote!(guest), "The functions of the guest library.", &guest::guest(model));
    let server = in_module(&quote!(server), "The API server's half.", &server::server(model));
    let abi = in_module(&quote!(abi), "Types of parameters, for `export_guest!`.", &tables::abi(model));
    let export = tables::export(model);
    quote! {
        #(#attrs)*
        #vis mod #module {
            #[allow(unused_imports)]
            use ::ava_core::__private as __p;
            #(#utilities)*
            #callbacks
            #constants
            #structures
            #functions
            #prototypes
            #desc
            #kind
            #args
            #wire
            #guest
            #server
            #abi
        }
        #export
    }
}

fn in_module(name: &TokenStream, doc: &str, items: &TokenStream) -> TokenStream {
    quote! {
        #[doc = #doc]
        #[allow(missing_docs, missing_debug_implementations, non_camel_case_types, non_snake_case, non_upper_case_globals)]
        #[allow(unused, unreachable_pub, private_interfaces, clippy::all, clippy::undocumented_unsafe_blocks)]
        pub mod #name {
            use super::*;
            #items
        }
    }
}

/// What a function needs in the author's own scope: its expressions, its body, its hooks.
fn function(model: &Model, f: &Function) -> TokenStream {
    match &f.body {
        Body::Forwarded(forwarded) => {
            let expressions: TokenStream =
                expression::all(model, f, forwarded).iter().map(|e| e.definition(model, f)).collect();
            let hooks = expression::hooks(f, forwarded);
            let vendor = quote!(vendor: &server::Vendor,);
            let body = forwarded.server_body.as_ref().map(|body| expression::body(f, &vendor, body));
            let walks = trees(f).map(|tree| walk::definition(model, f, &tree.name, &tree.ty, tree.buffer));
            quote!(#expressions #(#walks)* #hooks #body)
        }
        Body::Local(body) => expression::body(f, &TokenStream::new(), body),
        Body::Unsupported { .. } | Body::Broken => TokenStream::new(),
    }
}

/// A parameter, or the return value, with structured data.
struct Tree<'m> {
    name: Ident,
    /// The pointer's type.
    ty: TokenStream,
    buffer: &'m Buffer,
    param: Option<&'m Param>,
}

impl<'m> Tree<'m> {
    fn of(param: &'m Param, buffer: &'m Buffer) -> Self {
        Self { name: param.name.clone(), ty: pointer_type(param), buffer, param: Some(param) }
    }
}

/// Fails to compile, at the author's type, if a flat buffer has pointers inside.
fn assert_plain(param: &Param) -> TokenStream {
    match param.pointer() {
        Some(pointer @ Pointer { kind: Elem::Other, .. }) => {
            let elem = pointer.cast.as_ref().unwrap_or(&pointer.elem);
            quote_spanned! {at(elem)=> {
                use __p::{ViaPlain as _, ViaStructure as _, ViaUndescribed as _};
                let _ = (&&&__p::Probe::<#elem>::NEW).insides();
            }}
        }
        _ => TokenStream::new(),
    }
}

/// Everything structured that a function takes or returns.
fn trees(f: &Function) -> impl Iterator<Item = Tree<'_>> {
    let params = f.params.iter().filter_map(|param| {
        let buffer = param.buffer().filter(|buffer| buffer.is_tree())?;
        Some(Tree::of(param, buffer))
    });
    let returned = match &f.returns {
        Returns::Library(buffer) => {
            Some(Tree { name: wire::ret_tree(), ty: ret_type(f), buffer, param: None })
        }
        _ => None,
    };
    params.chain(returned)
}

/// The type of a pointer, as its descriptors see it.
fn pointer_type(param: &Param) -> TokenStream {
    let ty = &param.ty;
    match param.pointer() {
        Some(Pointer { cast: Some(cast), mutable: true, .. }) => quote!(*mut #cast),
        Some(Pointer { cast: Some(cast), mutable: false, .. }) => quote!(*const #cast),
        _ => quote!(#ty),
    }
}

/// `name: TYPE, ..` of the C prototype.
fn parameters(f: &Function) -> TokenStream {
    let (names, types) = (f.params.iter().map(|p| &p.name), f.params.iter().map(|p| &p.ty));
    quote!(#(#names: #types),*)
}

/// `-> TYPE`, or nothing.
fn output(ret: Option<&Type>) -> TokenStream {
    ret.map(|ty| quote!(-> #ty)).unwrap_or_default()
}

/// The return type.
fn ret_type(f: &Function) -> TokenStream {
    f.ret.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty))
}

/// The type of a pointer to the function.
fn fn_type(f: &Function) -> TokenStream {
    let types = f.params.iter().map(|p| &p.ty);
    let output = output(f.ret.as_ref());
    quote!(unsafe extern "C" fn(#(#types),*) #output)
}

/// `kind::T` of a handle type.
fn kind(model: &Model, index: usize) -> TokenStream {
    let name = &model.handles[index].name;
    quote!(kind::#name)
}

/// The place of `tokens` in the author's text, for code that is not the author's.
fn at(tokens: &impl Spanned) -> Span {
    tokens.span().resolved_at(Span::call_site())
}

/// `name` without a place in the author's text: what is wrong there is not about the author's tokens.
fn unspanned(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(Span::call_site());
    name
}

/// The retain and release functions that come with types of handles: each with the handle's index.
fn counted(model: &Model) -> impl Iterator<Item = (usize, &Ident)> {
    model.handles.iter().enumerate().flat_map(|(n, h)| {
        [h.retain.as_ref(), h.release.as_ref()].into_iter().flatten().map(move |name| (n, name))
    })
}

/// Return type of retain and release functions: the first status type.
fn counted_ret(model: &Model) -> TokenStream {
    model.statuses.first().map_or_else(
        || quote!(()),
        |status| {
            let name = &status.name;
            quote!(#name)
        },
    )
}

/// A scalar that came over the wire.
fn from_wire(ty: &Type, bits: &TokenStream) -> TokenStream {
    let convert = quote_spanned!(at(ty)=> <#ty as __p::Scalar>::from_wire);
    quote!(#convert(#bits))
}

/// A scalar on its way to the wire; a type that cannot travel is an error at the author's `ty`.
fn to_wire(name: &Ident, ty: &Type) -> TokenStream {
    let convert = quote_spanned!(at(ty)=> <#ty as __p::Scalar>::to_wire);
    quote!(#convert(#name))
}
