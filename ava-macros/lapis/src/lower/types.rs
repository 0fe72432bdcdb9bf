//! What a C type is, by its name.

use syn::{GenericArgument, Ident, PathArguments, Type};

use super::item::Names;
use crate::model::{Elem, Pointer, Target};

/// What a parameter of type `ty` is.
pub(super) fn target(ty: &Type, names: &Names) -> Target {
    match plain(ty) {
        Type::Ptr(ptr) => Target::Pointer(Pointer {
            mutable: ptr.mutability.is_some(),
            elem: (*ptr.elem).clone(),
            cast: None,
            kind: elem(&ptr.elem, names),
        }),
        Type::BareFn(_) => Target::Callback(None),
        ty if is_function(ty) => Target::Callback(None),
        ty if callback(ty, names).is_some() => Target::Callback(callback(ty, names)),
        ty => match last(ty).and_then(|name| names.handle(name)) {
            Some(handle) => Target::Handle(handle),
            None => Target::Scalar,
        },
    }
}

/// The status type that `ty` is.
pub(super) fn status(ty: &Type, names: &Names) -> Option<usize> {
    names.status(last(plain(ty))?)
}

/// What a pointer to `ty` points to.
pub(super) fn elem(ty: &Type, names: &Names) -> Elem {
    let ty = plain(ty);
    if let Type::Ptr(inner) = ty {
        return Elem::Pointer(is_void(&inner.elem));
    }
    if is_void(ty) {
        return Elem::Void;
    }
    if last(ty).is_some_and(|name| names.structures.contains(name)) {
        return Elem::Structure;
    }
    let handle = last(ty).and_then(|name| names.handle(name)).map(Elem::Handle);
    handle.or_else(|| status(ty, names).map(Elem::Status)).unwrap_or(Elem::Other)
}

/// Whether `ty` is `c_void`.
pub(super) fn is_void(ty: &Type) -> bool {
    last(plain(ty)).is_some_and(|name| name == "c_void")
}

/// The declared type of callbacks that `ty` is.
fn callback(ty: &Type, names: &Names) -> Option<usize> {
    let name = last(ty)?;
    names.callbacks.iter().position(|callback| callback.function.name == *name)
}

/// Whether `ty` is spelled out as a pointer to a function.
fn is_function(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(segment) = path.path.segments.last() else { return false };
    match &segment.arguments {
        PathArguments::AngleBracketed(args) if segment.ident == "Option" => args
            .args
            .iter()
            .any(|arg| matches!(arg, GenericArgument::Type(ty) if matches!(plain(ty), Type::BareFn(_)))),
        _ => false,
    }
}

/// The type without parentheses and invisible groups.
pub(super) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => plain(&inner.elem),
        Type::Group(inner) => plain(&inner.elem),
        ty => ty,
    }
}

/// The last word of a type's path.
pub(super) fn last(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}
