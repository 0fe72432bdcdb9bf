//! A preliminary specification: what the header tells. Search for `TODO(spec)`.

use ava_core::ava_api;

ava_api! {
    // TODO(spec): what is the SONAME of the vendor's library? `readelf -d LIBRARY` says it
    #[api(name = "toy", version = "2.1", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use std::ffi::{c_char, c_int, c_void};

        use crate::ffi::*;

        // TODO(spec): `lost` is what calls return when the server is gone, `refused` what they return when
        // a policy says no: name two of the API's statuses in place of UNDECIDED
        #[status(ok = toy_status_TOY_SUCCESS, lost = UNDECIDED, refused = UNDECIDED)]
        type toy_status;
        #[handle(invalid = toy_status_TOY_INVALID_DEVICE)]
        type toy_device;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = toy_status_TOY_INVALID_HANDLE)]
        type toy_queue;
        pub type toy_image_handle = *mut toy_image;
        #[handle(invalid = toy_status_TOY_INVALID_HANDLE)]
        type toy_image_handle;

        extern "callback" {
            fn toy_notify(
                queue: toy_queue,
                status: toy_status,
                #[userdata]
                user_data: *mut c_void,
            );
        }

        unsafe extern "C" {
            fn toyGetDevices(
                num_entries: u32,
                #[output(len = num_entries, filled = num_entries.min(*num_devices))]
                devices: *mut toy_device,
                #[output]
                num_devices: *mut u32,
            ) -> toy_status;

            fn toyGetDeviceInfo(
                device: toy_device,
                param: c_int,
                value_size: usize,
                #[output(bytes = value_size, filled = *value_size_ret)]
                value: *mut c_void,
                #[output]
                value_size_ret: *mut usize,
            ) -> toy_status;

            #[returns(new)]
            fn toyCreateQueue(
                device: toy_device,
                #[input(cstr)]
                label: *const c_char,
                #[output]
                errcode_ret: *mut toy_status,
            ) -> toy_queue;

            fn toyRetainQueueEXT(queue: toy_queue) -> toy_status {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::toyRetainQueue(queue) }
            }

            fn toyGetQueueDevice(queue: toy_queue) -> toy_device;

            fn toyOpenDevice(
                #[input(cstr)]
                path: *const c_char,
                #[output(new)]
                device: *mut toy_device,
            ) -> toy_status;

            fn toyCloseDevice(
                #[handle(frees)]
                device: toy_device,
            ) -> toy_status;

            #[returns(new)]
            fn toyImageCreate(
                #[input]
                extent: *const toy_extent,
            ) -> toy_image_handle;

            fn toyImageDestroy(
                #[handle(frees)]
                image: toy_image_handle,
            );

            fn toyImageWidth(
                // TODO(spec): a const pointer to an object, which is not the type of its handle: replace
                // the function with a body that casts it
                image: *const toy_image,
            ) -> u32;

            // TODO(spec): does it make the `toy_queue` that it returns? Then add `#[returns(new)]`; as it
            // stands, the object was there before
            fn toyQueueFor(
                #[input(cstr)]
                name: *const c_char,
            ) -> toy_queue;

            fn toyWrite(
                queue: toy_queue,
                size: usize,
                #[input(bytes = size)]
                data: *const c_void,
            ) -> toy_status;

            fn toyEnqueueRead(
                queue: toy_queue,
                size: usize,
                #[output(bytes = size)]
                data: *mut c_void,
            ) -> toy_status;

            fn toyScale(
                queue: toy_queue,
                // TODO(spec): not const, so does the vendor write it? `output(len = numValues)`,
                // `input(len = numValues)` if it only reads, or `inout(len = numValues)`
                values: *mut f32,
                numValues: c_int,
                #[input(len = factorsLen)]
                factors: *const f32,
                factorsLen: c_int,
            ) -> toy_status;

            fn toySum(
                queue: toy_queue,
                #[input(len = n_terms)]
                terms: *const f64,
                n_terms: u32,
                #[output]
                result: *mut f64,
            ) -> toy_status;

            fn toyWait(
                num_queues: u32,
                #[input(len = num_queues, invalid = toy_status_TOY_INVALID_QUEUE_LIST)]
                queue_list: *const toy_queue,
            ) -> toy_status;

            fn toyPack(
                #[output(len = *destLen, filled = *destLen)]
                dest: *mut u8,
                #[inout]
                destLen: *mut usize,
                #[input(len = sourceLen)]
                source: *const u8,
                sourceLen: usize,
            ) -> toy_status;

            fn toyGrid(
                queue: toy_queue,
                work_dim: u32,
                #[input(len = work_dim)]
                work_size: *const usize,
            ) -> toy_status;

            fn toyCompile(
                queue: toy_queue,
                count: u32,
                #[input(len = count, element(cstr = if lengths.is_null() { 0 } else { lengths[index] }))]
                sources: *mut *const c_char,
                #[input(len = count)]
                lengths: *const usize,
            ) -> toy_status;

            fn toySetExtent(
                queue: toy_queue,
                #[input]
                extent: *const toy_extent,
            ) -> toy_status;

            fn toyGetExtent(
                queue: toy_queue,
                #[output]
                extent: *mut toy_extent,
            ) -> toy_status;

            fn toyFitExtent(
                queue: toy_queue,
                #[inout]
                extent: *mut toy_extent,
            ) -> toy_status;

            fn toyOnIdle(
                queue: toy_queue,
                notify: toy_notify,
                #[userdata(notify)]
                user_data: *mut c_void,
            ) -> toy_status;

            fn toyShow(
                // TODO(spec): a struct with pointers or handles in it, which mean nothing to the server:
                // replace the function with a body that passes its fields, or make it
                // `#[unsupported(STATUS)]`
                window: *const toy_window,
            ) -> toy_status;

            fn toySort(
                queue: toy_queue,
                // TODO(spec): how many? `output(len = N)`, `input(len = N)` or `inout(len = N)`
                keys: *mut c_int,
            ) -> toy_status;

            fn toyTouch(
                queue: toy_queue,
                // TODO(spec): how long is it, and does the vendor write it? `output(bytes = SIZE)`,
                // `input(bytes = SIZE)`, `output(with = FUNCTION(memory))`, or `opaque` if only the vendor
                // knows what it is
                memory: *mut c_void,
            ) -> toy_status;

            fn toyColour(
                queue: toy_queue,
                // TODO(spec): read by the vendor, but how many? `input(len = N)`, `input` for one,
                // `input(len = colour.count_until(|x| x == 0) + 1)` if a zero ends it
                colour: *const f32,
            ) -> toy_status;

            fn toyFileWrite(
                // TODO(spec): read by the vendor, but how long is it? `input(bytes = SIZE)`,
                // `input(with = FUNCTION(buffer))`, or `opaque` if only the vendor knows what it is
                buffer: *const c_void,
                size: usize,
                nitems: usize,
                queue: toy_queue,
            ) -> usize;

            // TODO(spec): a returned pointer is the server's: give the function a body, or write
            // `#[returns(opaque)]` if the application only hands it back
            fn toyErrorName(status: toy_status) -> *const c_char;

            // TODO(spec): it takes a variable number of arguments, which cannot be forwarded: export a C
            // function for it, or do without
            // fn toyLog(format: *const c_char, ...) -> c_int;

            // TODO(spec): it returns a struct by value, which cannot be forwarded: give the function a
            // body, or choose the status with which it is refused
            #[unsupported(UNDECIDED)]
            fn toyDefaultWindow() -> toy_window;
        }
    }
}
