//! Images in the guest: what must be seen in the application's own memory before a call goes out, and what the guest learns from
//! calls that succeeded.

use std::ffi::c_void;
use std::ptr;

use ava_core::spec::Ptr;

use crate::ffi::*;
use crate::image::{self, remote::maker};
use crate::local::report;
use crate::meta::{Arg, KernelMeta, MemMeta};
use crate::opencl::{args, guest, kind};
use crate::shape;

/// Host memory of more bytes than this is read only once the vendor has said that it makes such images: an application that asks for
/// one too large need not have its data.
const UNASKED: usize = 64 << 20;

/// A descriptor with nothing in it.
pub(crate) const NO_DESC: cl_image_desc = cl_image_desc {
    image_type: 0,
    image_width: 0,
    image_height: 0,
    image_depth: 0,
    image_array_size: 0,
    image_row_pitch: 0,
    image_slice_pitch: 0,
    num_mip_levels: 0,
    num_samples: 0,
    __bindgen_anon_1: _cl_image_desc__bindgen_ty_1 { buffer: ptr::null_mut() },
};

/// All the functions that make images, of which `maker` says which it is.
///
/// # Safety
/// Arguments as that function demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn create(
    maker: cl_uint,
    context: cl_context,
    properties: *const cl_mem_properties,
    flags: cl_mem_flags,
    image_format: *const cl_image_format,
    image_desc: *const cl_image_desc,
    host_ptr: *mut c_void,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    const FROM_HOST: cl_mem_flags = CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR;
    let make = |flags, desc: *const cl_image_desc, parent, host_ptr, errcode_ret| {
        // SAFETY: promised by the caller.
        unsafe {
            guest::create_image(
                maker,
                context,
                properties,
                flags,
                image_format,
                desc.cast(),
                parent,
                host_ptr,
                errcode_ret,
            )
        }
    };
    // SAFETY: null, or a descriptor; every handle in it is a memory object's.
    let parent =
        unsafe { image_desc.as_ref().map_or(ptr::null_mut(), |desc| desc.__bindgen_anon_1.mem_object) };
    if flags & FROM_HOST != 0 && !host_ptr.is_null() && !image_desc.is_null() {
        // SAFETY: null, or one each.
        let (format, desc) = unsafe { (Ptr::new(image_format, 1), Ptr::new(image_desc, 1)) };
        if image::host_data(format, desc).bytes > UNASKED {
            let empty = cl_image_desc { image_row_pitch: 0, image_slice_pitch: 0, ..desc.at(0) };
            let mut status = CL_SUCCESS;
            let probe = make(flags & !FROM_HOST, &raw const empty, parent, ptr::null_mut(), &mut status);
            if status != CL_SUCCESS {
                // SAFETY: promised by the caller.
                unsafe { report(errcode_ret, status) };
                return ptr::null_mut();
            }
            // SAFETY: just made, and given to nobody.
            unsafe { guest::clReleaseMemObject(probe) };
        }
    }
    make(flags, image_desc, parent, host_ptr, errcode_ret)
}

/// `clCreateImage2D`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn create_2d(
    context: cl_context,
    flags: cl_mem_flags,
    image_format: *const cl_image_format,
    image_width: usize,
    image_height: usize,
    image_row_pitch: usize,
    host_ptr: *mut c_void,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    let image_type = CL_MEM_OBJECT_IMAGE2D;
    let desc = cl_image_desc { image_type, image_width, image_height, image_row_pitch, ..NO_DESC };
    // SAFETY: promised by the caller.
    unsafe { create(maker::PLANE, context, ptr::null(), flags, image_format, &desc, host_ptr, errcode_ret) }
}

/// `clCreateImage3D`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn create_3d(
    context: cl_context,
    flags: cl_mem_flags,
    image_format: *const cl_image_format,
    image_width: usize,
    image_height: usize,
    image_depth: usize,
    image_row_pitch: usize,
    image_slice_pitch: usize,
    host_ptr: *mut c_void,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    let desc = cl_image_desc {
        image_type: CL_MEM_OBJECT_IMAGE3D,
        image_width,
        image_height,
        image_depth,
        image_row_pitch,
        image_slice_pitch,
        ..NO_DESC
    };
    // SAFETY: promised by the caller.
    unsafe { create(maker::SOLID, context, ptr::null(), flags, image_format, &desc, host_ptr, errcode_ret) }
}

// Arguments of kernels.

