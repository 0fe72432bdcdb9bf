//! Resources, and what calls do with them.

use syn::Expr;

use super::item::Names;
use crate::descriptor::{Descriptor, List, as_ident};
use crate::error::Errors;
use crate::expr::spelled;
use crate::model::{Amount, Cost, CostWord, Resource};
use crate::syntax::StaticItem;
use crate::vocabulary::Word;

/// `#[policy(PATH)] static R: ..;`
pub(super) fn lower(item: &StaticItem, continuous: bool, errors: &mut Errors) -> Resource {
    let policy = item.list.expr(Word::Policy).cloned();
    if let Some(other) = policy.as_ref().filter(|policy| !matches!(policy, Expr::Path(_))) {
        errors.at(other, "expected the path of a policy, a type that implements `ava_core::router::Policy`");
    }
    Resource {
        name: item.name.clone(),
        continuous,
        policy: policy.filter(|policy| matches!(policy, Expr::Path(_))),
    }
}

/// What a function's descriptors say of resources.
pub(super) fn costs(list: &List, names: &Names, errors: &mut Errors) -> Vec<Cost> {
    let words = [
        (Word::Consumes, CostWord::Consumes),
        (Word::Allocates, CostWord::Allocates),
        (Word::Deallocates, CostWord::Deallocates),
    ];
    let mut costs = Vec::new();
    for (word, meaning) in words {
        costs.extend(list.all(word).filter_map(|d| cost(d, meaning, names, errors)));
    }
    costs
}

fn cost(d: &Descriptor, word: CostWord, names: &Names, errors: &mut Errors) -> Option<Cost> {
    let [expr, amount] = &d.args[..] else { return None };
    let (kind, continuous) = match word {
        CostWord::Consumes => ("Instantaneous", false),
        CostWord::Allocates | CostWord::Deallocates => ("Continuous", true),
    };
    let name = as_ident(expr);
    let found = name.as_ref().and_then(|name| names.resources.iter().position(|r| r.name == *name));
    let Some(resource) = found else {
        let text = spelled(expr);
        errors.at(expr, format!("there is no resource `{text}`; declare it: `static {text}: {kind};`"));
        return None;
    };
    if names.resources[resource].continuous != continuous {
        let message = match continuous {
            true => {
                "is `Instantaneous`: it is used up and never given back; write `consumes`, or make it `Continuous`"
            }
            false => {
                "is `Continuous`: it is held until it is given back; write `allocates` or `deallocates`, or make it \
                 `Instantaneous`"
            }
        };
        errors.at(expr, format!("`{}` {message}", spelled(expr)));
        return None;
    }
    let measured = as_ident(amount).is_some_and(|name| name == "measured");
    if measured && word != CostWord::Consumes {
        let message = "`measured` is how long the call took, which is used up and not held; say how many units the call allocates";
        errors.at(amount, message);
        return None;
    }
    Some(Cost {
        word,
        resource,
        amount: if measured { Amount::Measured } else { Amount::Expr(amount.clone()) },
    })
}
