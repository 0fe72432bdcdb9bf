//! Parameters in the guest: their values in expressions, and how they are encoded.

use proc_macro2::TokenStream;
use quote::quote;

use super::callback;
use super::expression::{self, elem};
use super::guest::{evaluate, new_meta, parents};
use super::{Tree, kind, to_wire, walk};
use crate::model::{Buffer, Direction, Extent, Function, Model, New, Param, Role, Target};
use crate::names;

/// A parameter inside an expression.
pub(super) fn value(model: &Model, param: &Param) -> TokenStream {
    let name = &param.name;
    match (&param.role, &param.target) {
        (Role::Opaque | Role::Local | Role::Plain | Role::Userdata(_) | Role::CastHandle { .. }, _) => {
            quote!(#name)
        }
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
        Role::CastHandle { kind: n, .. } => {
            let (kind, ty) = (kind(model, *n), &param.ty);
            let bits = to_wire(name, ty);
            let raw = quote!(__p::RawHandle::from_bits(#bits));
            let id = match expression::invalid(f, param) {
                Some(invalid) => {
                    let invalid = evaluate(&invalid, model, f);
                    quote!(__call.handle_or::<#kind>(#raw, #invalid)?)
                }
                None => quote!(__call.handle::<#kind>(#raw)?),
            };
            match expression::is_handle(f, param).map(|e| evaluate(&e, model, f)) {
                Some(when) => quote!(let #encoded = if #when { #id } else { #bits };),
                None => quote!(let #encoded = #id;),
            }
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
        Role::Buffer(buffer) if buffer.is_tree() => tree(model, f, param, buffer),
        Role::Buffer(buffer) => buffer_of(model, f, param, buffer),
    }
}

/// Encodes structured data.
fn tree(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    let (name, encoded, tree) = (&param.name, names::encoded(&param.name), names::tree(&param.name));
    let (walk, always) = (walk(model, f, &Tree::of(param, buffer)), buffer.always);
    let used = quote!(__call.tree(#always, &|__w| #walk)?);
    match expression::when(f, param, buffer) {
        Some(when) => {
            let when = evaluate(&when, model, f);
            quote!(let (#encoded, #tree) = if #when { #used } else {
                (__call.unused(#name), ::core::default::Default::default())
            };)
        }
        None => quote!(let (#encoded, #tree) = #used;),
    }
}

/// The walk behind a parameter, or behind the return value.
pub(super) fn walk(model: &Model, f: &Function, tree: &Tree<'_>) -> TokenStream {
    let place = match tree.param {
        Some(param) => {
            let name = &param.name;
            quote!((&raw const #name).cast_mut().cast())
        }
        None => quote!(__ret_place.as_ptr()),
    };
    walk::call(f, &tree.name, tree.buffer, &place, &quote!(0), |n| value(model, &f.params[n]))
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
    if let Extent::Cstr(_) = buffer.extent {
        return match expression::cstr(f, param, buffer) {
            Some(len) => {
                let len = evaluate(&len, model, f);
                quote!(let __len = #len; __call.input_cstr(#name.cast(), __len)?)
            }
            None => quote!(__call.input_cstr(#name.cast(), 0)?),
        };
    }
    let layout = layout(model, f, param, buffer);
    let call = match buffer.direction {
        Direction::In if buffer.zerocopy => quote!(input_shared(#name.cast(), &__layout)),
        Direction::In => quote!(input(#name.cast(), &__layout)),
        Direction::Out => quote!(output(#name.cast(), &__layout, #opts)),
        Direction::Inout => quote!(inout(#name.cast(), &__layout, #opts)),
    };
    let plain = super::assert_plain(param);
    quote!(#plain let __layout = #layout; __call.#call?)
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
