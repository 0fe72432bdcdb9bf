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
    const __stream_invalid: i64 = (BAD_STREAM) as i64;
    #[allow(non_camel_case_types, dead_code)]
    type __stream_meta = ();
    #[allow(non_upper_case_globals, clippy::all)]
    const __event_invalid: i64 = (BAD_EVENT) as i64;
    #[allow(non_camel_case_types, dead_code)]
    type __event_meta = ();
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyRead_mode(block: u32) -> __p::Mode {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        if block != 0 { Sync } else { Async }
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyRead_data_deferred(block: u32) -> bool {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        block == 0
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyRead_data_layout(size: usize) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::bytes(__p::IntoLen::into_len(size))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyRead_list_layout(n: u32) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::invalid(
            __p::Layout::handles::<kind::event>(__p::IntoLen::into_len(n)),
            (BAD_LIST) as i64,
        )
    }
    const _: unsafe extern "C" fn(
        stream,
        u32,
        usize,
        *mut c_void,
        u32,
        *const event,
        *mut event,
    ) -> status = crate::ffi::toyRead;
    const _: unsafe extern "C" fn(stream) -> status = crate::ffi::toyFinish;
    const _: unsafe extern "C" fn(stream) -> status = crate::ffi::toyRetainStream;
    const _: unsafe extern "C" fn(stream) -> status = crate::ffi::toyReleaseStream;
    const _: unsafe extern "C" fn(event) -> status = crate::ffi::toyRetainEvent;
    const _: unsafe extern "C" fn(event) -> status = crate::ffi::toyReleaseEvent;
    #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
    unsafe fn __READS_done(vendor: &server::Vendor, token: event) -> __p::Progress {
        unsafe { hooks::event_is_done(vendor, token) }.into()
    }
    /// Hash of the specification, on which guest and server agree.
    pub const SPEC_HASH: [u8; 16] = [
        78, 164, 233, 116, 64, 162, 229, 241, 230, 77, 195, 153, 228, 33, 10, 132,
    ];
    /// The API as guest, router and server know it.
    pub static DESC: __p::ApiDesc = __p::ApiDesc {
        name: "toy",
        version: "1.0",
        libraries: &["libtoy.so.1"],
        spec_hash: SPEC_HASH,
        functions: &[
            __p::FnDesc {
                name: "toyRead",
                args: ::core::mem::size_of::<wire::toyRead>() as u32,
                may_async: true,
                record: false,
                record_key: &[],
                tickets: &[::core::mem::offset_of!(wire::toyRead, data_ticket) as u32],
                news: &[(::core::mem::offset_of!(wire::toyRead, e) as u32, 1u8)],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "data",
                        offset: ::core::mem::offset_of!(wire::toyRead, data) as u32,
                        length: "bytes = size",
                    },
                    __p::ParamDesc {
                        name: "list",
                        offset: ::core::mem::offset_of!(wire::toyRead, list) as u32,
                        length: "len = n",
                    },
                ],
            },
            __p::FnDesc {
                name: "toyFinish",
                args: ::core::mem::size_of::<wire::toyFinish>() as u32,
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
                name: "stream",
                invalid: __stream_invalid,
                state: false,
            },
            __p::KindDesc {
                name: "event",
                invalid: __event_invalid,
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
        pub struct stream;
        impl __p::HandleKind for stream {
            type Raw = super::stream;
            type Meta = super::__stream_meta;
            const KIND: u8 = 0u8;
            const INVALID: i64 = super::__stream_invalid;
            fn default_meta() -> &'static ::std::sync::OnceLock<Self::Meta> {
                static DEFAULT: ::std::sync::OnceLock<super::__stream_meta> = ::std::sync::OnceLock::new();
                &DEFAULT
            }
        }
        #[derive(Debug)]
        pub struct event;
        impl __p::HandleKind for event {
            type Raw = super::event;
            type Meta = super::__event_meta;
            const KIND: u8 = 1u8;
            const INVALID: i64 = super::__event_invalid;
            fn default_meta() -> &'static ::std::sync::OnceLock<Self::Meta> {
                static DEFAULT: ::std::sync::OnceLock<super::__event_meta> = ::std::sync::OnceLock::new();
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
        pub struct toyRead {
            pub s: u64,
            pub block: u64,
            pub size: u64,
            pub data: __p::BufRef,
            pub data_ticket: u64,
            pub n: u64,
            pub list: __p::BufRef,
            pub e: u64,
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
        pub struct toyFinish {
            pub s: u64,
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
        pub unsafe extern "C" fn toyRead(
            s: stream,
            block: u32,
            size: usize,
            data: *mut c_void,
            n: u32,
            list: *const event,
            e: *mut event,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe {
                        traced::log_toyRead(s, block, size, data, n, list, e)
                    };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyRead>();
                        let __w_s = __call.handle::<kind::stream>(s)?;
                        let __w_block = <u32 as __p::Scalar>::to_wire(block);
                        let __w_size = <usize as __p::Scalar>::to_wire(size);
                        let __w_data = {
                            let __layout = __toyRead_data_layout(size);
                            __call
                                .output(
                                    data.cast(),
                                    &__layout,
                                    __p::Opts {
                                        zerocopy: true,
                                        always: false,
                                    },
                                )?
                        };
                        let __w_data_ticket = if __toyRead_data_deferred(block) {
                            __call.defer_last()?
                        } else {
                            0
                        };
                        let __w_n = <u32 as __p::Scalar>::to_wire(n);
                        let __w_list = {
                            let __layout = __toyRead_list_layout(n);
                            __call.input(list.cast(), &__layout)?
                        };
                        let __w_e = __call.new_handle::<kind::event>(e, &[__w_s])?;
                        let __mode = __toyRead_mode(block);
                        let __wire = wire::toyRead {
                            s: __w_s,
                            block: __w_block,
                            size: __w_size,
                            data: __w_data,
                            data_ticket: __w_data_ticket,
                            n: __w_n,
                            list: __w_list,
                            e: __w_e,
                        };
                        let __outcome = __call.submit(0u16, __mode, false, &__wire)?;
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
        pub unsafe extern "C" fn toyFinish(s: stream) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyFinish(s) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyFinish>();
                        let __w_s = __call.handle::<kind::stream>(s)?;
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyFinish { s: __w_s };
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
        /// Counts references in the guest.
        pub unsafe extern "C" fn toyRetainStream(handle: stream) -> status {
            if __p::guest::trace::is_on() {
                return unsafe { traced::log_toyRetainStream(handle) };
            }
            __p::guest::local(
                &CLIENT,
                __status_of,
                || match __p::guest::retain::<kind::stream>(&CLIENT, handle) {
                    Ok(()) => __status_ok,
                    Err(why) => __status_of(why),
                },
            )
        }
        /// Counts references in the guest.
        pub unsafe extern "C" fn toyReleaseStream(handle: stream) -> status {
            if __p::guest::trace::is_on() {
                return unsafe { traced::log_toyReleaseStream(handle) };
            }
            __p::guest::local(
                &CLIENT,
                __status_of,
                || match __p::guest::release::<kind::stream>(&CLIENT, handle) {
                    Ok(()) => __status_ok,
                    Err(why) => __status_of(why),
                },
            )
        }
        /// Counts references in the guest.
        pub unsafe extern "C" fn toyRetainEvent(handle: event) -> status {
            if __p::guest::trace::is_on() {
                return unsafe { traced::log_toyRetainEvent(handle) };
            }
            __p::guest::local(
                &CLIENT,
                __status_of,
                || match __p::guest::retain::<kind::event>(&CLIENT, handle) {
                    Ok(()) => __status_ok,
                    Err(why) => __status_of(why),
                },
            )
        }
        /// Counts references in the guest.
        pub unsafe extern "C" fn toyReleaseEvent(handle: event) -> status {
            if __p::guest::trace::is_on() {
                return unsafe { traced::log_toyReleaseEvent(handle) };
            }
            __p::guest::local(
                &CLIENT,
                __status_of,
                || match __p::guest::release::<kind::event>(&CLIENT, handle) {
                    Ok(()) => __status_ok,
                    Err(why) => __status_of(why),
                },
            )
        }
        static STUBS: &[__p::guest::Stub] = &[
            __p::guest::Stub::new("toyRead", toyRead as *const (), Some(0u16)),
            __p::guest::Stub::new("toyFinish", toyFinish as *const (), Some(1u16)),
            __p::guest::Stub::new(
                "toyRetainStream",
                toyRetainStream as *const (),
                ::core::option::Option::None,
            ),
            __p::guest::Stub::new(
                "toyReleaseStream",
                toyReleaseStream as *const (),
                ::core::option::Option::None,
            ),
            __p::guest::Stub::new(
                "toyRetainEvent",
                toyRetainEvent as *const (),
                ::core::option::Option::None,
            ),
            __p::guest::Stub::new(
                "toyReleaseEvent",
                toyReleaseEvent as *const (),
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
                ((BAD_STREAM) as i64, "BAD_STREAM"),
                ((BAD_EVENT) as i64, "BAD_EVENT"),
            ];
            #[cold]
            pub unsafe extern "C" fn log_toyRead(
                s: stream,
                block: u32,
                size: usize,
                data: *mut c_void,
                n: u32,
                list: *const event,
                e: *mut event,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyRead",
                        __p::guest::trace::Kind::Forwarded(0u16),
                        |__call| {
                            __call.check::<kind::stream>(s);
                            __call.handle::<kind::stream>("s", s);
                            __call
                                .value(
                                    "block",
                                    block,
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    false,
                                );
                            __call
                                .value(
                                    "size",
                                    size,
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    false,
                                );
                            __call.pointer("data", data.cast());
                            __call
                                .value("n", n, (&&&__p::Looks::<u32>::NEW).look(), false);
                            __call
                                .input(
                                    "list",
                                    list.cast(),
                                    (&&&__p::Looks::<event>::NEW).look(),
                                    &|__call| Some(__toyRead_list_layout(n)),
                                );
                            __call.pointer("e", e.cast());
                        },
                        || super::toyRead(s, block, size, data, n, list, e),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call
                                .output(
                                    "data",
                                    data.cast(),
                                    (&&&__p::Looks::<u8>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toyRead, data),
                                        ticket: Some(
                                            ::core::mem::offset_of!(wire::toyRead, data_ticket),
                                        ),
                                        always: false,
                                    },
                                    &|__call| __toyRead_data_layout(size).handles,
                                );
                            __call.made::<kind::event>("e", e.cast());
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyFinish(s: stream) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyFinish",
                        __p::guest::trace::Kind::Forwarded(1u16),
                        |__call| {
                            __call.check::<kind::stream>(s);
                            __call.handle::<kind::stream>("s", s);
                        },
                        || super::toyFinish(s),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyRetainStream(handle: stream) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyRetainStream",
                        __p::guest::trace::Kind::Local,
                        |__call| __call.handle::<kind::stream>("handle", handle),
                        || super::toyRetainStream(handle),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyReleaseStream(handle: stream) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyReleaseStream",
                        __p::guest::trace::Kind::Local,
                        |__call| __call.handle::<kind::stream>("handle", handle),
                        || super::toyReleaseStream(handle),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyRetainEvent(handle: event) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyRetainEvent",
                        __p::guest::trace::Kind::Local,
                        |__call| __call.handle::<kind::event>("handle", handle),
                        || super::toyRetainEvent(handle),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyReleaseEvent(handle: event) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyReleaseEvent",
                        __p::guest::trace::Kind::Local,
                        |__call| __call.handle::<kind::event>("handle", handle),
                        || super::toyReleaseEvent(handle),
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
            pub toyRead: ::core::option::Option<
                unsafe extern "C" fn(
                    stream,
                    u32,
                    usize,
                    *mut c_void,
                    u32,
                    *const event,
                    *mut event,
                ) -> status,
            >,
            pub toyFinish: ::core::option::Option<
                unsafe extern "C" fn(stream) -> status,
            >,
            pub toyRetainStream: ::core::option::Option<
                unsafe extern "C" fn(stream) -> status,
            >,
            pub toyReleaseStream: ::core::option::Option<
                unsafe extern "C" fn(stream) -> status,
            >,
            pub toyRetainEvent: ::core::option::Option<
                unsafe extern "C" fn(event) -> status,
            >,
            pub toyReleaseEvent: ::core::option::Option<
                unsafe extern "C" fn(event) -> status,
            >,
        }
        impl Vendor {
            /// Asks `find` for every function.
            pub fn load(
                find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
            ) -> Self {
                Self {
                    toyRead: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyRead"))
                    },
                    toyFinish: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyFinish"))
                    },
                    toyRetainStream: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyRetainStream"))
                    },
                    toyReleaseStream: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyReleaseStream"))
                    },
                    toyRetainEvent: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyRetainEvent"))
                    },
                    toyReleaseEvent: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyReleaseEvent"))
                    },
                }
            }
            pub unsafe fn toyRead(
                &self,
                s: stream,
                block: u32,
                size: usize,
                data: *mut c_void,
                n: u32,
                list: *const event,
                e: *mut event,
            ) -> status {
                match self.toyRead {
                    Some(__function) => {
                        unsafe { __function(s, block, size, data, n, list, e) }
                    }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyFinish(&self, s: stream) -> status {
                match self.toyFinish {
                    Some(__function) => unsafe { __function(s) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyRetainStream(&self, handle: stream) -> status {
                match self.toyRetainStream {
                    Some(function) => unsafe { function(handle) }
                    None => __status_unsupported,
                }
            }
            pub unsafe fn toyReleaseStream(&self, handle: stream) -> status {
                match self.toyReleaseStream {
                    Some(function) => unsafe { function(handle) }
                    None => __status_unsupported,
                }
            }
            pub unsafe fn toyRetainEvent(&self, handle: event) -> status {
                match self.toyRetainEvent {
                    Some(function) => unsafe { function(handle) }
                    None => __status_unsupported,
                }
            }
            pub unsafe fn toyReleaseEvent(&self, handle: event) -> status {
                match self.toyReleaseEvent {
                    Some(function) => unsafe { function(handle) }
                    None => __status_unsupported,
                }
            }
        }
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[handlers::toyRead, handlers::toyFinish],
            registries: &[
                __p::server::RegistryDesc {
                    done: Some({
                        unsafe fn done(
                            vendor: &__p::server::Vendor,
                            bits: u64,
                        ) -> __p::Progress {
                            let Some(vendor) = vendor.downcast_ref::<Vendor>() else {
                                return __p::Progress::Running;
                            };
                            unsafe {
                                __READS_done(vendor, __p::RawHandle::from_bits(bits))
                            }
                        }
                        done
                    }),
                    token_kind: Some(1u8),
                },
            ],
            kinds: &[
                __p::server::KindOps {
                    retain: Some({
                        unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                                unsafe {
                                    vendor.toyRetainStream(__p::RawHandle::from_bits(bits))
                                };
                            }
                        }
                        op
                    }),
                    release: Some({
                        unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                                unsafe {
                                    vendor.toyReleaseStream(__p::RawHandle::from_bits(bits))
                                };
                            }
                        }
                        op
                    }),
                    state: ::core::option::Option::None,
                },
                __p::server::KindOps {
                    retain: Some({
                        unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                                unsafe {
                                    vendor.toyRetainEvent(__p::RawHandle::from_bits(bits))
                                };
                            }
                        }
                        op
                    }),
                    release: Some({
                        unsafe fn op(vendor: &__p::server::Vendor, bits: u64) {
                            if let Some(vendor) = vendor.downcast_ref::<Vendor>() {
                                unsafe {
                                    vendor.toyReleaseEvent(__p::RawHandle::from_bits(bits))
                                };
                            }
                        }
                        op
                    }),
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
                0u16 => (vendor.toyRead).is_some(),
                1u16 => (vendor.toyFinish).is_some(),
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
            pub(super) unsafe fn toyRead(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyRead = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_block = <u32 as __p::Scalar>::from_wire(__wire.block);
                    let __v_size = <usize as __p::Scalar>::from_wire(__wire.size);
                    let __v_n = <u32 as __p::Scalar>::from_wire(__wire.n);
                    let __v_s = __call.handle::<kind::stream>(__wire.s)?;
                    let __v_data = {
                        let __layout = if __wire.data.is_null() {
                            __p::Layout::bytes(0)
                        } else {
                            __toyRead_data_layout(__v_size)
                        };
                        __call
                            .output(
                                __wire.data,
                                &__layout,
                                __p::Opts {
                                    zerocopy: true,
                                    always: false,
                                },
                            )?
                    };
                    let __v_list = {
                        __call
                            .input(
                                __wire.list,
                                __p::Opts::NONE,
                                |__raw| { __toyRead_list_layout(__v_n) },
                            )?
                    };
                    let __v_data_ticket = if __toyRead_data_deferred(__v_block)
                        && !__v_data.is_null()
                    {
                        __wire.data_ticket.max(__p::wire::TICKET_NOBODY)
                    } else {
                        0
                    };
                    let __v_e = __call
                        .new_handle::<kind::event>(__wire.e, __v_data_ticket != 0)?;
                    __call.ready()?;
                    let __ret = __vendor
                        .toyRead(
                            __v_s,
                            __v_block,
                            __v_size,
                            __v_data.ptr::<c_void>(),
                            __v_n,
                            __v_list.ptr::<event>(),
                            __v_e.ptr(),
                        );
                    let __ok = __ret == __status_ok;
                    __call
                        .defer(
                            0usize,
                            __p::RawHandle::to_bits(__v_s),
                            __v_e.token(),
                            __v_data_ticket,
                            __ok,
                        );
                    __call.poll(0usize);
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyFinish(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyFinish = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_s = __call.handle::<kind::stream>(__wire.s)?;
                    __call.ready()?;
                    let __ret = __vendor.toyFinish(__v_s);
                    let __ok = __ret == __status_ok;
                    if __ok {
                        __call.drain(0usize, __p::RawHandle::to_bits(__v_s));
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
        pub type toyRead_0 = stream;
        pub type toyRead_1 = u32;
        pub type toyRead_2 = usize;
        pub type toyRead_3 = *mut c_void;
        pub type toyRead_4 = u32;
        pub type toyRead_5 = *const event;
        pub type toyRead_6 = *mut event;
        pub type toyRead_ret = status;
        pub type toyFinish_0 = stream;
        pub type toyFinish_ret = status;
        pub type toyRetainStream_0 = stream;
        pub type toyRetainStream_ret = status;
        pub type toyReleaseStream_0 = stream;
        pub type toyReleaseStream_ret = status;
        pub type toyRetainEvent_0 = event;
        pub type toyRetainEvent_ret = status;
        pub type toyReleaseEvent_0 = event;
        pub type toyReleaseEvent_ret = status;
    }
}
/// Emits the C symbols of the guest library. For a crate that is nothing but that library.
#[macro_export]
macro_rules! export_guest {
    () => {
        #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #[allow(clippy::all, clippy::undocumented_unsafe_blocks)] mod exported { #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyRead(a0 : $crate::toy::abi::toyRead_0,
        a1 : $crate::toy::abi::toyRead_1, a2 : $crate::toy::abi::toyRead_2, a3 :
        $crate::toy::abi::toyRead_3, a4 : $crate::toy::abi::toyRead_4, a5 :
        $crate::toy::abi::toyRead_5, a6 : $crate::toy::abi::toyRead_6) ->
        $crate::toy::abi::toyRead_ret { unsafe { $crate::toy::guest::toyRead(a0, a1, a2,
        a3, a4, a5, a6) } } #[unsafe (no_mangle)] pub unsafe extern "C" fn toyFinish(a0 :
        $crate::toy::abi::toyFinish_0) -> $crate::toy::abi::toyFinish_ret { unsafe {
        $crate::toy::guest::toyFinish(a0) } } #[unsafe (no_mangle)] pub unsafe extern "C"
        fn toyRetainStream(a0 : $crate::toy::abi::toyRetainStream_0) ->
        $crate::toy::abi::toyRetainStream_ret { unsafe {
        $crate::toy::guest::toyRetainStream(a0) } } #[unsafe (no_mangle)] pub unsafe
        extern "C" fn toyReleaseStream(a0 : $crate::toy::abi::toyReleaseStream_0) ->
        $crate::toy::abi::toyReleaseStream_ret { unsafe {
        $crate::toy::guest::toyReleaseStream(a0) } } #[unsafe (no_mangle)] pub unsafe
        extern "C" fn toyRetainEvent(a0 : $crate::toy::abi::toyRetainEvent_0) ->
        $crate::toy::abi::toyRetainEvent_ret { unsafe {
        $crate::toy::guest::toyRetainEvent(a0) } } #[unsafe (no_mangle)] pub unsafe
        extern "C" fn toyReleaseEvent(a0 : $crate::toy::abi::toyReleaseEvent_0) ->
        $crate::toy::abi::toyReleaseEvent_ret { unsafe {
        $crate::toy::guest::toyReleaseEvent(a0) } } #[unsafe (no_mangle)] pub static
        ava_guest_library : [u8; 16] = $crate::toy::SPEC_HASH; }
    };
}
