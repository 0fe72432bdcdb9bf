//! Which types are handles, and which functions count their references.

use std::collections::BTreeMap;

use syn::Type;

use super::header::Header;
use super::status::Status;
use super::types::{Kind, Types, last};
use super::verbs::{Verb, verb};

/// A type of handles.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) name: String,
    /// The struct that it points to, if the header has no name for the pointer and the specification must give one.
    pub(super) pointer_to: Option<String>,
    pub(super) retain: Option<String>,
    pub(super) release: Option<String>,
    /// Functions that do the same as another, which counts references: `clRetainDeviceEXT`.
    pub(super) synonyms: BTreeMap<String, String>,
}

/// Finds the types of handles of `header`.
pub(super) fn find(header: &Header) -> (Types<'_>, Vec<Handle>) {
    let mut types = Types { header, by_struct: BTreeMap::new(), by_alias: BTreeMap::new() };
    let mut handles = Vec::new();
    for alias in &header.alias_order {
        let Some(Type::Ptr(ptr)) = header.aliases.get(alias).filter(|ty| is_mutable(ty)) else { continue };
        let Some(target) = last(&ptr.elem) else { continue };
        let target = resolve(header, target);
        if let Some(known) = types.by_struct.get(&target) {
            types.by_alias.insert(alias.clone(), known.clone());
            continue;
        }
        match header.structs.get(&target) {
            Some(found) if found.opaque => {
                types.by_struct.insert(target, alias.clone());
            }
            // A pointer that functions hand out is a handle, even to a struct that the header shows.
            Some(_) if returns(header, alias) => {
                types.by_struct.insert(target, alias.clone());
            }
            None if target == "c_void" && (returns(header, alias) || creates(header, alias)) => {}
            _ => continue,
        }
        types.by_alias.insert(alias.clone(), alias.clone());
        handles.push(new(alias, None));
    }
    for function in &header.functions {
        for ty in function.params.iter().map(|param| &param.ty).chain(&function.ret) {
            if let Some(target) = opaque_target(&types, ty) {
                let name = format!("{}_handle", target.trim_start_matches('_'));
                types.by_struct.insert(target.clone(), name.clone());
                handles.push(new(&name, Some(target)));
            }
        }
    }
    (types, handles)
}

fn new(name: &str, pointer_to: Option<String>) -> Handle {
    Handle { name: name.to_owned(), pointer_to, retain: None, release: None, synonyms: BTreeMap::new() }
}

fn is_mutable(ty: &Type) -> bool {
    matches!(ty, Type::Ptr(ptr) if ptr.mutability.is_some())
}

/// The struct behind the names of `name`.
fn resolve(header: &Header, mut name: String) -> String {
    for _ in 0..header.aliases.len() {
        match header.aliases.get(&name).and_then(last) {
            Some(next) => name = next,
            None => break,
        }
    }
    name
}

fn returns(header: &Header, alias: &str) -> bool {
    header.functions.iter().any(|f| f.ret.as_ref().and_then(last).is_some_and(|name| name == alias))
}

/// Whether a function that makes something gives one out through a pointer.
fn creates(header: &Header, alias: &str) -> bool {
    let to_alias =
        |ty: &Type| matches!(ty, Type::Ptr(ptr) if last(&ptr.elem).is_some_and(|name| name == alias));
    let makers = header.functions.iter().filter(|f| verb(&f.name) == Some(Verb::Create));
    makers.flat_map(|f| &f.params).any(|param| is_mutable(&param.ty) && to_alias(&param.ty))
}

/// The opaque struct that `ty` points to, at any depth, through a pointer that is no handle yet.
fn opaque_target(types: &Types<'_>, ty: &Type) -> Option<String> {
    let Type::Ptr(ptr) = ty else { return None };
    let inner = opaque_target(types, &ptr.elem);
    let own = || {
        let name = resolve(types.header, last(&ptr.elem)?);
        let opaque = types.header.structs.get(&name)?.opaque && !types.by_struct.contains_key(&name);
        (opaque && ptr.mutability.is_some()).then_some(name)
    };
    inner.or_else(own)
}

/// Finds the functions that count references to objects. Both must be there, and return statuses: what a guest can count by
/// itself.
pub(super) fn count_references(handles: &mut [Handle], types: &Types<'_>, status: Option<&Status>) {
    for handle in handles {
        let counting = |wanted: Verb| -> Vec<&str> {
            let functions = types.header.functions.iter().filter(|f| {
                let only = matches!(&f.params[..], [only] if types.kind(&only.ty) == Kind::Handle(handle.name.clone()));
                let is_status = f.ret.as_ref().map(|ty| types.spell(ty)).as_deref() == status.map(|s| &s.name[..]);
                only && is_status && status.is_some() && verb(&f.name) == Some(wanted)
            });
            let mut names: Vec<_> = functions.map(|f| f.name.as_str()).collect();
            names.sort_by_key(|name| name.len());
            names
        };
        let (retains, releases) = (counting(Verb::Retain), counting(Verb::Release));
        let (Some(retain), Some(release)) = (retains.first(), releases.first()) else { continue };
        for (names, first) in [(&retains, retain), (&releases, release)] {
            for name in &names[1..] {
                handle.synonyms.insert((*name).to_owned(), (*first).to_owned());
            }
        }
        (handle.retain, handle.release) = (Some((*retain).to_owned()), Some((*release).to_owned()));
    }
}
