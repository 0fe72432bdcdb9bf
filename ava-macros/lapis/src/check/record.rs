//! What can be made again in another server: objects that cannot say so here.

use crate::error::Errors;
use crate::model::{Forwarded, Function, Model, Role};

/// Whether some maker of the kind is recorded.
fn is_recorded(kind: usize, model: &Model) -> bool {
    model.functions.iter().any(|maker| {
        maker.forwarded().is_some_and(|forwarded| forwarded.record) && super::makes(maker).contains(&kind)
    })
}

/// A state is restored into an object that recorded calls made.
pub(super) fn states(model: &Model, errors: &mut Errors) {
    for (kind, handle) in model.handles.iter().enumerate() {
        let Some(state) = handle.state.as_ref() else { continue };
        let is_made = model.functions.iter().any(|maker| super::makes(maker).contains(&kind));
        if is_made && !is_recorded(kind, model) {
            errors.at(
                &state.restore,
                format!(
                    "there is no `{}` to restore this into: mark the functions that make it `#[record]`, so that it is made again",
                    handle.name
                ),
            );
        }
    }
}

/// Checks what is said of the recording of `function`.
pub(super) fn check(function: &Function, forwarded: &Forwarded, model: &Model, errors: &mut Errors) {
    let name = &function.name;
    if !forwarded.record {
        if let Some(kind) = super::makes(function).into_iter().find(|kind| is_recorded(*kind, model)) {
            let kind = &model.handles[kind].name;
            errors.at(
                name,
                format!(
                    "this call makes a `{kind}`, which others make with `#[record]`: add it, or the `{kind}` could not be made \
                     again in another server"
                ),
            );
        }
        return;
    }
    for param in &function.params {
        if matches!(param.role, Role::Handle { frees: true, .. }) {
            errors.at(
                &param.name,
                format!(
                    "what was recorded of `{}` is forgotten when it dies; remove `record` from `{name}`",
                    param.name
                ),
            );
        }
    }
    for param in forwarded.record_key.iter().map(|n| &function.params[*n]) {
        if !matches!(param.role, Role::Scalar | Role::Opaque | Role::Handle { .. }) {
            errors.at(
                &param.name,
                format!(
                    "whether a call overwrites an earlier one is told by scalars and handles; remove `{}` from `record`",
                    param.name
                ),
            );
        }
    }
}
