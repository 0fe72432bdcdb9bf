//! Parameters in the guest: their values in expressions, and how they are encoded.

use proc_macro2::TokenStream;
use quote::quote;

use super::callback;
use super::expression::{self, elem};
use super::guest::{evaluate, new_meta, parents};
use super::{kind, to_wire};
use crate::model::{Buffer, Direction, Extent, Function, Model, New, Param, Role, Target};
use crate::names;

/// A parameter inside an expression.
pub(super) fn value(model: &Model, param: &Param) -> TokenStream {
    let name = &param.name;
    match (&param.role, &param.target) {
        (Role::Opaque | Role::Local | Role::Plain | Role::Userdata(_), _) => quote!(#name),
        (_, Target::Handle(n)) => {
            let kind = kind(model, *n);
            quote!(__call.arg::<#kind>(#name))
        }
        (_, Target::Pointer(pointer)) => {
            let elem = elem(pointer);
            quote!(__p::Ptr::<#elem>::new(#name.cast(), usize::MAX))
        }
        _ => quote!(#name),
    }
}

/// Encodes a parameter into the variable that is its field.
pub(super) fn encode(model: &Model, f: &Function, param: &Param) -> TokenStream {
    let (name, encoded) = (&param.name, names::encoded(&param.name));
    match &param.role {
        Role::Plain | Role::Local => TokenStream::new(),
        Role::Callback { .. } | Role::Userdata(_) => callback::encode(param),
        Role::Scalar | Role::Opaque => {
            let value = to_wire(name, &param.ty);
            quote!(let #encoded = #value;)
        }
        Role::Handle { kind: n, frees, .. } => {
            let kind = kind(model, *n);
            let frees = frees.then(|| quote!(__call.frees::<#kind>(#name);));
            let id = match expression::invalid(f, param) {
                Some(invalid) => {
                    let invalid = evaluate(&invalid, model, f);
                    quote!(let __invalid = #invalid; let #encoded = __call.handle_or::<#kind>(#name, __invalid)?;)
                }
                None => quote!(let #encoded = __call.handle::<#kind>(#name)?;),
            };
            quote!(#id #frees)
        }
        Role::New(new) => {
            let (kind, parents) = (kind(model, new.kind), parents(f, new));
            let meta = attach(model, f, param, new);
            quote!(let #encoded = __call.new_handle::<#kind>(#name, &[#parents])?; #meta)
        }
        Role::NewArray { new, .. } => {
            let (kind, parents) = (kind(model, new.kind), parents(f, new));
            let count = expression::count(f, param).map(|e| evaluate(&e, model, f));
            quote! {
                let __count = #count;
                let #encoded = __call.new_handles::<#kind>(#name, __count, &[#parents])?;
            }
        }
        Role::Buffer(buffer) => buffer_of(model, f, param, buffer),
    }
}

/// The description of the object minted for `param`, unless the application does not want it.
fn attach(model: &Model, f: &Function, param: &Param, new: &New) -> TokenStream {
    let (encoded, meta) = (names::encoded(&param.name), new_meta(model, f, Some(param), new));
    match meta.is_empty() {
        true => meta,
        false => quote!(if #encoded != 0 { #meta }),
    }
}

fn buffer_of(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    let (name, encoded, ticket) =
        (&param.name, names::encoded(&param.name), names::encoded(&names::ticket(&param.name)));
    let used = used(model, f, param, buffer);
    let encode = match expression::when(f, param, buffer) {
        Some(when) => {
            let when = evaluate(&when, model, f);
            quote!(let #encoded = if #when { #used } else { __call.unused(#name) };)
        }
        None => quote!(let #encoded = { #used };),
    };
    let defer = buffer.deferred.is_some().then(|| match expression::deferred_when(f, param, buffer) {
        Some(when) => {
            // Evaluated before: the runtime defers the buffer encoded last.
            let when = evaluate(&when, model, f);
            quote!(let #ticket = if #when { __call.defer_last()? } else { 0 };)
        }
        None => quote!(let #ticket = __call.defer_last()?;),
    });
    quote!(#encode #defer)
}

/// A buffer that the call uses.
fn used(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    let name = &param.name;
    let opts = opts(buffer);
    if buffer.element.is_some() {
        let count = expression::count(f, param).map(|e| evaluate(&e, model, f));
        let one = match element_or_self(buffer) {
            Extent::Cstr(_) => string(model, f, param, buffer, &quote!(__value)),
            _ => {
                let layout = layout(model, f, param, buffer);
                quote!(let __layout = #layout; __call.input(__value.cast(), &__layout, #opts))
            }
        };
        return quote! {
            let __count = #count;
            __call.input_each(#name, __count, |__call, __index, __value| { #one })?
        };
    }
    if let Extent::Cstr(_) = buffer.extent {
        let string = string(model, f, param, buffer, &quote!(#name));
        return quote!(#string?);
    }
    let layout = layout(model, f, param, buffer);
    let method = match buffer.direction {
        Direction::In => quote!(input),
        Direction::Out => quote!(output),
        Direction::Inout => quote!(inout),
    };
    quote!(let __layout = #layout; __call.#method(#name.cast(), &__layout, #opts)?)
}

/// What a buffer's elements are, if it is a list of pointers, or the buffer itself.
pub(super) fn element_or_self(buffer: &Buffer) -> &Extent {
    buffer.element.as_ref().map_or(&buffer.extent, |element| &element.extent)
}

fn string(model: &Model, f: &Function, param: &Param, buffer: &Buffer, pointer: &TokenStream) -> TokenStream {
    match expression::cstr(f, param, buffer) {
        Some(len) => {
            let len = evaluate(&len, model, f);
            quote!(let __len = #len; __call.input_cstr(#pointer.cast(), __len))
        }
        None => quote!(__call.input_cstr(#pointer.cast(), 0)),
    }
}

fn layout(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    match expression::layout(model, f, param, buffer) {
        Ok(e) => evaluate(&e, model, f),
        Err(constant) => constant,
    }
}

/// A buffer's options.
pub(super) fn opts(buffer: &Buffer) -> TokenStream {
    let (zerocopy, always) = (buffer.zerocopy, buffer.always);
    match zerocopy || always {
        true => quote!(__p::Opts { zerocopy: #zerocopy, always: #always }),
        false => quote!(__p::Opts::NONE),
    }
}
