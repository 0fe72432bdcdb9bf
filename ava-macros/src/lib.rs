//! The entry point of Lapis: [`ava_api!`]. The language itself is the crate `lapis`, an ordinary library.

use proc_macro::TokenStream;

#[allow(missing_docs)]
#[proc_macro]
pub fn ava_api(input: TokenStream) -> TokenStream {
    lapis::expand(input.into()).into()
}
