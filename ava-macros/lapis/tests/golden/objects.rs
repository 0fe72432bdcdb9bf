pub mod toy {
    #[allow(unused_imports)]
    use ::ava_core::__private as __p;
    use crate::ffi::*;
    #[allow(non_upper_case_globals, dead_code)]
    const __status_ok: status = OK;
    #[allow(non_upper_case_globals, dead_code)]
    const __status_lost: status = LOST;
    #[allow(non_upper_case_globals, dead_code)]
    const __status_refused: status = REFUSED;
    #[allow(non_upper_case_globals, dead_code)]
    const __status_unsupported: status = LOST;
    #[allow(non_snake_case, dead_code)]
    fn __status_of(why: __p::guest::Fail) -> status {
        match why {
            __p::guest::Fail::Lost => __status_lost,
            __p::guest::Fail::Refused => __status_refused,
            __p::guest::Fail::Status(status) => status as status,
        }
    }
    #[allow(non_upper_case_globals, clippy::all)]
    const __context_invalid: i64 = (BAD_CONTEXT) as i64;
    #[allow(non_camel_case_types, dead_code)]
    type __context_meta = ();
    #[allow(non_upper_case_globals, clippy::all)]
    const __buffer_invalid: i64 = (BAD_BUFFER) as i64;
    #[allow(non_camel_case_types, dead_code)]
    type __buffer_meta = BufferMeta;
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyCreateBuffer_mode() -> __p::Mode {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        Async
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyCreateBuffer_meta(size: usize) -> __buffer_meta {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        BufferMeta { size }
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyImportBuffer_meta(ret: buffer, vendor: &server::Vendor) -> __buffer_meta {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        hooks::describe(vendor, ret)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyDestroyBuffer_b_invalid() -> i64 {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        (BAD_VALUE) as i64
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toySplit_parts_count(n: u32) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(n)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toySplit_parts_filled(made: __p::Ptr<'_, u32>) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(*made).saturating_mul(::core::mem::size_of::<buffer>())
    }
    const _: unsafe extern "C" fn(context, usize, *mut status) -> buffer = crate::ffi::toyCreateBuffer;
    const _: unsafe extern "C" fn(context, u64) -> buffer = crate::ffi::toyImportBuffer;
    const _: unsafe extern "C" fn(buffer) -> status = crate::ffi::toyDestroyBuffer;
    const _: unsafe extern "C" fn(buffer, u32, *mut buffer, *mut u32) -> status = crate::ffi::toySplit;
    const _: unsafe extern "C" fn(buffer) -> context = crate::ffi::toyContextOf;
    const _: unsafe extern "C" fn(buffer) -> u64 = crate::ffi::toySize;
    const _: unsafe extern "C" fn(context) -> status = crate::ffi::toyRetainContext;
    const _: unsafe extern "C" fn(context) -> status = crate::ffi::toyReleaseContext;
    /// Hash of the specification, on which guest and server agree.
    pub const SPEC_HASH: [u8; 16] = [
        103, 21, 7, 127, 63, 140, 117, 33, 206, 255, 224, 199, 69, 47, 188, 236,
    ];
    /// The API as guest, router and server know it.
    pub static DESC: __p::ApiDesc = __p::ApiDesc {
        name: "toy",
        version: "1.0",
        libraries: &["libtoy.so.1"],
        spec_hash: SPEC_HASH,
        functions: &[
            __p::FnDesc {
                name: "toyCreateBuffer",
                args: ::core::mem::size_of::<wire::toyCreateBuffer>() as u32,
                may_async: true,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[
                    (::core::mem::offset_of!(wire::toyCreateBuffer, ret_new) as u32, 1u8),
                ],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "err",
                        offset: ::core::mem::offset_of!(wire::toyCreateBuffer, err)
                            as u32,
                        length: "one element",
                    },
                ],
            },
            __p::FnDesc {
                name: "toyImportBuffer",
                args: ::core::mem::size_of::<wire::toyImportBuffer>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[
                    (::core::mem::offset_of!(wire::toyImportBuffer, ret_new) as u32, 1u8),
                ],
                frees: &[],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toyDestroyBuffer",
                args: ::core::mem::size_of::<wire::toyDestroyBuffer>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[
                    (::core::mem::offset_of!(wire::toyDestroyBuffer, b) as u32, 1u8),
                ],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toySplit",
                args: ::core::mem::size_of::<wire::toySplit>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "parts",
                        offset: ::core::mem::offset_of!(wire::toySplit, parts) as u32,
                        length: "len = n",
                    },
                    __p::ParamDesc {
                        name: "made",
                        offset: ::core::mem::offset_of!(wire::toySplit, made) as u32,
                        length: "one element",
                    },
                ],
            },
            __p::FnDesc {
                name: "toyContextOf",
                args: ::core::mem::size_of::<wire::toyContextOf>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toySize",
                args: ::core::mem::size_of::<wire::toySize>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[],
            },
        ],
        kinds: &[
            __p::KindDesc {
                name: "context",
                invalid: __context_invalid,
                state: false,
            },
            __p::KindDesc {
                name: "buffer",
                invalid: __buffer_invalid,
                state: false,
            },
        ],
        resources: &[],
    };
    ///Marker types of the handles.
    #[allow(
        missing_docs,
        missing_debug_implementations,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals
    )]
    #[allow(
        unused,
        unreachable_pub,
        private_interfaces,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    pub mod kind {
        use super::*;
        #[derive(Debug)]
        pub struct context;
        impl __p::HandleKind for context {
            type Raw = super::context;
            type Meta = super::__context_meta;
            const KIND: u8 = 0u8;
            const INVALID: i64 = super::__context_invalid;
            fn default_meta() -> &'static ::std::sync::OnceLock<Self::Meta> {
                static DEFAULT: ::std::sync::OnceLock<super::__context_meta> = ::std::sync::OnceLock::new();
                &DEFAULT
            }
        }
        #[derive(Debug)]
        pub struct buffer;
        impl __p::HandleKind for buffer {
            type Raw = super::buffer;
            type Meta = super::__buffer_meta;
            const KIND: u8 = 1u8;
            const INVALID: i64 = super::__buffer_invalid;
            fn default_meta() -> &'static ::std::sync::OnceLock<Self::Meta> {
                static DEFAULT: ::std::sync::OnceLock<super::__buffer_meta> = ::std::sync::OnceLock::new();
                &DEFAULT
            }
        }
    }
    ///Arguments of calls, for hooks.
    #[allow(
        missing_docs,
        missing_debug_implementations,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals
    )]
    #[allow(
        unused,
        unreachable_pub,
        private_interfaces,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    pub mod args {
        use super::*;
    }
    ///Arguments of calls, as they travel.
    #[allow(
        missing_docs,
        missing_debug_implementations,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals
    )]
    #[allow(
        unused,
        unreachable_pub,
        private_interfaces,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    pub mod wire {
        use super::*;
        #[derive(
            Clone,
            Copy,
            __p::zerocopy::FromBytes,
            __p::zerocopy::IntoBytes,
            __p::zerocopy::KnownLayout,
            __p::zerocopy::Immutable
        )]
        #[zerocopy(crate = "::ava_core::__private::zerocopy")]
        #[repr(C)]
        pub struct toyCreateBuffer {
            pub c: u64,
            pub size: u64,
            pub err: __p::BufRef,
            pub ret_new: u64,
        }
        #[derive(
            Clone,
            Copy,
            __p::zerocopy::FromBytes,
            __p::zerocopy::IntoBytes,
            __p::zerocopy::KnownLayout,
            __p::zerocopy::Immutable
        )]
        #[zerocopy(crate = "::ava_core::__private::zerocopy")]
        #[repr(C)]
        pub struct toyImportBuffer {
            pub c: u64,
            pub name: u64,
            pub ret_new: u64,
        }
        #[derive(
            Clone,
            Copy,
            __p::zerocopy::FromBytes,
            __p::zerocopy::IntoBytes,
            __p::zerocopy::KnownLayout,
            __p::zerocopy::Immutable
        )]
        #[zerocopy(crate = "::ava_core::__private::zerocopy")]
        #[repr(C)]
        pub struct toyDestroyBuffer {
            pub b: u64,
        }
        #[derive(
            Clone,
            Copy,
            __p::zerocopy::FromBytes,
            __p::zerocopy::IntoBytes,
            __p::zerocopy::KnownLayout,
            __p::zerocopy::Immutable
        )]
        #[zerocopy(crate = "::ava_core::__private::zerocopy")]
        #[repr(C)]
        pub struct toySplit {
            pub b: u64,
            pub n: u64,
            pub parts: __p::BufRef,
            pub made: __p::BufRef,
        }
        #[derive(
            Clone,
            Copy,
            __p::zerocopy::FromBytes,
            __p::zerocopy::IntoBytes,
            __p::zerocopy::KnownLayout,
            __p::zerocopy::Immutable
        )]
        #[zerocopy(crate = "::ava_core::__private::zerocopy")]
        #[repr(C)]
        pub struct toyContextOf {
            pub b: u64,
        }
        #[derive(
            Clone,
            Copy,
            __p::zerocopy::FromBytes,
            __p::zerocopy::IntoBytes,
            __p::zerocopy::KnownLayout,
            __p::zerocopy::Immutable
        )]
        #[zerocopy(crate = "::ava_core::__private::zerocopy")]
        #[repr(C)]
        pub struct toySize {
            pub b: u64,
        }
    }
    ///The functions of the guest library.
    #[allow(
        missing_docs,
        missing_debug_implementations,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals
    )]
    #[allow(
        unused,
        unreachable_pub,
        private_interfaces,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    pub mod guest {
        use super::*;
        /// The state of the guest library in this process.
        pub static CLIENT: __p::guest::Client = __p::guest::Client::new(
            &super::DESC,
            ::core::option::Option::None,
        );
        /// Memory of `size` bytes that the guest and its server share, on which `zerocopy` parameters work without a copy; null if
        /// there is none left, or no server.
        pub fn zerocopy_alloc(size: usize) -> *mut ::core::ffi::c_void {
            __p::guest::zerocopy_alloc(&CLIENT, size)
        }
        /// Takes memory of `zerocopy_alloc` back; whether `ptr` was such.
        pub fn zerocopy_free(ptr: *mut ::core::ffi::c_void) -> bool {
            __p::guest::zerocopy_free(&CLIENT, ptr)
        }
        /// How much memory `zerocopy_alloc` was asked for when it returned `ptr`; `None` if it did not.
        pub fn zerocopy_len(
            ptr: *mut ::core::ffi::c_void,
        ) -> ::core::option::Option<usize> {
            __p::guest::zerocopy_len(&CLIENT, ptr)
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyCreateBuffer(
            c: context,
            size: usize,
            err: *mut status,
        ) -> buffer {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyCreateBuffer(c, size, err) };
                }
                __p::guest::stub(
                    &CLIENT,
                    |__why: __p::guest::Fail| unsafe {
                        if !err.is_null() {
                            err.write(__status_of(__why));
                        }
                        ::core::mem::zeroed()
                    },
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyCreateBuffer>();
                        let __w_c = __call.handle::<kind::context>(c)?;
                        let __w_size = <usize as __p::Scalar>::to_wire(size);
                        let __w_err = {
                            let __layout = __p::Layout::elements::<status>(1);
                            __call
                                .output(
                                    err.cast(),
                                    &__layout,
                                    __p::Opts {
                                        zerocopy: false,
                                        always: true,
                                    },
                                )?
                        };
                        let __w_ret_new = __call.return_new::<kind::buffer>(&[__w_c])?;
                        let __meta = __toyCreateBuffer_meta(size);
                        __call.new_meta::<kind::buffer>(__meta);
                        let __mode = __toyCreateBuffer_mode();
                        let __wire = wire::toyCreateBuffer {
                            c: __w_c,
                            size: __w_size,
                            err: __w_err,
                            ret_new: __w_ret_new,
                        };
                        let __outcome = __call.submit(0u16, __mode, false, &__wire)?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => {
                                if !err.is_null() {
                                    err.write(__status_ok);
                                }
                                __call.returned_new::<kind::buffer>(__outcome)
                            }
                            __p::guest::Outcome::Returned(__bits) => {
                                __call.returned_new::<kind::buffer>(__outcome)
                            }
                        };
                        Ok(__ret)
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyImportBuffer(c: context, name: u64) -> buffer {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyImportBuffer(c, name) };
                }
                __p::guest::stub(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyImportBuffer>();
                        let __w_c = __call.handle::<kind::context>(c)?;
                        let __w_name = <u64 as __p::Scalar>::to_wire(name);
                        let __w_ret_new = __call.return_new::<kind::buffer>(&[])?;
                        __call.expect_meta::<kind::buffer>();
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyImportBuffer {
                            c: __w_c,
                            name: __w_name,
                            ret_new: __w_ret_new,
                        };
                        let __outcome = __call.submit(1u16, __mode, false, &__wire)?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => {
                                __call.returned_new::<kind::buffer>(__outcome)
                            }
                            __p::guest::Outcome::Returned(__bits) => {
                                __call.returned_new::<kind::buffer>(__outcome)
                            }
                        };
                        Ok(__ret)
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyDestroyBuffer(b: buffer) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyDestroyBuffer(b) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyDestroyBuffer>();
                        let __invalid = __toyDestroyBuffer_b_invalid();
                        let __w_b = __call.handle_or::<kind::buffer>(b, __invalid)?;
                        __call.frees::<kind::buffer>(b);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyDestroyBuffer { b: __w_b };
                        let __outcome = __call.submit(2u16, __mode, false, &__wire)?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => __status_ok,
                            __p::guest::Outcome::Returned(__bits) => {
                                __p::Scalar::from_wire(__bits)
                            }
                        };
                        Ok(__ret)
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toySplit(
            b: buffer,
            n: u32,
            parts: *mut buffer,
            made: *mut u32,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toySplit(b, n, parts, made) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toySplit>();
                        let __w_b = __call.handle::<kind::buffer>(b)?;
                        let __w_n = <u32 as __p::Scalar>::to_wire(n);
                        let __count = __toySplit_parts_count(n);
                        let __w_parts = __call
                            .new_handles::<kind::buffer>(parts, __count, &[__w_b])?;
                        let __w_made = {
                            __p::assert_plain::<u32>();
                            let __layout = __p::Layout::elements::<u32>(1);
                            __call.output(made.cast(), &__layout, __p::Opts::NONE)?
                        };
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toySplit {
                            b: __w_b,
                            n: __w_n,
                            parts: __w_parts,
                            made: __w_made,
                        };
                        let __outcome = __call.submit(3u16, __mode, false, &__wire)?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => __status_ok,
                            __p::guest::Outcome::Returned(__bits) => {
                                __p::Scalar::from_wire(__bits)
                            }
                        };
                        Ok(__ret)
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyContextOf(b: buffer) -> context {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyContextOf(b) };
                }
                __p::guest::stub(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyContextOf>();
                        let __w_b = __call.handle::<kind::buffer>(b)?;
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyContextOf { b: __w_b };
                        let __outcome = __call.submit(4u16, __mode, false, &__wire)?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => __p::Scalar::from_wire(0),
                            __p::guest::Outcome::Returned(__bits) => {
                                __call.returned_handle::<kind::context>(__bits)
                            }
                        };
                        Ok(__ret)
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toySize(b: buffer) -> u64 {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toySize(b) };
                }
                __p::guest::stub(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toySize>();
                        let __w_b = __call.handle::<kind::buffer>(b)?;
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toySize { b: __w_b };
                        let __outcome = __call.submit(5u16, __mode, false, &__wire)?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => __p::Scalar::from_wire(0),
                            __p::guest::Outcome::Returned(__bits) => {
                                __p::Scalar::from_wire(__bits)
                            }
                        };
                        Ok(__ret)
                    },
                )
            }
        }
        /// Counts references in the guest.
        pub unsafe extern "C" fn toyRetainContext(handle: context) -> status {
            if __p::guest::trace::is_on() {
                return unsafe { traced::log_toyRetainContext(handle) };
            }
            __p::guest::local(
                &CLIENT,
                __status_of,
                || match __p::guest::retain::<kind::context>(&CLIENT, handle) {
                    Ok(()) => __status_ok,
                    Err(why) => __status_of(why),
                },
            )
        }
        /// Counts references in the guest.
        pub unsafe extern "C" fn toyReleaseContext(handle: context) -> status {
            if __p::guest::trace::is_on() {
                return unsafe { traced::log_toyReleaseContext(handle) };
            }
            __p::guest::local(
                &CLIENT,
                __status_of,
                || match __p::guest::release::<kind::context>(&CLIENT, handle) {
                    Ok(()) => __status_ok,
                    Err(why) => __status_of(why),
                },
            )
        }
        static STUBS: &[__p::guest::Stub] = &[
            __p::guest::Stub::new(
                "toyCreateBuffer",
                toyCreateBuffer as *const (),
                Some(0u16),
            ),
            __p::guest::Stub::new(
                "toyImportBuffer",
                toyImportBuffer as *const (),
                Some(1u16),
            ),
            __p::guest::Stub::new(
                "toyDestroyBuffer",
                toyDestroyBuffer as *const (),
                Some(2u16),
            ),
            __p::guest::Stub::new("toySplit", toySplit as *const (), Some(3u16)),
            __p::guest::Stub::new("toyContextOf", toyContextOf as *const (), Some(4u16)),
            __p::guest::Stub::new("toySize", toySize as *const (), Some(5u16)),
            __p::guest::Stub::new(
                "toyRetainContext",
                toyRetainContext as *const (),
                ::core::option::Option::None,
            ),
            __p::guest::Stub::new(
                "toyReleaseContext",
                toyReleaseContext as *const (),
                ::core::option::Option::None,
            ),
        ];
        /// The function called `name`, for a replacement that hands out functions as pointers; null if there is none, or the
        /// vendor does not have it.
        pub fn address(name: &::core::ffi::CStr) -> *mut ::core::ffi::c_void {
            __p::guest::address(&CLIENT, STUBS, name)
        }
        /// Whether there is a function called `name`: the API server is asked once for each that is forwarded.
        pub fn is_available(name: &::core::ffi::CStr) -> bool {
            !address(name).is_null()
        }
        /// The functions, as they are when calls are logged.
        pub mod traced {
            use super::*;
            use __p::{meta, ViaDebug as _, ViaNothing as _, ViaWord as _};
            static __STATUSES: &[(i64, &str)] = &[
                ((OK) as i64, "OK"),
                ((LOST) as i64, "LOST"),
                ((REFUSED) as i64, "REFUSED"),
                ((BAD_CONTEXT) as i64, "BAD_CONTEXT"),
                ((BAD_BUFFER) as i64, "BAD_BUFFER"),
            ];
            #[cold]
            pub unsafe extern "C" fn log_toyCreateBuffer(
                c: context,
                size: usize,
                err: *mut status,
            ) -> buffer {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyCreateBuffer",
                        __p::guest::trace::Kind::Forwarded(0u16),
                        |__call| {
                            __call.check::<kind::context>(c);
                            __call.handle::<kind::context>("c", c);
                            __call
                                .value(
                                    "size",
                                    size,
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    false,
                                );
                            __call.pointer("err", err.cast());
                        },
                        || super::toyCreateBuffer(c, size, err),
                        |__call, __ret| {
                            __call.returns_handle::<kind::buffer>(__ret);
                            __call
                                .status_at(
                                    "err",
                                    err.cast(),
                                    ::core::mem::size_of::<status>(),
                                    __STATUSES,
                                );
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyImportBuffer(
                c: context,
                name: u64,
            ) -> buffer {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyImportBuffer",
                        __p::guest::trace::Kind::Forwarded(1u16),
                        |__call| {
                            __call.check::<kind::context>(c);
                            __call.handle::<kind::context>("c", c);
                            __call
                                .value(
                                    "name",
                                    name,
                                    (&&&__p::Looks::<u64>::NEW).look(),
                                    false,
                                );
                        },
                        || super::toyImportBuffer(c, name),
                        |__call, __ret| {
                            __call.returns_handle::<kind::buffer>(__ret);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyDestroyBuffer(b: buffer) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyDestroyBuffer",
                        __p::guest::trace::Kind::Forwarded(2u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                        },
                        || super::toyDestroyBuffer(b),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toySplit(
                b: buffer,
                n: u32,
                parts: *mut buffer,
                made: *mut u32,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toySplit",
                        __p::guest::trace::Kind::Forwarded(3u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                            __call
                                .value("n", n, (&&&__p::Looks::<u32>::NEW).look(), false);
                            __call.pointer("parts", parts.cast());
                            __call.pointer("made", made.cast());
                        },
                        || super::toySplit(b, n, parts, made),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call
                                .output(
                                    "parts",
                                    parts.cast(),
                                    (&&&__p::Looks::<buffer>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toySplit, parts),
                                        ticket: None,
                                        always: false,
                                    },
                                    &|__call| __p::Handles::All(
                                        <kind::buffer as __p::HandleKind>::KIND,
                                    ),
                                );
                            __call
                                .output(
                                    "made",
                                    made.cast(),
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toySplit, made),
                                        ticket: None,
                                        always: false,
                                    },
                                    &|__call| __p::Layout::elements::<u32>(1).handles,
                                );
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyContextOf(b: buffer) -> context {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyContextOf",
                        __p::guest::trace::Kind::Forwarded(4u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                        },
                        || super::toyContextOf(b),
                        |__call, __ret| {
                            __call.returns_handle::<kind::context>(__ret);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toySize(b: buffer) -> u64 {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toySize",
                        __p::guest::trace::Kind::Forwarded(5u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                        },
                        || super::toySize(b),
                        |__call, __ret| {
                            __call
                                .returns(__ret, (&&&__p::Looks::<u64>::NEW).look(), false);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyRetainContext(handle: context) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyRetainContext",
                        __p::guest::trace::Kind::Local,
                        |__call| __call.handle::<kind::context>("handle", handle),
                        || super::toyRetainContext(handle),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyReleaseContext(handle: context) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyReleaseContext",
                        __p::guest::trace::Kind::Local,
                        |__call| __call.handle::<kind::context>("handle", handle),
                        || super::toyReleaseContext(handle),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
        }
    }
    ///The API server's half.
    #[allow(
        missing_docs,
        missing_debug_implementations,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals
    )]
    #[allow(
        unused,
        unreachable_pub,
        private_interfaces,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    pub mod server {
        use super::*;
        /// The vendor's functions; `None` for those that its library does not have.
        pub struct Vendor {
            pub toyCreateBuffer: ::core::option::Option<
                unsafe extern "C" fn(context, usize, *mut status) -> buffer,
            >,
            pub toyImportBuffer: ::core::option::Option<
                unsafe extern "C" fn(context, u64) -> buffer,
            >,
            pub toyDestroyBuffer: ::core::option::Option<
                unsafe extern "C" fn(buffer) -> status,
            >,
            pub toySplit: ::core::option::Option<
                unsafe extern "C" fn(buffer, u32, *mut buffer, *mut u32) -> status,
            >,
            pub toyContextOf: ::core::option::Option<
                unsafe extern "C" fn(buffer) -> context,
            >,
            pub toySize: ::core::option::Option<unsafe extern "C" fn(buffer) -> u64>,
            pub toyRetainContext: ::core::option::Option<
                unsafe extern "C" fn(context) -> status,
            >,
            pub toyReleaseContext: ::core::option::Option<
                unsafe extern "C" fn(context) -> status,
            >,
        }
        impl Vendor {
            /// Asks `find` for every function.
            pub fn load(
                find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
            ) -> Self {
                Self {
                    toyCreateBuffer: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyCreateBuffer"))
                    },
                    toyImportBuffer: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyImportBuffer"))
                    },
                    toyDestroyBuffer: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyDestroyBuffer"))
                    },
                    toySplit: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toySplit"))
                    },
                    toyContextOf: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyContextOf"))
                    },
                    toySize: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toySize"))
                    },
                    toyRetainContext: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyRetainContext"))
                    },
                    toyReleaseContext: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyReleaseContext"))
                    },
                }
            }
            pub unsafe fn toyCreateBuffer(
                &self,
                c: context,
                size: usize,
                err: *mut status,
            ) -> buffer {
                match self.toyCreateBuffer {
                    Some(__function) => unsafe { __function(c, size, err) }
                    None => {
                        unsafe {
                            if !err.is_null() {
                                err.write(__status_unsupported);
                            }
                            ::core::mem::zeroed()
                        }
                    }
                }
            }
            pub unsafe fn toyImportBuffer(&self, c: context, name: u64) -> buffer {
                match self.toyImportBuffer {
                    Some(__function) => unsafe { __function(c, name) }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
            pub unsafe fn toyDestroyBuffer(&self, b: buffer) -> status {
                match self.toyDestroyBuffer {
                    Some(__function) => unsafe { __function(b) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toySplit(
                &self,
                b: buffer,
                n: u32,
                parts: *mut buffer,
                made: *mut u32,
            ) -> status {
                match self.toySplit {
                    Some(__function) => unsafe { __function(b, n, parts, made) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyContextOf(&self, b: buffer) -> context {
                match self.toyContextOf {
                    Some(__function) => unsafe { __function(b) }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
            pub unsafe fn toySize(&self, b: buffer) -> u64 {
                match self.toySize {
                    Some(__function) => unsafe { __function(b) }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
            pub unsafe fn toyRetainContext(&self, handle: context) -> status {
                match self.toyRetainContext {
                    Some(function) => unsafe { function(handle) }
                    None => __status_unsupported,
                }
            }
            pub unsafe fn toyReleaseContext(&self, handle: context) -> status {
                match self.toyReleaseContext {
                    Some(function) => unsafe { function(handle) }
                    None => __status_unsupported,
                }
            }
        }
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[
                handlers::toyCreateBuffer,
                handlers::toyImportBuffer,
                handlers::toyDestroyBuffer,
                handlers::toySplit,
                handlers::toyContextOf,
                handlers::toySize,
            ],
            registries: &[],
            kinds: &[
                __p::server::KindOps {
                    retain: Some({
                        unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                                unsafe {
                                    vendor.toyRetainContext(__p::RawHandle::from_bits(bits))
                                };
                            }
                        }
                        op
                    }),
                    release: Some({
                        unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                                unsafe {
                                    vendor.toyReleaseContext(__p::RawHandle::from_bits(bits))
                                };
                            }
                        }
                        op
                    }),
                    state: ::core::option::Option::None,
                },
                __p::server::KindOps {
                    retain: ::core::option::Option::None,
                    release: ::core::option::Option::None,
                    state: ::core::option::Option::None,
                },
            ],
            warm: ::core::option::Option::None,
            callbacks: &[],
            available: __available,
        };
        fn __available(vendor: &__p::server::Vendor, function: u16) -> bool {
            let Some(vendor) = vendor.downcast_ref::<Vendor>() else { return false };
            match function {
                0u16 => (vendor.toyCreateBuffer).is_some(),
                1u16 => (vendor.toyImportBuffer).is_some(),
                2u16 => (vendor.toyDestroyBuffer).is_some(),
                3u16 => (vendor.toySplit).is_some(),
                4u16 => (vendor.toyContextOf).is_some(),
                5u16 => (vendor.toySize).is_some(),
                _ => false,
            }
        }
        fn __load(
            find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
        ) -> ::std::boxed::Box<__p::server::Vendor> {
            ::std::boxed::Box::new(Vendor::load(find))
        }
        mod handlers {
            use super::*;
            pub(super) unsafe fn toyCreateBuffer(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyCreateBuffer = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_size = <usize as __p::Scalar>::from_wire(__wire.size);
                    let __v_c = __call.handle::<kind::context>(__wire.c)?;
                    let __v_err = {
                        let __layout = __p::Layout::elements::<status>(1);
                        if true {
                            __call
                                .output_forced(
                                    __wire.err,
                                    &__layout,
                                    __p::Opts {
                                        zerocopy: false,
                                        always: true,
                                    },
                                )?
                        } else {
                            __call
                                .output(
                                    __wire.err,
                                    &__layout,
                                    __p::Opts {
                                        zerocopy: false,
                                        always: true,
                                    },
                                )?
                        }
                    };
                    __call.ready()?;
                    let __ret = __vendor
                        .toyCreateBuffer(__v_c, __v_size, __v_err.ptr::<status>());
                    let __ok = __v_err.ptr::<status>().read() == __status_ok;
                    if __ok && __wire.ret_new != 0 {
                        let __meta = __toyCreateBuffer_meta(__v_size);
                        __call.set_meta::<kind::buffer>(__wire.ret_new, __meta);
                    }
                    __call.complete_new::<kind::buffer>(__wire.ret_new, __ret, __ok)
                }
            }
            pub(super) unsafe fn toyImportBuffer(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyImportBuffer = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_name = <u64 as __p::Scalar>::from_wire(__wire.name);
                    let __v_c = __call.handle::<kind::context>(__wire.c)?;
                    __call.ready()?;
                    let __ret = __vendor.toyImportBuffer(__v_c, __v_name);
                    let __ok = __p::RawHandle::to_bits(__ret) != 0;
                    if __ok && __wire.ret_new != 0 {
                        let __meta = __toyImportBuffer_meta(__ret, __vendor);
                        __call.meta::<kind::buffer>(__wire.ret_new, __meta);
                    }
                    __call.complete_new::<kind::buffer>(__wire.ret_new, __ret, __ok)
                }
            }
            pub(super) unsafe fn toyDestroyBuffer(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyDestroyBuffer = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __invalid = __toyDestroyBuffer_b_invalid();
                    let __v_b = __call.handle_or::<kind::buffer>(__wire.b, __invalid)?;
                    __call.ready()?;
                    let __ret = __vendor.toyDestroyBuffer(__v_b);
                    let __ok = __ret == __status_ok;
                    let __done = __call.complete(__p::Scalar::to_wire(__ret), __ok);
                    __call.freed::<kind::buffer>(__wire.b, __ok);
                    __done
                }
            }
            pub(super) unsafe fn toySplit(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toySplit = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_n = <u32 as __p::Scalar>::from_wire(__wire.n);
                    let __v_b = __call.handle::<kind::buffer>(__wire.b)?;
                    let __count = __toySplit_parts_count(__v_n);
                    let __v_parts = __call
                        .new_handles::<kind::buffer>(__wire.parts, __count)?;
                    let __v_made = {
                        let __layout = __p::Layout::elements::<u32>(1);
                        if !__wire.parts.is_null() {
                            __call
                                .output_forced(__wire.made, &__layout, __p::Opts::NONE)?
                        } else {
                            __call.output(__wire.made, &__layout, __p::Opts::NONE)?
                        }
                    };
                    __call.ready()?;
                    let __ret = __vendor
                        .toySplit(
                            __v_b,
                            __v_n,
                            __v_parts.ptr::<buffer>(),
                            __v_made.ptr::<u32>(),
                        );
                    let __ok = __ret == __status_ok;
                    if !__v_parts.is_null() {
                        let __bytes = __toySplit_parts_filled(__v_made.view::<u32>());
                        __call.filled(__v_parts, __bytes);
                    }
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyContextOf(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyContextOf = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_b = __call.handle::<kind::buffer>(__wire.b)?;
                    __call.ready()?;
                    let __ret = __vendor.toyContextOf(__v_b);
                    let __ok = __p::RawHandle::to_bits(__ret) != 0;
                    __call.complete_handle::<kind::context>(__ret, __ok)
                }
            }
            pub(super) unsafe fn toySize(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toySize = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_b = __call.handle::<kind::buffer>(__wire.b)?;
                    __call.ready()?;
                    let __ret = __vendor.toySize(__v_b);
                    let __ok = true;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
        }
    }
    ///Types of parameters, for `export_guest!`.
    #[allow(
        missing_docs,
        missing_debug_implementations,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals
    )]
    #[allow(
        unused,
        unreachable_pub,
        private_interfaces,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    pub mod abi {
        use super::*;
        pub type toyCreateBuffer_0 = context;
        pub type toyCreateBuffer_1 = usize;
        pub type toyCreateBuffer_2 = *mut status;
        pub type toyCreateBuffer_ret = buffer;
        pub type toyImportBuffer_0 = context;
        pub type toyImportBuffer_1 = u64;
        pub type toyImportBuffer_ret = buffer;
        pub type toyDestroyBuffer_0 = buffer;
        pub type toyDestroyBuffer_ret = status;
        pub type toySplit_0 = buffer;
        pub type toySplit_1 = u32;
        pub type toySplit_2 = *mut buffer;
        pub type toySplit_3 = *mut u32;
        pub type toySplit_ret = status;
        pub type toyContextOf_0 = buffer;
        pub type toyContextOf_ret = context;
        pub type toySize_0 = buffer;
        pub type toySize_ret = u64;
        pub type toyRetainContext_0 = context;
        pub type toyRetainContext_ret = status;
        pub type toyReleaseContext_0 = context;
        pub type toyReleaseContext_ret = status;
    }
}
/// Emits the C symbols of the guest library. For a crate that is nothing but that library.
#[macro_export]
macro_rules! export_guest {
    () => {
        #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #[allow(clippy::all, clippy::undocumented_unsafe_blocks)] mod exported { #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyCreateBuffer(a0 :
        $crate::toy::abi::toyCreateBuffer_0, a1 : $crate::toy::abi::toyCreateBuffer_1, a2
        : $crate::toy::abi::toyCreateBuffer_2) -> $crate::toy::abi::toyCreateBuffer_ret {
        unsafe { $crate::toy::guest::toyCreateBuffer(a0, a1, a2) } }
        ::core::arch::global_asm!(".symver toyCreateBuffer, toyCreateBuffer@@@TOY_1.1");
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyImportBuffer(a0 :
        $crate::toy::abi::toyImportBuffer_0, a1 : $crate::toy::abi::toyImportBuffer_1) ->
        $crate::toy::abi::toyImportBuffer_ret { unsafe {
        $crate::toy::guest::toyImportBuffer(a0, a1) } }
        ::core::arch::global_asm!(".symver toyImportBuffer, toyImportBuffer@@@TOY_1.1");
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyDestroyBuffer(a0 :
        $crate::toy::abi::toyDestroyBuffer_0) -> $crate::toy::abi::toyDestroyBuffer_ret {
        unsafe { $crate::toy::guest::toyDestroyBuffer(a0) } }
        ::core::arch::global_asm!(".symver toyDestroyBuffer, toyDestroyBuffer@@@TOY_1.1");
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toySplit(a0 :
        $crate::toy::abi::toySplit_0, a1 : $crate::toy::abi::toySplit_1, a2 :
        $crate::toy::abi::toySplit_2, a3 : $crate::toy::abi::toySplit_3) ->
        $crate::toy::abi::toySplit_ret { unsafe { $crate::toy::guest::toySplit(a0, a1,
        a2, a3) } } ::core::arch::global_asm!(".symver toySplit, toySplit@@@TOY_1.1");
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyContextOf(a0 :
        $crate::toy::abi::toyContextOf_0) -> $crate::toy::abi::toyContextOf_ret { unsafe
        { $crate::toy::guest::toyContextOf(a0) } }
        ::core::arch::global_asm!(".symver toyContextOf, toyContextOf@@@TOY_1.1");
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toySize(a0 :
        $crate::toy::abi::toySize_0) -> $crate::toy::abi::toySize_ret { unsafe {
        $crate::toy::guest::toySize(a0) } }
        ::core::arch::global_asm!(".symver toySize, toySize@@@TOY_1.1"); #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyRetainContext(a0 :
        $crate::toy::abi::toyRetainContext_0) -> $crate::toy::abi::toyRetainContext_ret {
        unsafe { $crate::toy::guest::toyRetainContext(a0) } }
        ::core::arch::global_asm!(".symver toyRetainContext, toyRetainContext@@@TOY_1.0");
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyReleaseContext(a0 :
        $crate::toy::abi::toyReleaseContext_0) -> $crate::toy::abi::toyReleaseContext_ret
        { unsafe { $crate::toy::guest::toyReleaseContext(a0) } }
        ::core::arch::global_asm!(".symver toyReleaseContext, toyReleaseContext@@@TOY_1.0");
        #[unsafe (no_mangle)] pub static ava_guest_library : [u8; 16] =
        $crate::toy::SPEC_HASH; }
    };
}
