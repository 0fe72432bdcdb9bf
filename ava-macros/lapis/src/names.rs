//! Names of everything generated, so that the parts of an expansion agree on them. Those that share a scope with the author's
//! names begin with two underscores.

use proc_macro2::Ident;
use quote::format_ident;

/// The function that evaluates what `what` of the parameter (or of the function itself) says.
pub(crate) fn expr(function: &Ident, param: Option<&Ident>, what: &str) -> Ident {
    match param {
        Some(param) => format_ident!("__{}_{}_{}", function, param, what, span = param.span()),
        None => format_ident!("__{}_{}", function, what, span = function.span()),
    }
}

/// A constant of a type: a status value, or the status for an invalid handle.
pub(crate) fn constant(ty: &Ident, what: &str) -> Ident {
    format_ident!("__{}_{}", ty, what)
}

/// The function that turns a failure into a status.
pub(crate) fn status_of(status: &Ident) -> Ident {
    format_ident!("__{}_of", status)
}

/// A parameter as it travels.
pub(crate) fn encoded(param: &Ident) -> Ident {
    format_ident!("__w_{}", param)
}

/// A parameter as the server decoded it.
pub(crate) fn decoded(param: &Ident) -> Ident {
    format_ident!("__v_{}", param)
}

/// A handle as the server's expressions see it.
pub(crate) fn handle_arg(param: &Ident) -> Ident {
    format_ident!("__a_{}", param)
}

/// The ticket of a deferred buffer: the field, and the variable in guest and server.
pub(crate) fn ticket(param: &Ident) -> Ident {
    format_ident!("{}_ticket", param)
}

/// A parameter's structured data.
pub(crate) fn tree(param: &Ident) -> Ident {
    format_ident!("__t_{}", param)
}

/// The variable with the pointer to it that the vendor gets.
pub(crate) fn root(param: &Ident) -> Ident {
    format_ident!("__r_{}", param)
}

/// The function that makes a call and logs it. Named apart, as rustc suggests functions of a misspelled name.
pub(crate) fn logged(function: &Ident) -> Ident {
    format_ident!("log_{}", function, span = proc_macro2::Span::call_site())
}

/// The type of a parameter, for other crates to name.
pub(crate) fn abi(function: &Ident, index: usize) -> Ident {
    format_ident!("{}_{}", function, index)
}

/// The return type of a function, for other crates to name.
pub(crate) fn abi_ret(function: &Ident) -> Ident {
    format_ident!("{}_ret", function)
}
