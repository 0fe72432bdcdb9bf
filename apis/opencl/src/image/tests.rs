//! What layouts and modes of images promise.

use super::*;

fn ptr<T: Copy>(data: &[T]) -> Ptr<'_, T> {
    // SAFETY: the slice is readable.
    unsafe { Ptr::new(data.as_ptr(), data.len()) }
}

fn null<'a, T: Copy>() -> Ptr<'a, T> {
    // SAFETY: null is allowed.
    unsafe { Ptr::new(std::ptr::null(), 0) }
}

const RGBA8: cl_image_format =
    cl_image_format { image_channel_order: CL_RGBA, image_channel_data_type: CL_UNORM_INT8 };

fn desc(image_type: cl_mem_object_type, [w, h, d, n]: [usize; 4], [row, slice]: [usize; 2]) -> cl_image_desc {
    cl_image_desc {
        image_type,
        image_width: w,
        image_height: h,
        image_depth: d,
        image_array_size: n,
        image_row_pitch: row,
        image_slice_pitch: slice,
        ..local::NO_DESC
    }
}

fn image(context: u64, desc: cl_image_desc) -> MemMeta {
    MemMeta::image(context, 0, ptr(&[RGBA8]), ptr(&[desc]), None, 0)
}

fn plane(width: usize, height: usize) -> MemMeta {
    image(5, desc(CL_MEM_OBJECT_IMAGE2D, [width, height, 0, 0], [0, 0]))
}

const QUEUE: QueueMeta = QueueMeta { context: 5, device: 6 };

#[test]
fn an_element_is_as_large_as_its_channels_unless_they_are_packed() {
    assert_eq!(element(CL_RGBA, CL_FLOAT), Some(16));
    assert_eq!(element(CL_RG, CL_HALF_FLOAT), Some(4));
    assert_eq!(element(CL_LUMINANCE, CL_SNORM_INT8), Some(1));
    assert_eq!(element(CL_RGB, CL_UNORM_SHORT_565), Some(2));
    assert_eq!(element(CL_RGBx, CL_UNORM_INT_101010), Some(4));
    assert_eq!(element(CL_DEPTH_STENCIL, CL_UNORM_INT24), Some(4));
    assert_eq!(element(CL_DEPTH_STENCIL, CL_FLOAT), Some(8));
    assert_eq!(element(CL_RGBA, 0x1234), None);
    assert_eq!(element(0x1234, CL_FLOAT), None);
}

#[test]
fn an_image_is_made_from_all_rows_with_their_pitches() {
    let bytes = |kind, size, pitches| host_data(ptr(&[RGBA8]), ptr(&[desc(kind, size, pitches)])).bytes;
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE1D, [8, 9, 9, 9], [0, 0]), 32);
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE2D, [8, 4, 9, 9], [0, 0]), 128);
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE2D, [8, 4, 9, 9], [64, 0]), 256);
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE1D_ARRAY, [8, 9, 9, 3], [0, 40]), 120);
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE2D_ARRAY, [8, 4, 9, 3], [40, 0]), 480);
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE3D, [8, 4, 3, 9], [40, 200]), 600);
    assert_eq!(bytes(CL_MEM_OBJECT_IMAGE3D, [8, 4, usize::MAX, 9], [0, 0]), NEVER);
    assert_eq!(bytes(CL_MEM_OBJECT_BUFFER, [8, 4, 3, 9], [0, 0]), NEVER);
}

#[test]
fn a_view_takes_no_memory_of_the_device() {
    let of = |is_view| {
        device_bytes(ptr(&[RGBA8]), ptr(&[desc(CL_MEM_OBJECT_IMAGE2D, [8, 4, 0, 0], [64, 0])]), is_view)
    };
    assert_eq!((of(false), of(true)), (128, 0));
}

#[test]
fn a_view_maps_into_the_memory_of_what_it_is_made_of() {
    let parent = MemMeta::buffer(5, CL_MEM_USE_HOST_PTR | CL_MEM_HOST_READ_ONLY, 64, 0x1000);
    let line = desc(CL_MEM_OBJECT_IMAGE1D_BUFFER, [8, 0, 0, 0], [0, 0]);
    let view = MemMeta::image(5, CL_MEM_READ_ONLY, ptr(&[RGBA8]), ptr(&[line]), Some(&parent), 0);
    assert_ne!(view.flags & CL_MEM_HOST_READ_ONLY, 0);
    let image = view.image.unwrap();
    assert_eq!((image.host, image.is_view, view.size), (0x1000, true, 0));
}

#[test]
fn the_host_side_of_a_transfer_has_the_given_pitches_or_none() {
    let mem = plane(8, 4);
    let bytes = |row, slice| host_rows(&mem, ptr(&[4, 3, 2]), row, slice).bytes;
    assert_eq!(bytes(0, 0), 4 * 4 * 3 * 2);
    assert_eq!(bytes(20, 0), 60 + 40 + 16);
    assert_eq!(bytes(20, 100), 100 + 40 + 16);
    assert_eq!(host_rows(&MemMeta::buffer(5, 0, 64, 0), ptr(&[4, 3, 2]), 0, 0).bytes, NEVER);
    assert_eq!(host_rows(&mem, null(), 0, 0).bytes, NEVER);
}

