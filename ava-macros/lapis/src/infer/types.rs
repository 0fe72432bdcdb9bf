//! What a C type is, and how a specification spells it.
//!
//! The language judges a type by its name. So a `typedef` of a pointer, unless it is a handle, is written as the pointer that
//! it is; the compiler would take its name for a number's.

use std::collections::BTreeMap;

use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeBareFn};

use super::header::Header;

/// No sound header nests names deeper; a cycle ends here.
const MAX_DEPTH: usize = 32;

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number, whole or not.
    Scalar {
        integer: bool,
    },
    /// A struct by value.
    Struct {
        plain: bool,
    },
    /// An object of this type of handles.
    Handle(String),
    Pointer {
        mutable: bool,
        elem: Box<Kind>,
    },
    /// A function pointer, and the name of its `typedef`.
    Callback(Option<String>),
    /// What only a pointer can point to.
    Void,
    /// `char`
    Char,
    /// An 8-bit number.
    Byte,
    /// A struct of which the header has only the name.
    Opaque,
}

impl Kind {
    /// What this points to, and whether it may be written through.
    pub(super) fn pointee(&self) -> Option<(bool, &Kind)> {
        match self {
            Self::Pointer { mutable, elem } => Some((*mutable, elem)),
            _ => None,
        }
    }

    pub(super) fn is_writable_pointer(&self) -> bool {
        matches!(self, Self::Pointer { mutable: true, .. })
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::Scalar { integer: true } | Self::Byte | Self::Char)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Scalar { .. } | Self::Byte | Self::Char)
    }
}

/// The types of a header, with those that are handles.
pub(super) struct Types<'h> {
    pub(super) header: &'h Header,
    /// Structs by name, and the handle type that points to them.
    pub(super) by_struct: BTreeMap<String, String>,
    /// Names of pointer types, and the handle type that they are.
    pub(super) by_alias: BTreeMap<String, String>,
}

