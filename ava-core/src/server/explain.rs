//! What is said when guest and server disagree on a buffer's length: a mistake of the specification more often than an attack, so
//! it names the parameter, both lengths and the author's expression.

use zerocopy::FromBytes;

use super::api::Refusal;
use super::call::Call;
use crate::spec::{ParamDesc, Site, Target};
use crate::wire::{BufRef, CommandHeader};

/// What to do about it.
const ADVICE: &str = "the expression may not depend on the side that evaluates it";

impl Call<'_> {
    /// The buffer `r` of a parameter should have `says` bytes.
    #[cold]
    pub(super) fn other_length(&self, r: BufRef, says: usize) -> Refusal {
        let function = self.function();
        let (name, length) = self.param_of(r).map_or(("a buffer", "?"), |param| (param.name, param.length));
        Refusal::violation(different(function, name, r.len(), says, length))
    }

    /// The pointer at `site`, inside the parameter that came with `root`, should have `says` bytes and has `came`.
    #[cold]
    pub(super) fn other_length_inside(
        &self,
        root: BufRef,
        site: Site,
        target: &Target<'_>,
        came: usize,
        says: usize,
    ) -> Refusal {
        let function = self.function();
        let name = match self.param_of(root) {
            Some(param) if param.name != site.name => format!("{}` .. `{}", param.name, site.name),
            _ => site.name.to_owned(),
        };
        Refusal::violation(different(function, &name, came, says, target.length))
    }

    /// The parameter that came with `r`.
    fn param_of(&self, r: BufRef) -> Option<&'static ParamDesc> {
        let params = self.session.api.desc.functions.get(self.header.func as usize)?.params;
        let args = self.scratch.memory.command.get(size_of::<CommandHeader>()..)?;
        params.iter().find(|param| {
            let came = args.get(param.offset as usize..).and_then(|at| BufRef::read_from_prefix(at).ok());
            came.is_some_and(|(came, _)| came == r)
        })
    }
}

fn different(function: &str, name: &str, came: usize, says: usize, length: &str) -> String {
    format!(
        "{function}: `{name}` is {came} bytes long in the guest, and {says} bytes in the server, by `{length}`; {ADVICE}"
    )
}
