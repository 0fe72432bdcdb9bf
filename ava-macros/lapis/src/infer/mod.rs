//! From a header to a preliminary specification: what prototypes and names tell of an API, written down in the language.
//!
//! A wrong guess would compile and fail at run time, so only what a name or a type says counts. What they do not say is left
//! undescribed, with a `TODO(spec)` comment above it: the compiler stops there until the author has decided. Where the
//! language demands an expression, it is the name [`UNDECIDED`], which does not exist.
//!
//! It reads bindgen's output and needs neither clang nor the library.

mod function;
mod handle;
mod header;
mod length;
mod param;
mod print;
mod status;
mod types;
mod verbs;
mod words;

use std::collections::BTreeMap;

use function::{Described, DescribedParam, World};
use handle::Handle;
pub use header::Header;
use print::{Parts, TypePart};
use status::Status;
use syn::{ReturnType, Type};
use types::{Kind, Types};

/// Stands for a status that the author must choose.
pub const UNDECIDED: &str = "UNDECIDED";

/// What a header does not say of its API.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The API's name, which is the module's as well.
    pub name: String,
    /// The SONAME of the vendor's library, if it is known.
    pub library: Option<String>,
    /// The ELF symbol version of functions that have one.
    pub since: BTreeMap<String, String>,
}

/// A preliminary specification.
#[derive(Debug, Clone)]
pub struct Preliminary {
    /// A Rust file with `ava_api! { .. }`.
    pub text: String,
    /// What is done and what is left to do.
    pub summary: Summary,
}

/// How far inference came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Functions of the header, those that handle types bring along included.
    pub functions: usize,
    /// Functions of which nothing is left to decide.
    pub complete: usize,
    /// Parameters that are left to decide.
    pub params: usize,
    /// Results of functions, and functions as a whole, that are left to decide.
    pub results: usize,
    /// Types, and facts about the API, that are left to decide.
    pub types: usize,
    /// Lines of the text.
    pub lines: usize,
}

impl Summary {
    /// Functions of which something is left to decide.
    pub fn undecided(&self) -> usize {
        self.functions - self.complete
    }
}

/// Describes every function of `header`, as far as it can be told.
pub fn infer(header: &Header, options: &Options) -> Preliminary {
    let (types, mut handles) = handle::find(header);
    let status = status::find(&types);
    handle::count_references(&mut handles, &types, status.as_ref());
    let made = function::made(&header.functions, &types);
    let world = World { types: &types, handles: &handles, status: status.as_ref(), made };
    let counting = |name: &str| {
        handles.iter().flat_map(|h| [&h.retain, &h.release]).flatten().any(|counts| counts == name)
    };
    let functions: Vec<Described> = header
        .functions
        .iter()
        .filter(|f| !counting(&f.name))
        .map(|f| function::describe(f, &world))
        .collect();
    let used = |name: &str| header.functions.iter().any(|f| uses(f, &types, name));
    let mut type_parts: Vec<TypePart> = status.iter().map(status_part).collect();
    let prefix = status::common_prefix(header.function_names());
    for handle in handles.iter().filter(|handle| used(&handle.name)) {
        type_parts.extend(handle_parts(handle, &types, status.as_ref(), &prefix, options));
    }
    let mut notes = Vec::new();
    if status.is_none() {
        notes.push(
            "no type of statuses was found; if functions return one, `#[status(ok = OK, lost = LOST, refused = REFUSED)] type T;`"
                .to_owned(),
        );
    }
    let api = api(&types, options, &mut notes);
    let undecided_types = notes.len() + type_parts.iter().map(|part| part.notes.len()).sum::<usize>();
    let callbacks = callbacks(&functions, &types);
    let complete = functions.iter().filter(|f| f.is_complete()).count();
    let mut summary = Summary {
        functions: header.functions.len(),
        complete: complete + header.functions.len() - functions.len(),
        params: functions
            .iter()
            .chain(&callbacks)
            .flat_map(|f| &f.params)
            .filter(|param| param.note.is_some())
            .count(),
        results: functions.iter().map(|f| f.notes.len()).sum(),
        types: undecided_types,
        lines: 0,
    };
    let module = options.name.replace('-', "_");
    let parts =
        Parts { api, module, types: type_parts, callbacks, functions, since: options.since.clone(), notes };
    let text = print::print(&parts);
    summary.lines = text.lines().count();
    Preliminary { text, summary }
}

fn api(types: &Types<'_>, options: &Options, notes: &mut Vec<String>) -> Vec<String> {
    let library = options.library.clone().unwrap_or_else(|| {
        notes.push("what is the SONAME of the vendor's library? `readelf -d LIBRARY` says it".to_owned());
        format!("lib{}.so.1", options.name)
    });
    let is_version = |name: &str| name.ends_with("_VERSION");
    let constant = types.header.constants.iter().find(|c| is_version(&c.name) && c.text.is_some());
    let of_soname = library.rsplit_once(".so.").map(|(_, version)| version.to_owned());
    let version = constant.and_then(|c| c.text.clone()).or(of_soname).unwrap_or_else(|| "1".to_owned());
    vec![
        format!("name = {:?}", options.name),
        format!("version = {version:?}"),
        "ffi = crate::ffi".to_owned(),
        format!("library = [{library:?}]"),
    ]
}

