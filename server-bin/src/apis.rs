//! The APIs that these programs serve. To add one here, add its line to [`APIS`]; programs elsewhere name theirs by [`serve`].

use std::sync::OnceLock;

use ava_core::{server::ServerApi, spec::ApiDesc};

/// Every API that comes with AvA.
pub static APIS: &[&ServerApi] =
    &[&ava_opencl::opencl::server::API, &ava_zlib::zlib::server::API, &ava_demo::demo::server::API];

/// Those of accelerators: `ava run` replaces their libraries unless it is told which ones, and avad has servers of them waiting.
/// Others are in use by nearly every program, which does not want them forwarded.
const DEFAULT: &[&str] = &["opencl"];

/// What this process serves, and which of it unless it is asked for something else.
static SERVED: OnceLock<(&[&ServerApi], &[&str])> = OnceLock::new();

/// Has this process serve `apis` instead of [`APIS`], and those named in `default` unless it is asked for others. To be called first.
pub fn serve(apis: &'static [&'static ServerApi], default: &'static [&'static str]) {
    // A second call would come too late.
    let _ = SERVED.set((apis, default));
}

fn served() -> (&'static [&'static ServerApi], &'static [&'static str]) {
    *SERVED.get_or_init(|| (APIS, DEFAULT))
}

/// The API of this name.
pub fn find(name: &str) -> Option<&'static ServerApi> {
    served().0.iter().find(|api| api.desc.name == name).copied()
}

/// The descriptions of all APIs, which is all that the router needs.
pub fn descriptions() -> Vec<&'static ApiDesc> {
    served().0.iter().map(|api| api.desc).collect()
}

/// The names of all APIs.
pub fn names() -> Vec<&'static str> {
    served().0.iter().map(|api| api.desc.name).collect()
}

/// The APIs of these names, or the default ones if there are none.
pub fn chosen(names: &[String]) -> Vec<&'static ApiDesc> {
    let chosen = |api: &&ApiDesc| match names.is_empty() {
        true => served().1.contains(&api.name),
        false => names.iter().any(|name| name == api.name),
    };
    descriptions().into_iter().filter(chosen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(apis: &[&ApiDesc]) -> Vec<&'static str> {
        apis.iter().map(|api| api.name).collect()
    }

    #[test]
    fn accelerators_are_chosen_unless_something_else_is() {
        assert_eq!(names_of(&chosen(&[])), DEFAULT);
        assert_eq!(names_of(&chosen(&["zlib".into()])), ["zlib"]);
        assert_eq!(names_of(&chosen(&["zlib".into(), "opencl".into()])), ["opencl", "zlib"]);
    }
}
