//! Images in the API server: making them, from memory that outlives the call where the vendor keeps it.

use std::ffi::c_void;
use std::ptr;

use crate::ffi::*;
use crate::image;
use crate::opencl::server::Vendor;
use crate::remote::{ask, refuse};

/// Which of the API's functions makes an image; each has its own errors.
pub(crate) mod maker {
    /// `clCreateImage2D`.
    pub(crate) const PLANE: u32 = 0;
    /// `clCreateImage3D`.
    pub(crate) const SOLID: u32 = 1;
    /// `clCreateImage`.
    pub(crate) const IMAGE: u32 = 2;
    /// `clCreateImageWithProperties`.
    pub(crate) const PROPERTIES: u32 = 3;
}

/// What an image is made of, as the vendor gets it.
#[derive(Clone, Copy)]
pub(crate) struct Recipe {
    pub(crate) maker: u32,
    pub(crate) context: cl_context,
    pub(crate) properties: *const cl_mem_properties,
    pub(crate) flags: cl_mem_flags,
    pub(crate) format: *const cl_image_format,
    pub(crate) desc: *const cl_image_desc,
    /// The object behind the descriptor's handle, whose bits there mean nothing here.
    pub(crate) parent: cl_mem,
    pub(crate) host_ptr: *mut c_void,
}

/// Calls the function that the application called.
///
/// # Safety
/// The recipe is as that function demands; with [`maker::PLANE`] and [`maker::SOLID`] there is a descriptor.
unsafe fn make(vendor: &Vendor, recipe: Recipe, errcode_ret: *mut cl_int) -> cl_mem {
    let Recipe { maker, context, properties, flags, format, desc, parent, host_ptr } = recipe;
    // SAFETY: null or a descriptor.
    let mut desc = unsafe { desc.as_ref() }.copied();
    if let Some(desc) = &mut desc {
        desc.__bindgen_anon_1.mem_object = parent;
    }
    let desc_ptr = desc.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: promised by the caller.
    unsafe {
        match (maker, &desc) {
            (maker::PLANE, Some(d)) => vendor.clCreateImage2D(
                context,
                flags,
                format,
                d.image_width,
                d.image_height,
                d.image_row_pitch,
                host_ptr,
                errcode_ret,
            ),
            (maker::SOLID, Some(d)) => vendor.clCreateImage3D(
                context,
                flags,
                format,
                d.image_width,
                d.image_height,
                d.image_depth,
                d.image_row_pitch,
                d.image_slice_pitch,
                host_ptr,
                errcode_ret,
            ),
            (maker::IMAGE, _) => {
                vendor.clCreateImage(context, flags, format, desc_ptr, host_ptr, errcode_ret)
            }
            (maker::PROPERTIES, _) => vendor.clCreateImageWithProperties(
                context,
                properties,
                flags,
                format,
                desc_ptr,
                host_ptr,
                errcode_ret,
            ),
            _ => refuse(errcode_ret, CL_INVALID_VALUE),
        }
    }
}

/// `clGetSupportedImageFormats`, for a list of so many. Rusticl writes all of the formats that there are, so they get room.
///
/// # Safety
/// As the C function demands.
pub(crate) unsafe fn formats(
    vendor: &Vendor,
    context: cl_context,
    flags: cl_mem_flags,
    kind: cl_mem_object_type,
    (formats, room): (*mut cl_image_format, cl_uint),
    count: *mut cl_uint,
) -> cl_int {
    if formats.is_null() {
        // SAFETY: promised by the caller.
        return unsafe { vendor.clGetSupportedImageFormats(context, flags, kind, room, formats, count) };
    }
    const NOTHING: cl_image_format = cl_image_format { image_channel_order: 0, image_channel_data_type: 0 };
    let mut there = 0;
    // SAFETY: promised by the caller; the list has room for as many as there are, which is all that a vendor writes.
    unsafe {
        vendor.clGetSupportedImageFormats(context, flags, kind, 0, ptr::null_mut(), &mut there);
        let mut list = vec![NOTHING; there as usize];
        let status = vendor.clGetSupportedImageFormats(context, flags, kind, room, list.as_mut_ptr(), count);
        if status == CL_SUCCESS {
            ptr::copy_nonoverlapping(list.as_ptr(), formats, room.min(there) as usize);
        }
        status
    }
}

