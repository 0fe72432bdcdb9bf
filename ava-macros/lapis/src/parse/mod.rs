//! From tokens to [syntax](crate::syntax). Code that is being typed is the usual input of a macro in an editor, so a mistake
//! costs the item that it is in, and parsing goes on with the next one.

mod function;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Item, LitStr, Token, Type, Visibility};

use crate::descriptor::{List, parse_attribute};
use crate::error::Errors;
use crate::syntax::{Block, Origin, StaticItem, TypeItem};
use crate::vocabulary::{Place, Word};

/// Parses a whole specification; `None` if there is not even a module.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Option<Block> {
    let mut block = None;
    let before = errors.count();
    let parser = |input: ParseStream<'_>| {
        block = Some(header(input, errors)?);
        input.parse::<TokenStream>().map(drop)
    };
    if let Err(error) = parser.parse2(tokens) {
        // After a mistake inside brackets syn fails the whole parse as well, though parsing went on behind them.
        if errors.count() == before {
            errors.push(error);
        }
    }
    block
}

fn header(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Block> {
    let form = "a specification is `#[api(..)] pub mod NAME { .. }`";
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    input.parse::<Token![mod]>().map_err(|e| syn::Error::new(e.span(), form))?;
    let name: Ident = input.parse()?;
    let content;
    syn::braced!(content in input);
    let mut block = Block {
        api: None,
        attrs: Vec::new(),
        vis,
        name,
        types: Vec::new(),
        statics: Vec::new(),
        functions: Vec::new(),
        callbacks: Vec::new(),
        utilities: Vec::new(),
    };
    for attr in attrs {
        if is_rust(&attr) {
            block.attrs.push(attr);
            continue;
        }
        let mut list = List::default();
        parse_attribute(&attr, Place::Module, &mut list, errors);
        match list.0.pop() {
            Some(_) if block.api.is_some() => errors.at(&attr, "`api` is given twice; remove one"),
            Some(api) => block.api = Some(api.list),
            None => {}
        }
    }
    items(&content, &mut block, errors);
    if !input.is_empty() {
        errors.push(input.error(format!("unexpected tokens after the module; {form}")));
    }
    Ok(block)
}

/// Attributes of Rust's own that may stand anywhere.
pub(crate) fn is_rust(attr: &Attribute) -> bool {
    let known =
        ["doc", "allow", "expect", "warn", "deny", "deprecated", "cfg", "cfg_attr", "rustfmt", "derive"];
    attr.path().segments.first().is_some_and(|first| known.iter().any(|name| first.ident == name))
}

/// Sorts attributes into docs (returned) and descriptors of `place` (added to `list`).
fn attributes(attrs: Vec<Attribute>, place: Place, list: &mut List, errors: &mut Errors) -> Vec<Attribute> {
    let mut docs = Vec::new();
    for attr in attrs {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            errors.at(
                &attr,
                "guest and server must agree on the specification in every build, so nothing in it may depend on `cfg`; \
                 use `#[unsupported(..)]` for a function that is missing somewhere",
            );
        } else if attr.path().is_ident("doc") {
            docs.push(attr);
        } else if !is_rust(&attr) {
            parse_attribute(&attr, place, list, errors);
        }
    }
    docs
}

fn items(input: ParseStream<'_>, block: &mut Block, errors: &mut Errors) {
    while !input.is_empty() {
        let before = input.cursor();
        if let Err(error) = item(input, block, errors) {
            errors.push(error);
            recover(input, before == input.cursor(), starts_item);
        }
    }
}

/// Skips to the end of a broken item: past a `;` or a block, or to what looks like the beginning of the next.
fn recover(input: ParseStream<'_>, stuck: bool, starts: fn(ParseStream<'_>) -> bool) {
    let mut must_move = stuck;
    while !input.is_empty() && (must_move || !starts(input)) {
        must_move = false;
        match input.parse::<TokenTree>() {
            Ok(TokenTree::Punct(p)) if p.as_char() == ';' => return,
            Ok(TokenTree::Group(g)) if g.delimiter() == proc_macro2::Delimiter::Brace => return,
            _ => {}
        }
    }
}

