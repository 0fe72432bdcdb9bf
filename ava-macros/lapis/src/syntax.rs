//! A specification as it is written: items with their descriptors, before any name is looked up.

use proc_macro2::TokenStream;
use syn::{Attribute, Expr, Ident, LitStr, Type, Visibility};

use crate::descriptor::List;

/// The module of a specification.
pub(crate) struct Block {
    /// What `#[api(..)]` says; `None` if it is missing.
    pub(crate) api: Option<List>,
    /// Attributes that are none of the language's, kept on the module.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) types: Vec<TypeItem>,
    pub(crate) statics: Vec<StaticItem>,
    pub(crate) functions: Vec<FnItem>,
    pub(crate) callbacks: Vec<FnItem>,
    /// Ordinary Rust items, verbatim.
    pub(crate) utilities: Vec<TokenStream>,
}

/// `#[..] type NAME;`
pub(crate) struct TypeItem {
    pub(crate) list: List,
    pub(crate) name: Ident,
}

/// `#[..] static NAME: TYPE;`
pub(crate) struct StaticItem {
    pub(crate) list: List,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// In which block a function stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// `unsafe extern "C"`
    C,
    /// `extern "server"`
    Server,
    /// `extern "callback"`
    Callback,
}

/// A function.
pub(crate) struct FnItem {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) list: List,
    pub(crate) origin: Origin,
    pub(crate) name: Ident,
    pub(crate) params: Vec<ParamItem>,
    pub(crate) ret: Option<Type>,
    /// The body, braces included.
    pub(crate) body: Option<TokenStream>,
    /// The block's `since`.
    pub(crate) block_since: Option<LitStr>,
    /// The block's `unsupported`.
    pub(crate) block_unsupported: Option<Expr>,
    /// Its attributes have mistakes, which were reported.
    pub(crate) broken: bool,
}

/// A parameter.
pub(crate) struct ParamItem {
    pub(crate) list: List,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// Its attributes have mistakes, which were reported.
    pub(crate) broken: bool,
}
