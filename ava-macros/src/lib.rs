//! The entry point of Lapis: [`ava_api!`], whose documentation is the language's reference. The language itself is the crate
//! `lapis`, an ordinary library.

use proc_macro::TokenStream;

/// Specifies a C API, and makes its guest library and API server of it.
///
/// A specification says of an API what its header cannot: which pointers are read or written and how long they are, what is
/// a handle, what may run asynchronously. It is made of Rust items, so an editor and rustfmt understand it, and every
/// expression in it is checked by rustc where it stands.
///
/// # Contents
///
/// | | |
/// |---|---|
/// | [The module](#the-module) | `api`: `name`, `version`, `ffi`, `library`, `dispatch`, `warm`, `failed` |
/// | [Types](#types) | `status`, `handle`, `structure`, `opaque` |
/// | [Statics](#statics) | resources and `policy`, registries and `done` |
/// | [Functions](#functions) | `mode`, `success`, `cached`, `returns`, `before`, `after`, `unsupported`, `since`, `errno` |
/// | [Functions behind pointers](#functions-behind-pointers) | `extension` |
/// | [Costs and recording](#costs-and-recording) | `consumes`, `allocates`, `deallocates`, `record` |
/// | [Parameters](#parameters) | `input`, `output`, `inout`, `handle`, `opaque`, `local`, `contextual` |
/// | [Buffers](#buffers) | `len`, `bytes`, `with`, `cstr`, `terminated`, `filled`, `when`, `invalid`, `cast`, `element` |
/// | [Objects, and buffers in flight](#objects-and-buffers-in-flight) | `new`, `depends_on`, `meta`, `deferred`, `always`, `zerocopy` |
/// | [Structures](#structures) | `field`, `variant`, `this`, `was`, unions |
/// | [Lifetimes](#lifetimes) | `lifetime`, `frees`, `no_copy`, the library's memory |
/// | [Callbacks](#callbacks) | `callback`, `userdata` |
/// | [Expressions](#expressions) | what is in scope, and who evaluates it |
/// | [The expansion](#the-expansion) | what the macro makes |
///
/// Every example is compiled. A descriptor is written in one of these shapes: `word`, `word = EXPR`, `word = TYPE`, `word(EXPR, ..)`,
/// `word(DESCRIPTOR, ..)`. In one place a word stands once, but for `field`, `variant`, `consumes`, `allocates` and `deallocates`.
///
#[doc = include_str!("../reference/module.md")]
#[doc = include_str!("../reference/types.md")]
#[doc = include_str!("../reference/statics.md")]
#[doc = include_str!("../reference/functions.md")]
#[doc = include_str!("../reference/extensions.md")]
#[doc = include_str!("../reference/costs.md")]
#[doc = include_str!("../reference/parameters.md")]
#[doc = include_str!("../reference/buffers.md")]
#[doc = include_str!("../reference/objects.md")]
#[doc = include_str!("../reference/structures.md")]
#[doc = include_str!("../reference/lifetimes.md")]
#[doc = include_str!("../reference/callbacks.md")]
#[doc = include_str!("../reference/expressions.md")]
#[doc = include_str!("../reference/expansion.md")]
#[proc_macro]
pub fn ava_api(input: TokenStream) -> TokenStream {
    lapis::expand(input.into()).into()
}