impl Types<'_> {
    /// What `ty` is.
    pub(super) fn kind(&self, ty: &Type) -> Kind {
        self.kind_at(ty, 0)
    }

    fn kind_at(&self, ty: &Type, depth: usize) -> Kind {
        if depth > MAX_DEPTH {
            return Kind::Opaque;
        }
        match ty {
            Type::Ptr(ptr) => {
                let mutable = ptr.mutability.is_some();
                if let (true, Some(handle)) =
                    (mutable, last(&ptr.elem).and_then(|s| self.handle_to(&s, depth)))
                {
                    return Kind::Handle(handle);
                }
                Kind::Pointer { mutable, elem: Box::new(self.kind_at(&ptr.elem, depth + 1)) }
            }
            Type::BareFn(_) => Kind::Callback(None),
            Type::Array(_) => Kind::Struct { plain: self.is_plain(ty, depth) },
            Type::Path(_) => {
                if let Some(inner) = option(ty) {
                    return self.kind_at(inner, depth + 1);
                }
                last(ty).map_or(Kind::Opaque, |name| self.named(&name, depth))
            }
            _ => Kind::Opaque,
        }
    }

    fn named(&self, name: &str, depth: usize) -> Kind {
        if let Some(handle) = self.by_alias.get(name) {
            return Kind::Handle(handle.clone());
        }
        if let Some(of) = self.header.aliases.get(name) {
            return match self.kind_at(of, depth + 1) {
                Kind::Callback(None) => Kind::Callback(Some(name.to_owned())),
                kind => kind,
            };
        }
        if let Some(found) = self.header.structs.get(name) {
            if found.opaque {
                return Kind::Opaque;
            }
            return Kind::Struct { plain: found.fields.iter().all(|field| self.is_plain(field, depth + 1)) };
        }
        match name {
            "c_void" => Kind::Void,
            "c_char" => Kind::Char,
            "c_schar" | "c_uchar" | "u8" | "i8" => Kind::Byte,
            "f32" | "f64" | "c_float" | "c_double" => Kind::Scalar { integer: false },
            _ => Kind::Scalar { integer: true },
        }
    }

    /// Whether copying a value of `ty` copies all that it says: neither pointers nor handles are in it.
    fn is_plain(&self, ty: &Type, depth: usize) -> bool {
        if let Type::Array(array) = ty {
            return self.is_plain(&array.elem, depth + 1);
        }
        if matches!(ty, Type::Ptr(_)) {
            return false;
        }
        match self.kind_at(ty, depth + 1) {
            Kind::Struct { plain } => plain,
            kind => kind.is_number(),
        }
    }

    /// The handle type that is a pointer to the struct `name`.
    fn handle_to(&self, name: &str, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(handle) = self.by_struct.get(name) {
            return Some(handle.clone());
        }
        self.handle_to(&last(self.header.aliases.get(name)?)?, depth + 1)
    }

    /// `ty` as a specification writes it.
    pub(super) fn spell(&self, ty: &Type) -> String {
        self.spell_at(ty, 0)
    }

    fn spell_at(&self, ty: &Type, depth: usize) -> String {
        if let Kind::Handle(name) = self.kind_at(ty, depth) {
            return name;
        }
        match ty {
            Type::Ptr(ptr) => {
                let way = if ptr.mutability.is_some() { "*mut" } else { "*const" };
                format!("{way} {}", self.spell_at(&ptr.elem, depth + 1))
            }
            Type::BareFn(function) => self.spell_function(function, depth),
            Type::Array(array) => {
                let len = &array.len;
                format!("[{}; {}]", self.spell_at(&array.elem, depth + 1), quote::quote!(#len))
            }
            Type::Tuple(_) => "()".to_owned(),
            Type::Never(_) => "!".to_owned(),
            _ => match (option(ty), last(ty)) {
                (Some(inner), _) => format!("Option<{}>", self.spell_at(inner, depth + 1)),
                (None, Some(name)) => self.spell_name(name, depth),
                (None, None) => crate::expr::spelled(ty),
            },
        }
    }

    fn spell_name(&self, name: String, depth: usize) -> String {
        match self.header.aliases.get(&name) {
            Some(of) if depth < MAX_DEPTH && matches!(self.kind_at(of, depth + 1), Kind::Pointer { .. }) => {
                self.spell_at(of, depth + 1)
            }
            _ => name,
        }
    }

    fn spell_function(&self, function: &TypeBareFn, depth: usize) -> String {
        let params = function.inputs.iter().map(|arg| {
            let name = arg.name.as_ref().map(|(name, _)| format!("{name}: ")).unwrap_or_default();
            name + &self.spell_at(&arg.ty, depth + 1)
        });
        let params: Vec<_> = params.chain(function.variadic.iter().map(|_| "...".to_owned())).collect();
        let ret = match &function.output {
            ReturnType::Default => String::new(),
            ReturnType::Type(_, ty) => format!(" -> {}", self.spell_at(ty, depth + 1)),
        };
        format!("unsafe extern \"C\" fn({}){ret}", params.join(", "))
    }

    /// The primitive type that `ty` is a name of, to compare types of numbers.
    pub(super) fn primitive(&self, ty: &Type) -> Option<String> {
        let mut name = last(ty)?;
        for _ in 0..MAX_DEPTH {
            match self.header.aliases.get(&name) {
                Some(of) => name = last(of)?,
                None => break,
            }
        }
        let name = match &name[..] {
            "c_int" => "i32",
            "c_uint" => "u32",
            "c_short" => "i16",
            "c_ushort" => "u16",
            "c_longlong" => "i64",
            "c_ulonglong" => "u64",
            other => other,
        };
        Some(name.to_owned())
    }

    /// The function that the callback type `name` stands for.
    pub(super) fn function(&self, name: &str) -> Option<&TypeBareFn> {
        let mut ty = self.header.aliases.get(name)?;
        for _ in 0..MAX_DEPTH {
            ty = match ty {
                Type::BareFn(function) => return Some(function),
                ty => match option(ty) {
                    Some(inner) => inner,
                    None => self.header.aliases.get(&last(ty)?)?,
                },
            };
        }
        None
    }
}

/// The last word of a type's path.
pub(super) fn last(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// `T` of `Option<T>`.
fn option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(args) = &segment.arguments else { return None };
    args.args.iter().find_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