fn starts_item(input: ParseStream<'_>) -> bool {
    let keywords = [
        "use",
        "pub",
        "type",
        "static",
        "const",
        "unsafe",
        "extern",
        "fn",
        "struct",
        "enum",
        "impl",
        "mod",
        "macro_rules",
        "trait",
    ];
    let ident = input.fork().call(Ident::parse_any);
    input.peek(Token![#]) || ident.is_ok_and(|ident| keywords.iter().any(|k| ident == k))
}

fn item(input: ParseStream<'_>, block: &mut Block, errors: &mut Errors) -> syn::Result<()> {
    let ahead = input.fork();
    let attrs = ahead.call(Attribute::parse_outer)?;
    let _: Visibility = ahead.parse()?;
    let is_type = ahead.peek(Token![type]) && ahead.peek2(Ident) && ahead.peek3(Token![;]);
    let is_extern = ahead.peek(Token![extern]) && !ahead.peek2(Token![crate])
        || ahead.peek(Token![unsafe]) && ahead.peek2(Token![extern]);
    if is_type {
        return type_item(input, block, errors);
    }
    if is_extern && !is_extern_fn(&ahead) {
        return extern_block(input, block, errors);
    }
    if ahead.peek(Token![static]) && is_declaration(&ahead) {
        return static_item(input, block, errors);
    }
    if let Some(ours) =
        attrs.iter().find(|attr| !is_rust(attr) && attr.path().get_ident().is_some_and(is_ours))
    {
        let message =
            "this descriptor belongs on a `type T;`, a `static R: ..;` or a function in an extern block";
        errors.at(ours, message);
    }
    let item: Item = input.parse()?;
    block.utilities.push(item.into_token_stream());
    Ok(())
}

fn is_ours(name: &Ident) -> bool {
    [Place::Type, Place::Static, Place::Function]
        .into_iter()
        .any(|place| crate::vocabulary::find(&name.to_string(), place).is_ok())
}

/// Whether an `extern` ahead is a function definition (`extern "C" fn f() {}`), an ordinary Rust item.
fn is_extern_fn(ahead: ParseStream<'_>) -> bool {
    let ahead = ahead.fork();
    let _ = ahead.parse::<Option<Token![unsafe]>>();
    let _ = ahead.parse::<Token![extern]>();
    let _ = ahead.parse::<Option<LitStr>>();
    ahead.peek(Token![fn])
}

/// Whether the `static` ahead has no value.
fn is_declaration(ahead: ParseStream<'_>) -> bool {
    let ahead = ahead.fork();
    let parse = || {
        ahead.parse::<Token![static]>()?;
        ahead.parse::<Option<Token![mut]>>()?;
        ahead.parse::<Ident>()?;
        ahead.parse::<Token![:]>()?;
        ahead.parse::<Type>()
    };
    parse().is_ok() && !ahead.peek(Token![=])
}

fn type_item(input: ParseStream<'_>, block: &mut Block, errors: &mut Errors) -> syn::Result<()> {
    let attrs = input.call(Attribute::parse_outer)?;
    let _: Visibility = input.parse()?;
    input.parse::<Token![type]>()?;
    let name = input.parse()?;
    input.parse::<Token![;]>()?;
    let mut list = List::default();
    let before = errors.count();
    attributes(attrs, Place::Type, &mut list, errors);
    if list.0.is_empty() && errors.count() == before {
        errors.at(
            &name,
            format!(
                "say what `{name}` is: `#[handle(..)]`, `#[status(..)]`, `#[structure(..)]` or `#[opaque]`"
            ),
        );
    }
    block.types.push(TypeItem { list, name });
    Ok(())
}

fn static_item(input: ParseStream<'_>, block: &mut Block, errors: &mut Errors) -> syn::Result<()> {
    let attrs = input.call(Attribute::parse_outer)?;
    let _: Visibility = input.parse()?;
    input.parse::<Token![static]>()?;
    let name = input.parse()?;
    input.parse::<Token![:]>()?;
    let ty = input.parse()?;
    input.parse::<Token![;]>()?;
    let mut list = List::default();
    attributes(attrs, Place::Static, &mut list, errors);
    block.statics.push(StaticItem { list, name, ty });
    Ok(())
}

fn extern_block(input: ParseStream<'_>, block: &mut Block, errors: &mut Errors) -> syn::Result<()> {
    let attrs = input.call(Attribute::parse_outer)?;
    let _: Visibility = input.parse()?;
    input.parse::<Option<Token![unsafe]>>()?;
    let keyword: Token![extern] = input.parse()?;
    let abi: Option<LitStr> = input.parse()?;
    let content;
    syn::braced!(content in input);
    let mut list = List::default();
    attributes(attrs, Place::Block, &mut list, errors);
    let origin = match abi.as_ref().map(LitStr::value).as_deref() {
        None | Some("C") => Origin::C,
        Some("server") => Origin::Server,
        Some("callback") => Origin::Callback,
        Some(_) => {
            let message = "expected `unsafe extern \"C\"` for functions of the API, `extern \"server\"` for functions that the API \
                           server provides, or `extern \"callback\"` for types of callbacks";
            errors.at(abi, message);
            return Ok(());
        }
    };
    if origin != Origin::C && !list.0.is_empty() {
        errors.at(keyword, "only an `extern \"C\"` block takes descriptors; put them on its functions");
    }
    let defaults = function::Defaults {
        origin,
        since: list.text(Word::Since, Place::Block, errors),
        unsupported: list.expr(Word::Unsupported).cloned(),
    };
    function::functions(&content, &defaults, block, errors);
    Ok(())
}
