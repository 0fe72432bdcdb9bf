//! The description of each function.

use std::collections::BTreeSet;

use super::UNDECIDED;
use super::handle::Handle;
use super::header::CFunction;
use super::length::{self, Named};
use super::param::{self, Context, Decision};
use super::status::{self, Status};
use super::types::{Kind, Types};
use super::verbs::{Verb, verb};

/// A function as the specification will have it.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) name: String,
    /// What its author must decide about the whole.
    pub(super) notes: Vec<String>,
    pub(super) attrs: Vec<String>,
    pub(super) params: Vec<DescribedParam>,
    pub(super) ret: Option<String>,
    pub(super) body: Option<String>,
    /// It cannot be written down, only mentioned.
    pub(super) is_variadic: bool,
}

#[derive(Debug)]
pub(super) struct DescribedParam {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) note: Option<String>,
    pub(super) attr: Option<String>,
}

impl Described {
    /// Whether nothing is left to decide.
    pub(super) fn is_complete(&self) -> bool {
        self.notes.is_empty() && self.params.iter().all(|param| param.note.is_none())
    }
}

/// What functions are described with.
pub(super) struct World<'a> {
    pub(super) types: &'a Types<'a>,
    pub(super) handles: &'a [Handle],
    pub(super) status: Option<&'a Status>,
    /// The handle types of which a function makes objects; `frees` needs one.
    pub(super) made: Vec<String>,
}

impl World<'_> {
    fn is_counted(&self, handle: &str) -> bool {
        self.handles.iter().any(|h| h.name == handle && h.release.is_some())
    }

    fn synonym(&self, function: &str) -> Option<&str> {
        self.handles.iter().find_map(|h| h.synonyms.get(function)).map(String::as_str)
    }
}

/// Describes `f`.
pub(super) fn describe(f: &CFunction, world: &World<'_>) -> Described {
    let types = world.types;
    let params: Vec<Named<'_>> = f
        .params
        .iter()
        .map(|param| Named {
            name: &param.name,
            kind: types.kind(&param.ty),
            ty: types.spell(&param.ty),
            target: match &param.ty {
                syn::Type::Ptr(ptr) => Some(types.spell(&ptr.elem)),
                _ => None,
            },
        })
        .collect();
    let mut described = Described {
        name: f.name.clone(),
        notes: Vec::new(),
        attrs: Vec::new(),
        params: Vec::new(),
        ret: f.ret.as_ref().map(|ty| types.spell(ty)),
        body: world.synonym(&f.name).map(|same| forward_to(same, &params)),
        is_variadic: f.variadic,
    };
    let context = Context {
        function: &f.name,
        params: &params,
        lengths: length::find(&params),
        verb: verb(&f.name),
        counted: &|handle| world.is_counted(handle),
        invalid_list: &|list| status::invalid_list(types, world.status?, list),
        frees: described.body.is_none() && frees(f, &params, world),
    };
    let refusal = refusal(f, &params, types).filter(|_| described.body.is_none());
    let is_forwarded = described.body.is_none() && refusal.is_none() && !f.variadic;
    for (n, param) in params.iter().enumerate() {
        let decision = if is_forwarded { param::decide(&context, n) } else { Decision::Plain };
        let (note, attr) = match decision {
            Decision::Plain => (None, None),
            Decision::Described(attr) => (None, Some(attr)),
            Decision::Undecided(note) => (Some(note), None),
        };
        described.params.push(DescribedParam {
            name: param.name.to_owned(),
            ty: param.ty.clone(),
            note,
            attr,
        });
    }
    if f.variadic {
        described.notes.push(
            "it takes a variable number of arguments, which cannot be forwarded: export a C function for it, or do without"
                .to_owned(),
        );
    } else if let Some(why) = refusal {
        // The compiler would not notice; so it stops at the status.
        let choice = "give the function a body, or choose the status with which it is refused";
        described.notes.push(format!("{why}: {choice}"));
        described.attrs.push(format!("unsupported({UNDECIDED})"));
    } else if is_forwarded {
        returns(f, &context, world, &mut described);
    }
    described
}

