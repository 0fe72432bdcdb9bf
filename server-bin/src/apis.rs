//! The APIs that these programs serve. To add one, add its line to [`APIS`].

use ava_core::{server::ServerApi, spec::ApiDesc};

/// Every API that is linked in.
pub static APIS: &[&ServerApi] = &[&ava_opencl::opencl::server::API, &ava_demo::demo::server::API];

/// The API of this name.
pub fn find(name: &str) -> Option<&'static ServerApi> {
    APIS.iter().find(|api| api.desc.name == name).copied()
}

/// The descriptions of all APIs, which is all that the router needs.
pub fn descriptions() -> Vec<&'static ApiDesc> {
    APIS.iter().map(|api| api.desc).collect()
}
