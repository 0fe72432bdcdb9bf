//! Lists of descriptors, parsed by the [vocabulary](crate::vocabulary).

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token, Type};

use crate::error::Errors;
use crate::expr::mentioned;
use crate::vocabulary::{self, Place, Shape, Word};

/// A descriptor as the author wrote it.
#[derive(Debug)]
pub(crate) struct Descriptor {
    pub(crate) word: Word,
    pub(crate) name: Ident,
    /// The expressions after it: one for `name = EXPR`, several for `name(EXPR, ..)`.
    pub(crate) args: Vec<Expr>,
    /// The type after it.
    pub(crate) ty: Option<Type>,
    /// The descriptors inside it.
    pub(crate) list: List,
}

impl Descriptor {
    /// Its first expression.
    pub(crate) fn arg(&self) -> Option<&Expr> {
        self.args.first()
    }
}

/// The descriptors of one place.
#[derive(Debug, Default)]
pub(crate) struct List(pub(crate) Vec<Descriptor>);

impl List {
    /// The descriptor `word`, if it is there.
    pub(crate) fn get(&self, word: Word) -> Option<&Descriptor> {
        self.0.iter().find(|d| d.word == word)
    }

    /// Whether `word` is there.
    pub(crate) fn has(&self, word: Word) -> bool {
        self.get(word).is_some()
    }

    /// The expression of `word`.
    pub(crate) fn expr(&self, word: Word) -> Option<&Expr> {
        self.get(word)?.arg()
    }

    /// All that are `word`.
    pub(crate) fn all(&self, word: Word) -> impl Iterator<Item = &Descriptor> {
        self.0.iter().filter(move |d| d.word == word)
    }

    /// Every name that the descriptors mention, at any depth.
    pub(crate) fn mentioned(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for d in &self.0 {
            d.args.iter().for_each(|arg| names.extend(mentioned(arg)));
            names.extend(d.list.mentioned());
        }
        names
    }

    /// The string of `word`; a mistake if it is something else.
    pub(crate) fn text(&self, word: Word, place: Place, errors: &mut Errors) -> Option<LitStr> {
        let d = self.get(word)?;
        let found = d.arg().and_then(as_text);
        if found.is_none() {
            let example = vocabulary::example(word, place);
            errors.at(
                d.arg().map_or_else(|| tokens(&d.name), tokens),
                format!("expected a string: `{example}`"),
            );
        }
        found
    }

    /// The single name that `word` gives; a mistake if it is something else.
    pub(crate) fn ident(&self, word: Word, place: Place, errors: &mut Errors) -> Option<Ident> {
        let d = self.get(word)?;
        let found = d.arg().and_then(as_ident);
        if found.is_none() {
            let example = vocabulary::example(word, place);
            errors
                .at(d.arg().map_or_else(|| tokens(&d.name), tokens), format!("expected a name: `{example}`"));
        }
        found
    }
}

fn tokens(t: &(impl quote::ToTokens + ?Sized)) -> TokenStream {
    t.to_token_stream()
}

/// The string that `expr` is.
pub(crate) fn as_text(expr: &Expr) -> Option<LitStr> {
    match expr {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.clone()),
        Expr::Group(group) => as_text(&group.expr),
        _ => None,
    }
}

/// The name that `expr` is.
pub(crate) fn as_ident(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident().cloned(),
        Expr::Group(group) => as_ident(&group.expr),
        _ => None,
    }
}

/// Parses the descriptors in `tokens`. A mistake costs the descriptor that it is in, and the rest is still read.
pub(crate) fn parse_list(tokens: TokenStream, place: Place, errors: &mut Errors) -> List {
    let mut list = List::default();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let before = errors.count();
            match parse_one(input, place, errors) {
                Ok(Some(d)) => add(&mut list, d, errors),
                Ok(None) => skip_to_comma(input),
                Err(error) => {
                    // A list of descriptors inside already said what is wrong.
                    if errors.count() == before {
                        errors.push(error);
                    }
                    skip_to_comma(input);
                }
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push(input.error("expected `,` between descriptors"));
                skip_to_comma(input);
                let _ = input.parse::<Token![,]>();
            }
        }
        Ok(())
    };
    // The closure consumes everything, so this does not fail.
    let _ = parser.parse2(tokens);
    list
}

