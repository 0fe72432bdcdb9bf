//! The author's expressions: each becomes a private function beside the author's items, so that nothing but what the
//! language promises is in its scope, and its errors are reported where it stands.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Ident};

use super::{at, kind, output, parameters, ret_type};
use crate::check::is_server_side;
use crate::expr::mentioned;
use crate::model::{
    Buffer, Elem, Extent, Forwarded, Function, Model, New, Param, Pointer, Returns, Role, Success, Target,
};
use crate::names;

/// Something in scope beside the parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// The function's return value.
    Ret,
    /// The new object of this kind, as the vendor calls it; its name is `ret` as well.
    Made(usize),
    /// The vendor's functions.
    Vendor,
}

impl Extra {
    fn name(self) -> &'static str {
        match self {
            Self::Ret | Self::Made(_) => "ret",
            Self::Vendor => "vendor",
        }
    }
}

/// A function made of an expression.
pub(super) struct Expression {
    name: Ident,
    /// The parameters that it takes.
    params: Vec<usize>,
    extras: Vec<Extra>,
    ret: TokenStream,
    body: TokenStream,
    /// The author's expression.
    source: Expr,
}

impl Expression {
    pub(super) fn new(f: &Function, name: Ident, source: &Expr, scanned: &[&Expr], extras: &[Extra]) -> Self {
        let mut names: std::collections::BTreeSet<String> =
            scanned.iter().flat_map(|e| mentioned(*e)).collect();
        names.extend(mentioned(source));
        let extras: Vec<_> = extras.iter().copied().filter(|extra| names.contains(extra.name())).collect();
        let shadowed = |name: &str| extras.iter().any(|extra| extra.name() == name);
        let params = f
            .params
            .iter()
            .enumerate()
            .filter(|(_, p)| {
                let name = p.name.unraw().to_string();
                names.contains(&name) && !shadowed(&name)
            })
            .map(|(n, _)| n)
            .collect();
        let span = at(source);
        let body = quote!(#source);
        Self { name, params, extras, ret: quote_spanned!(span=> bool), body, source: source.clone() }
    }

    fn returning(mut self, ret: TokenStream, body: TokenStream) -> Self {
        (self.ret, self.body) = (ret, body);
        self
    }

    pub(super) fn len(self) -> Self {
        let (source, span) = (self.source.clone(), at(&self.source));
        self.returning(quote_spanned!(span=> usize), into_len(&source))
    }

    fn same(self, ret: TokenStream) -> Self {
        let source = self.source.clone();
        self.returning(ret, quote!(#source))
    }

    /// The function.
    pub(super) fn definition(&self, model: &Model, f: &Function) -> TokenStream {
        let Self { name, ret, body, .. } = self;
        let span = at(&self.source);
        let params = self.params.iter().map(|n| {
            let param = &f.params[*n];
            let (name, ty) = (&param.name, param_type(model, param));
            quote_spanned!(span=> #name: #ty)
        });
        let extras = self.extras.iter().map(|extra| match extra {
            Extra::Ret => {
                let ty = ret_type(f);
                quote!(ret: #ty)
            }
            Extra::Made(made) => {
                let ty = &model.handles[*made].name;
                quote!(ret: #ty)
            }
            Extra::Vendor => quote!(vendor: &server::Vendor),
        });
        quote_spanned! {span=>
            #[allow(unused, non_snake_case, clippy::all)]
            fn #name(#(#params,)* #(#extras),*) -> #ret {
                use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
                #body
            }
        }
    }

    /// A call of the function, where `param` gives a parameter's value and `extra` that of something else.
    pub(super) fn call(
        &self,
        param: impl Fn(usize) -> TokenStream,
        extra: impl Fn(Extra) -> TokenStream,
    ) -> TokenStream {
        let name = super::unspanned(&self.name);
        let params = self.params.iter().map(|n| param(*n));
        let extras = self.extras.iter().map(|e| extra(*e));
        quote!(#name(#(#params,)* #(#extras),*))
    }

    /// The parameters that it takes.
    pub(super) fn params(&self) -> &[usize] {
        &self.params
    }
}

/// The length that an expression gives; one that is no number is an error there.
pub(super) fn into_len(source: &Expr) -> TokenStream {
    let convert = quote_spanned!(at(source)=> __p::IntoLen::into_len);
    quote!(#convert(#source))
}

/// The type of a parameter inside an expression.
pub(super) fn param_type(model: &Model, param: &Param) -> TokenStream {
    let ty = &param.ty;
    match (&param.role, &param.target) {
        (Role::Opaque | Role::Local | Role::Plain | Role::Userdata(_) | Role::CastHandle { .. }, _) => {
            quote!(#ty)
        }
        (_, Target::Handle(n)) => {
            let kind = kind(model, *n);
            quote!(__p::HandleArg<'_, #kind>)
        }
        (_, Target::Pointer(pointer)) => {
            let elem = elem(pointer);
            quote!(__p::Ptr<'_, #elem>)
        }
        _ => quote!(#ty),
    }
}

/// What expressions see behind a pointer.
pub(super) fn elem(pointer: &Pointer) -> TokenStream {
    let elem = pointer.cast.as_ref().unwrap_or(&pointer.elem);
    match pointer.kind {
        Elem::Void => quote!(u8),
        _ => quote!(#elem),
    }
}

/// The mode.
pub(super) fn mode(f: &Function, forwarded: &Forwarded) -> Option<Expression> {
    let mode = forwarded.mode.as_ref()?;
    let ret = quote_spanned!(at(mode)=> __p::Mode);
    Some(Expression::new(f, names::expr(&f.name, None, "mode"), mode, &[], &[]).same(ret))
}

/// The value of a call that went well, or whether one did by what it returned.
pub(super) fn success(f: &Function, forwarded: &Forwarded) -> Option<Expression> {
    let Some(Success::Value(success)) = &forwarded.success else { return None };
    let mut e =
        Expression::new(f, names::expr(&f.name, None, "success"), success, &[], &[]).same(ret_type(f));
    e.params.clear();
    Some(e)
}

/// Whether a call went well, of what it returned.
pub(super) fn predicate(f: &Function, forwarded: &Forwarded) -> Option<Expression> {
    let Some(Success::Predicate(predicate)) = &forwarded.success else { return None };
    Some(Expression::new(f, names::expr(&f.name, None, "success"), predicate, &[], &[Extra::Ret]))
}

/// Whether a buffer is used.
pub(super) fn when(f: &Function, param: &Param, buffer: &Buffer) -> Option<Expression> {
    let when = buffer.when.as_ref()?;
    Some(Expression::new(f, names::expr(&f.name, Some(&param.name), "when"), when, &[], &[]))
}

/// Whether a buffer is deferred.
pub(super) fn deferred_when(f: &Function, param: &Param, buffer: &Buffer) -> Option<Expression> {
    let when = buffer.deferred.as_ref()?.when.as_ref()?;
    Some(Expression::new(f, names::expr(&f.name, Some(&param.name), "deferred"), when, &[], &[]))
}

/// The status for an invalid handle.
pub(super) fn invalid(f: &Function, param: &Param) -> Option<Expression> {
    let (Role::Handle { invalid: Some(invalid), .. } | Role::CastHandle { invalid: Some(invalid), .. }) =
        &param.role
    else {
        return None;
    };
    let e = Expression::new(f, names::expr(&f.name, Some(&param.name), "invalid"), invalid, &[], &[]);
    Some(e.returning(quote!(i64), quote!((#invalid) as i64)))
}

/// Whether an integer is a handle.
pub(super) fn is_handle(f: &Function, param: &Param) -> Option<Expression> {
    let Role::CastHandle { when: Some(when), .. } = &param.role else { return None };
    Some(Expression::new(f, names::expr(&f.name, Some(&param.name), "when"), when, &[], &[]))
}

/// The length of a list of new objects.
pub(super) fn count(f: &Function, param: &Param) -> Option<Expression> {
    let Role::NewArray { count, .. } = &param.role else { return None };
    Some(Expression::new(f, names::expr(&f.name, Some(&param.name), "count"), count, &[], &[]).len())
}

/// The length of a string, 0 if it ends with a zero byte.
pub(super) fn cstr(f: &Function, param: &Param, buffer: &Buffer) -> Option<Expression> {
    let Extent::Cstr(Some(len)) = &buffer.extent else { return None };
    Some(Expression::new(f, names::expr(&f.name, Some(&param.name), "cstr"), len, &[], &[]).len())
}

/// The layout of a flat buffer; `Err` is one that takes no expression.
pub(super) fn layout(
    model: &Model,
    f: &Function,
    param: &Param,
    buffer: &Buffer,
) -> Result<Expression, TokenStream> {
    let handle = match param.pointer() {
        Some(Pointer { kind: Elem::Handle(n), .. }) => Some(kind(model, *n)),
        _ => None,
    };
    let elem = param.pointer().map_or_else(|| quote!(u8), elem);
    let elements = match &handle {
        Some(kind) => quote!(__p::Layout::handles::<#kind>),
        None => quote!(__p::Layout::elements::<#elem>),
    };
    let bytes = match &handle {
        Some(kind) => quote!(__p::Layout::handles_in_bytes::<#kind>),
        None => quote!(__p::Layout::bytes),
    };
    let body = match &buffer.extent {
        Extent::One => quote!(#elements(1)),
        Extent::Len(len) => {
            let len = into_len(len);
            quote!(#elements(#len))
        }
        Extent::Bytes(len) => {
            let len = into_len(len);
            quote!(#bytes(#len))
        }
        Extent::With(layout) => quote!(#layout),
        Extent::Cstr(_) | Extent::Terminated => quote!(__p::Layout::bytes(0)),
    };
    let body = match &buffer.invalid {
        Some(status) => quote!(__p::Layout::invalid(#body, (#status) as i64)),
        None => body,
    };
    let Some(source) = buffer.extent.expr().or(buffer.invalid.as_ref()) else { return Err(body) };
    let scanned: Vec<&Expr> = buffer.invalid.iter().collect();
    let name = names::expr(&f.name, Some(&param.name), "layout");
    let ret = quote_spanned!(at(source)=> __p::Layout);
    Ok(Expression::new(f, name, source, &scanned, &[]).returning(ret, body))
}

/// How much of an output the vendor filled, in bytes.
pub(super) fn filled(f: &Function, param: &Param) -> Option<Expression> {
    let (filled, counts) = match &param.role {
        Role::Buffer(buffer) => {
            (buffer.filled.as_ref()?, matches!(buffer.extent, Extent::Len(_) | Extent::One))
        }
        Role::NewArray { filled, .. } => (filled.as_ref()?, true),
        _ => return None,
    };
    let e = Expression::new(f, names::expr(&f.name, Some(&param.name), "filled"), filled, &[], &[Extra::Ret])
        .len();
    let elem = param.pointer().map_or_else(|| quote!(u8), elem);
    let body = e.body.clone();
    Some(match counts {
        true => e.returning(quote!(usize), quote!(#body.saturating_mul(::core::mem::size_of::<#elem>()))),
        false => e,
    })
}

/// What is known of a new object; `param` is `None` for the returned one.
pub(super) fn meta(model: &Model, f: &Function, param: Option<&Param>, new: &New) -> Option<Expression> {
    let meta = new.meta.as_ref()?;
    let name = names::expr(&f.name, param.map(|p| &p.name), "meta");
    let extras: &[_] = if is_server_side(meta) { &[Extra::Made(new.kind), Extra::Vendor] } else { &[] };
    let alias = names::constant(&model.handles[new.kind].name, "meta");
    Some(Expression::new(f, name, meta, &[], extras).same(quote_spanned!(at(meta)=> #alias)))
}

/// The new object that the function returns.
pub(super) fn returned_new(f: &Function) -> Option<&New> {
    match &f.returns {
        Returns::Handle(_, new) => new.as_ref(),
        _ => None,
    }
}

/// Every expression of `f`.
pub(super) fn all(model: &Model, f: &Function, forwarded: &Forwarded) -> Vec<Expression> {
    let mut all = Vec::new();
    all.extend(mode(f, forwarded));
    all.extend(success(f, forwarded));
    all.extend(predicate(f, forwarded));
    all.extend(super::cost::expressions(f, forwarded));
    for param in &f.params {
        all.extend(invalid(f, param));
        all.extend(count(f, param));
        all.extend(filled(f, param));
        all.extend(param.made().and_then(|new| meta(model, f, Some(param), new)));
        all.extend(is_handle(f, param));
        let Some(buffer) = param.buffer() else { continue };
        all.extend(when(f, param, buffer));
        if buffer.is_tree() {
            continue;
        }
        all.extend(deferred_when(f, param, buffer));
        all.extend(cstr(f, param, buffer));
        if !matches!(buffer.extent, Extent::Cstr(_)) {
            all.extend(layout(model, f, param, buffer));
        }
    }
    all.extend(returned_new(f).and_then(|new| meta(model, f, None, new)));
    all
}

/// The hooks of a function.
pub(super) fn hooks(f: &Function, forwarded: &Forwarded) -> TokenStream {
    let (name, ret) = (&f.name, ret_type(f));
    let before = forwarded.before.as_ref().map(|hook| {
        let before = names::expr(name, None, "before");
        quote_spanned! {at(hook)=>
            #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
            unsafe fn #before(args: &args::#name) -> ::core::option::Option<#ret> {
                unsafe { #hook(args) }
            }
        }
    });
    let after = forwarded.after.as_ref().map(|hook| {
        let after = names::expr(name, None, "after");
        quote_spanned! {at(hook)=>
            #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
            unsafe fn #after(args: &args::#name, ret: #ret) -> #ret {
                unsafe { #hook(args, ret) }
            }
        }
    });
    quote!(#before #after)
}

/// A function's body, beside the author's items.
pub(super) fn body(f: &Function, first: &TokenStream, body: &TokenStream) -> TokenStream {
    let name = names::expr(&f.name, None, "body");
    let (params, output) = (parameters(f), output(f.ret.as_ref()));
    quote! {
        #[allow(non_snake_case, unused_variables, clippy::too_many_arguments)]
        unsafe fn #name(#first #params) #output #body
    }
}
