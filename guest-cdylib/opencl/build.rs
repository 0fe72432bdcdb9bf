//! Gives the library the identity of the system's OpenCL loader.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let nodes =
        ["OPENCL_1.0", "OPENCL_1.1", "OPENCL_1.2", "OPENCL_2.0", "OPENCL_2.1", "OPENCL_2.2", "OPENCL_3.0"];
    guest_link::library("libOpenCL.so.1", &nodes)
}
