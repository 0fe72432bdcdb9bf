//! What calls do with resources: in the gate's table, and around the vendor's function in the server.
//!
//! A cost is charged as soon as it can be known: at the gate if it uses scalars alone, once the arguments are decoded if it asks
//! about handles or looks into inputs, and otherwise when the vendor has answered.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use super::expression::{Expression, Extra};
use super::server_param::{Phase, evaluate};
use super::{at, from_wire, kind};
use crate::check::costs::{Holder, Known, holder, known, known_of};
use crate::model::{Amount, Cost, CostWord, Forwarded, Function, Model, Resource};
use crate::names;

/// A resource in the API's table. That its policy is one is checked where the author named it.
pub(super) fn resource(resource: &Resource) -> TokenStream {
    let (name, continuous) = (resource.name.unraw().to_string(), resource.continuous);
    let policy = match &resource.policy {
        Some(policy) => {
            let name = quote_spanned!(at(policy)=> <#policy as __p::router::Policy>::NAME);
            quote!(Some(#name))
        }
        None => quote!(::core::option::Option::None),
    };
    quote!(__p::ResourceDesc { name: #name, continuous: #continuous, policy: #policy })
}

/// The amount of cost number `n`.
fn amount(f: &Function, n: usize, cost: &Cost) -> Option<Expression> {
    let Amount::Expr(expr) = &cost.amount else { return None };
    let extras: &[_] = if known(f, expr) == Known::AfterTheCall { &[Extra::Ret] } else { &[] };
    Some(Expression::new(f, names::expr(&f.name, None, &format!("cost{n}")), expr, &[], extras).len())
}

/// The expressions of a function's costs.
pub(super) fn expressions(f: &Function, forwarded: &Forwarded) -> Vec<Expression> {
    forwarded.costs.iter().enumerate().filter_map(|(n, cost)| amount(f, n, cost)).collect()
}

/// What the gate charges for a call of `f`.
pub(super) fn at_the_gate(f: &Function, forwarded: &Forwarded) -> Vec<TokenStream> {
    let costs = forwarded.costs.iter().enumerate().filter(|(_, cost)| is_at_the_gate(f, cost));
    let costs = costs.filter_map(|(n, cost)| {
        let (name, resource) = (&f.name, cost.resource as u8);
        let amount = amount(f, n, cost)?.call(
            |param| {
                let param = &f.params[param];
                let field = &param.name;
                from_wire(&param.ty, &quote!(__wire.#field))
            },
            |_| TokenStream::new(),
        );
        Some(quote!(__p::CostDesc {
            resource: #resource,
            of: |__args: &[u8]| match __p::args::<wire::#name>(__args) {
                Some(__wire) => #amount as u64,
                None => 0,
            },
        }))
    });
    costs.collect()
}

/// What a call gives back is known to be given back when it went well, not before.
fn is_at_the_gate(f: &Function, cost: &Cost) -> bool {
    cost.word != CostWord::Deallocates && known_of(f, cost) == Known::AtTheGate
}

fn variable(n: usize) -> Ident {
    format_ident!("__cost{}", n)
}

/// Cost number `n`, evaluated in the server.
fn value(f: &Function, n: usize, cost: &Cost, phase: Phase) -> Option<TokenStream> {
    let amount = evaluate(&amount(f, n, cost)?, f, phase, |_| quote!(__ret));
    Some(quote!(#amount as u64))
}

/// Charges what is known once the arguments are decoded.
pub(super) fn before_call(f: &Function, forwarded: &Forwarded) -> TokenStream {
    let charges = forwarded.costs.iter().enumerate().filter_map(|(n, cost)| {
        if cost.word == CostWord::Deallocates || known_of(f, cost) != Known::BeforeTheCall {
            return None;
        }
        let (variable, resource) = (variable(n), cost.resource as u8);
        let value = value(f, n, cost, Phase::Before)?;
        Some(quote!(let #variable = #value; __call.charge(#resource, #variable);))
    });
    quote!(#(#charges)*)
}

/// The call itself, measured and with an eye on `errno` if either is asked for.
pub(super) fn around_call(forwarded: &Forwarded, call: &TokenStream) -> TokenStream {
    let measured = forwarded.costs.iter().filter(|cost| matches!(cost.amount, Amount::Measured));
    let charges: Vec<_> = measured
        .map(|cost| {
            let resource = cost.resource as u8;
            quote!(__call.charge(#resource, __nanoseconds);)
        })
        .collect();
    let (begin, end) = match charges.is_empty() {
        true => (None, None),
        false => (
            Some(quote!(let __begun = ::std::time::Instant::now();)),
            Some(quote!(let __nanoseconds = __begun.elapsed().as_nanos() as u64; #(#charges)*)),
        ),
    };
    let (watch, keep) = match forwarded.errno {
        true => (Some(quote!(__call.watch_errno();)), Some(quote!(__call.keep_errno();))),
        false => (None, None),
    };
    quote!(#begin #watch let __ret = #call; #keep #end)
}

/// What is known when the vendor has answered: costs count if the call went well.
pub(super) fn after_call(f: &Function, forwarded: &Forwarded) -> TokenStream {
    let costs = forwarded.costs.iter().enumerate().filter_map(|(n, cost)| {
        let (variable, resource) = (variable(n), cost.resource as u8);
        let value = value(f, n, cost, Phase::After)?;
        Some(match (cost.word, known_of(f, cost)) {
            (CostWord::Deallocates, _) => quote!(if __ok { __call.give_back(#resource, #value); }),
            (CostWord::Consumes, Known::AfterTheCall) => {
                quote!(if __ok { __call.charge(#resource, #value); })
            }
            (CostWord::Consumes, Known::BeforeTheCall) => {
                quote!(if !__ok { __call.give_back(#resource, #variable); })
            }
            // What the gate charged, of which it leaves no note.
            (CostWord::Consumes, Known::AtTheGate) => {
                quote!(if !__ok { __call.give_back(#resource, #value); })
            }
            (CostWord::Allocates, Known::AtTheGate) => quote!(let #variable = #value;),
            (CostWord::Allocates, Known::BeforeTheCall) => return None,
            (CostWord::Allocates, Known::AfterTheCall) => {
                quote!(let #variable = if __ok { #value } else { 0 }; __call.charge(#resource, #variable);)
            }
        })
    });
    quote!(#(#costs)*)
}

/// The end of the call, after which a new object holds what was allocated for it, and `freed` objects are forgotten.
pub(super) fn around_completion(
    model: &Model,
    f: &Function,
    forwarded: &Forwarded,
    (complete, freed): (TokenStream, TokenStream),
) -> TokenStream {
    let (id, kind) = match holder(f) {
        Holder::Nobody | Holder::Unclear => (quote!(0), quote!(0)),
        Holder::Returned(n) => (quote!(__wire.ret_new), number(model, n)),
        Holder::Param(param, n) => {
            let field = &param.name;
            (quote!(__wire.#field), number(model, n))
        }
    };
    let allocates = forwarded.costs.iter().enumerate().filter(|(_, cost)| cost.word == CostWord::Allocates);
    let holds: Vec<_> = allocates
        .map(|(n, cost)| {
            let (variable, resource) = (variable(n), cost.resource as u8);
            quote!(__call.allocated(#resource, #variable, __ok, #id, #kind);)
        })
        .collect();
    match holds.is_empty() && freed.is_empty() {
        true => complete,
        false => quote!(let __done = #complete; #(#holds)* #freed __done),
    }
}

fn number(model: &Model, n: usize) -> TokenStream {
    let kind = kind(model, n);
    quote!(<#kind as __p::HandleKind>::KIND)
}
