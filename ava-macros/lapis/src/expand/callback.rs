//! Callbacks: in the guest, how the application's functions are called; in the server, the functions that the vendor calls in their
//! place, and how they are registered.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;
use syn::ext::IdentExt;

use super::expression::{self, Expression, elem};
use super::{from_wire, kind, parameters, to_wire};
use crate::model::{
    Buffer, Callback, CallbackLife, Direction, Elem, Extent, Function, Model, Param, Role, Target,
};
use crate::names;

/// The callbacks that have no mistakes, with their numbers.
fn sound(model: &Model) -> impl Iterator<Item = (u16, &Callback)> {
    (0u16..).zip(&model.callbacks).filter(|(_, callback)| callback.sound)
}

/// What the author's expressions in callbacks become.
pub(super) fn expressions(model: &Model) -> TokenStream {
    let all = sound(model).flat_map(|(_, callback)| {
        let f = &callback.function;
        let of_param = |param| {
            let param: &Param = param;
            let mut all: Vec<Expression> = Vec::new();
            if let Some(buffer) = param.buffer() {
                all.extend(expression::when(f, param, buffer));
                all.extend(expression::cstr(f, param, buffer));
                if !matches!(buffer.extent, Extent::Cstr(_)) {
                    all.extend(expression::layout(model, f, param, buffer));
                }
            }
            all
        };
        let all: Vec<_> = f.params.iter().flat_map(of_param).map(|e| e.definition(model, f)).collect();
        all
    });
    quote!(#(#all)*)
}

/// The kind of the handles that a buffer consists of.
fn handles(param: &Param) -> TokenStream {
    match param.pointer().map(|pointer| &pointer.kind) {
        Some(Elem::Handle(n)) => {
            let n = *n as u8;
            quote!(Some(#n))
        }
        _ => quote!(::core::option::Option::None),
    }
}

/// How the guest calls the application's functions: a module with a function for each type of callbacks, and what tells the client
/// of them.
pub(super) fn guest(model: &Model) -> (TokenStream, TokenStream) {
    if sound(model).next().is_none() {
        return (TokenStream::new(), TokenStream::new());
    }
    let functions = sound(model).map(|(_, callback)| {
        let f = &callback.function;
        let (name, args) = (&f.name, f.params.iter().map(|p| &p.name));
        let (types, output) = (f.params.iter().map(|p| &p.ty), super::output(f.ret.as_ref()));
        let decoded = f.params.iter().map(|param| incoming(model, param));
        let value = match f.ret {
            Some(_) => quote!(__p::Scalar::to_wire(__ret)),
            None => quote!({ let () = __ret; 0 }),
        };
        quote! {
            pub(super) unsafe fn #name(__incoming: &mut __p::guest::Incoming<'_>) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(#(#types),*) #output = ::core::mem::transmute(__incoming.function());
                    #(#decoded)*
                    let __ret = __function(#(#args),*);
                    #value
                }
            }
        }
    });
    let names = sound(model).map(|(_, callback)| &callback.function.name);
    let module = quote! {
        /// Calls of the application's functions.
        mod callbacks {
            use super::*;
            #(#functions)*
        }
    };
    (module, quote!(.with_callbacks(&[#(callbacks::#names),*])))
}

/// Decodes an argument of a callback.
fn incoming(model: &Model, param: &Param) -> TokenStream {
    let (name, ty) = (&param.name, &param.ty);
    match &param.role {
        Role::Handle { kind: n, .. } => {
            let kind = kind(model, *n);
            quote!(let #name = __incoming.handle::<#kind>();)
        }
        Role::Userdata(_) => quote!(let #name: #ty = __p::Scalar::from_wire(__incoming.userdata());),
        Role::Buffer(buffer) => {
            let (handles, writable) = (handles(param), buffer.direction != Direction::In);
            quote!(let #name = __incoming.buffer(#handles, #writable).cast();)
        }
        _ => {
            let value = from_wire(ty, &quote!(__incoming.word()));
            quote!(let #name = #value;)
        }
    }
}

/// The functions that the vendor calls.
pub(super) fn server(model: &Model) -> TokenStream {
    if sound(model).next().is_none() {
        return TokenStream::new();
    }
    let functions = sound(model).map(|(_, callback)| trampoline(model, callback));
    quote! {
        /// What the vendor calls in place of the application's functions.
        mod callbacks {
            use super::*;
            #(#functions)*
        }
    }
}

fn pool(callback: &Ident) -> Ident {
    format_ident!("{}_pool", callback.unraw())
}

fn table(callback: &Ident) -> Ident {
    format_ident!("{}_table", callback.unraw())
}

fn trampoline(model: &Model, callback: &Callback) -> TokenStream {
    let f = &callback.function;
    let (name, params, output) = (&f.name, parameters(f), super::output(f.ret.as_ref()));
    let text = name.unraw().to_string();
    let userdata = f.params.iter().find(|param| matches!(param.role, Role::Userdata(_)));
    let (pool, table) = (pool(name), table(name));
    let found = match userdata {
        Some(param) => {
            let userdata = to_wire(&param.name, &param.ty);
            quote!(__p::server::Found::Record(#userdata, __N))
        }
        None => quote!(__p::server::Found::Slot(&#pool, __N)),
    };
    let encoded = f.params.iter().map(|param| outgoing(model, f, param));
    let bits = quote! {
        __p::server::call_back(#text, #found, |__outgoing: &mut __p::server::Outgoing<'_>| {
            #(#encoded)*
        })
    };
    let body = match &f.ret {
        Some(ty) => quote!(<#ty as __p::Scalar>::from_wire(#bits)),
        None => quote!(#bits;),
    };
    let types = f.params.iter().map(|p| &p.ty);
    let slots = userdata.is_none().then(|| {
        quote! {
            pub(super) static #pool: __p::server::Pool = __p::server::Pool::new();
            pub(super) static #table: [unsafe extern "C" fn(#(#types),*) #output; __p::server::POOL] =
                __p::callback_table!(#name);
        }
    });
    quote! {
        #slots
        pub(super) unsafe extern "C" fn #name<const __N: usize>(#params) #output {
            unsafe { #body }
        }
    }
}

/// Encodes an argument of a callback.
fn outgoing(model: &Model, f: &Function, param: &Param) -> TokenStream {
    let name = &param.name;
    match &param.role {
        Role::Userdata(_) => TokenStream::new(),
        Role::Handle { kind: n, .. } => {
            let kind = kind(model, *n);
            quote!(__outgoing.handle::<#kind>(#name);)
        }
        Role::Buffer(buffer) => {
            let used = outgoing_buffer(model, f, param, buffer);
            match expression::when(f, param, buffer) {
                Some(when) => {
                    let when = evaluate(model, f, &when);
                    quote!(if #when { #used } else { __outgoing.unused(#name.cast()); })
                }
                None => used,
            }
        }
        _ => {
            let value = to_wire(name, &param.ty);
            quote!(__outgoing.word(#value);)
        }
    }
}

fn outgoing_buffer(model: &Model, f: &Function, param: &Param, buffer: &Buffer) -> TokenStream {
    let name = &param.name;
    if let Extent::Cstr(_) = buffer.extent {
        let len =
            expression::cstr(f, param, buffer).map_or_else(|| quote!(0), |len| evaluate(model, f, &len));
        return quote! {
            let __len = if #name.is_null() { 0 } else { #len };
            __outgoing.cstr(#name.cast(), __len);
        };
    }
    let layout = match expression::layout(model, f, param, buffer) {
        Ok(layout) => evaluate(model, f, &layout),
        Err(constant) => constant,
    };
    let method = match buffer.direction {
        Direction::In => quote!(input),
        Direction::Out => quote!(output),
        Direction::Inout => quote!(inout),
    };
    quote! {
        let __layout = if #name.is_null() { __p::Layout::bytes(0) } else { #layout };
        __outgoing.#method(#name.cast(), &__layout);
    }
}

/// Evaluates an expression in the function that the vendor calls.
fn evaluate(model: &Model, f: &Function, e: &Expression) -> TokenStream {
    let value = |n: usize| {
        let param = &f.params[n];
        let name = &param.name;
        match (&param.role, &param.target) {
            (Role::Opaque | Role::Userdata(_), _) => quote!(#name),
            (_, Target::Handle(n)) => {
                let kind = kind(model, *n);
                quote!(__outgoing.arg::<#kind>(#name))
            }
            (_, Target::Pointer(pointer)) => {
                let elem = elem(pointer);
                quote!(__p::Ptr::<#elem>::new(#name.cast(), usize::MAX))
            }
            _ => quote!(#name),
        }
    };
    e.call(value, |_| quote!(__index))
}

/// Encodes a function's parameter that is a callback or its user data.
pub(super) fn encode(param: &Param) -> TokenStream {
    let (name, encoded) = (&param.name, names::encoded(&param.name));
    match &param.role {
        Role::Callback { .. } => {
            quote!(let #encoded = __call.callback(#name.map_or(0, |__f| __f as usize as u64))?;)
        }
        _ => {
            let value = to_wire(name, &param.ty);
            quote!(let #encoded = #value;)
        }
    }
}

/// Registers the callbacks of a call, once nothing else can fail: the variables that the vendor's function gets.
pub(super) fn register(model: &Model, f: &Function) -> TokenStream {
    let mut tokens = TokenStream::new();
    for param in &f.params {
        match &param.role {
            Role::Userdata(callbacks) => tokens.extend(group(model, f, param, callbacks)),
            Role::Callback { ty, lifetime } if !model.callbacks[*ty].has_userdata() => {
                tokens.extend(slot(model, param, *ty, *lifetime));
            }
            _ => {}
        }
    }
    tokens
}

fn lifetime(lifetime: CallbackLife) -> TokenStream {
    match lifetime {
        CallbackLife::Call => quote!(__p::server::Lifetime::Call),
        CallbackLife::Once => quote!(__p::server::Lifetime::Once),
        CallbackLife::Kept => quote!(__p::server::Lifetime::Kept),
    }
}

/// Callbacks with their common user data.
fn group(model: &Model, f: &Function, param: &Param, callbacks: &[usize]) -> TokenStream {
    let (name, decoded) = (&param.name, names::decoded(&param.name));
    let mut longest = CallbackLife::Call;
    let (mut functions, mut variables) = (Vec::new(), Vec::new());
    for (index, n) in callbacks.iter().enumerate() {
        let callback = &f.params[*n];
        let Role::Callback { ty, lifetime } = callback.role else { continue };
        longest = match (longest, lifetime) {
            (CallbackLife::Kept, _) | (_, CallbackLife::Kept) => CallbackLife::Kept,
            (CallbackLife::Once, _) | (_, CallbackLife::Once) => CallbackLife::Once,
            _ => CallbackLife::Call,
        };
        let (field, number, index) = (&callback.name, ty as u16, Literal::usize_unsuffixed(index));
        let (trampoline, variable, c_type) =
            (&model.callbacks[ty].function.name, names::decoded(&callback.name), &callback.ty);
        functions.push(quote!((#number, __wire.#field)));
        variables.push(quote! {
            let #variable: #c_type = match __wire.#field {
                0 => ::core::option::Option::None,
                _ => Some(callbacks::#trampoline::<#index>),
            };
        });
    }
    let lifetime = lifetime(longest);
    let value = from_wire(&param.ty, &quote!(__data));
    quote! {
        let __data = __call.register_callbacks(&[#(#functions),*], __wire.#name, #lifetime)?;
        let #decoded = #value;
        #(#variables)*
    }
}

/// A callback without user data.
fn slot(model: &Model, param: &Param, ty: usize, kept: CallbackLife) -> TokenStream {
    let (name, decoded, c_type) = (&param.name, names::decoded(&param.name), &param.ty);
    let callback = &model.callbacks[ty].function.name;
    let (pool, table, number, lifetime) = (pool(callback), table(callback), ty as u16, lifetime(kept));
    let text = callback.unraw().to_string();
    quote! {
        let #decoded: #c_type = __call
            .register_slot(#text, &callbacks::#pool, #number, __wire.#name, #lifetime)?
            .map(|__n| callbacks::#table[__n]);
    }
}