#[test]
fn an_image_on_a_buffer_is_transferred_in_one_dimension() {
    let desc = desc(CL_MEM_OBJECT_IMAGE1D_BUFFER, [16, 0, 0, 0], [0, 0]);
    let mem = MemMeta::image(5, 0, ptr(&[RGBA8]), ptr(&[desc]), Some(&MemMeta::buffer(5, 0, 64, 0)), 0);
    let bytes = |region: [usize; 3]| host_rows(&mem, ptr(&region), 0, 0).bytes;
    assert_eq!(bytes([16, 1, 1]), 64);
    assert_eq!(bytes([16, 0, 1]), NEVER, "the vendor may look at the width alone");
    assert_eq!(bytes([16, 1, 2]), NEVER);
}

#[test]
fn a_mapping_whose_rows_are_not_apart_is_none() {
    let rows = |kind, region, row, slice| mapped_rows(4, kind, region, row, slice);
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE2D, [4, 3, 1], 64, 0), Some([16, 3, 64, 1, 192]));
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE1D_ARRAY, [4, 3, 1], 0, 64), Some([16, 3, 64, 1, 192]));
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE1D_ARRAY, [4, 3, 1], 32, 0), Some([16, 3, 32, 1, 96]));
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE3D, [4, 3, 2], 64, 256), Some([16, 3, 64, 2, 256]));
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE1D_BUFFER, [4, 1, 1], 0, 0), Some([16, 1, 16, 1, 16]));
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE3D, [4, 3, 2], 64, 0), None);
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE2D, [4, 3, 1], 8, 0), None);
    assert_eq!(rows(CL_MEM_OBJECT_IMAGE2D, [usize::MAX, 3, 1], 8, 0), None);
}

#[test]
fn a_read_is_asynchronous_once_the_device_took_the_image_and_if_it_cannot_fail() {
    let mem = plane(8, 4);
    let data = [0u8; 4096];
    let mode = |origin: [usize; 3], region: [usize; 3], pitches, blocking| {
        let place = (ptr(&origin), ptr(&region));
        transfer_mode(&QUEUE, &mem, shape::READS, blocking, place, pitches, ptr(&data), (0, null()))
    };
    let whole = [8, 4, 1];
    assert_eq!(mode([0; 3], whole, (0, 0), CL_FALSE), Mode::Sync, "the first");
    mem.image.as_ref().unwrap().accepted(&QUEUE);
    assert_eq!(mode([0; 3], whole, (0, 0), CL_FALSE), Mode::Async);
    assert_eq!(mode([0; 3], whole, (64, 0), CL_FALSE), Mode::Async);
    assert_eq!(mode([0; 3], whole, (0, 0), CL_TRUE), Mode::Sync);
    assert_eq!(mode([1, 0, 0], whole, (0, 0), CL_FALSE), Mode::Sync, "beyond the end");
    assert_eq!(mode([usize::MAX, 0, 0], whole, (0, 0), CL_FALSE), Mode::Sync);
    assert_eq!(mode([0; 3], [8, 0, 1], (0, 0), CL_FALSE), Mode::Sync, "nothing");
    assert_eq!(mode([0; 3], whole, (16, 0), CL_FALSE), Mode::Sync, "less than a row");
    assert_eq!(mode([0; 3], whole, (0, 4096), CL_FALSE), Mode::Sync, "a plane has no slices");
}

#[test]
fn copies_between_formats_and_within_an_image_are_the_vendors_to_judge() {
    let (a, b) = (plane(8, 4), plane(8, 4));
    let mut other = plane(8, 4);
    other.image.as_mut().unwrap().format.1 = CL_SNORM_INT8;
    for mem in [&a, &b, &other] {
        mem.image.as_ref().unwrap().accepted(&QUEUE);
    }
    let zero = [0; 3];
    let handle = |n: usize| n as cl_mem;
    let mode = |dst: &MemMeta, to| {
        let (src, dst) = ((&a, handle(1), ptr(&zero)), (dst, handle(to), ptr(&zero)));
        copy_mode(&QUEUE, src, dst, ptr(&[4, 4, 1]), (0, null()))
    };
    assert_eq!(mode(&b, 2), Mode::Async);
    assert_eq!(mode(&other, 2), Mode::Sync);
    assert_eq!(mode(&a, 1), Mode::Sync);
    let buffer = MemMeta::buffer(5, 0, 64, 0);
    let to_buffer = |offset| {
        buffer_copy_mode(&QUEUE, (&a, handle(1), ptr(&zero)), ptr(&[4, 4, 1]), (&buffer, offset), (0, null()))
    };
    assert_eq!((to_buffer(0), to_buffer(4)), (Mode::Async, Mode::Sync));
}
