//! Turns the system's OpenCL headers into `ffi`. Nothing is linked: the API server opens the vendor's library at run time,
//! and the guest library is one.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::{env, fs};

use bindgen::callbacks::{IntKind, ParseCallbacks};

/// Everything that `libOpenCL.so.1` exports, and the ICD dispatch table. `CL/opencl.h` includes the GL headers, too.
const HEADERS: &str = "
#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_0_APIS
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#define CL_USE_DEPRECATED_OPENCL_2_0_APIS
#define CL_USE_DEPRECATED_OPENCL_2_1_APIS
#define CL_USE_DEPRECATED_OPENCL_2_2_APIS
#include <CL/cl.h>
#include <CL/cl_gl.h>
#include <CL/cl_egl.h>
#include <CL/cl_ext.h>
#include <CL/cl_icd.h>
";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBCLANG_PATH");
    if env::var_os("LIBCLANG_PATH").is_none()
        && let Some(dir) = newest_libclang()
    {
        // SAFETY: the build script has one thread so far.
        unsafe { env::set_var("LIBCLANG_PATH", dir) };
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this through cargo")?);
    bindgen::Builder::default()
        .header_contents("opencl.h", HEADERS)
        .allowlist_function("cl[A-Z].*")
        .allowlist_var("CL_.*")
        .allowlist_type("cl_[a-z_]+")
        // cl_platform.h includes compiler intrinsics for vector types that no function here uses, and those headers fit only
        // the very version of clang that they came with.
        .clang_args(["-U__MMX__", "-U__SSE__", "-U__SSE2__", "-U__AVX__"])
        .layout_tests(false)
        .generate_comments(false)
        .merge_extern_blocks(true)
        .parse_callbacks(Box::new(ApiTypes))
        .generate()
        .map_err(|e| {
            format!("{e}; install the OpenCL headers (Debian: opencl-headers), or set LIBCLANG_PATH to libclang's directory")
        })?
        .write_to_file(out.join("ffi.rs"))?;
    Ok(())
}

/// Gives constants the types that the API's functions have for them: in C they are bare integers, so that a comparison
/// with a parameter would not compile in Rust.
#[derive(Debug)]
struct ApiTypes;

/// Prefixes of bit fields and of enumerations that are wider than `cl_uint`.
const TYPES: &[(&str, &str)] = &[
    ("CL_DEVICE_TYPE_", "cl_device_type"),
    ("CL_DEVICE_PARTITION_AFFINITY_DOMAIN_", "cl_device_affinity_domain"),
    ("CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE", "cl_command_queue_properties"),
    ("CL_QUEUE_PROFILING_ENABLE", "cl_command_queue_properties"),
    ("CL_QUEUE_ON_DEVICE", "cl_command_queue_properties"),
    ("CL_MIGRATE_MEM_OBJECT_", "cl_mem_migration_flags"),
    ("CL_MAP_", "cl_map_flags"),
    ("CL_KERNEL_ARG_TYPE_CONST", "cl_kernel_arg_type_qualifier"),
    ("CL_KERNEL_ARG_TYPE_RESTRICT", "cl_kernel_arg_type_qualifier"),
    ("CL_KERNEL_ARG_TYPE_VOLATILE", "cl_kernel_arg_type_qualifier"),
    ("CL_KERNEL_ARG_TYPE_PIPE", "cl_kernel_arg_type_qualifier"),
    ("CL_KERNEL_ARG_TYPE_NONE", "cl_kernel_arg_type_qualifier"),
    ("CL_CONTEXT_PLATFORM", "cl_context_properties"),
    ("CL_CONTEXT_INTEROP_USER_SYNC", "cl_context_properties"),
];

/// The `cl_mem_flags`; other constants that begin with `CL_MEM_` name queries.
const MEM_FLAGS: &[&str] = &[
    "CL_MEM_READ_WRITE",
    "CL_MEM_WRITE_ONLY",
    "CL_MEM_READ_ONLY",
    "CL_MEM_USE_HOST_PTR",
    "CL_MEM_ALLOC_HOST_PTR",
    "CL_MEM_COPY_HOST_PTR",
    "CL_MEM_HOST_WRITE_ONLY",
    "CL_MEM_HOST_READ_ONLY",
    "CL_MEM_HOST_NO_ACCESS",
    "CL_MEM_SVM_FINE_GRAIN_BUFFER",
    "CL_MEM_SVM_ATOMICS",
    "CL_MEM_KERNEL_READ_AND_WRITE",
];

impl ParseCallbacks for ApiTypes {
    fn int_macro(&self, name: &str, value: i64) -> Option<IntKind> {
        let custom = |name| Some(IntKind::Custom { name, is_signed: false });
        if let Some((_, ty)) = TYPES.iter().find(|(prefix, _)| value >= 0 && name.starts_with(prefix)) {
            return custom(ty);
        }
        if MEM_FLAGS.contains(&name) {
            return custom("cl_mem_flags");
        }
        // Statuses, of commands (CL_COMPLETE and the like), of builds (CL_BUILD_ERROR) and of calls. Queries are positive.
        let status =
            matches!(name, "CL_SUCCESS" | "CL_COMPLETE" | "CL_RUNNING" | "CL_SUBMITTED" | "CL_QUEUED")
                || name.starts_with("CL_BUILD_") && (-3..=0).contains(&value)
                || value < 0;
        if status {
            return Some(IntKind::Custom { name: "cl_int", is_signed: true });
        }
        u32::try_from(value).is_ok().then_some(IntKind::Custom { name: "cl_uint", is_signed: false })
    }
}

/// The directory of the newest libclang, when several are installed: clang-sys alone would look only in the standard places,
/// where some systems have none.
fn newest_libclang() -> Option<PathBuf> {
    let present = |dir: &PathBuf| {
        fs::read_dir(dir).is_ok_and(|entries| {
            entries.flatten().map(|e| e.file_name()).any(|name: OsString| {
                let name = name.to_string_lossy();
                name.starts_with("libclang.so") || name.starts_with("libclang-") && name.contains(".so")
            })
        })
    };
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib")
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix("llvm-")?.parse().ok()?;
            Some((version, entry.path().join("lib")))
        })
        .filter(|(_, dir)| present(dir))
        .collect();
    found.sort();
    Some(found.pop()?.1)
}
