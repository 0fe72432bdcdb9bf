//! From [syntax](crate::syntax) to the [model](crate::model): every name is looked up, and every parameter gets its role.

mod buffer;
mod callback;
mod callback_field;
mod function;
mod item;
mod param;
mod resource;
mod types;

use crate::error::Errors;
use crate::model::{Function, Model};
use crate::syntax::Block;

/// Looks everything up. Whatever has a mistake is left out, or marked as broken if others may refer to it.
pub(crate) fn lower(block: Block, hash: [u8; 16], errors: &mut Errors) -> Model {
    let header = item::header(block.api.as_ref(), &block.name, errors);
    let mut names = item::Names::default();
    item::types(&block.types, &mut names, errors);
    callback::types(&block.callbacks, &mut names, errors);
    item::statics(&block.statics, &mut names, errors);
    let structures = item::structures(&block.types, &names, errors);
    let mut functions: Vec<Function> = Vec::new();
    for f in &block.functions {
        let twice = functions.iter().any(|known| known.name == f.name);
        let generated =
            names.handles.iter().find(|h| [&h.retain, &h.release].contains(&&Some(f.name.clone())));
        if twice {
            errors.at(&f.name, format!("`{}` is given twice; remove one", f.name));
        } else if let Some(handle) = generated {
            let message =
                format!("`{}` comes with `#[handle(..)] type {};`; remove it here", f.name, handle.name);
            errors.at(&f.name, message);
        } else {
            functions.push(function::lower(f, &names, errors));
        }
    }
    Model {
        attrs: block.attrs,
        vis: block.vis,
        module: block.name,
        header,
        hash,
        statuses: names.statuses,
        handles: names.handles,
        callbacks: names.callbacks,
        registries: names.registries,
        structures,
        resources: names.resources,
        functions,
        utilities: block.utilities,
    }
}
