pub mod toy {
    #[allow(unused_imports)]
    use ::ava_core::__private as __p;
    use crate::ffi::*;
    #[allow(non_camel_case_types, missing_docs)]
    pub type notify = ::core::option::Option<unsafe extern "C" fn(u32, *mut c_void)>;
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
    #[allow(non_snake_case, unused_variables, clippy::too_many_arguments)]
    unsafe fn __toyVersion_body() -> u32 {
        3
    }
    #[allow(non_snake_case, unused_variables, clippy::too_many_arguments)]
    unsafe fn __measure_body(
        vendor: &server::Vendor,
        what: u32,
        result: *mut u64,
    ) -> status {
        hooks::measure(vendor, what, result)
    }
    const _: unsafe extern "C" fn() -> u32 = crate::ffi::toyVersion;
    const _: unsafe extern "C" fn(notify, *mut c_void, *mut c_void) -> status = crate::ffi::toyWatch;
    const _: unsafe extern "C" fn(usize, *mut status) -> *mut c_void = crate::ffi::toyMap;
    /// Hash of the specification, on which guest and server agree.
    pub const SPEC_HASH: [u8; 16] = [
        181, 208, 33, 202, 55, 205, 169, 240, 9, 152, 202, 157, 97, 126, 48, 126,
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
                name: "measure",
                args: ::core::mem::size_of::<wire::measure>() as u32,
                may_async: false,
                record: false,
                record_key: &[],
                tickets: &[],
                news: &[],
                frees: &[],
                costs: &[],
                params: &[
                    __p::ParamDesc {
                        name: "result",
                        offset: ::core::mem::offset_of!(wire::measure, result) as u32,
                        length: "one element",
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
            pub f: u64,
            pub data: u64,
            pub cookie: u64,
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
        pub struct measure {
            pub what: u64,
            pub result: __p::BufRef,
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
            .with_callbacks(&[callbacks::notify]);
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
        ///Answered in the guest.
        pub unsafe extern "C" fn toyVersion() -> u32 {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyVersion() };
                }
                __p::guest::local(
                    &CLIENT,
                    |_: __p::guest::Fail| unsafe { ::core::mem::zeroed() },
                    || unsafe {
                        let __ret = __toyVersion_body();
                        __ret
                    },
                )
            }
        }
        ///Forwarded to the API server.
        pub unsafe extern "C" fn toyWatch(
            f: notify,
            data: *mut c_void,
            cookie: *mut c_void,
        ) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyWatch(f, data, cookie) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::toyWatch>();
                        let __w_f = __call
                            .callback(f.map_or(0, |__f| __f as usize as u64))?;
                        let __w_data = <*mut c_void as __p::Scalar>::to_wire(data);
                        let __w_cookie = <*mut c_void as __p::Scalar>::to_wire(cookie);
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::toyWatch {
                            f: __w_f,
                            data: __w_data,
                            cookie: __w_cookie,
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
        ///Not supported: returns an error.
        pub unsafe extern "C" fn toyMap(size: usize, err: *mut status) -> *mut c_void {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_toyMap(size, err) };
                }
                __p::guest::unsupported(&CLIENT, "toyMap");
                if !err.is_null() {
                    err.write(BAD_VALUE);
                }
                ::core::mem::zeroed()
            }
        }
        ///Runs in the API server.
        pub unsafe extern "C" fn measure(what: u32, result: *mut u64) -> status {
            unsafe {
                if __p::guest::trace::is_on() {
                    return unsafe { traced::log_measure(what, result) };
                }
                __p::guest::stub(
                    &CLIENT,
                    __status_of,
                    |__call: &mut __p::guest::Call<'_>| {
                        __call.begin::<wire::measure>();
                        let __w_what = <u32 as __p::Scalar>::to_wire(what);
                        let __w_result = {
                            __p::assert_plain::<u64>();
                            let __layout = __p::Layout::elements::<u64>(1);
                            __call.output(result.cast(), &__layout, __p::Opts::NONE)?
                        };
                        let __mode = __p::Mode::Sync;
                        let __wire = wire::measure {
                            what: __w_what,
                            result: __w_result,
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
        /// Calls of the application's functions.
        mod callbacks {
            use super::*;
            pub(super) unsafe fn notify(
                __incoming: &mut __p::guest::Incoming<'_>,
            ) -> u64 {
                unsafe {
                    let __function: unsafe extern "C" fn(u32, *mut c_void) = ::core::mem::transmute(
                        __incoming.function(),
                    );
                    let what = <u32 as __p::Scalar>::from_wire(__incoming.word());
                    let data: *mut c_void = __p::Scalar::from_wire(
                        __incoming.userdata(),
                    );
                    let __ret = __function(what, data);
                    {
                        let () = __ret;
                        0
                    }
                }
            }
        }
        static STUBS: &[__p::guest::Stub] = &[
            __p::guest::Stub::new(
                "toyVersion",
                toyVersion as *const (),
                ::core::option::Option::None,
            ),
            __p::guest::Stub::new("toyWatch", toyWatch as *const (), Some(1u16)),
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
                ((BAD_VALUE) as i64, "BAD_VALUE"),
            ];
            #[cold]
            pub unsafe extern "C" fn log_toyVersion() -> u32 {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyVersion",
                        __p::guest::trace::Kind::Local,
                        |__call| {},
                        || super::toyVersion(),
                        |__call, __ret| {
                            __call
                                .returns(__ret, (&&&__p::Looks::<u32>::NEW).look(), false);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyWatch(
                f: notify,
                data: *mut c_void,
                cookie: *mut c_void,
            ) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyWatch",
                        __p::guest::trace::Kind::Forwarded(0u16),
                        |__call| {
                            __call
                                .value(
                                    "f",
                                    f,
                                    (&&&__p::Looks::<*const u8>::NEW).look(),
                                    false,
                                );
                            __call.pointer("data", data.cast());
                            __call.pointer("cookie", cookie.cast());
                        },
                        || super::toyWatch(f, data, cookie),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                        },
                    )
                }
            }
            #[cold]
            pub unsafe extern "C" fn log_toyMap(
                size: usize,
                err: *mut status,
            ) -> *mut c_void {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "toyMap",
                        __p::guest::trace::Kind::Unsupported,
                        |__call| {
                            __call
                                .value(
                                    "size",
                                    size,
                                    (&&&__p::Looks::<usize>::NEW).look(),
                                    false,
                                );
                            __call.pointer("err", err.cast());
                        },
                        || super::toyMap(size, err),
                        |__call, __ret| {
                            __call
                                .returns(
                                    __ret,
                                    (&&&__p::Looks::<*mut c_void>::NEW).look(),
                                    false,
                                );
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
            pub unsafe extern "C" fn log_measure(what: u32, result: *mut u64) -> status {
                unsafe {
                    __p::guest::trace::call(
                        &CLIENT,
                        "measure",
                        __p::guest::trace::Kind::Forwarded(1u16),
                        |__call| {
                            __call
                                .value(
                                    "what",
                                    what,
                                    (&&&__p::Looks::<u32>::NEW).look(),
                                    false,
                                );
                            __call.pointer("result", result.cast());
                        },
                        || super::measure(what, result),
                        |__call, __ret| {
                            __call.status(__ret as i64, __STATUSES);
                            __call
                                .output(
                                    "result",
                                    result.cast(),
                                    (&&&__p::Looks::<u64>::NEW).look(),
                                    __p::guest::trace::Travels {
                                        place: ::core::mem::offset_of!(wire::measure, result),
                                        ticket: None,
                                        always: false,
                                    },
                                    &|__call| __p::Layout::elements::<u64>(1).handles,
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
            pub toyVersion: ::core::option::Option<unsafe extern "C" fn() -> u32>,
            pub toyWatch: ::core::option::Option<
                unsafe extern "C" fn(notify, *mut c_void, *mut c_void) -> status,
            >,
            pub toyMap: ::core::option::Option<
                unsafe extern "C" fn(usize, *mut status) -> *mut c_void,
            >,
        }
        impl Vendor {
            /// Asks `find` for every function.
            pub fn load(
                find: &mut dyn FnMut(&::core::ffi::CStr) -> *mut ::core::ffi::c_void,
            ) -> Self {
                Self {
                    toyVersion: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyVersion"))
                    },
                    toyWatch: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyWatch"))
                    },
                    toyMap: unsafe {
                        ::core::mem::transmute::<
                            *mut ::core::ffi::c_void,
                            _,
                        >(find(c"toyMap"))
                    },
                }
            }
            pub unsafe fn toyVersion(&self) -> u32 {
                match self.toyVersion {
                    Some(__function) => unsafe { __function() }
                    None => unsafe { ::core::mem::zeroed() }
                }
            }
            pub unsafe fn toyWatch(
                &self,
                f: notify,
                data: *mut c_void,
                cookie: *mut c_void,
            ) -> status {
                match self.toyWatch {
                    Some(__function) => unsafe { __function(f, data, cookie) }
                    None => unsafe { __status_unsupported }
                }
            }
            pub unsafe fn toyMap(&self, size: usize, err: *mut status) -> *mut c_void {
                match self.toyMap {
                    Some(__function) => unsafe { __function(size, err) }
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
        }
        /// The API as its server knows it.
        pub static API: __p::server::ServerApi = __p::server::ServerApi {
            desc: &super::DESC,
            load: __load,
            dispatch: &[handlers::toyWatch, handlers::measure],
            registries: &[],
            kinds: &[],
            warm: ::core::option::Option::None,
            callbacks: &[
                __p::server::CallbackOps {
                    name: "notify",
                    pool: ::core::option::Option::None,
                    trampoline: |_| 0,
                },
            ],
            available: __available,
        };
        fn __available(vendor: &__p::server::Vendor, function: u16) -> bool {
            let Some(vendor) = vendor.downcast_ref::<Vendor>() else { return false };
            match function {
                1u16 => (vendor.toyWatch).is_some(),
                _ => false,
            }
        }
        /// What the vendor calls in place of the application's functions.
        mod callbacks {
            use super::*;
            pub(super) unsafe extern "C" fn notify<const __N: usize>(
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
                            __outgoing.word(<u32 as __p::Scalar>::to_wire(what));
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
                    let __v_cookie = <*mut c_void as __p::Scalar>::from_wire(
                        __wire.cookie,
                    );
                    __call.ready()?;
                    let __data = __call
                        .register_callbacks(
                            &[(0u16, __wire.f)],
                            __wire.data,
                            __p::server::Lifetime::Kept,
                        )?;
                    let __v_data = <*mut c_void as __p::Scalar>::from_wire(__data);
                    let __v_f: notify = match __wire.f {
                        0 => ::core::option::Option::None,
                        _ => Some(callbacks::notify::<0>),
                    };
                    let __ret = __vendor.toyWatch(__v_f, __v_data, __v_cookie);
                    let __ok = __ret == __status_ok;
                    __call.complete(__p::Scalar::to_wire(__ret), __ok)
                }
            }
            pub(super) unsafe fn measure(
                __call: &mut __p::server::Call<'_>,
            ) -> Result<(), __p::server::Refusal> {
                unsafe {
                    let __wire: wire::measure = __call.args()?;
                    let __vendor = __call.vendor::<Vendor>()?;
                    let __v_what = <u32 as __p::Scalar>::from_wire(__wire.what);
                    let __v_result = {
                        let __layout = if __wire.result.is_null() {
                            __p::Layout::bytes(0)
                        } else {
                            __p::Layout::elements::<u64>(1)
                        };
                        __call.output(__wire.result, &__layout, __p::Opts::NONE)?
                    };
                    __call.ready()?;
                    let __ret = __measure_body(
                        __vendor,
                        __v_what,
                        __v_result.ptr::<u64>(),
                    );
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
        pub type toyVersion_ret = u32;
        pub type toyWatch_0 = notify;
        pub type toyWatch_1 = *mut c_void;
        pub type toyWatch_2 = *mut c_void;
        pub type toyWatch_ret = status;
        pub type toyMap_0 = usize;
        pub type toyMap_1 = *mut status;
        pub type toyMap_ret = *mut c_void;
    }
}
/// Emits the C symbols of the guest library. For a crate that is nothing but that library.
#[macro_export]
macro_rules! export_guest {
    () => {
        #[allow(missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #[allow(clippy::all, clippy::undocumented_unsafe_blocks)] mod exported { #[unsafe
        (no_mangle)] pub unsafe extern "C" fn toyVersion() ->
        $crate::toy::abi::toyVersion_ret { unsafe { $crate::toy::guest::toyVersion() } }
        #[unsafe (no_mangle)] pub unsafe extern "C" fn toyWatch(a0 :
        $crate::toy::abi::toyWatch_0, a1 : $crate::toy::abi::toyWatch_1, a2 :
        $crate::toy::abi::toyWatch_2) -> $crate::toy::abi::toyWatch_ret { unsafe {
        $crate::toy::guest::toyWatch(a0, a1, a2) } } #[unsafe (no_mangle)] pub unsafe
        extern "C" fn toyMap(a0 : $crate::toy::abi::toyMap_0, a1 :
        $crate::toy::abi::toyMap_1) -> $crate::toy::abi::toyMap_ret { unsafe {
        $crate::toy::guest::toyMap(a0, a1) } } #[unsafe (no_mangle)] pub static
        ava_guest_library : [u8; 16] = $crate::toy::SPEC_HASH; }
    };
}
