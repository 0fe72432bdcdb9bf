//! `libOpenCL.so.1` for guests: the C symbols of OpenCL, forwarded by AvA.
//!
//! Everything is in `ava-opencl`; this package exists so that only the library an application loads exports C symbols.
//! Its build script gives the library the system loader's SONAME and symbol versions.

#![expect(non_snake_case, reason = "the library is libOpenCL.so")]

ava_opencl::export_guest!();
