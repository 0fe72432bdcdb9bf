//! Callbacks: in the guest, how the application's functions are called; in the server, the functions that the vendor calls in their
//! place, and how they are registered.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;
use syn::ext::IdentExt;

use super::expression::{self, Expression, elem};
use super::{Tree, from_wire, kind, parameters, to_wire, trees, walk};
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
                all.extend(expression::filled(f, param));
                if buffer.is_tree() {
                    return all;
                }
                all.extend(expression::cstr(f, param, buffer));
                if !matches!(buffer.extent, Extent::Cstr(_)) {
                    all.extend(expression::layout(model, f, param, buffer));
                }
            }
            all
        };
        let all: Vec<_> = f.params.iter().flat_map(of_param).map(|e| e.definition(model, f)).collect();
        let walks = trees(f).map(|tree| walk::definition(model, f, &tree.name, &tree.ty, tree.buffer));
        all.into_iter().chain(walks)
    });
    let all: TokenStream = all.collect();
    all
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
        let shown = trees(f).map(|tree| show(model, f, &tree));
        let value = match f.ret {
            Some(ref ty) => to_wire(&Ident::new("__ret", Span::call_site()), ty),
            None => quote!({ let () = __ret; 0 }),
        };
        quote! {
            pub(super) unsafe fn #name(__incoming: &mut __p::guest::Incoming<'_>) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(#(#types),*) #output = ::core::mem::transmute(__incoming.function());
                    #(#decoded)*
                    #(#shown)*
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
        Role::Buffer(buffer) if buffer.is_tree() => {
            let tree = names::tree(name);
            quote!(let #tree = __incoming.shown(); let mut #name: #ty = 0usize as #ty;)
        }
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

/// What the server's table says of the types of callbacks, for those in structs.
pub(super) fn ops(model: &Model) -> TokenStream {
    let ops = model.callbacks.iter().zip(walk::shared(model)).map(|(callback, shared)| {
        let name = &callback.function.name;
        let text = name.unraw().to_string();
        let (pool, trampoline) = match callback.has_userdata() {
            true if shared == 0 => (quote!(::core::option::Option::None), quote!(|_| 0)),
            true => {
                let numbers = (0..shared).map(Literal::usize_unsuffixed);
                let all = quote!(let __all: [usize; #shared] = [#(callbacks::#name::<#numbers> as usize),*];);
                let none = quote!(::core::option::Option::None);
                (none, quote!(|__n| { #all __all.get(__n).copied().unwrap_or(0) }))
            }
            false => {
                let (pool, table) = (pool(name), table(name));
                (quote!(Some(&callbacks::#pool)), quote!(|__n| callbacks::#table[__n] as usize))
            }
        };
        quote!(__p::server::CallbackOps { name: #text, pool: #pool, trampoline: #trampoline })
    });
    match model.callbacks.iter().all(|callback| callback.sound) {
        true => quote!(&[#(#ops),*]),
        false => quote!(&[]),
    }
}

/// Rebuilds structured data for the application's function, once the other arguments are there.
fn show(model: &Model, f: &Function, tree: &Tree<'_>) -> TokenStream {
    let (name, shown, root) = (&tree.name, names::tree(&tree.name), names::root(&tree.name));
    let handles = handle_args(model, f, tree, &quote!(__incoming));
    let walk = walk::call(f, name, tree.buffer, &quote!(#root.cast()), &quote!(0), |n| seen(&f.params[n]));
    quote! {
        #handles
        let #root = &raw mut #name;
        __incoming.show(&#shown, #root, &|__w| #walk);
    }
}

/// Descriptions of the handles that a walk mentions.
fn handle_args(model: &Model, f: &Function, tree: &Tree<'_>, from: &TokenStream) -> TokenStream {
    let params = walk::params(f, &tree.name, tree.buffer).into_iter().map(|n| &f.params[n]);
    let args = params.filter_map(|param| match param.role {
        Role::Handle { kind: n, .. } => {
            let (arg, name, kind) = (names::handle_arg(&param.name), &param.name, kind(model, n));
            Some(quote!(let #arg = #from.arg::<#kind>(#name);))
        }
        _ => None,
    });
    quote!(#(#args)*)
}

/// A parameter in a walk.
fn seen(param: &Param) -> TokenStream {
    let name = &param.name;
    match (&param.role, &param.target) {
        (Role::Handle { .. }, _) => {
            let arg = names::handle_arg(name);
            quote!(#arg)
        }
        (Role::Opaque | Role::Userdata(_), _) => quote!(#name),
        (_, Target::Pointer(pointer)) => {
            let elem = elem(pointer);
            quote!(__p::Ptr::<#elem>::new(#name.cast(), usize::MAX))
        }
        _ => quote!(#name),
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
    let filled = filled(model, callback);
    let bits = quote! {
        __p::server::call_back(#text, #found, |__outgoing: &mut __p::server::Outgoing<'_>| {
            #(#encoded)*
        }, #filled)
    };
    let body = match &f.ret {
        Some(ty) => from_wire(ty, &bits),
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

/// How much the application's function wrote of its outputs.
fn filled(model: &Model, callback: &Callback) -> TokenStream {
    let f = &callback.function;
    let filled = callback.filled().filter_map(|param| {
        let (name, filled) = (&param.name, expression::filled(f, param)?);
        let bytes = evaluate(model, f, &filled);
        Some(quote! {
            if !#name.is_null() {
                let __bytes = #bytes;
                __outgoing.filled(#name.cast(), __bytes);
            }
        })
    });
    let filled: TokenStream = filled.collect();
    if filled.is_empty() {
        return quote!(|_, _| ());
    }
    let ret = f.ret.as_ref().map(|ty| {
        let value = from_wire(ty, &quote!(__bits));
        quote!(let __ret = #value;)
    });
    quote!(|__outgoing: &mut __p::server::Outgoing<'_>, __bits: u64| { #ret #filled })
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
    if buffer.is_tree() {
        let tree = Tree::of(param, buffer);
        let handles = handle_args(model, f, &tree, &quote!(__outgoing));
        let place = quote!((&raw const #name).cast_mut().cast());
        let walk = walk::call(f, name, buffer, &place, &quote!(0), |n| seen(&f.params[n]));
        return quote!(#handles __outgoing.tree(&|__w| #walk););
    }
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
    let plain = super::assert_plain(param);
    let partial = buffer.filled.is_some().then(|| quote!(__outgoing.partial(#name.cast());));
    quote! {
        #plain
        let __layout = if #name.is_null() { __p::Layout::bytes(0) } else { #layout };
        __outgoing.#method(#name.cast(), &__layout);
        #partial
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
    e.call(value, |_| quote!(__ret))
}

/// The objects that callbacks of `f` keep alive until they ran.
pub(super) fn keeps(f: &Function) -> TokenStream {
    let keeps = f.params.iter().enumerate().filter_map(|(n, param)| {
        let Role::Callback { keeps, .. } = &param.role else { return None };
        let data = f.params.iter().find(|p| matches!(&p.role, Role::Userdata(of) if of.contains(&n)))?;
        let (function, data) = (names::encoded(&param.name), names::encoded(&data.name));
        let ids = keeps.iter().map(|n| names::encoded(&f.params[*n].name));
        (!keeps.is_empty()).then(|| quote!(__call.callback_keeps(#function, #data, &[#(#ids),*]);))
    });
    quote!(#(#keeps)*)
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
            Role::Callback { ty, lifetime, .. } if !model.callbacks[*ty].has_userdata() => {
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
        let Role::Callback { ty, lifetime, .. } = callback.role else { continue };
        longest = longest.max(lifetime);
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