/// Whether a prototype or a callback in it mentions the handle type.
fn uses(f: &header::CFunction, types: &Types<'_>, handle: &str) -> bool {
    let part = |c: char| !c.is_alphanumeric() && c != '_';
    f.params.iter().map(|param| &param.ty).chain(&f.ret).any(|ty| {
        let text = types.spell(ty);
        text.split(part).any(|word| word == handle)
    })
}

fn status_part(status: &Status) -> TypePart {
    let mut notes = vec![format!(
        "`lost` is what calls return when the server is gone, `refused` what they return when a policy says no: name two of the \
         API's statuses in place of {UNDECIDED}"
    )];
    if status.is_bare {
        notes.push(format!(
            "functions that return `{}` for another reason than success or failure need a body, or `#[success(..)]`",
            status.name
        ));
    }
    let words =
        vec![format!("ok = {}", status.ok), format!("lost = {UNDECIDED}"), format!("refused = {UNDECIDED}")];
    TypePart { notes, text: format!("type {};", status.name), descriptor: Some(("status", words)) }
}

fn handle_parts(
    handle: &Handle,
    types: &Types<'_>,
    status: Option<&Status>,
    prefix: &str,
    options: &Options,
) -> Vec<TypePart> {
    let alias = handle.pointer_to.iter().map(|target| TypePart {
        notes: Vec::new(),
        text: format!("pub type {} = *mut {target};", handle.name),
        descriptor: None,
    });
    let mut words = Vec::new();
    if let (Some(retain), Some(release)) = (&handle.retain, &handle.release) {
        words.extend([format!("retain = {retain}"), format!("release = {release}")]);
    }
    let invalid = status.and_then(|status| status::invalid(types, status, &handle.name, prefix));
    let notes = match invalid {
        Some(_) => Vec::new(),
        None => vec![format!("`invalid` is what calls return for a `{}` that is not alive", handle.name)],
    };
    words.push(format!("invalid = {}", invalid.as_deref().unwrap_or(UNDECIDED)));
    if let Some(since) = handle.release.as_ref().and_then(|release| options.since.get(release)) {
        words.push(format!("since = {since:?}"));
    }
    let text = format!("type {};", handle.name);
    alias.chain([TypePart { notes, text, descriptor: Some(("handle", words)) }]).collect()
}

/// The named types of callbacks that functions take.
fn callbacks(functions: &[Described], types: &Types<'_>) -> Vec<Described> {
    let mut names: Vec<&str> =
        functions.iter().flat_map(|f| &f.params).map(|param| param.ty.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().filter_map(|name| callback(name, types)).collect()
}

fn callback(name: &str, types: &Types<'_>) -> Option<Described> {
    let function = types.function(name)?;
    if function.variadic.is_some() {
        return None;
    }
    let is_void = |arg: &syn::BareFnArg| matches!(types.kind(&arg.ty).pointee(), Some((true, Kind::Void)));
    // By convention it comes last, if not first, as in zlib's `opaque`.
    let mut ends = [function.inputs.len().wrapping_sub(1), 0].into_iter();
    let data = ends.find(|n| function.inputs.get(*n).is_some_and(is_void));
    let params = function.inputs.iter().enumerate().map(|(n, arg)| {
        let named = arg.name.as_ref().map(|(name, _)| name.to_string());
        let (attr, note) = match types.kind(&arg.ty) {
            _ if data == Some(n) => (Some("userdata".to_owned()), None),
            Kind::Pointer { mutable: false, elem } if matches!(*elem, Kind::Char) => {
                (Some("input(cstr)".to_owned()), None)
            }
            Kind::Pointer { mutable, .. } => {
                let choices =
                    if mutable { "`input(..)`, `output(..)` or `inout(..)`" } else { "`input(..)`" };
                (None, Some(format!("how the application's function uses it: {choices}, or `opaque`")))
            }
            Kind::Callback(_) => {
                (None, Some("a function cannot be passed on to the application's".to_owned()))
            }
            _ => (None, None),
        };
        DescribedParam {
            name: named.unwrap_or_else(|| format!("arg{}", n + 1)),
            ty: types.spell(&arg.ty),
            note,
            attr,
        }
    });
    let ret = match &function.output {
        ReturnType::Type(_, ty) if !matches!(&**ty, Type::Tuple(_)) => Some(types.spell(ty)),
        _ => None,
    };
    Some(Described {
        name: name.to_owned(),
        notes: Vec::new(),
        attrs: Vec::new(),
        params: params.collect(),
        ret,
        body: None,
        is_variadic: false,
    })
}
