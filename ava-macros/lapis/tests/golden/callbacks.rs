pub mod toy {
    #[allow(unused_imports)]
    use ::ava_core::__private as __p;
    use crate::ffi::*;
    #[allow(non_camel_case_types, missing_docs)]
    pub type notify = ::core::option::Option<
        unsafe extern "C" fn(queue, u32, *mut c_void),
    >;
    #[allow(non_camel_case_types, missing_docs)]
    pub type produce = ::core::option::Option<
        unsafe extern "C" fn(usize, *mut c_void, *mut u32, *mut c_void) -> status,
    >;
    #[allow(non_camel_case_types, missing_docs)]
    pub type allocate = ::core::option::Option<
        unsafe extern "C" fn(usize, *mut c_void) -> *mut c_void,
    >;
    #[allow(non_camel_case_types, missing_docs)]
    pub type release = ::core::option::Option<
        unsafe extern "C" fn(*mut c_void, *mut c_void),
    >;
    #[allow(non_camel_case_types, missing_docs)]
    pub type inspect = ::core::option::Option<
        unsafe extern "C" fn(queue, u32, *const piece, *mut c_void),
    >;
    #[allow(non_camel_case_types, missing_docs)]
    pub type generate = ::core::option::Option<
        unsafe extern "C" fn(usize, *mut c_void, *mut c_void) -> usize,
    >;
    #[allow(non_camel_case_types, missing_docs)]
    pub type log = ::core::option::Option<
        unsafe extern "C" fn(u32, *const c_char, usize, *const queue),
    >;
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
    const __queue_invalid: i64 = (BAD_QUEUE) as i64;
    #[allow(non_camel_case_types, dead_code)]
    type __queue_meta = ();
    #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
    impl __p::Structure for hooks {
        unsafe fn walk(
            __this: *mut Self,
            __w: &mut dyn __p::Walker,
        ) -> Result<(), __p::Stop> {
            use __p::{
                Layout, ViaDebug as _, ViaNothing as _, ViaPlain as _, ViaStructure as _,
                ViaVariant as _, ViaWord as _,
            };
            let __until = 0u64;
            {
                let __all: [::core::option::Option<__p::Function>; 2usize] = [
                    {
                        let __at: *mut allocate = unsafe { &raw mut (*__this).alloc };
                        Some(__p::Function {
                            site: __p::Site {
                                name: "alloc",
                                at: __at.cast(),
                            },
                            callback: 2u16,
                        })
                    },
                    {
                        let __at: *mut release = unsafe { &raw mut (*__this).free };
                        Some(__p::Function {
                            site: __p::Site {
                                name: "free",
                                at: __at.cast(),
                            },
                            callback: 3u16,
                        })
                    },
                ];
                let __userdata = {
                    let __at = unsafe { &raw mut (*__this).user };
                    __p::assert_userdata(__at);
                    Some(__p::Site {
                        name: "user",
                        at: __at.cast(),
                    })
                };
                let __lifetime = __p::CallbackLife::Call;
                __w.callbacks(
                    &__p::Functions {
                        all: &__all,
                        userdata: __userdata,
                        lifetime: __lifetime,
                    },
                )?;
            }
            {
                let __all: [::core::option::Option<__p::Function>; 1usize] = [
                    if {
                        let this = unsafe { &*__this };
                        unsafe { this.logs != 0 }
                    } {
                        let __at: *mut log = unsafe { &raw mut (*__this).log.f };
                        Some(__p::Function {
                            site: __p::Site {
                                name: "log.f",
                                at: __at.cast(),
                            },
                            callback: 6u16,
                        })
                    } else {
                        ::core::option::Option::None
                    },
                ];
                let __userdata = ::core::option::Option::None;
                let __lifetime = __p::CallbackLife::Kept;
                __w.callbacks(
                    &__p::Functions {
                        all: &__all,
                        userdata: __userdata,
                        lifetime: __lifetime,
                    },
                )?;
            }
            Ok(())
        }
    }
    #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
    impl __p::Structure for piece {
        unsafe fn walk(
            __this: *mut Self,
            __w: &mut dyn __p::Walker,
        ) -> Result<(), __p::Stop> {
            use __p::{
                Layout, ViaDebug as _, ViaNothing as _, ViaPlain as _, ViaStructure as _,
                ViaVariant as _, ViaWord as _,
            };
            let __until = 0u64;
            {
                let __place = unsafe { &raw mut (*__this).name };
                let __size = __p::size_behind(__place);
                let __insides = (&__p::probe(__place)).insides();
                let __inner = |__at: *mut u8, _: usize, __w: &mut dyn __p::Walker| match __insides {
                    Some(__inside) => unsafe { (__inside.walk)(__at, __w) }
                    None => Ok(()),
                };
                let __extent = |__own: __p::Ptr<'_, u8>| -> __p::Extent {
                    __p::Extent::Terminated
                };
                __w.pointer(
                    __p::Site {
                        name: "name",
                        at: __place.cast(),
                    },
                    &__p::Target {
                        direction: __p::Direction::In,
                        extent: &__extent,
                        length: "cstr",
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
            {
                let __at: *mut <kind::queue as __p::HandleKind>::Raw = unsafe {
                    &raw mut (*__this).owner
                };
                __p::assert_handle::<kind::queue>();
                __w.handle(
                    __p::Site {
                        name: "owner",
                        at: __at.cast(),
                    },
                    <kind::queue as __p::HandleKind>::KIND,
                    None,
                )?;
            }
            Ok(())
        }
    }
    #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
    fn __toyHooks_h_walk(
        __place: *mut *const hooks,
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
            let __insides = (&__p::probe(__place)).insides();
            let __inner = |__at: *mut u8, _: usize, __w: &mut dyn __p::Walker| match __insides {
                Some(__inside) => unsafe { (__inside.walk)(__at, __w) }
                None => Ok(()),
            };
            let __extent = |__own: __p::Ptr<'_, u8>| -> __p::Extent {
                __p::Extent::One(
                    __insides.map_or(__size, |__inside| (__inside.size)(__own)),
                )
            };
            __w.pointer(
                __p::Site {
                    name: "h",
                    at: __place.cast(),
                },
                &__p::Target {
                    direction: __p::Direction::In,
                    extent: &__extent,
                    length: "one element",
                    size: __size,
                    single: true,
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
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __toyLog_mode() -> __p::Mode {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        Async
    }
    #[allow(non_snake_case, unused_variables, clippy::too_many_arguments)]
    unsafe fn __toyAddress_body(name: *const c_char) -> *mut c_void {
        guest::address(CStr::from_ptr(name))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __produce_to_layout(size: usize) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::bytes(__p::IntoLen::into_len(size))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __produce_state_when(size: usize) -> bool {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        size != 0
    }
    #[allow(unused, non_snake_case, clippy::all, clippy::undocumented_unsafe_blocks)]
    fn __inspect_pieces_walk(
        n: u32,
        __place: *mut *const piece,
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
            let __insides = (&__p::probe(__place)).insides();
            let __inner = |__at: *mut u8, _: usize, __w: &mut dyn __p::Walker| match __insides {
                Some(__inside) => unsafe { (__inside.walk)(__at, __w) }
                None => Ok(()),
            };
            let __extent = |__own: __p::Ptr<'_, u8>| -> __p::Extent {
                __p::Extent::Layout(
                    Layout::bytes({ __p::IntoLen::into_len(n) }.saturating_mul(__size)),
                )
            };
            __w.pointer(
                __p::Site {
                    name: "pieces",
                    at: __place.cast(),
                },
                &__p::Target {
                    direction: __p::Direction::In,
                    extent: &__extent,
                    length: "len = n",
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
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __generate_to_filled(ret: usize) -> usize {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::IntoLen::into_len(ret)
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __generate_to_layout(size: usize) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::bytes(__p::IntoLen::into_len(size))
    }
    #[allow(unused, non_snake_case, clippy::all)]
    fn __log_queues_layout(n: usize) -> __p::Layout {
        use __p::{meta, Layout, Mode, Mode::{Async, Sync}};
        __p::Layout::handles::<kind::queue>(__p::IntoLen::into_len(n))
    }
    #[allow(
        unused_unsafe,
        non_snake_case,
        clippy::all,
        clippy::undocumented_unsafe_blocks
    )]
    unsafe fn __toyNew_extension(
        vendor: &server::Vendor,
    ) -> ::core::option::Option<unsafe extern "C" fn(u32) -> status> {
        unsafe {
            __p::server::IntoFunction::<
                unsafe extern "C" fn(u32) -> status,
            >::into_function(vendor.toyAddress(c"toyNew".as_ptr()))
        }
    }
    const _: unsafe extern "C" fn(queue, notify, notify, *mut c_void) -> status = crate::ffi::toyWatch;
    const _: unsafe extern "C" fn(produce, *mut c_void) -> status = crate::ffi::toyFill;
    const _: unsafe extern "C" fn(*const hooks) -> status = crate::ffi::toyHooks;
    const _: unsafe extern "C" fn(inspect, *mut c_void) -> status = crate::ffi::toyInspect;
    const _: unsafe extern "C" fn(generate, *mut c_void) -> status = crate::ffi::toyGenerate;
    const _: unsafe extern "C" fn(log) -> status = crate::ffi::toyLog;
    const _: unsafe extern "C" fn(*const c_char) -> *mut c_void = crate::ffi::toyAddress;
    /// Hash of the specification, on which guest and server agree.
    pub const SPEC_HASH: [u8; 16] = [
        189, 236, 61, 27, 171, 53, 119, 201, 109, 131, 170, 213, 140, 179, 94, 99,
    ];
    /// The API as guest, router and server know it.
    pub static DESC: __p::ApiDesc = __p::ApiDesc {
        name: "toy",
        version: "1.0",
        libraries: &["libtoy.so.1"],
        spec_hash: SPEC_HASH,
        functions: &[
            __p::FnDesc {
                name: "toyWatch",
                args: ::core::mem::size_of::<wire::toyWatch>() as u32,
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
                name: "toyFill",
                args: ::core::mem::size_of::<wire::toyFill>() as u32,
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
                name: "toyHooks",
                args: ::core::mem::size_of::<wire::toyHooks>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "h",
                        offset: ::core::mem::offset_of!(wire::toyHooks, h) as u32,
                        length: "one element",
                    },
                ],
            },
            __p::FnDesc {
                name: "toyInspect",
                args: ::core::mem::size_of::<wire::toyInspect>() as u32,
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
                name: "toyGenerate",
                args: ::core::mem::size_of::<wire::toyGenerate>() as u32,
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
                name: "toyLog",
                args: ::core::mem::size_of::<wire::toyLog>() as u32,
                may_async: true,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[],
            },
            __p::FnDesc {
                name: "toyNew",
                args: ::core::mem::size_of::<wire::toyNew>() as u32,
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
                name: "queue",
                invalid: __queue_invalid,
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
        pub struct queue;
        impl __p::HandleKind for queue {
            type Raw = super::queue;
            type Meta = super::__queue_meta;
            const KIND: u8 = 0u8;
            const INVALID: i64 = super::__queue_invalid;
            fn default_meta() -> &'static ::std::sync::OnceLock<Self::Meta> {
                static DEFAULT: ::std::sync::OnceLock<super::__queue_meta> = ::std::sync::OnceLock::new();
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
        pub struct toyWatch {
            pub q: u64,
            pub done: u64,
            pub failed: u64,
            pub data: u64,
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
        pub struct toyFill {
            pub f: u64,
            pub data: u64,
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
        pub struct toyHooks {
            pub h: __p::BufRef,
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
        pub struct toyInspect {
            pub f: u64,
            pub data: u64,
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
        pub struct toyGenerate {
            pub f: u64,
            pub data: u64,
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
        pub struct toyLog {
            pub f: u64,
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
        pub struct toyNew {
            pub n: u64,
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
            )
            .with_callbacks(
                &[
                    callbacks::notify,
                    callbacks::produce,
                    callbacks::allocate,
                    callbacks::release,
                    callbacks::inspect,
                    callbacks::generate,
                    callbacks::log,
                ],
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
        pub unsafe extern "C" fn toyWatch(
            q: queue,
            done: notify,
            failed: notify,
            data: *mut c_void,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyWatch(q, done, failed, data) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyWatch>();
                        let __w_q = __call.handle::<kind::queue>(q)?;
                        let __w_done = __call
                            .callback(done.map_or(0, |__f| __f as usize as u64))?;
                        let __w_failed = __call
                            .callback(failed.map_or(0, |__f| __f as usize as u64))?;
                        let __w_data = <*mut c_void as __p::Scalar>::to_wire(data);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyWatch {
                            q: __w_q,
                            done: __w_done,
                            failed: __w_failed,
                            data: __w_data,
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
        pub unsafe extern "C" fn toyFill(f: produce, data: *mut c_void) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyFill(f, data) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyFill>();
                        let __w_f = __call
                            .callback(f.map_or(0, |__f| __f as usize as u64))?;
                        let __w_data = <*mut c_void as __p::Scalar>::to_wire(data);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyFill {
                            f: __w_f,
                            data: __w_data,
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
        pub unsafe extern "C" fn toyHooks(h: *const hooks) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyHooks(h) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyHooks>();
                        let (__w_h, __t_h) = __call
                            .tree(
                                false,
                                &|__w| __toyHooks_h_walk(
                                    (&raw const h).cast_mut().cast(),
                                    0,
                                    __w,
                                ),
                            )?;
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyHooks { h: __w_h };
                        let __outcome = __call.submit(2u16, __mode, false, &__wire)?;
                        __call
                            .receive(
                                __t_h,
                                &|__w| __toyHooks_h_walk(
                                    (&raw const h).cast_mut().cast(),
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
                        Ok(__ret)
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyInspect(f: inspect, data: *mut c_void) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyInspect(f, data) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyInspect>();
                        let __w_f = __call
                            .callback(f.map_or(0, |__f| __f as usize as u64))?;
                        let __w_data = <*mut c_void as __p::Scalar>::to_wire(data);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyInspect {
                            f: __w_f,
                            data: __w_data,
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
        pub unsafe extern "C" fn toyGenerate(f: generate, data: *mut c_void) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyGenerate(f, data) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyGenerate>();
                        let __w_f = __call
                            .callback(f.map_or(0, |__f| __f as usize as u64))?;
                        let __w_data = <*mut c_void as __p::Scalar>::to_wire(data);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyGenerate {
                            f: __w_f,
                            data: __w_data,
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
        pub unsafe extern "C" fn toyLog(f: log) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyLog(f) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyLog>();
                        let __w_f = __call
                            .callback(f.map_or(0, |__f| __f as usize as u64))?;
                        let __mode = __toyLog_mode();
                        let __wire = wire::toyLog { f: __w_f };
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
        pub unsafe extern "C" fn toyNew(n: u32) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyNew(n) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyNew>();
                        let __w_n = <u32 as __p::Scalar>::to_wire(n);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyNew { n: __w_n };
                        let __outcome = __call.submit(6u16, __mode, false, &__wire)?;
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
        ///Answered in the guest.
        pub unsafe extern "C" fn toyAddress(name: *const c_char) -> *mut c_void {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyAddress(name) };
                }
                __p::guest::local(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    || unsafe {
                        let __ret = __toyAddress_body(name);
                        __ret
                    },
                )
            }
        }
        /// Calls of the application's functions.
        mod callbacks {
            use super::*;
            pub(super) unsafe fn notify(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(queue, u32, *mut c_void) = ::core::mem::transmute(
                        __incoming.function(),
                    );
                    let q = __incoming.handle::<kind::queue>();
                    let what = <u32 as __p::Scalar>::from_wire(__incoming.word());
                    let data: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __ret = __function(q, what, data);
                    {
                        let () = __ret;
                        0
                    }
                }
            }
            pub(super) unsafe fn produce(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(
                        usize,
                        *mut c_void,
                        *mut u32,
                        *mut c_void,
                    ) -> status = ::core::mem::transmute(__incoming.function());
                    let size = <usize as __p::Scalar>::from_wire(__incoming.word());
                    let to = __incoming
                        .buffer(::core::option::Option::None, true)
                        .cast();
                    let state = __incoming
                        .buffer(::core::option::Option::None, true)
                        .cast();
                    let data: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __ret = __function(size, to, state, data);
                    <status as __p::Scalar>::to_wire(__ret)
                }
            }
            pub(super) unsafe fn allocate(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(
                        usize,
                        *mut c_void,
                    ) -> *mut c_void = ::core::mem::transmute(__incoming.function());
                    let size = <usize as __p::Scalar>::from_wire(__incoming.word());
                    let user: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __ret = __function(size, user);
                    <*mut c_void as __p::Scalar>::to_wire(__ret)
                }
            }
            pub(super) unsafe fn release(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(*mut c_void, *mut c_void) = ::core::mem::transmute(
                        __incoming.function(),
                    );
                    let memory = <*mut c_void as __p::Scalar>::from_wire(
                        __incoming.word(),
                    );
                    let user: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __ret = __function(memory, user);
                    {
                        let () = __ret;
                        0
                    }
                }
            }
            pub(super) unsafe fn inspect(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(
                        queue,
                        u32,
                        *const piece,
                        *mut c_void,
                    ) = ::core::mem::transmute(__incoming.function());
                    let q = __incoming.handle::<kind::queue>();
                    let n = <u32 as __p::Scalar>::from_wire(__incoming.word());
                    let __t_pieces = __incoming.shown();
                    let mut pieces: *const piece = 0usize as *const piece;
                    let data: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __r_pieces = &raw mut pieces;
                    __incoming
                        .show(
                            &__t_pieces,
                            __r_pieces,
                            &|__w| __inspect_pieces_walk(n, __r_pieces.cast(), 0, __w),
                        );
                    let __ret = __function(q, n, pieces, data);
                    {
                        let () = __ret;
                        0
                    }
                }
            }
            pub(super) unsafe fn generate(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(
                        usize,
                        *mut c_void,
                        *mut c_void,
                    ) -> usize = ::core::mem::transmute(__incoming.function());
                    let size = <usize as __p::Scalar>::from_wire(__incoming.word());
                    let to = __incoming
                        .buffer(::core::option::Option::None, true)
                        .cast();
                    let data: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __ret = __function(size, to, data);
                    <usize as __p::Scalar>::to_wire(__ret)
                }
            }
            pub(super) unsafe fn log(__incoming: &mut __p::guest::Incoming<'_>) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(
                        u32,
                        *const c_char,
                        usize,
                        *const queue,
                    ) = ::core::mem::transmute(__incoming.function());
                    let level = <u32 as __p::Scalar>::from_wire(__incoming.word());
                    let text = __incoming
                        .buffer(::core::option::Option::None, false)
                        .cast();
                    let n = <usize as __p::Scalar>::from_wire(__incoming.word());
                    let queues = __incoming.buffer(Some(0u8), false).cast();
                    let __ret = __function(level, text, n, queues);
                    {
                        let () = __ret;
                        0
                    }
                }
            }
        }
        static STUBS: &[__p::guest::Stub] = &[
            __p::guest::Stub::new("toyWatch", toyWatch as *const (), Some(0u16)),
            __p::guest::Stub::new("toyFill", toyFill as *const (), Some(1u16)),
            __p::guest::Stub::new("toyHooks", toyHooks as *const (), Some(2u16)),
            __p::guest::Stub::new("toyInspect", toyInspect as *const (), Some(3u16)),
            __p::guest::Stub::new("toyGenerate", toyGenerate as *const (), Some(4u16)),
            __p::guest::Stub::new("toyLog", toyLog as *const (), Some(5u16)),
            __p::guest::Stub::new("toyNew", toyNew as *const (), Some(6u16)),
            __p::guest::Stub::new(
                "toyAddress",
                toyAddress as *const (),
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
                ((BAD_QUEUE) as i64, "BAD_QUEUE"),
            ];
            #[cold]
            pub unsafe extern "C" fn log_toyWatch(
                q: queue,
                done: notify,
                failed: notify,
                data: *mut c_void,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyWatch",
                        __p::guest::trace::Kind::Forwarded(0u16),
                        |__call| {
                            __call.check::<kind::queue>(q);
                            __call.handle::<kind::queue>("q", q);
                            __call
                                .value(
                                    "done",
                                    done,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                            __call
                                .value(
                                    "failed",
                                    failed,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                            __call.pointer("data", data.cast());
                        },
                        || super::toyWatch(q, done, failed, data),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyFill(
                f: produce,
                data: *mut c_void,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyFill",
                        __p::guest::trace::Kind::Forwarded(1u16),
                        |__call| {
                            __call
                                .value(
                                    "f",
                                    f,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                            __call.pointer("data", data.cast());
                        },
                        || super::toyFill(f, data),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyHooks(h: *const hooks) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyHooks",
                        __p::guest::trace::Kind::Forwarded(2u16),
                        |__call| {
                            __call
                                .tree(
                                    "h",
                                    h.cast(),
                                    &|__call, __w| __toyHooks_h_walk(
                                        (&raw const h).cast_mut().cast(),
                                        0,
                                        __w,
                                    ),
                                );
                        },
                        || super::toyHooks(h),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call
                                .tree_after(
                                    "h",
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::toyHooks, h),
                                        ticket: None,
                                        always: false,
                                    },
                                    &|__call, __w| __toyHooks_h_walk(
                                        (&raw const h).cast_mut().cast(),
                                        0,
                                        __w,
                                    ),
                                );
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyInspect(
                f: inspect,
                data: *mut c_void,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyInspect",
                        __p::guest::trace::Kind::Forwarded(3u16),
                        |__call| {
                            __call
                                .value(
                                    "f",
                                    f,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                            __call.pointer("data", data.cast());
                        },
                        || super::toyInspect(f, data),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyGenerate(
                f: generate,
                data: *mut c_void,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyGenerate",
                        __p::guest::trace::Kind::Forwarded(4u16),
                        |__call| {
                            __call
                                .value(
                                    "f",
                                    f,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                            __call.pointer("data", data.cast());
                        },
                        || super::toyGenerate(f, data),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyLog(f: log) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyLog",
                        __p::guest::trace::Kind::Forwarded(5u16),
                        |__call| {
                            __call
                                .value(
                                    "f",
                                    f,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                        },
                        || super::toyLog(f),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyNew(n: u32) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyNew",
                        __p::guest::trace::Kind::Forwarded(6u16),
                        |__call| {
                            __call
                                .value("n", n, (&&&__p::Looks::<u32>::NEW).look(), false);
                        },
                        || super::toyNew(n),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyAddress(name: *const c_char) -> *mut c_void {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyAddress",
                        __p::guest::trace::Kind::Local,
                        |__call| {
                            __call.pointer("name", name.cast());
                        },
                        || super::toyAddress(name),
                        |__call, __ret| {
                            __call
                                .returns(
                                    __ret,
                                    (&&&__p::Looks::<*mut c_void>::NEW).look(),
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
            pub toyWatch: ::core::option::Option<
                unsafe extern "C" fn(queue, notify, notify, *mut c_void) -> status,
            >,
            pub toyFill: ::core::option::Option<
                unsafe extern "C" fn(produce, *mut c_void) -> status,
            >,
            pub toyHooks: ::core::option::Option<
                unsafe extern "C" fn(*const hooks) -> status,
            >,
            pub toyInspect: ::core::option::Option<
                unsafe extern "C" fn(inspect, *mut c_void) -> status,
            >,
            pub toyGenerate: ::core::option::Option<
                unsafe extern "C" fn(generate, *mut c_void) -> status,
            >,
            pub toyLog: ::core::option::Option<unsafe extern "C" fn(log) -> status>,
            pub toyNew: ::std::sync::OnceLock<
                ::core::option::Option<unsafe extern "C" fn(u32) -> status>,
            >,
            pub toyAddress: ::core::option::Option<
                unsafe extern "C" fn(*const c_char) -> *mut c_void,
            >,
        }
        impl Vendor {
            /// Asks `find` for every function.
            pub fn load(
                find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
            ) -> Self {
                Self {
                    toyWatch: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyWatch"))
                    },
                    toyFill: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyFill"))
                    },
                    toyHooks: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyHooks"))
                    },
                    toyInspect: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyInspect"))
                    },
                    toyGenerate: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyGenerate"))
                    },
                    toyLog: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyLog"))
                    },
                    toyNew: ::std::sync::OnceLock::new(),
                    toyAddress: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyAddress"))
                    },
                }
            }
            pub unsafe fn toyWatch(
                &self,
                q: queue,
                done: notify,
                failed: notify,
                data: *mut c_void,
            ) -> status {
                match self.toyWatch {
                    Some(__function) => unsafe { __function(q, done, failed, data) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyFill(&self, f: produce, data: *mut c_void) -> status {
                match self.toyFill {
                    Some(__function) => unsafe { __function(f, data) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyHooks(&self, h: *const hooks) -> status {
                match self.toyHooks {
                    Some(__function) => unsafe { __function(h) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyInspect(&self, f: inspect, data: *mut c_void) -> status {
                match self.toyInspect {
                    Some(__function) => unsafe { __function(f, data) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyGenerate(&self, f: generate, data: *mut c_void) -> status {
                match self.toyGenerate {
                    Some(__function) => unsafe { __function(f, data) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyLog(&self, f: log) -> status {
                match self.toyLog {
                    Some(__function) => unsafe { __function(f) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyNew(&self, n: u32) -> status {
                match *self.toyNew.get_or_init(|| unsafe { __toyNew_extension(self) }) {
                    Some(__function) => unsafe { __function(n) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyAddress(&self, name: *const c_char) -> *mut c_void {
                match self.toyAddress {
                    Some(__function) => unsafe { __function(name) }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
        }
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[
                handlers::toyWatch,
                handlers::toyFill,
                handlers::toyHooks,
                handlers::toyInspect,
                handlers::toyGenerate,
                handlers::toyLog,
                handlers::toyNew,
            ],
            registries: &[],
            kinds: &[
                __p::server::KindOps {
                    retain: ::core::option::Option::None,
                    release: ::core::option::Option::None,
                    state: ::core::option::Option::None,
                },
            ],
            warm: ::core::option::Option::None,
            callbacks: &[
                __p::server::CallbackOps {
                    name: "notify",
                    pool: ::core::option::Option::None,
                    trampoline: |_| 0,
                },
                __p::server::CallbackOps {
                    name: "produce",
                    pool: ::core::option::Option::None,
                    trampoline: |_| 0,
                },
                __p::server::CallbackOps {
                    name: "allocate",
                    pool: ::core::option::Option::None,
                    trampoline: |__n| {
                        let __all: [usize; 1usize] = [callbacks::allocate::<0> as usize];
                        __all.get(__n).copied().unwrap_or(0)
                    },
                },
                __p::server::CallbackOps {
                    name: "release",
                    pool: ::core::option::Option::None,
                    trampoline: |__n| {
                        let __all: [usize; 2usize] = [
                            callbacks::release::<0> as usize,
                            callbacks::release::<1> as usize,
                        ];
                        __all.get(__n).copied().unwrap_or(0)
                    },
                },
                __p::server::CallbackOps {
                    name: "inspect",
                    pool: ::core::option::Option::None,
                    trampoline: |_| 0,
                },
                __p::server::CallbackOps {
                    name: "generate",
                    pool: ::core::option::Option::None,
                    trampoline: |_| 0,
                },
                __p::server::CallbackOps {
                    name: "log",
                    pool: Some(&callbacks::log_pool),
                    trampoline: |__n| callbacks::log_table[__n] as usize,
                },
            ],
            available: __available,
        };
        fn __available(vendor: &__p::server::Vendor, function: u16) -> bool {
            let Some(vendor) = vendor.downcast_ref::<Vendor>() else { return false };
            match function {
                0u16 => (vendor.toyWatch).is_some(),
                1u16 => (vendor.toyFill).is_some(),
                2u16 => (vendor.toyHooks).is_some(),
                3u16 => (vendor.toyInspect).is_some(),
                4u16 => (vendor.toyGenerate).is_some(),
                5u16 => (vendor.toyLog).is_some(),
                6u16 => {
                    (*vendor
                        .toyNew
                        .get_or_init(|| unsafe { __toyNew_extension(vendor) }))
                        .is_some()
                }
                _ => false,
            }
        }
        /// What the vendor calls in place of the application's functions.
        mod callbacks {
            use super::*;
            pub(super) unsafe extern "C" fn notify<const __N: usize>(
                q: queue,
                what: u32,
                data: *mut c_void,
            ) {
                unsafe {
                    __p::server::call_back(
                        "notify",
                        __p::server::Found::Record(
                            <*mut c_void as __p::Scalar>::to_wire(data),
                            __N,
                        ),
                        |__outgoing: &mut __p::server::Outgoing<'_>| {
                            __outgoing.handle::<kind::queue>(q);
                            __outgoing.word(<u32 as __p::Scalar>::to_wire(what));
                        },
                        |_, _| (),
                    );
                }
            }
            pub(super) unsafe extern "C" fn produce<const __N: usize>(
                size: usize,
                to: *mut c_void,
                state: *mut u32,
                data: *mut c_void,
            ) -> status {
                unsafe {
                    <status as __p::Scalar>::from_wire(
                        __p::server::call_back(
                            "produce",
                            __p::server::Found::Record(
                                <*mut c_void as __p::Scalar>::to_wire(data),
                                __N,
                            ),
                            |__outgoing: &mut __p::server::Outgoing<'_>| {
                                __outgoing.word(<usize as __p::Scalar>::to_wire(size));
                                let __layout = if to.is_null() {
                                    __p::Layout::bytes(0)
                                } else {
                                    __produce_to_layout(size)
                                };
                                __outgoing.output(to.cast(), &__layout);
                                if __produce_state_when(size) {
                                    __p::assert_plain::<u32>();
                                    let __layout = if state.is_null() {
                                        __p::Layout::bytes(0)
                                    } else {
                                        __p::Layout::elements::<u32>(1)
                                    };
                                    __outgoing.inout(state.cast(), &__layout);
                                } else {
                                    __outgoing.unused(state.cast());
                                }
                            },
                            |_, _| (),
                        ),
                    )
                }
            }
            pub(super) unsafe extern "C" fn allocate<const __N: usize>(
                size: usize,
                user: *mut c_void,
            ) -> *mut c_void {
                unsafe {
                    <*mut c_void as __p::Scalar>::from_wire(
                        __p::server::call_back(
                            "allocate",
                            __p::server::Found::Record(
                                <*mut c_void as __p::Scalar>::to_wire(user),
                                __N,
                            ),
                            |__outgoing: &mut __p::server::Outgoing<'_>| {
                                __outgoing.word(<usize as __p::Scalar>::to_wire(size));
                            },
                            |_, _| (),
                        ),
                    )
                }
            }
            pub(super) unsafe extern "C" fn release<const __N: usize>(
                memory: *mut c_void,
                user: *mut c_void,
            ) {
                unsafe {
                    __p::server::call_back(
                        "release",
                        __p::server::Found::Record(
                            <*mut c_void as __p::Scalar>::to_wire(user),
                            __N,
                        ),
                        |__outgoing: &mut __p::server::Outgoing<'_>| {
                            __outgoing
                                .word(<*mut c_void as __p::Scalar>::to_wire(memory));
                        },
                        |_, _| (),
                    );
                }
            }
            pub(super) unsafe extern "C" fn inspect<const __N: usize>(
                q: queue,
                n: u32,
                pieces: *const piece,
                data: *mut c_void,
            ) {
                unsafe {
                    __p::server::call_back(
                        "inspect",
                        __p::server::Found::Record(
                            <*mut c_void as __p::Scalar>::to_wire(data),
                            __N,
                        ),
                        |__outgoing: &mut __p::server::Outgoing<'_>| {
                            __outgoing.handle::<kind::queue>(q);
                            __outgoing.word(<u32 as __p::Scalar>::to_wire(n));
                            __outgoing
                                .tree(
                                    &|__w| __inspect_pieces_walk(
                                        n,
                                        (&raw const pieces).cast_mut().cast(),
                                        0,
                                        __w,
                                    ),
                                );
                        },
                        |_, _| (),
                    );
                }
            }
            pub(super) unsafe extern "C" fn generate<const __N: usize>(
                size: usize,
                to: *mut c_void,
                data: *mut c_void,
            ) -> usize {
                unsafe {
                    <usize as __p::Scalar>::from_wire(
                        __p::server::call_back(
                            "generate",
                            __p::server::Found::Record(
                                <*mut c_void as __p::Scalar>::to_wire(data),
                                __N,
                            ),
                            |__outgoing: &mut __p::server::Outgoing<'_>| {
                                __outgoing.word(<usize as __p::Scalar>::to_wire(size));
                                let __layout = if to.is_null() {
                                    __p::Layout::bytes(0)
                                } else {
                                    __generate_to_layout(size)
                                };
                                __outgoing.output(to.cast(), &__layout);
                                __outgoing.partial(to.cast());
                            },
                            |__outgoing: &mut __p::server::Outgoing<'_>, __bits: u64| {
                                let __ret = <usize as __p::Scalar>::from_wire(__bits);
                                if !to.is_null() {
                                    let __bytes = __generate_to_filled(__ret);
                                    __outgoing.filled(to.cast(), __bytes);
                                }
                            },
                        ),
                    )
                }
            }
            pub(super) static log_pool: __p::server::Pool = __p::server::Pool::new();
            pub(super) static log_table: [unsafe extern "C" fn(
                u32,
                *const c_char,
                usize,
                *const queue,
            ); __p::server::POOL] = __p::callback_table!(log);
            pub(super) unsafe extern "C" fn log<const __N: usize>(
                level: u32,
                text: *const c_char,
                n: usize,
                queues: *const queue,
            ) {
                unsafe {
                    __p::server::call_back(
                        "log",
                        __p::server::Found::Slot(&log_pool, __N),
                        |__outgoing: &mut __p::server::Outgoing<'_>| {
                            __outgoing.word(<u32 as __p::Scalar>::to_wire(level));
                            let __len = if text.is_null() { 0 } else { 0 };
                            __outgoing.cstr(text.cast(), __len);
                            __outgoing.word(<usize as __p::Scalar>::to_wire(n));
                            let __layout = if queues.is_null() {
                                __p::Layout::bytes(0)
                            } else {
                                __log_queues_layout(n)
                            };
                            __outgoing.input(queues.cast(), &__layout);
                        },
                        |_, _| (),
                    );
                }
            }
        }
        fn __load(
            find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
        ) -> ::std::boxed::Box<__p::server::Vendor> {
            ::std::boxed::Box::new(Vendor::load(find))
        }
        mod handlers {
            use super::*;
            pub(super) unsafe fn toyWatch(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyWatch = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_q = __call.handle::<kind::queue>(__wire.q)?;
                    __call.ready()?;
                    let __data = __call
                        .register_callbacks(
                            &[(0u16, __wire.done), (0u16, __wire.failed)],
                            __wire.data,
                            __p::server::Lifetime::Once,
                        )?;
                    let __v_data = <*mut c_void as __p::Scalar>::from_wire(__data);
                    let __v_done: notify = match __wire.done {
                        0 => ::core::option::Option::None,
                        _ => Some(callbacks::notify::<0>),
                    };
                    let __v_failed: notify = match __wire.failed {
                        0 => ::core::option::Option::None,
                        _ => Some(callbacks::notify::<1>),
                    };
                    let __ret = __vendor.toyWatch(__v_q, __v_done, __v_failed, __v_data);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyFill(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyFill = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    __call.ready()?;
                    let __data = __call
                        .register_callbacks(
                            &[(1u16, __wire.f)],
                            __wire.data,
                            __p::server::Lifetime::Call,
                        )?;
                    let __v_data = <*mut c_void as __p::Scalar>::from_wire(__data);
                    let __v_f: produce = match __wire.f {
                        0 => ::core::option::Option::None,
                        _ => Some(callbacks::produce::<0>),
                    };
                    let __ret = __vendor.toyFill(__v_f, __v_data);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyHooks(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyHooks = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __r_h = ::core::cell::Cell::<
                        *const hooks,
                    >::new(0usize as *const hooks);
                    let __v_h = __call
                        .tree(
                            __wire.h,
                            false,
                            &|__w| __toyHooks_h_walk(__r_h.as_ptr(), 0, __w),
                        )?;
                    __call.ready()?;
                    let __ret = __vendor.toyHooks(__r_h.get().cast());
                    let __ok = __ret == __status_ok;
                    __call
                        .send_tree(
                            __v_h,
                            __ok,
                            &|__w| __toyHooks_h_walk(__r_h.as_ptr(), 0, __w),
                        )?;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyInspect(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyInspect = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    __call.ready()?;
                    let __data = __call
                        .register_callbacks(
                            &[(4u16, __wire.f)],
                            __wire.data,
                            __p::server::Lifetime::Kept,
                        )?;
                    let __v_data = <*mut c_void as __p::Scalar>::from_wire(__data);
                    let __v_f: inspect = match __wire.f {
                        0 => ::core::option::Option::None,
                        _ => Some(callbacks::inspect::<0>),
                    };
                    let __ret = __vendor.toyInspect(__v_f, __v_data);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyGenerate(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyGenerate = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    __call.ready()?;
                    let __data = __call
                        .register_callbacks(
                            &[(5u16, __wire.f)],
                            __wire.data,
                            __p::server::Lifetime::Call,
                        )?;
                    let __v_data = <*mut c_void as __p::Scalar>::from_wire(__data);
                    let __v_f: generate = match __wire.f {
                        0 => ::core::option::Option::None,
                        _ => Some(callbacks::generate::<0>),
                    };
                    let __ret = __vendor.toyGenerate(__v_f, __v_data);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyLog(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyLog = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    __call.ready()?;
                    let __v_f: log = __call
                        .register_slot(
                            "log",
                            &callbacks::log_pool,
                            6u16,
                            __wire.f,
                            __p::server::Lifetime::Kept,
                        )?
                        .map(|__n| callbacks::log_table[__n]);
                    let __ret = __vendor.toyLog(__v_f);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn toyNew(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::toyNew = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_n = <u32 as __p::Scalar>::from_wire(__wire.n);
                    __call.ready()?;
                    let __ret = __vendor.toyNew(__v_n);
                    let __ok = __ret == __status_ok;
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
        pub type toyWatch_0 = queue;
        pub type toyWatch_1 = notify;
        pub type toyWatch_2 = notify;
        pub type toyWatch_3 = *mut c_void;
        pub type toyWatch_ret = status;
        pub type toyFill_0 = produce;
        pub type toyFill_1 = *mut c_void;
        pub type toyFill_ret = status;
        pub type toyHooks_0 = *const hooks;
        pub type toyHooks_ret = status;
        pub type toyInspect_0 = inspect;
        pub type toyInspect_1 = *mut c_void;
        pub type toyInspect_ret = status;
        pub type toyGenerate_0 = generate;
        pub type toyGenerate_1 = *mut c_void;
        pub type toyGenerate_ret = status;
        pub type toyLog_0 = log;
        pub type toyLog_ret = status;
        pub type toyAddress_0 = *const c_char;
        pub type toyAddress_ret = *mut c_void;
    }
}
/// Emits the C symbols of the guest library. For a crate that is nothing but that library.
#[macro_export]
macro_rules! export_guest {
    () => {
        #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #[allow(clippy::all, clippy::undocumented_unsafe_blocks)] mod exported { #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyWatch(a0 : $crate::toy::abi::toyWatch_0,
        a1 : $crate::toy::abi::toyWatch_1, a2 : $crate::toy::abi::toyWatch_2, a3 :
        $crate::toy::abi::toyWatch_3) -> $crate::toy::abi::toyWatch_ret { unsafe {
        $crate::toy::guest::toyWatch(a0, a1, a2, a3) } } #[unsafe (no_mangle)] pub unsafe
        extern "C" fn toyFill(a0 : $crate::toy::abi::toyFill_0, a1 :
        $crate::toy::abi::toyFill_1) -> $crate::toy::abi::toyFill_ret { unsafe {
        $crate::toy::guest::toyFill(a0, a1) } } #[unsafe (no_mangle)] pub unsafe extern
        "C" fn toyHooks(a0 : $crate::toy::abi::toyHooks_0) ->
        $crate::toy::abi::toyHooks_ret { unsafe { $crate::toy::guest::toyHooks(a0) } }
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyInspect(a0 :
        $crate::toy::abi::toyInspect_0, a1 : $crate::toy::abi::toyInspect_1) ->
        $crate::toy::abi::toyInspect_ret { unsafe { $crate::toy::guest::toyInspect(a0,
        a1) } } #[unsafe (no_mangle)] pub unsafe extern "C" fn toyGenerate(a0 :
        $crate::toy::abi::toyGenerate_0, a1 : $crate::toy::abi::toyGenerate_1) ->
        $crate::toy::abi::toyGenerate_ret { unsafe { $crate::toy::guest::toyGenerate(a0,
        a1) } } #[unsafe (no_mangle)] pub unsafe extern "C" fn toyLog(a0 :
        $crate::toy::abi::toyLog_0) -> $crate::toy::abi::toyLog_ret { unsafe {
        $crate::toy::guest::toyLog(a0) } } #[unsafe (no_mangle)] pub unsafe extern "C" fn
        toyAddress(a0 : $crate::toy::abi::toyAddress_0) ->
        $crate::toy::abi::toyAddress_ret { unsafe { $crate::toy::guest::toyAddress(a0) }
        } #[unsafe (no_mangle)] pub static ava_guest_library : [u8; 16] =
        $crate::toy::SPEC_HASH; }
    };
}