/// A body that calls the function which does the same.
fn forward_to(same: &str, params: &[Named<'_>]) -> String {
    let args: Vec<_> = params.iter().map(|param| param.name).collect();
    format!(
        "// SAFETY: the application keeps to the C function's contract.\nunsafe {{ guest::{same}({}) }}",
        args.join(", ")
    )
}

/// Why calls of `f` cannot be forwarded, whatever is said of its pointers.
fn refusal(f: &CFunction, params: &[Named<'_>], types: &Types<'_>) -> Option<String> {
    if let Some(param) = params.iter().find(|param| matches!(param.kind, Kind::Struct { .. })) {
        return Some(format!("`{}` is a struct by value, which cannot be forwarded", param.name));
    }
    let ret = f.ret.as_ref()?;
    match types.kind(ret) {
        _ if matches!(ret, syn::Type::Never(_)) => Some("it does not return".to_owned()),
        Kind::Struct { .. } => Some("it returns a struct by value, which cannot be forwarded".to_owned()),
        Kind::Callback(_) => Some("the function that it returns is the server's".to_owned()),
        _ => None,
    }
}

/// Whether `f` ends the life of the one object that it is given, and references to which are not counted.
fn frees(f: &CFunction, params: &[Named<'_>], world: &World<'_>) -> bool {
    let handles: Vec<_> = params
        .iter()
        .filter_map(|param| match &param.kind {
            Kind::Handle(name) => Some(name),
            _ => None,
        })
        .collect();
    let [handle] = handles[..] else { return false };
    verb(&f.name) == Some(Verb::Release)
        && params.iter().all(|param| param.kind.pointee().is_none())
        && !world.is_counted(handle)
        && world.made.contains(handle)
}

fn returns(f: &CFunction, context: &Context<'_>, world: &World<'_>, described: &mut Described) {
    let Some(ty) = &f.ret else { return };
    match world.types.kind(ty) {
        Kind::Handle(handle) => match makes(f, &handle, context, world) {
            Some(true) => described.attrs.push(format!("returns(new{})", param::parent(context))),
            Some(false) => {}
            None => described.notes.push(format!(
                "does it make the `{handle}` that it returns? Then add `#[returns(new)]`; as it stands, the object was there before"
            )),
        },
        Kind::Pointer { .. } => described.notes.push(
            "a returned pointer is the server's: give the function a body, or write `#[returns(opaque)]` if the application \
             only hands it back"
                .to_owned(),
        ),
        _ => {}
    }
}

/// Whether `f` makes the object that it returns; nothing if that cannot be told.
fn makes(f: &CFunction, handle: &str, context: &Context<'_>, world: &World<'_>) -> Option<bool> {
    let reports = |param: &Named<'_>| {
        world.status.is_some() && param.target.as_deref() == world.status.map(|status| status.name.as_str())
    };
    match verb(&f.name) {
        Some(Verb::Create) => Some(true),
        Some(Verb::Get | Verb::Retain) => Some(false),
        // Something that can fail with a reason was made.
        _ if context.params.iter().any(reports) => Some(true),
        _ if context.params.iter().any(|param| param.kind == Kind::Handle(handle.to_owned())) => Some(false),
        _ => None,
    }
}

/// The handle types of which some function makes objects.
pub(super) fn made(functions: &[CFunction], types: &Types<'_>) -> Vec<String> {
    let makers = functions.iter().filter(|f| verb(&f.name) == Some(Verb::Create));
    let mut made = BTreeSet::new();
    for f in makers {
        let returned = f.ret.iter().map(|ty| types.kind(ty));
        let through = f.params.iter().filter_map(|param| match types.kind(&param.ty) {
            Kind::Pointer { mutable: true, elem } => Some(*elem),
            _ => None,
        });
        for kind in returned.chain(through) {
            if let Kind::Handle(name) = kind {
                made.insert(name);
            }
        }
    }
    made.into_iter().collect()
}
