//! Callbacks inside structs, as far as the specification itself says which structs a function is given: what a field's pointer has for
//! a type, only rustc knows.

use syn::ext::IdentExt;

use crate::error::Errors;
use crate::expr::{mentioned, spelled};
use crate::model::{Buffer, CallbackLife, Content, Field, Forwarded, Function, Model, Param};

/// Callbacks in structs of a function that is `cached`, or that may return before they are called.
pub(super) fn check(function: &Function, forwarded: &Forwarded, model: &Model, errors: &mut Errors) {
    let name = &function.name;
    for param in &function.params {
        let inside = callbacks(param, model);
        if let (Some((field, _)), true) = (inside.first(), forwarded.cached) {
            let field = spelled(&field.path);
            errors.at(
                &param.name,
                format!("`{name}` calls `{field}` back, so it cannot be `cached`; remove that"),
            );
        }
        let during = inside.iter().find(|(_, life)| *life == CallbackLife::Call);
        if let (Some((field, _)), true) = (during, forwarded.may_async()) {
            errors.at(
                &param.name,
                format!(
                    "`{name}` may be asynchronous, so `{}` is called after it returned: say `once` or `kept` of it, or make the \
                     mode `Sync`",
                    spelled(&field.path)
                ),
            );
        }
    }
}

fn callbacks<'m>(param: &'m Param, model: &'m Model) -> Vec<(&'m Field, CallbackLife)> {
    let mut found = Vec::new();
    let Some(buffer) = param.buffer() else { return found };
    behind(buffer, &mut found);
    if let Some(pointer) = param.pointer().filter(|_| buffer.structured && buffer.fields.is_empty()) {
        let names = mentioned(pointer.cast.as_ref().unwrap_or(&pointer.elem));
        let described = model.structures.iter().filter(|s| names.contains(&s.name.unraw().to_string()));
        described.for_each(|structure| of(&structure.fields, &mut found));
    }
    found
}

fn behind<'m>(buffer: &'m Buffer, found: &mut Vec<(&'m Field, CallbackLife)>) {
    of(&buffer.fields, found);
    if let Some(Content::Buffer(element)) = &buffer.element {
        behind(element, found);
    }
}

fn of<'m>(fields: &'m [Field], found: &mut Vec<(&'m Field, CallbackLife)>) {
    for field in fields {
        match &field.content {
            Content::Callback { lifetime, .. } => found.push((field, *lifetime)),
            Content::Buffer(buffer) => behind(buffer, found),
            _ => {}
        }
    }
}