/// An argument of `kernel` as the guest remembers it.
///
/// # Safety
/// `value` is null or has `size` bytes. The application holds the kernel, and the value if it is an object.
pub(crate) unsafe fn arg(kernel: (&KernelMeta, cl_kernel), size: usize, value: *const c_void) -> Arg {
    let plain = Arg { size, null: value.is_null(), object: 0, foreign: false };
    if plain.null || size != size_of::<cl_mem>() {
        return plain;
    }
    // SAFETY: 8 bytes are there; whether they are a handle is looked up.
    unsafe {
        let object = value.cast::<cl_mem>().read_unaligned();
        if let Some(mem) = ava_core::guest::meta_of::<kind::cl_mem>(object) {
            return mem_arg(kernel, mem);
        }
        let sampler = ava_core::guest::parent_of::<kind::cl_sampler, kind::cl_context>(object.cast());
        let foreign = |context: cl_context| shape::context_of_kernel(kernel) != Some(context as usize as u64);
        Arg { foreign: sampler.is_some_and(foreign), ..plain }
    }
}

/// A memory object as the guest remembers it when it is an argument of `kernel`, which the application holds.
pub(crate) fn mem_arg(kernel: (&KernelMeta, cl_kernel), mem: &MemMeta) -> Arg {
    let object = mem.image.as_ref().map_or(0, |image| image.class(mem.flags));
    let foreign = shape::context_of_kernel(kernel) != Some(mem.context);
    Arg { size: size_of::<cl_mem>(), null: false, object, foreign }
}

// Transfers.

/// Whether a region is not in the image and has more bytes than all of it. An application need not have the memory for that, so the
/// vendor must refuse the call without it.
fn is_absurd(image: cl_mem, origin: *const usize, region: *const usize) -> bool {
    // SAFETY: the application holds the image during the call, and passes three numbers each, or null.
    unsafe {
        let meta = ava_core::guest::meta_of::<kind::cl_mem>(image).and_then(|mem| mem.image.as_ref());
        let (origin, region) = (Ptr::new(origin, 3), Ptr::new(region, 3));
        meta.is_some_and(|meta| {
            !region.is_null() && meta.region(region) > meta.bytes() && !meta.contains(origin, region)
        })
    }
}

/// Before `clEnqueueReadImage`.
///
/// # Safety
/// The arguments are the application's, as the C function demands.
pub(crate) unsafe fn before_read(args: &args::clEnqueueReadImage) -> Option<cl_int> {
    if args.ptr.is_null() || !is_absurd(args.image, args.origin, args.region) {
        return None;
    }
    // SAFETY: promised by the caller.
    Some(unsafe {
        guest::clEnqueueReadImage(
            args.command_queue,
            args.image,
            args.blocking_read,
            args.origin,
            args.region,
            args.row_pitch,
            args.slice_pitch,
            ptr::null_mut(),
            args.num_events_in_wait_list,
            args.event_wait_list,
            args.event,
        )
    })
}

/// Before `clEnqueueWriteImage`.
///
/// # Safety
/// The arguments are the application's, as the C function demands.
pub(crate) unsafe fn before_write(args: &args::clEnqueueWriteImage) -> Option<cl_int> {
    if args.ptr.is_null() || !is_absurd(args.image, args.origin, args.region) {
        return None;
    }
    // SAFETY: promised by the caller.
    Some(unsafe {
        guest::clEnqueueWriteImage(
            args.command_queue,
            args.image,
            args.blocking_write,
            args.origin,
            args.region,
            args.input_row_pitch,
            args.input_slice_pitch,
            ptr::null(),
            args.num_events_in_wait_list,
            args.event_wait_list,
            args.event,
        )
    })
}

/// The queue's device took a command for the image.
///
/// # Safety
/// The application holds both during the call.
unsafe fn learn(queue: cl_command_queue, image: cl_mem, status: cl_int) -> cl_int {
    if status == CL_SUCCESS {
        // SAFETY: promised by the caller.
        let known = unsafe {
            let queue = ava_core::guest::meta_of::<kind::cl_command_queue>(queue);
            queue.zip(ava_core::guest::meta_of::<kind::cl_mem>(image))
        };
        if let Some((queue, MemMeta { image: Some(image), .. })) = known {
            image.accepted(queue);
        }
    }
    status
}

macro_rules! learns {
    ($($(#[$doc:meta])* $hook:ident: $function:ident, $($image:ident),*;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// The arguments are the application's, as the C function demands.
        pub(crate) unsafe fn $hook(args: &args::$function, status: cl_int) -> cl_int {
            $(
                // SAFETY: promised by the caller.
                unsafe { learn(args.command_queue, args.$image, status) };
            )*
            status
        }
    )*};
}

learns! {
    /// After `clEnqueueReadImage`.
    learn_read: clEnqueueReadImage, image;
    /// After `clEnqueueWriteImage`.
    learn_write: clEnqueueWriteImage, image;
    /// After `clEnqueueCopyImage`.
    learn_copy: clEnqueueCopyImage, src_image, dst_image;
    /// After `clEnqueueCopyImageToBuffer`.
    learn_copy_out: clEnqueueCopyImageToBuffer, src_image;
    /// After `clEnqueueCopyBufferToImage`.
    learn_copy_in: clEnqueueCopyBufferToImage, dst_image;
    /// After `clEnqueueFillImage`.
    learn_fill: clEnqueueFillImage, image;
}