/// Parses the attribute `name(..)` (its path and the tokens in its parentheses) as a descriptor of `place`.
pub(crate) fn parse_attribute(attr: &syn::Attribute, place: Place, list: &mut List, errors: &mut Errors) {
    let tokens = match &attr.meta {
        syn::Meta::Path(path) => quote::quote!(#path),
        syn::Meta::List(meta) if matches!(meta.delimiter, syn::MacroDelimiter::Paren(_)) => {
            quote::quote!(#meta)
        }
        other => {
            errors.at(other, "expected `#[name]` or `#[name(..)]`");
            return;
        }
    };
    for d in parse_list(tokens, place, errors).0 {
        add(list, d, errors);
    }
}

/// Adds `d`, unless it is there already and must be unique.
fn add(list: &mut List, d: Descriptor, errors: &mut Errors) {
    let repeatable =
        matches!(d.word, Word::Consumes | Word::Allocates | Word::Deallocates | Word::Field | Word::Variant);
    if !repeatable && list.has(d.word) {
        errors.at(&d.name, format!("`{}` is given twice; remove one", d.name));
        return;
    }
    list.0.push(d);
}

/// One descriptor; `None` if its name is unknown, which was reported.
fn parse_one(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> syn::Result<Option<Descriptor>> {
    let name =
        input.call(Ident::parse_any).map_err(|e| syn::Error::new(e.span(), "expected a descriptor"))?;
    let (word, shape) = match vocabulary::find(&name.to_string(), place) {
        Ok(found) => found,
        Err(unknown) => {
            errors.at(&name, unknown.into_message());
            return Ok(None);
        }
    };
    let mut d = Descriptor { word, name, args: Vec::new(), ty: None, list: List::default() };
    let malformed =
        |span: Span| syn::Error::new(span, format!("write `{}`", vocabulary::example(word, place)));
    match shape {
        Shape::Flag if input.is_empty() || input.peek(Token![,]) => {}
        Shape::Flag => return Err(syn::Error::new(input.span(), format!("`{}` takes no argument", d.name))),
        Shape::FlagOrValue if !input.peek(Token![=]) => {}
        Shape::Value | Shape::FlagOrValue => {
            input.parse::<Token![=]>().map_err(|_| malformed(d.name.span()))?;
            d.args.push(parse_expr(input, || malformed(d.name.span()))?);
        }
        Shape::Type => {
            input.parse::<Token![=]>().map_err(|_| malformed(d.name.span()))?;
            d.ty = Some(input.parse()?);
        }
        Shape::List(inner) => {
            if input.peek(syn::token::Paren) {
                d.list = parse_list(parenthesized(input)?, inner, errors);
            } else if input.peek(Token![=]) {
                return Err(malformed(d.name.span()));
            }
        }
        Shape::Args(min, max, named) => {
            let (args, list) = match input.peek(syn::token::Paren) {
                true => parse_args(parenthesized(input)?, max, named, errors)?,
                false => (Vec::new(), List::default()),
            };
            if args.len() < min || args.len() > max {
                return Err(malformed(d.name.span()));
            }
            (d.args, d.list) = (args, list);
        }
    }
    Ok(Some(d))
}

fn parse_expr(input: ParseStream<'_>, missing: impl FnOnce() -> syn::Error) -> syn::Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    input.parse()
}

fn parenthesized(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let content;
    syn::parenthesized!(content in input);
    content.parse()
}

/// Up to `max` expressions, then descriptors.
fn parse_args(
    tokens: TokenStream,
    max: usize,
    named: Option<Place>,
    errors: &mut Errors,
) -> syn::Result<(Vec<Expr>, List)> {
    let parser = |input: ParseStream<'_>| {
        let mut args = Punctuated::<Expr, Token![,]>::new();
        while !input.is_empty() && (named.is_none() || args.len() < max) {
            args.push_value(input.parse()?);
            if !input.is_empty() {
                args.push_punct(input.parse()?);
            }
        }
        let list = match named {
            Some(place) => parse_list(input.parse()?, place, errors),
            None => List::default(),
        };
        Ok((args.into_iter().collect(), list))
    };
    parser.parse2(tokens)
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}
