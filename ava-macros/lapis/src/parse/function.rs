//! Functions of extern blocks, and their parameters.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, LitStr, Token, Visibility};

use super::{attributes, recover};
use crate::descriptor::List;
use crate::error::Errors;
use crate::syntax::{Block, FnItem, Origin, ParamItem};
use crate::vocabulary::Place;

/// What a block says of all its functions.
pub(super) struct Defaults {
    pub(super) origin: Origin,
    pub(super) since: Option<LitStr>,
    pub(super) unsupported: Option<Expr>,
}

/// The functions of a block.
pub(super) fn functions(input: ParseStream<'_>, defaults: &Defaults, block: &mut Block, errors: &mut Errors) {
    while !input.is_empty() {
        let before = input.cursor();
        match function(input, defaults, errors) {
            Ok(Some(function)) if defaults.origin == Origin::Callback => block.callbacks.push(function),
            Ok(Some(function)) => block.functions.push(function),
            Ok(None) => {}
            Err(error) => {
                errors.push(error);
                recover(input, before == input.cursor(), starts_function);
            }
        }
    }
}

fn starts_function(input: ParseStream<'_>) -> bool {
    input.peek(Token![#]) || input.peek(Token![fn])
}

/// One function; `None` if not even its prototype can be read, which was reported.
fn function(input: ParseStream<'_>, defaults: &Defaults, errors: &mut Errors) -> syn::Result<Option<FnItem>> {
    let attrs = input.call(Attribute::parse_outer)?;
    let _: Visibility = input.parse()?;
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![fn]>()?;
    let name: Ident = input.parse()?;
    if input.peek(Token![<]) {
        return Err(input.error("a C function has no type parameters"));
    }
    let content;
    syn::parenthesized!(content in input);
    let mut list = List::default();
    let before = errors.count();
    let docs = attributes(attrs, Place::Function, &mut list, errors);
    let broken = errors.count() != before;
    let (params, readable) = params(content.parse()?, errors);
    let ret = match input.parse::<Option<Token![->]>>()? {
        Some(arrow) => Some(input.parse().map_err(|e| {
            syn::Error::new(
                if input.is_empty() { arrow.span() } else { e.span() },
                format!("expected the type that `{name}` returns"),
            )
        })?),
        None => None,
    };
    let body = body(input, &name, errors)?;
    if !readable {
        return Ok(None);
    }
    Ok(Some(FnItem {
        docs,
        list,
        origin: defaults.origin,
        name,
        params,
        ret,
        body,
        block_since: defaults.since.clone(),
        block_unsupported: defaults.unsupported.clone(),
        broken,
    }))
}

fn body(input: ParseStream<'_>, name: &Ident, errors: &mut Errors) -> syn::Result<Option<TokenStream>> {
    if input.peek(syn::token::Brace) {
        return Ok(Some(input.parse::<TokenTree>()?.into()));
    }
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
        return Ok(None);
    }
    let message = format!("expected `;` or a body after the prototype of `{name}`");
    if input.is_empty() {
        errors.at(name, message);
    } else {
        errors.push(input.error(message));
        recover(input, false, starts_function);
    }
    Ok(None)
}

/// The parameters, and whether all could be read.
fn params(tokens: TokenStream, errors: &mut Errors) -> (Vec<ParamItem>, bool) {
    let mut list = Vec::new();
    let mut readable = true;
    let before = errors.count();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match param(input, errors) {
                Ok(param) => list.push(param),
                Err(error) => {
                    errors.push(error);
                    readable = false;
                }
            }
            if !input.is_empty() && !input.peek(Token![,]) {
                if readable {
                    errors.push(input.error("expected `,` between parameters"));
                }
                readable = false;
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        // As in `parse`: a mistake that was reported.
        if errors.count() == before {
            errors.push(error);
        }
        readable = false;
    }
    (list, readable)
}

fn param(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<ParamItem> {
    let attrs = input.call(Attribute::parse_outer)?;
    if input.peek(Token![...]) {
        return Err(input.error("a function with a variable number of arguments cannot be forwarded"));
    }
    let name: Ident = input
        .parse()
        .map_err(|e| syn::Error::new(e.span(), "expected `name: TYPE`; every parameter needs a name"))?;
    let colon = input
        .parse::<Token![:]>()
        .map_err(|_| syn::Error::new(name.span(), format!("expected `{name}: TYPE`")))?;
    let ty = input.parse().map_err(|e| {
        let span = if input.is_empty() { colon.span() } else { e.span() };
        syn::Error::new(span, format!("expected the type of `{name}`"))
    })?;
    let mut list = List::default();
    let before = errors.count();
    attributes(attrs, Place::Param, &mut list, errors);
    Ok(ParamItem { list, name, ty, broken: errors.count() != before })
}
