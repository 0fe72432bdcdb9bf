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
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyInfo_value_filled(size_ret: __p::Ptr<'_, usize>) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(*size_ret)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyInfo_value_layout(size: usize) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::bytes(__p::IntoLen::into_len(size))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyJoin_lengths_when(n: u32) -> bool {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        n != 0
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyJoin_lengths_layout(n: u32) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::elements::<usize>(__p::IntoLen::into_len(n))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyJoin_state_layout() -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::elements::<u32>(__p::IntoLen::into_len(4))
    }
    #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
    fn __toyJoin_strings_walk(
        n: u32,
        lengths: __p::Ptr<'_, usize>,
        __place: *mut *mut *const c_char,
        __until: u64,
        __w: &mut dyn __p::Walker,
    ) -> Result<(), __p::Stop> {
        use __p::{
            meta, Layout, ViaDebug as _, ViaNothing as _, ViaPlain as _,
            ViaStructure as _, ViaWord as _,
        };
        {
            let __place = __place;
            let __size = __p::size_behind(__place);
            let __inner = |
                __at: *mut u8,
                index: usize,
                __w: &mut dyn __p::Walker,
            | -> Result<(), __p::Stop> {
                let __element = __p::behind(__place, __at);
                {
                    let __place = __element;
                    let __size = __p::size_behind(__place);
                    let __insides = (&__p::probe(__place)).insides();
                    let __inner = |__at: *mut u8, _: usize, __w: &mut dyn __p::Walker| match __insides {
                        Some(__inside) => unsafe { (__inside.walk)(__at, __w) }
                        None => Ok(()),
                    };
                    let __extent = |__own: __p::Ptr<'_, u8>| -> __p::Extent {
                        match { __p::IntoLen::into_len(lengths[index]) } {
                            0 => __p::Extent::Terminated,
                            len => __p::Extent::Layout(Layout::bytes(len)),
                        }
                    };
                    __w.pointer(
                        __p::Site {
                            name: "strings[]",
                            at: __place.cast(),
                        },
                        &__p::Target {
                            direction: __p::Direction::In,
                            extent: &__extent,
                            length: "cstr = lengths [index]",
                            size: __size,
                            single: false,
                            look: (&&&__p::looks_behind(__place)).look(),
                            inner: match __insides {
                                Some(_) => Some(&__inner as &__p::Inner<'_>),
                                None => None,
                            },
                            library: false,
                            lifetime: __p::Lifetime::Call,
                            no_copy: false,
                            frees: false,
                            opts: __p::Opts::NONE,
                            filled: None,
                        },
                    )?;
                }
                Ok(())
            };
            let __extent = |__own: __p::Ptr<'_, u8>| -> __p::Extent {
                __p::Extent::Layout(
                    Layout::bytes({ __p::IntoLen::into_len(n) }.saturating_mul(__size)),
                )
            };
            __w.pointer(
                __p::Site {
                    name: "strings",
                    at: __place.cast(),
                },
                &__p::Target {
                    direction: __p::Direction::In,
                    extent: &__extent,
                    length: "len = n",
                    size: __size,
                    single: false,
                    look: (&&&__p::looks_behind(__place)).look(),
                    inner: Some(&__inner),
                    library: false,
                    lifetime: __p::Lifetime::Call,
                    no_copy: false,
                    frees: false,
                    opts: __p::Opts::NONE,
                    filled: None,
                },
            )?;
        }
        Ok(())
    }
    #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
    unsafe fn __toyJoin_before(args: &args::toyJoin) -> ::core::option::Option<status> {
        unsafe { hooks::before(args) }
    }
    #[allow(unused_unsafe, non_snake_case, clippy::undocumented_unsafe_blocks)]
    unsafe fn __toyJoin_after(args: &args::toyJoin, ret: status) -> status {
        unsafe { hooks::after(args, ret) }
    }
    const _: unsafe extern "C" fn(
        u32,
        *const c_char,
        usize,
        *mut c_void,
        *mut usize,
    ) -> status = crate::ffi::toyInfo;
    const _: unsafe extern "C" fn(
        u32,
        *mut *const c_char,
        *const usize,
        *mut u32,
    ) -> status = crate::ffi::toyJoin;
    /// Hash of the specification, on which guest and server agree.
    pub const SPEC_HASH: [u8; 16] = [
        239, 9, 79, 31, 38, 167, 196, 100, 198, 135, 39, 213, 2, 254, 42, 209,
    ];
    /// The API as guest, router and server know it.
    pub static DESC: __p::ApiDesc = __p::ApiDesc {
        name: "toy",
        version: "1.0",
        libraries: &["libtoy.so.1"],
        spec_hash: SPEC_HASH,
        functions: &[
            __p::FnDesc {
                name: "toyInfo",
                args: ::core::mem::size_of::<wire::toyInfo>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "name",
                        offset: ::core::mem::offset_of!(wire::toyInfo, name) as u32,
                        length: "cstr",
                    },
                    __p::ParamDesc {
                        name: "value",
                        offset: ::core::mem::offset_of!(wire::toyInfo, value) as u32,
                        length: "bytes = size",
                    },
                    __p::ParamDesc {
                        name: "size_ret",
                        offset: ::core::mem::offset_of!(wire::toyInfo, size_ret) as u32,
                        length: "one element",
                    },
                ],
            },
            __p::FnDesc {
                name: "toyJoin",
                args: ::core::mem::size_of::<wire::toyJoin>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "strings",
                        offset: ::core::mem::offset_of!(wire::toyJoin, strings) as u32,
                        length: "len = n",
                    },
                    __p::ParamDesc {
                        name: "lengths",
                        offset: ::core::mem::offset_of!(wire::toyJoin, lengths) as u32,
                        length: "len = n",
                    },
                    __p::ParamDesc {
                        name: "state",
                        offset: ::core::mem::offset_of!(wire::toyJoin, state) as u32,
                        length: "len = 4",
                    },
                ],
            },
        ],
        kinds: &[],
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
        #[derive(Clone, Copy)]
        pub struct toyJoin {
            pub n: u32,
            pub strings: *mut *const c_char,
            pub lengths: *const usize,
            pub state: *mut u32,
        }
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
        pub struct toyInfo {
            pub what: u64,
            pub name: __p::BufRef,
            pub size: u64,
            pub value: __p::BufRef,
            pub size_ret: __p::BufRef,
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
        pub struct toyJoin {
            pub n: u64,
            pub strings: __p::BufRef,
            pub lengths: __p::BufRef,
            pub state: __p::BufRef,
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
        /// Asks.
        ///
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyInfo(
            what: u32,
            name: *const c_char,
            size: usize,
            value: *mut c_void,
            size_ret: *mut usize,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe {
                        traced::log_toyInfo(what, name, size, value, size_ret)
                    };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyInfo>();
                        let __w_what = <u32 as __p::Scalar>::to_wire(what);
                        let __w_name = { __call.input_cstr(name.cast(), 0)? };
                        let __w_size = <usize as __p::Scalar>::to_wire(size);
                        let __w_value = {
                            let __layout = __toyInfo_value_layout(size);
                            __call.output(value.cast(), &__layout, __p::Opts::NONE)?
                        };
                        let __w_size_ret = {
                            __p::assert_plain::<usize>();
                            let __layout = __p::Layout::elements::<usize>(1);
                            __call.output(size_ret.cast(), &__layout, __p::Opts::NONE)?
                        };
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyInfo {
                            what: __w_what,
                            name: __w_name,
                            size: __w_size,
                            value: __w_value,
                            size_ret: __w_size_ret,
                        };
                        let __outcome = __call.submit(0u16, __mode, true, &__wire)?;
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
        pub unsafe extern "C" fn toyJoin(
            n: u32,
            strings: *mut *const c_char,
            lengths: *const usize,
            state: *mut u32,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyJoin(n, strings, lengths, state) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        let __args = args::toyJoin {
                            n,
                            strings,
                            lengths,
                            state,
                        };
                        if let Some(__ret) = __toyJoin_before(&__args) {
                            return Ok(__ret);
                        }
                        __call.begin::<wire::toyJoin>();
                        let __w_n = <u32 as __p::Scalar>::to_wire(n);
                        let (__w_strings, __t_strings) = __call
                            .tree(
                                false,
                                &|__w| __toyJoin_strings_walk(
                                    n,
                                    __p::Ptr::<usize>::new(lengths.cast(), usize::MAX),
                                    (&raw const strings).cast_mut().cast(),
                                    0,
                                    __w,
                                ),
                            )?;
                        let __w_lengths = if __toyJoin_lengths_when(n) {
                            __p::assert_plain::<usize>();
                            let __layout = __toyJoin_lengths_layout(n);
                            __call.input(lengths.cast(), &__layout)?
                        } else {
                            __call.unused(lengths)
                        };
                        let __w_state = {
                            __p::assert_plain::<u32>();
                            let __layout = __toyJoin_state_layout();
                            __call
                                .inout(
                                    state.cast(),
                                    &__layout,
                                    __p::Opts {
                                        zerocopy: false,
                                        always: true,
                                    },
                                )?
                        };
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyJoin {
                            n: __w_n,
                            strings: __w_strings,
                            lengths: __w_lengths,
                            state: __w_state,
                        };
                        let __outcome = __call.submit(1u16, __mode, false, &__wire)?;
                        __call
                            .receive(
                                __t_strings,
                                &|__w| __toyJoin_strings_walk(
                                    n,
                                    __p::Ptr::<usize>::new(lengths.cast(), usize::MAX),
                                    (&raw const strings).cast_mut().cast(),
                                    0,
                                    __w,
                                ),
                            )?;
                        let __ret = match __outcome {
                            __p::guest::Outcome::Async => __status_ok,
                            __p::guest::Outcome::Returned(__bits) => {
                                __p::Scalar::from_wire(__bits)
                            }
                        };
                        let __ret = __toyJoin_after(&__args, __ret);
                        Ok(__ret)
                    },
                )
            }
        }
        static STUBS: &[__p::guest::Stub] = &[
            __p::guest::Stub::new("toyInfo", toyInfo as *const (), Some(0u16)),
            __p::guest::Stub::new("toyJoin", toyJoin as *const (), Some(1u16)),
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
            ];
            #[cold]
            pub unsafe extern "C" fn log_toyInfo(
                what: u32,
                name: *const c_char,
                size: usize,
                value: *mut c_void,
                size_ret: *mut usize,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyInfo",
                        __p::guest::trace::Kind::Forwarded(0u16),
                        |__call| {
                            __call
                                .value(
                                    "what",
                                    what,
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    false,
                                );
                            __call.string("name", name.cast(), &|__call| Some(0));
                            __call
                                .value(
                                    "size",
                                    size,
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    false,
                                );
                            __call.pointer("value", value.cast());
                            __call.pointer("size_ret", size_ret.cast());
                        },
                        || super::toyInfo(what, name, size, value, size_ret),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call
                                .output(
                                    "value",
                                    value.cast(),
                                    (&&&__p::Looks::<u8>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toyInfo, value),
                                        ticket: None,
                                        always: false,
                                    },
                                    &|__call| __toyInfo_value_layout(size).handles,
                                );
                            __call
                                .output(
                                    "size_ret",
                                    size_ret.cast(),
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toyInfo, size_ret),
                                        ticket: None,
                                        always: false,
                                    },
                                    &|__call| __p::Layout::elements::<usize>(1).handles,
                                );
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyJoin(
                n: u32,
                strings: *mut *const c_char,
                lengths: *const usize,
                state: *mut u32,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyJoin",
                        __p::guest::trace::Kind::Forwarded(1u16),
                        |__call| {
                            __call
                                .value("n", n, (&&&__p::Looks::<u32>::NEW).look(), false);
                            __call
                                .tree(
                                    "strings",
                                    strings.cast(),
                                    &|__call, __w| __toyJoin_strings_walk(
                                        n,
                                        __p::Ptr::<usize>::new(lengths.cast(), usize::MAX),
                                        (&raw const strings).cast_mut().cast(),
                                        0,
                                        __w,
                                    ),
                                );
                            __call
                                .input(
                                    "lengths",
                                    lengths.cast(),
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    &|__call| {
                                        if __toyJoin_lengths_when(n) {
                                            Some(__toyJoin_lengths_layout(n))
                                        } else {
                                            None
                                        }
                                    },
                                );
                            __call
                                .input(
                                    "state",
                                    state.cast(),
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    &|__call| Some(__toyJoin_state_layout()),
                                );
                        },
                        || super::toyJoin(n, strings, lengths, state),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call
                                .output(
                                    "state",
                                    state.cast(),
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toyJoin, state),
                                        ticket: None,
                                        always: true,
                                    },
                                    &|__call| __toyJoin_state_layout().handles,
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
            pub toyInfo: ::core::option::Option<
                unsafe extern "C" fn(
                    u32,
                    *const c_char,
                    usize,
                    *mut c_void,
                    *mut usize,
                ) -> status,
            >,
            pub toyJoin: ::core::option::Option<
                unsafe extern "C" fn(
                    u32,
                    *mut *const c_char,
                    *const usize,
                    *mut u32,
                ) -> status,
            >,
        }
        impl Vendor {
            /// Asks `find` for every function.
            pub fn load(
                find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
            ) -> Self {
                Self {
                    toyInfo: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyInfo"))
                    },
                    toyJoin: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyJoin"))
                    },
                }
            }
            pub unsafe fn toyInfo(
                &self,
                what: u32,
                name: *const c_char,
                size: usize,
                value: *mut c_void,
                size_ret: *mut usize,
            ) -> status {
                match self.toyInfo {
                    Some(__function) => {
                        unsafe { __function(what, name, size, value, size_ret) }
                    }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyJoin(
                &self,
                n: u32,
                strings: *mut *const c_char,
                lengths: *const usize,
                state: *mut u32,
            ) -> status {
                match self.toyJoin {
                    Some(__function) => unsafe { __function(n, strings, lengths, state) }
                    None => unsafe { __status_unsupported }
                }
            }
        }
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[handlers::toyInfo, handlers::toyJoin],
            registries: &[],
            kinds: &[],
            warm: ::core::option::Option::None,
            callbacks: &[],
            available: __available,
        };
        fn __available(vendor: &__p::server::Vendor, function: u16) -> bool {
            let Some(vendor) = vendor.downcast_ref::<Vendor>() else { return false };
            match function {
                0u16 => (vendor.toyInfo).is_some(),
                1u16 => (vendor.toyJoin).is_some(),
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
            pub(super) unsafe fn toyInfo(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyInfo = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_what = <u32 as __p::Scalar>::from_wire(__wire.what);
                    let __v_size = <usize as __p::Scalar>::from_wire(__wire.size);
                    let __v_name = {
                        let __len = 0;
                        __call.cstr(__wire.name, __len)?
                    };
                    let __v_value = {
                        let __layout = if __wire.value.is_null() {
                            __p::Layout::bytes(0)
                        } else {
                            __toyInfo_value_layout(__v_size)
                        };
                        __call.output(__wire.value, &__layout, __p::Opts::NONE)?
                    };
                    let __v_size_ret = {
                        let __layout = __p::Layout::elements::<usize>(1);
                        if !__wire.value.is_null() {
                            __call
                                .output_forced(__wire.size_ret, &__layout, __p::Opts::NONE)?
                        } else {
                            __call.output(__wire.size_ret, &__layout, __p::Opts::NONE)?
                        }
                    };
                    __call.ready()?;
                    let __ret = __vendor
                        .toyInfo(
                            __v_what,
                            __v_name.ptr::<c_char>(),
                            __v_size,
                            __v_value.ptr::<c_void>(),
                            __v_size_ret.ptr::<usize>(),
                        );
                    let __ok = __ret == __status_ok;
                    if !__v_value.is_null() {
                        let __bytes = __toyInfo_value_filled(
                            __v_size_ret.view::<usize>(),
                        );
                        __call.filled(__v_value, __bytes);
                    }
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyJoin(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyJoin = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_n = <u32 as __p::Scalar>::from_wire(__wire.n);
                    let __v_lengths = if __toyJoin_lengths_when(__v_n) {
                        __call
                            .input(
                                __wire.lengths,
                                __p::Opts::NONE,
                                |__raw| { __toyJoin_lengths_layout(__v_n) },
                            )?
                    } else {
                        __call.unused(__wire.lengths)?
                    };
                    let __r_strings = ::core::cell::Cell::<
                        *mut *const c_char,
                    >::new(0usize as *mut *const c_char);
                    let __v_strings = __call
                        .tree(
                            __wire.strings,
                            false,
                            &|__w| __toyJoin_strings_walk(
                                __v_n,
                                __v_lengths.view::<usize>(),
                                __r_strings.as_ptr(),
                                0,
                                __w,
                            ),
                        )?;
                    let __v_state = {
                        let __layout = if __wire.state.is_null() {
                            __p::Layout::bytes(0)
                        } else {
                            __toyJoin_state_layout()
                        };
                        __call
                            .inout(
                                __wire.state,
                                &__layout,
                                __p::Opts {
                                    zerocopy: false,
                                    always: true,
                                },
                            )?
                    };
                    __call.ready()?;
                    let __ret = __vendor
                        .toyJoin(
                            __v_n,
                            __r_strings.get().cast(),
                            __v_lengths.ptr::<usize>(),
                            __v_state.ptr::<u32>(),
                        );
                    let __ok = __ret == __status_ok;
                    __call
                        .send_tree(
                            __v_strings,
                            __ok,
                            &|__w| __toyJoin_strings_walk(
                                __v_n,
                                __v_lengths.view::<usize>(),
                                __r_strings.as_ptr(),
                                0,
                                __w,
                            ),
                        )?;
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
        pub type toyInfo_0 = u32;
        pub type toyInfo_1 = *const c_char;
        pub type toyInfo_2 = usize;
        pub type toyInfo_3 = *mut c_void;
        pub type toyInfo_4 = *mut usize;
        pub type toyInfo_ret = status;
        pub type toyJoin_0 = u32;
        pub type toyJoin_1 = *mut *const c_char;
        pub type toyJoin_2 = *const usize;
        pub type toyJoin_3 = *mut u32;
        pub type toyJoin_ret = status;
    }
}
/// Emits the C symbols of the guest library. For a crate that is nothing but that library.
#[macro_export]
macro_rules! export_guest {
    () => {
        #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #[allow(clippy::all, clippy::undocumented_unsafe_blocks)] mod exported { #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyInfo(a0 : $crate::toy::abi::toyInfo_0,
        a1 : $crate::toy::abi::toyInfo_1, a2 : $crate::toy::abi::toyInfo_2, a3 :
        $crate::toy::abi::toyInfo_3, a4 : $crate::toy::abi::toyInfo_4) ->
        $crate::toy::abi::toyInfo_ret { unsafe { $crate::toy::guest::toyInfo(a0, a1, a2,
        a3, a4) } } #[unsafe (no_mangle)] pub unsafe extern "C" fn toyJoin(a0 :
        $crate::toy::abi::toyJoin_0, a1 : $crate::toy::abi::toyJoin_1, a2 :
        $crate::toy::abi::toyJoin_2, a3 : $crate::toy::abi::toyJoin_3) ->
        $crate::toy::abi::toyJoin_ret { unsafe { $crate::toy::guest::toyJoin(a0, a1, a2,
        a3) } } #[unsafe (no_mangle)] pub static ava_guest_library : [u8; 16] =
        $crate::toy::SPEC_HASH; }
    };
}
