//! A C header as bindgen translates it to Rust.

use std::collections::BTreeMap;

use syn::ext::IdentExt;
use syn::{Expr, ExprLit, Fields, FnArg, ForeignItem, Item, Lit, Pat, ReturnType, Type, UnOp, UseTree};

/// The functions, types and constants of a C header.
#[derive(Debug, Default)]
pub struct Header {
    pub(super) functions: Vec<CFunction>,
    pub(super) aliases: BTreeMap<String, Type>,
    /// In the header's order, which says which name of a type comes first.
    pub(super) alias_order: Vec<String>,
    pub(super) structs: BTreeMap<String, Struct>,
    pub(super) constants: Vec<Constant>,
}

/// A function's prototype.
#[derive(Debug)]
pub(super) struct CFunction {
    pub(super) name: String,
    pub(super) params: Vec<CParam>,
    pub(super) ret: Option<Type>,
    pub(super) variadic: bool,
}

#[derive(Debug)]
pub(super) struct CParam {
    pub(super) name: String,
    pub(super) ty: Type,
}

/// A struct or union.
#[derive(Debug)]
pub(super) struct Struct {
    /// Whether the header does not say what is in it.
    pub(super) opaque: bool,
    pub(super) fields: Vec<Type>,
}

/// A macro or enumerator with a value.
#[derive(Debug)]
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) ty: Type,
    /// Its value, if it is a number.
    pub(super) number: Option<i128>,
    /// Its value, if it is a string.
    pub(super) text: Option<String>,
}

impl Header {
    /// Reads bindgen's output.
    pub fn read(bindings: &syn::File) -> Self {
        let mut header = Self::default();
        for item in &bindings.items {
            header.item(item);
        }
        header
    }

    /// The names of its functions.
    pub fn function_names(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(|f| f.name.as_str())
    }

    /// Forgets the functions for whose names `wanted` is false.
    pub fn retain_functions(&mut self, mut wanted: impl FnMut(&str) -> bool) {
        self.functions.retain(|f| wanted(&f.name));
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::ForeignMod(block) => {
                for item in &block.items {
                    if let ForeignItem::Fn(f) = item {
                        self.functions.push(function(&f.sig));
                    }
                }
            }
            Item::Type(alias) => self.alias(alias.ident.to_string(), (*alias.ty).clone()),
            Item::Use(item) => self.renamed(&item.tree),
            Item::Struct(item) => {
                self.structs.insert(item.ident.to_string(), structure(&item.fields));
            }
            Item::Union(item) => {
                let fields = item.fields.named.iter().map(|field| field.ty.clone()).collect();
                self.structs.insert(item.ident.to_string(), Struct { opaque: false, fields });
            }
            Item::Const(item) => {
                let (number, text) = value(&item.expr);
                let (name, ty) = (item.ident.to_string(), (*item.ty).clone());
                self.constants.push(Constant { name, ty, number, text });
            }
            _ => {}
        }
    }

    fn alias(&mut self, name: String, ty: Type) {
        self.alias_order.push(name.clone());
        self.aliases.insert(name, ty);
    }

    /// `pub use self::tag as name;`, which is how bindgen writes a typedef of an enum.
    fn renamed(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.renamed(&path.tree),
            UseTree::Rename(rename) => {
                let tag = &rename.ident;
                self.alias(rename.rename.to_string(), syn::parse_quote!(#tag));
            }
            _ => {}
        }
    }
}

fn function(sig: &syn::Signature) -> CFunction {
    let mut params = Vec::new();
    for (n, arg) in sig.inputs.iter().enumerate() {
        if let FnArg::Typed(arg) = arg {
            let name = match &*arg.pat {
                Pat::Ident(name) => name.ident.to_string(),
                _ => format!("arg{}", n + 1),
            };
            params.push(CParam { name, ty: (*arg.ty).clone() });
        }
    }
    let ret = match &sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some((**ty).clone()),
    };
    CFunction { name: sig.ident.unraw().to_string(), params, ret, variadic: sig.variadic.is_some() }
}

fn structure(fields: &Fields) -> Struct {
    let named = |name: &str| fields.iter().any(|f| f.ident.as_ref().is_some_and(|ident| ident == name));
    Struct {
        // What bindgen puts into a struct of which it saw only the name.
        opaque: fields.len() == 1 && named("_unused") || fields.is_empty(),
        fields: fields.iter().map(|field| field.ty.clone()).collect(),
    }
}

fn value(expr: &Expr) -> (Option<i128>, Option<String>) {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => (int.base10_parse().ok(), None),
        Expr::Lit(ExprLit { lit: Lit::ByteStr(bytes), .. }) => {
            let bytes = bytes.value();
            let text = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
            (None, String::from_utf8(text.to_vec()).ok())
        }
        Expr::Lit(ExprLit { lit: Lit::CStr(text), .. }) => (None, text.value().into_string().ok()),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => (value(&unary.expr).0.map(|n| -n), None),
        _ => (None, None),
    }
}
