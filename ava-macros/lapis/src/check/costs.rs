//! What calls do with resources: which costs make sense, and when each can be known.

use syn::Expr;
use syn::ext::IdentExt;

use crate::error::Errors;
use crate::expr::mentioned;
use crate::model::{Amount, Cost, CostWord, Direction, Forwarded, Function, Model, Param, Returns, Role};

/// As many resources as an account has room for.
const MAX_RESOURCES: usize = 16;

/// As many resources as an object can hold.
const MAX_HELD: usize = 4;

/// When the amount of a cost is known, at the earliest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Known {
    /// As the command arrives: it uses scalars alone.
    AtTheGate,
    /// When the arguments are decoded: it asks about handles, or looks into inputs.
    BeforeTheCall,
    /// When the vendor has answered.
    AfterTheCall,
}

/// When the amount that `expr` says is known.
pub(crate) fn known(function: &Function, expr: &Expr) -> Known {
    let names = mentioned(expr);
    if names.contains("ret") {
        return Known::AfterTheCall;
    }
    let used = function.params.iter().filter(|param| names.contains(&param.name.unraw().to_string()));
    used.map(|param| match &param.role {
        Role::Plain
        | Role::Scalar
        | Role::Opaque
        | Role::Local
        | Role::Callback { .. }
        | Role::Userdata(_) => Known::AtTheGate,
        Role::Buffer(buffer) if buffer.direction == Direction::In => Known::BeforeTheCall,
        Role::Handle { .. } | Role::CastHandle { .. } => Known::BeforeTheCall,
        Role::Buffer(_) | Role::New(_) | Role::NewArray { .. } => Known::AfterTheCall,
    })
    .max()
    .unwrap_or(Known::AtTheGate)
}

/// When the amount of `cost` is known.
pub(crate) fn known_of(function: &Function, cost: &Cost) -> Known {
    match &cost.amount {
        Amount::Measured => Known::AfterTheCall,
        Amount::Expr(expr) => known(function, expr),
    }
}

/// The object that holds what a call allocates.
pub(crate) enum Holder<'m> {
    /// The call makes none.
    Nobody,
    /// The one that it returns.
    Returned(usize),
    /// The one whose location is this parameter.
    Param(&'m Param, usize),
    /// It makes several.
    Unclear,
}

/// Who holds what `function` allocates.
pub(crate) fn holder(function: &Function) -> Holder<'_> {
    let returned = match &function.returns {
        Returns::Handle(_, Some(new)) => Some(Holder::Returned(new.kind)),
        _ => None,
    };
    let params = function.params.iter().filter_map(|param| match &param.role {
        Role::New(new) => Some(Holder::Param(param, new.kind)),
        Role::NewArray { .. } => Some(Holder::Unclear),
        _ => None,
    });
    let mut all = returned.into_iter().chain(params);
    match (all.next(), all.next()) {
        (None, _) => Holder::Nobody,
        (Some(one), None) => one,
        (Some(_), Some(_)) => Holder::Unclear,
    }
}

/// The expressions of a function's costs.
pub(crate) fn exprs(forwarded: &Forwarded) -> impl Iterator<Item = &Expr> {
    forwarded.costs.iter().filter_map(|cost| match &cost.amount {
        Amount::Expr(expr) => Some(expr),
        Amount::Measured => None,
    })
}

/// There is room for all resources.
pub(super) fn resources(model: &Model, errors: &mut Errors) {
    if let Some(one_too_many) = model.resources.get(MAX_RESOURCES) {
        errors.at(
            &one_too_many.name,
            format!(
                "an account has room for {MAX_RESOURCES} resources; remove one, or count two of them together"
            ),
        );
    }
}

/// Checks the costs of `function`.
pub(super) fn check(function: &Function, forwarded: &Forwarded, model: &Model, errors: &mut Errors) {
    let name = &function.name;
    let allocates = || forwarded.costs.iter().filter(|cost| cost.word == CostWord::Allocates);
    if allocates().next().is_some() && matches!(holder(function), Holder::Unclear) {
        errors.at(
            name,
            format!(
                "`{name}` allocates and makes several objects: which of them gives back what it allocated when it dies? Make \
                 them one by one, or remove `allocates`"
            ),
        );
    }
    if allocates().count() > MAX_HELD {
        errors
            .at(name, format!("an object can hold {MAX_HELD} resources; remove one `allocates` of `{name}`"));
    }
    for cost in forwarded.costs.iter().filter(|cost| cost.word == CostWord::Deallocates) {
        let (Some(object), Amount::Expr(amount)) =
            (frees_holder(function, cost.resource, model), &cost.amount)
        else {
            continue;
        };
        let resource = &model.resources[cost.resource].name;
        errors.at(
            amount,
            format!(
                "the `{object}` that `{name}` frees gives back by itself what it holds of `{resource}`; remove `deallocates`"
            ),
        );
    }
}

/// The type of an object that `function` frees and that some call made with an amount of `resource`.
fn frees_holder(function: &Function, resource: usize, model: &Model) -> Option<syn::Ident> {
    let holds = |kind: usize| {
        model.functions.iter().any(|maker| {
            maker.forwarded().is_some_and(|forwarded| {
                let mut costs = forwarded.costs.iter();
                costs.any(|cost| cost.word == CostWord::Allocates && cost.resource == resource)
            }) && super::makes(maker).contains(&kind)
        })
    };
    function.params.iter().find_map(|param| match param.role {
        Role::Handle { kind, frees: true, .. } if holds(kind) => Some(model.handles[kind].name.clone()),
        _ => None,
    })
}
