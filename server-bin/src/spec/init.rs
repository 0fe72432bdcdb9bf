//! A preliminary specification of a header.

use std::path::Path;

use lapis::infer::{self, Options, Preliminary, Summary};

use super::SpecError;
use super::bindings::{Input, Loaded, load};

/// Infers a specification of what `input` names. The API is called `name`, or else as its first header.
///
/// # Errors
/// The header or the library cannot be read, or the name is none.
pub fn run(input: &Input, name: Option<&str>) -> Result<Preliminary, SpecError> {
    let loaded = load(input)?;
    of(&loaded, input, name)
}

/// The same of what is loaded already.
///
/// # Errors
/// The name is none.
pub fn of(loaded: &Loaded, input: &Input, name: Option<&str>) -> Result<Preliminary, SpecError> {
    let of_header = || {
        let stem = input.headers.first().and_then(|header| Path::new(header).file_stem());
        stem.map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default()
    };
    let name = name.map_or_else(of_header, str::to_owned);
    if syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_err() {
        return Err(SpecError::Name { name });
    }
    let mut options = Options { name, ..Options::default() };
    if let Some(exports) = &loaded.exports {
        let versioned =
            exports.functions.iter().filter_map(|(name, since)| Some((name.clone(), since.clone()?)));
        options.since = versioned.collect();
        options.library = exports.soname.clone();
    }
    Ok(infer::infer(&loaded.header, &options))
}

/// What a person wants to know of it.
pub fn render(summary: &Summary) -> String {
    let Summary { functions, complete, params, results, types, lines } = *summary;
    let undecided = summary.undecided();
    format!(
        "{functions} functions in {lines} lines: {complete} complete, {undecided} with something to decide\n\
         to decide: {params} parameters, {results} results, {types} facts about types and the API; search for TODO(spec)\n"
    )
}