/// Memory of the server's that stands for the application's, with `CL_MEM_USE_HOST_PTR`, as long as the image is there.
struct HostMemory(#[expect(dead_code, reason = "the vendor uses it, by its address")] Vec<u8>);

impl HostMemory {
    /// The vendor has destroyed the image.
    unsafe extern "C" fn free(_: cl_mem, memory: *mut c_void) {
        // SAFETY: `create` gave the box away to this call alone.
        drop(unsafe { Box::from_raw(memory.cast::<Self>()) });
    }
}

/// Makes an image.
///
/// With `CL_MEM_USE_HOST_PTR` the vendor gets memory of the server's, a copy of the application's: so everything that it says of
/// the image, such as its pitches, is what it says natively.
///
/// # Safety
/// The recipe is as the API demands, with all of [`image::host_data`] behind `host_ptr` unless that is more than a buffer can have.
pub(crate) unsafe fn create(vendor: &Vendor, mut recipe: Recipe, errcode_ret: *mut cl_int) -> cl_mem {
    const FROM_HOST: cl_mem_flags = CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR;
    /// A property that nobody knows.
    const UNKNOWN: [cl_mem_properties; 3] = [cl_mem_properties::MAX, 0, 0];
    // Those of extensions name objects of the application's process. The vendor may have another reason to refuse the call.
    // SAFETY: a list of properties has at least its terminator.
    let is_special = !recipe.properties.is_null() && unsafe { *recipe.properties } != 0;
    if is_special {
        recipe.properties = UNKNOWN.as_ptr();
    }
    // SAFETY: null, or one each.
    let (format, desc) = unsafe { (recipe.format.as_ref(), recipe.desc.as_ref()) };
    let element = format.and_then(|f| image::element(f.image_channel_order, f.image_channel_data_type));
    let room = element.zip(desc).and_then(|(element, desc)| image::host_bytes(element, desc));
    let from_host = recipe.flags & FROM_HOST != 0 && !recipe.host_ptr.is_null();
    let mut memory = None;
    match room {
        Some(room) if from_host && recipe.flags & CL_MEM_USE_HOST_PTR != 0 => {
            let mut copy = Vec::new();
            if copy.try_reserve_exact(room).is_err() {
                // SAFETY: promised by the caller.
                return unsafe { refuse(errcode_ret, CL_OUT_OF_HOST_MEMORY) };
            }
            // SAFETY: `room` bytes came, see above.
            copy.extend_from_slice(unsafe { std::slice::from_raw_parts(recipe.host_ptr.cast::<u8>(), room) });
            recipe.host_ptr = copy.as_mut_ptr().cast();
            memory = Some(Box::new(HostMemory(copy)));
        }
        None if from_host => {
            // The vendor must refuse this, and must not look for data.
            recipe.flags &= !FROM_HOST;
            recipe.host_ptr = ptr::null_mut();
        }
        _ => {}
    }
    let mut status = CL_SUCCESS;
    // SAFETY: promised by the caller, and seen to above.
    let made = unsafe { make(vendor, recipe, &mut status) };
    if made.is_null() || status != CL_SUCCESS {
        let status = if status == CL_SUCCESS { CL_OUT_OF_RESOURCES } else { status };
        // SAFETY: promised by the caller.
        return unsafe { refuse(errcode_ret, status) };
    }
    // SAFETY: the image was just made.
    let vendors = unsafe {
        ask::<usize>(|len, value, ret| vendor.clGetImageInfo(made, CL_IMAGE_ELEMENT_SIZE, len, value, ret))
    };
    let mut status = CL_SUCCESS;
    if is_special {
        status = CL_INVALID_PROPERTY;
    } else if element.is_none() || vendors != element || room.is_none() && from_host {
        // Every length of a transfer depends on it.
        status = CL_IMAGE_FORMAT_NOT_SUPPORTED;
    } else if let Some(memory) = memory.take() {
        let memory = Box::into_raw(memory);
        // SAFETY: the vendor calls back once, when it needs the memory no more.
        status =
            unsafe { vendor.clSetMemObjectDestructorCallback(made, Some(HostMemory::free), memory.cast()) };
        if status != CL_SUCCESS {
            // SAFETY: the vendor did not take it.
            let memory = unsafe { Box::from_raw(memory) };
            // SAFETY: nobody else has it. The vendor may still use the memory until then.
            unsafe { vendor.clReleaseMemObject(made) };
            drop(memory);
            // SAFETY: promised by the caller.
            return unsafe { refuse(errcode_ret, status) };
        }
    }
    // SAFETY: nobody else has the image if it is not what it should be; the pointer is null or writable.
    unsafe {
        if status != CL_SUCCESS {
            vendor.clReleaseMemObject(made);
            return refuse(errcode_ret, status);
        }
        if !errcode_ret.is_null() {
            errcode_ret.write(CL_SUCCESS);
        }
    }
    made
}
