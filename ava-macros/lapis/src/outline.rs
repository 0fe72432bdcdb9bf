//! What a specification says about which functions: for tools that compare it with a header or a library. Only the syntax
//! is looked at, so a specification that is not finished has an outline too.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;

use crate::descriptor::List;
use crate::error::Errors;
use crate::expr::spelled;
use crate::parse;
use crate::syntax::{Block, FnItem, Origin};
use crate::vocabulary::{Place, Word};

/// The functions of a specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The API's short name; empty if the specification does not say it.
    pub name: String,
    /// Every C function of the specification, in its order; those that come with handle types first.
    pub functions: Vec<Function>,
}

/// A C function of a specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its C name.
    pub name: String,
    /// What happens when it is called.
    pub how: How,
}

/// What happens when a program calls a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The API server calls the vendor's function.
    Forwarded,
    /// A body in the specification, or the guest's reference counting, answers in the guest.
    Local,
    /// It returns this status.
    Unsupported(String),
}

/// Reads the functions of the specification in `tokens`, what stands between the braces of `ava_api! {}`.
///
/// # Errors
/// All mistakes in its syntax.
pub fn outline(tokens: TokenStream) -> Result<Outline, Vec<syn::Error>> {
    let mut errors = Errors::default();
    let block = parse::parse(tokens, &mut errors);
    match block {
        Some(block) if errors.count() == 0 => Ok(outline_of(&block)),
        _ => Err(errors.into_vec()),
    }
}

fn outline_of(block: &Block) -> Outline {
    let mut ignored = Errors::default();
    let name = block.api.as_ref().and_then(|api| api.text(Word::Name, Place::Api, &mut ignored));
    let counted =
        block.types.iter().filter_map(|ty| ty.list.get(Word::Handle)).flat_map(|d| counting(&d.list));
    let own = block.functions.iter().filter(|f| f.origin == Origin::C);
    let own = own.map(|f| Function { name: f.name.unraw().to_string(), how: how(f) });
    Outline {
        name: name.map(|name| name.value()).unwrap_or_default(),
        functions: counted.chain(own).collect(),
    }
}

/// The functions that a handle type brings along.
fn counting(list: &List) -> Vec<Function> {
    let mut ignored = Errors::default();
    [Word::Retain, Word::Release]
        .into_iter()
        .filter_map(|word| list.ident(word, Place::Handle, &mut ignored))
        .map(|name| Function { name: name.to_string(), how: How::Local })
        .collect()
}

fn how(f: &FnItem) -> How {
    let own = f.list.expr(Word::Unsupported);
    match (own.or(f.block_unsupported.as_ref().filter(|_| f.body.is_none())), &f.body) {
        (Some(status), _) => How::Unsupported(spelled(status)),
        (None, Some(_)) => How::Local,
        (None, None) => How::Forwarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_one_fate() {
        let text = r#"
            #[api(name = "toy")] pub mod toy {
                #[handle(retain = toyRetain, release = toyRelease, invalid = BAD)] type toy_thing;
                unsafe extern "C" {
                    fn toyRun(x: c_int) -> c_int;
                    fn toyHere() -> c_int { 0 }
                    #[unsupported(TOY_NO)] fn toyNever();
                }
                #[unsupported(TOY_NOT)] unsafe extern "C" { fn toyNeither(); fn toyStill() {} }
                extern "server" { fn inside() {} }
            }"#;
        let outline = outline(text.parse().unwrap()).unwrap();
        let functions: Vec<_> = outline.functions.iter().map(|f| (f.name.as_str(), f.how.clone())).collect();
        let unsupported = |status: &str| How::Unsupported(status.to_owned());
        assert_eq!(outline.name, "toy");
        assert_eq!(
            functions,
            [
                ("toyRetain", How::Local),
                ("toyRelease", How::Local),
                ("toyRun", How::Forwarded),
                ("toyHere", How::Local),
                ("toyNever", unsupported("TOY_NO")),
                ("toyNeither", unsupported("TOY_NOT")),
                ("toyStill", How::Local),
            ]
        );
    }

    #[test]
    fn a_mistake_in_the_syntax_is_an_error() {
        assert_eq!(
            outline("pub mod x { unsafe extern \"C\" { fn () } }".parse().unwrap()).unwrap_err().len(),
            1
        );
    }
}
