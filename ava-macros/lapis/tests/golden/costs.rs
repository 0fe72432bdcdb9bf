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
    const __buffer_invalid: i64 = (BAD_BUFFER) as i64;
    #[allow(non_camel_case_types, dead_code)]
    type __buffer_meta = BufferMeta;
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyCreateBuffer_cost0(size: usize) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(size)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyCreateBuffer_meta(size: usize) -> __buffer_meta {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        BufferMeta { size }
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyCloneBuffer_cost0(b: __p::HandleArg<'_, kind::buffer>) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(meta(b).size)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyTrim_cost1(size: usize) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(size)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toySend_mode() -> __p::Mode {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        Async
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toySend_cost0(lengths: __p::Ptr<'_, usize>) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(lengths[0])
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toySend_lengths_layout() -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::elements::<usize>(__p::IntoLen::into_len(1))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyDestroyBuffer_b_invalid() -> i64 {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        (BAD_VALUE) as i64
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyReceive_success(ret: isize) -> bool {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        ret >= 0
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyReceive_cost0(ret: isize) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(ret)
    }
    const _: unsafe extern "C" fn(usize) -> buffer = crate::ffi::toyCreateBuffer;
    const _: unsafe extern "C" fn(buffer, *mut buffer) -> status = crate::ffi::toyCloneBuffer;
    const _: unsafe extern "C" fn(buffer, u32, u64) -> status = crate::ffi::toySetBuffer;
    const _: unsafe extern "C" fn(usize) -> status = crate::ffi::toyTrim;
    const _: unsafe extern "C" fn(buffer, *const usize) -> status = crate::ffi::toySend;
    const _: unsafe extern "C" fn(buffer) -> status = crate::ffi::toyDestroyBuffer;
    const _: unsafe extern "C" fn(isize) -> isize = crate::ffi::toyReceive;
    #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
    unsafe fn __buffer_save(
        vendor: &server::Vendor,
        object: buffer,
    ) -> ::std::vec::Vec<u8> {
        unsafe { hooks::save(vendor, object) }
    }
    #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
    unsafe fn __buffer_restore(
        vendor: &server::Vendor,
        object: buffer,
        state: &[u8],
    ) -> bool {
        unsafe { hooks::restore(vendor, object, state) }
    }
    /// Hash of the specification, on which guest and server agree.
    pub const SPEC_HASH: [u8; 16] = [
        217, 92, 212, 97, 95, 77, 8, 177, 118, 116, 31, 35, 232, 67, 159, 231,
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
                may_async: false,
                record: true,
                record_key: &[],
                tickets: &[],
                news: &[
                    (::core::mem::offset_of!(wire::toyCreateBuffer, ret_new) as u32, 0u8),
                ],
                frees: &[],
                costs: &[
                    __p::CostDesc {
                        resource: 2u8,
                        of: |__args: &[u8]| match __p::args::<
                            wire::toyCreateBuffer,
                        >(__args) {
                            Some(__wire) => {
                                __toyCreateBuffer_cost0(
                                    <usize as __p::Scalar>::from_wire(__wire.size),
                                ) as u64
                            }
                            None => 0,
                        },
                    },
                ],
                params: &[],
            },
            __p::FnDesc {
                name: "toyCloneBuffer",
                args: ::core::mem::size_of::<wire::toyCloneBuffer>() as u32,
                may_async: false,
                record: true,
                record_key: &[],
                tickets: &[],
                news: &[
                    (::core::mem::offset_of!(wire::toyCloneBuffer, clone) as u32, 0u8),
                ],
                frees: &[],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toySetBuffer",
                args: ::core::mem::size_of::<wire::toySetBuffer>() as u32,
                may_async: false,
                record: true,
                record_key: &[
                    ::core::mem::offset_of!(wire::toySetBuffer, b) as u32,
                    ::core::mem::offset_of!(wire::toySetBuffer, index) as u32,
                ],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toyTrim",
                args: ::core::mem::size_of::<wire::toyTrim>() as u32,
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
                name: "toySend",
                args: ::core::mem::size_of::<wire::toySend>() as u32,
                may_async: true,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "lengths",
                        offset: ::core::mem::offset_of!(wire::toySend, lengths) as u32,
                        length: "len = 1",
                    },
                ],
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
                    (::core::mem::offset_of!(wire::toyDestroyBuffer, b) as u32, 0u8),
                ],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toyReceive",
                args: ::core::mem::size_of::<wire::toyReceive>() as u32,
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
                name: "buffer",
                invalid: __buffer_invalid,
                state: true,
            },
        ],
        resources: &[
            __p::ResourceDesc {
                name: "TIME",
                continuous: false,
                policy: ::core::option::Option::None,
            },
            __p::ResourceDesc {
                name: "BYTES",
                continuous: false,
                policy: ::core::option::Option::None,
            },
            __p::ResourceDesc {
                name: "MEMORY",
                continuous: true,
                policy: Some(<crate::Quota as __p::router::Policy>::NAME),
            },
        ],
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
        pub struct buffer;
        impl __p::HandleKind for buffer {
            type Raw = super::buffer;
            type Meta = super::__buffer_meta;
            const KIND: u8 = 0u8;
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
            pub size: u64,
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
        pub struct toyCloneBuffer {
            pub b: u64,
            pub clone: u64,
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
        pub struct toySetBuffer {
            pub b: u64,
            pub index: u64,
            pub value: u64,
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
        pub struct toyTrim {
            pub size: u64,
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
        pub struct toySend {
            pub b: u64,
            pub lengths: __p::BufRef,
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
        pub struct toyReceive {
            pub limit: u64,
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
        pub unsafe extern "C" fn toyCreateBuffer(size: usize) -> buffer {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyCreateBuffer(size) };
                }
                __p::guest::stub(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyCreateBuffer>();
                        let __w_size = <usize as __p::Scalar>::to_wire(size);
                        let __w_ret_new = __call.return_new::<kind::buffer>(&[])?;
                        let __meta = __toyCreateBuffer_meta(size);
                        __call.new_meta::<kind::buffer>(__meta);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyCreateBuffer {
                            size: __w_size,
                            ret_new: __w_ret_new,
                        };
                        let __outcome = __call.submit(0u16, __mode, false, &__wire)?;
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
        pub unsafe extern "C" fn toyCloneBuffer(
            b: buffer,
            clone: *mut buffer,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyCloneBuffer(b, clone) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyCloneBuffer>();
                        let __w_b = __call.handle::<kind::buffer>(b)?;
                        let __w_clone = __call.new_handle::<kind::buffer>(clone, &[])?;
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyCloneBuffer {
                            b: __w_b,
                            clone: __w_clone,
                        };
                        let __outcome = __call.submit(1u16, __mode, false, &__wire)?;
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
        pub unsafe extern "C" fn toySetBuffer(
            b: buffer,
            index: u32,
            value: u64,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toySetBuffer(b, index, value) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toySetBuffer>();
                        let __w_b = __call.handle::<kind::buffer>(b)?;
                        let __w_index = <u32 as __p::Scalar>::to_wire(index);
                        let __w_value = <u64 as __p::Scalar>::to_wire(value);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toySetBuffer {
                            b: __w_b,
                            index: __w_index,
                            value: __w_value,
                        };
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
        pub unsafe extern "C" fn toyTrim(size: usize) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyTrim(size) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyTrim>();
                        let __w_size = <usize as __p::Scalar>::to_wire(size);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyTrim { size: __w_size };
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
        pub unsafe extern "C" fn toySend(b: buffer, lengths: *const usize) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toySend(b, lengths) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toySend>();
                        let __w_b = __call.handle::<kind::buffer>(b)?;
                        let __w_lengths = {
                            __p::assert_plain::<usize>();
                            let __layout = __toySend_lengths_layout();
                            __call.input(lengths.cast(), &__layout)?
                        };
                        let __mode = __toySend_mode();
                        let __wire = wire::toySend {
                            b: __w_b,
                            lengths: __w_lengths,
                        };
                        let __outcome = __call.submit(4u16, __mode, false, &__wire)?;
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
                        let __outcome = __call.submit(5u16, __mode, false, &__wire)?;
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
        pub unsafe extern "C" fn toyReceive(limit: isize) -> isize {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyReceive(limit) };
                }
                __p::guest::with_errno(|__errno| __p::guest::stub(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyReceive>();
                        let __w_limit = <isize as __p::Scalar>::to_wire(limit);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyReceive {
                            limit: __w_limit,
                        };
                        let __outcome = __call.submit(6u16, __mode, false, &__wire)?;
                        __errno.set(__call.errno());
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => __p::Scalar::from_wire(0),
                            __p::guest::Outcome::Returned(__bits) => {
                                __p::Scalar::from_wire(__bits)
                            }
                        };
                        Ok(__ret)
                    },
                ))
            }
        }
        static STUBS: &[__p::guest::Stub] = &[
            __p::guest::Stub::new(
                "toyCreateBuffer",
                toyCreateBuffer as *const (),
                Some(0u16),
            ),
            __p::guest::Stub::new(
                "toyCloneBuffer",
                toyCloneBuffer as *const (),
                Some(1u16),
            ),
            __p::guest::Stub::new("toySetBuffer", toySetBuffer as *const (), Some(2u16)),
            __p::guest::Stub::new("toyTrim", toyTrim as *const (), Some(3u16)),
            __p::guest::Stub::new("toySend", toySend as *const (), Some(4u16)),
            __p::guest::Stub::new(
                "toyDestroyBuffer",
                toyDestroyBuffer as *const (),
                Some(5u16),
            ),
            __p::guest::Stub::new("toyReceive", toyReceive as *const (), Some(6u16)),
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
                ((BAD_BUFFER) as i64, "BAD_BUFFER"),
            ];
            #[cold]
            pub unsafe extern "C" fn log_toyCreateBuffer(size: usize) -> buffer {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyCreateBuffer",
                        __p::guest::trace::Kind::Forwarded(0u16),
                        |__call| {
                            __call
                                .value(
                                    "size",
                                    size,
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    false,
                                );
                        },
                        || super::toyCreateBuffer(size),
                        |__call, __ret| {
                            __call.returns_handle::<kind::buffer>(__ret);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyCloneBuffer(
                b: buffer,
                clone: *mut buffer,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyCloneBuffer",
                        __p::guest::trace::Kind::Forwarded(1u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                            __call.pointer("clone", clone.cast());
                        },
                        || super::toyCloneBuffer(b, clone),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call.made::<kind::buffer>("clone", clone.cast());
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toySetBuffer(
                b: buffer,
                index: u32,
                value: u64,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toySetBuffer",
                        __p::guest::trace::Kind::Forwarded(2u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                            __call
                                .value(
                                    "index",
                                    index,
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    false,
                                );
                            __call
                                .value(
                                    "value",
                                    value,
                                    (&&&__p::Looks::<u64>::NEW).look(),
                                    false,
                                );
                        },
                        || super::toySetBuffer(b, index, value),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyTrim(size: usize) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyTrim",
                        __p::guest::trace::Kind::Forwarded(3u16),
                        |__call| {
                            __call
                                .value(
                                    "size",
                                    size,
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    false,
                                );
                        },
                        || super::toyTrim(size),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toySend(
                b: buffer,
                lengths: *const usize,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toySend",
                        __p::guest::trace::Kind::Forwarded(4u16),
                        |__call| {
                            __call.check::<kind::buffer>(b);
                            __call.handle::<kind::buffer>("b", b);
                            __call
                                .input(
                                    "lengths",
                                    lengths.cast(),
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    &|__call| Some(__toySend_lengths_layout()),
                                );
                        },
                        || super::toySend(b, lengths),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
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
                        __p::guest::trace::Kind::Forwarded(5u16),
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
            pub unsafe extern "C" fn log_toyReceive(limit: isize) -> isize {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyReceive",
                        __p::guest::trace::Kind::Forwarded(6u16),
                        |__call| {
                            __call
                                .value(
                                    "limit",
                                    limit,
                                    (&&&__p::Looks::<isize>::NEW).look(),
                                    false,
                                );
                        },
                        || super::toyReceive(limit),
                        |__call, __ret| {
                            __call
                                .returns(
                                    __ret,
                                    (&&&__p::Looks::<isize>::NEW).look(),
                                    false,
                                );
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
                unsafe extern "C" fn(usize) -> buffer,
            >,
            pub toyCloneBuffer: ::core::option::Option<
                unsafe extern "C" fn(buffer, *mut buffer) -> status,
            >,
            pub toySetBuffer: ::core::option::Option<
                unsafe extern "C" fn(buffer, u32, u64) -> status,
            >,
            pub toyTrim: ::core::option::Option<unsafe extern "C" fn(usize) -> status>,
            pub toySend: ::core::option::Option<
                unsafe extern "C" fn(buffer, *const usize) -> status,
            >,
            pub toyDestroyBuffer: ::core::option::Option<
                unsafe extern "C" fn(buffer) -> status,
            >,
            pub toyReceive: ::core::option::Option<unsafe extern "C" fn(isize) -> isize>,
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
                    toyCloneBuffer: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyCloneBuffer"))
                    },
                    toySetBuffer: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toySetBuffer"))
                    },
                    toyTrim: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyTrim"))
                    },
                    toySend: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toySend"))
                    },
                    toyDestroyBuffer: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyDestroyBuffer"))
                    },
                    toyReceive: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyReceive"))
                    },
                }
            }
            pub unsafe fn toyCreateBuffer(&self, size: usize) -> buffer {
                match self.toyCreateBuffer {
                    Some(__function) => unsafe { __function(size) }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
            pub unsafe fn toyCloneBuffer(
                &self,
                b: buffer,
                clone: *mut buffer,
            ) -> status {
                match self.toyCloneBuffer {
                    Some(__function) => unsafe { __function(b, clone) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toySetBuffer(
                &self,
                b: buffer,
                index: u32,
                value: u64,
            ) -> status {
                match self.toySetBuffer {
                    Some(__function) => unsafe { __function(b, index, value) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyTrim(&self, size: usize) -> status {
                match self.toyTrim {
                    Some(__function) => unsafe { __function(size) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toySend(&self, b: buffer, lengths: *const usize) -> status {
                match self.toySend {
                    Some(__function) => unsafe { __function(b, lengths) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyDestroyBuffer(&self, b: buffer) -> status {
                match self.toyDestroyBuffer {
                    Some(__function) => unsafe { __function(b) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyReceive(&self, limit: isize) -> isize {
                match self.toyReceive {
                    Some(__function) => unsafe { __function(limit) }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
        }
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[
                handlers::toyCreateBuffer,
                handlers::toyCloneBuffer,
                handlers::toySetBuffer,
                handlers::toyTrim,
                handlers::toySend,
                handlers::toyDestroyBuffer,
                handlers::toyReceive,
            ],
            registries: &[],
            kinds: &[
                __p::server::KindOps {
                    retain: ::core::option::Option::None,
                    release: ::core::option::Option::None,
                    state: Some({
                        unsafe fn save(
                            vendor: &__p::server::Vendor,
                            bits: u64,
                        ) -> ::core::option::Option<::std::vec::Vec<u8>> {
                            let vendor = vendor.downcast_ref::<Vendor>()?;
                            Some(unsafe {
                                __buffer_save(vendor, __p::RawHandle::from_bits(bits))
                            })
                        }
                        unsafe fn restore(
                            vendor: &__p::server::Vendor,
                            bits: u64,
                            state: &[u8],
                        ) -> bool {
                            let Some(vendor) = vendor.downcast_ref::<Vendor>() else {
                                return false
                            };
                            unsafe {
                                __buffer_restore(
                                    vendor,
                                    __p::RawHandle::from_bits(bits),
                                    state,
                                )
                            }
                        }
                        __p::server::StateOps {
                            save,
                            restore,
                        }
                    }),
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
                1u16 => (vendor.toyCloneBuffer).is_some(),
                2u16 => (vendor.toySetBuffer).is_some(),
                3u16 => (vendor.toyTrim).is_some(),
                4u16 => (vendor.toySend).is_some(),
                5u16 => (vendor.toyDestroyBuffer).is_some(),
                6u16 => (vendor.toyReceive).is_some(),
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
                    __call.ready()?;
                    let __ret = __vendor.toyCreateBuffer(__v_size);
                    let __ok = __p::RawHandle::to_bits(__ret) != 0;
                    if __ok && __wire.ret_new != 0 {
                        let __meta = __toyCreateBuffer_meta(__v_size);
                        __call.set_meta::<kind::buffer>(__wire.ret_new, __meta);
                    }
                    let __cost0 = __toyCreateBuffer_cost0(__v_size) as u64;
                    let __done = __call
                        .complete_new::<kind::buffer>(__wire.ret_new, __ret, __ok);
                    __call
                        .allocated(
                            2u8,
                            __cost0,
                            __ok,
                            __wire.ret_new,
                            <kind::buffer as __p::HandleKind>::KIND,
                        );
                    __done
                }
            }
            pub(super) unsafe fn toyCloneBuffer(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyCloneBuffer = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __a_b = __call.handle_arg::<kind::buffer>(__wire.b);
                    let __v_b = __call.handle::<kind::buffer>(__wire.b)?;
                    let __v_clone = __call
                        .new_handle::<kind::buffer>(__wire.clone, false)?;
                    __call.ready()?;
                    let __cost0 = __toyCloneBuffer_cost0(__a_b) as u64;
                    __call.charge(2u8, __cost0);
                    let __ret = __vendor.toyCloneBuffer(__v_b, __v_clone.ptr());
                    let __ok = __ret == __status_ok;
                    let __done = __call.complete(__p::Scalar::to_wire(__ret), __ok);
                    __call
                        .allocated(
                            2u8,
                            __cost0,
                            __ok,
                            __wire.clone,
                            <kind::buffer as __p::HandleKind>::KIND,
                        );
                    __done
                }
            }
            pub(super) unsafe fn toySetBuffer(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toySetBuffer = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_index = <u32 as __p::Scalar>::from_wire(__wire.index);
                    let __v_value = <u64 as __p::Scalar>::from_wire(__wire.value);
                    let __v_b = __call.handle::<kind::buffer>(__wire.b)?;
                    __call.ready()?;
                    let __ret = __vendor.toySetBuffer(__v_b, __v_index, __v_value);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyTrim(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyTrim = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_size = <usize as __p::Scalar>::from_wire(__wire.size);
                    __call.ready()?;
                    let __begun = ::std::time::Instant::now();
                    let __ret = __vendor.toyTrim(__v_size);
                    let __nanoseconds = __begun.elapsed().as_nanos() as u64;
                    __call.charge(0u8, __nanoseconds);
                    let __ok = __ret == __status_ok;
                    if __ok {
                        __call.give_back(2u8, __toyTrim_cost1(__v_size) as u64);
                    }
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toySend(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toySend = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_b = __call.handle::<kind::buffer>(__wire.b)?;
                    let __v_lengths = {
                        __call
                            .input(
                                __wire.lengths,
                                __p::Opts::NONE,
                                |__raw| { __toySend_lengths_layout() },
                            )?
                    };
                    __call.ready()?;
                    let __cost0 = __toySend_cost0(__v_lengths.view::<usize>()) as u64;
                    __call.charge(1u8, __cost0);
                    let __ret = __vendor.toySend(__v_b, __v_lengths.ptr::<usize>());
                    let __ok = __ret == __status_ok;
                    if !__ok {
                        __call.give_back(1u8, __cost0);
                    }
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
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
            pub(super) unsafe fn toyReceive(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyReceive = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_limit = <isize as __p::Scalar>::from_wire(__wire.limit);
                    __call.ready()?;
                    __call.watch_errno();
                    let __ret = __vendor.toyReceive(__v_limit);
                    __call.keep_errno();
                    let __ok = __toyReceive_success(__ret);
                    if __ok {
                        __call.charge(1u8, __toyReceive_cost0(__ret) as u64);
                    }
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
        pub type toyCreateBuffer_0 = usize;
        pub type toyCreateBuffer_ret = buffer;
        pub type toyCloneBuffer_0 = buffer;
        pub type toyCloneBuffer_1 = *mut buffer;
        pub type toyCloneBuffer_ret = status;
        pub type toySetBuffer_0 = buffer;
        pub type toySetBuffer_1 = u32;
        pub type toySetBuffer_2 = u64;
        pub type toySetBuffer_ret = status;
        pub type toyTrim_0 = usize;
        pub type toyTrim_ret = status;
        pub type toySend_0 = buffer;
        pub type toySend_1 = *const usize;
        pub type toySend_ret = status;
        pub type toyDestroyBuffer_0 = buffer;
        pub type toyDestroyBuffer_ret = status;
        pub type toyReceive_0 = isize;
        pub type toyReceive_ret = isize;
    }
}
/// Emits the C symbols of the guest library. For a crate that is nothing but that library.
#[macro_export]
macro_rules! export_guest {
    () => {
        #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #[allow(clippy::all, clippy::undocumented_unsafe_blocks)] mod exported { #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyCreateBuffer(a0 :
        $crate::toy::abi::toyCreateBuffer_0) -> $crate::toy::abi::toyCreateBuffer_ret {
        unsafe { $crate::toy::guest::toyCreateBuffer(a0) } } #[unsafe (no_mangle)] pub
        unsafe extern "C" fn toyCloneBuffer(a0 : $crate::toy::abi::toyCloneBuffer_0, a1 :
        $crate::toy::abi::toyCloneBuffer_1) -> $crate::toy::abi::toyCloneBuffer_ret {
        unsafe { $crate::toy::guest::toyCloneBuffer(a0, a1) } } #[unsafe (no_mangle)] pub
        unsafe extern "C" fn toySetBuffer(a0 : $crate::toy::abi::toySetBuffer_0, a1 :
        $crate::toy::abi::toySetBuffer_1, a2 : $crate::toy::abi::toySetBuffer_2) ->
        $crate::toy::abi::toySetBuffer_ret { unsafe {
        $crate::toy::guest::toySetBuffer(a0, a1, a2) } } #[unsafe (no_mangle)] pub unsafe
        extern "C" fn toyTrim(a0 : $crate::toy::abi::toyTrim_0) ->
        $crate::toy::abi::toyTrim_ret { unsafe { $crate::toy::guest::toyTrim(a0) } }
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toySend(a0 :
        $crate::toy::abi::toySend_0, a1 : $crate::toy::abi::toySend_1) ->
        $crate::toy::abi::toySend_ret { unsafe { $crate::toy::guest::toySend(a0, a1) } }
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyDestroyBuffer(a0 :
        $crate::toy::abi::toyDestroyBuffer_0) -> $crate::toy::abi::toyDestroyBuffer_ret {
        unsafe { $crate::toy::guest::toyDestroyBuffer(a0) } } #[unsafe (no_mangle)] pub
        unsafe extern "C" fn toyReceive(a0 : $crate::toy::abi::toyReceive_0) ->
        $crate::toy::abi::toyReceive_ret { unsafe { $crate::toy::guest::toyReceive(a0) }
        } #[unsafe (no_mangle)] pub static ava_guest_library : [u8; 16] =
        $crate::toy::SPEC_HASH; }
    };
}
