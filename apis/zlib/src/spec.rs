//! The specification of zlib.

ava_core::ava_api! {
    /// zlib. A stream's state is the server's; the `z_stream` itself is the application's, and every call carries what the
    /// call uses of it: `deflate` and `inflate` the data, the others only its numbers.
    #[api(name = "zlib", version = "1.2.13", ffi = crate::ffi, library = ["libz.so.1"])]
    pub mod zlib {
        use std::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};
        use std::ptr::null_mut;

        use crate::ffi::*;
        use crate::{back, local, remote, sums};

        /// Most that a dictionary can hold.
        const MAX_WINDOW: usize = 32768;

        #[status(ok = Z_OK, lost = Z_STREAM_ERROR, refused = Z_MEM_ERROR)]
        type c_int;

        // What most functions see of a stream. `next_in` and `next_out` may point to memory that is gone, or to none at all, where a
        // function does not use them, so only those that do describe them. The application's allocators are not called: the
        // server's library uses its own.
        #[structure(
            field(next_in, local), field(next_out, local), field(msg, output(cstr, lifetime = Static)),
            field(state, local), field(zalloc, local), field(zfree, local), field(opaque, local)
        )]
        type z_stream;

        // Compressing.
        unsafe extern "C" {
            #[after(local::begun_deflate)]
            fn deflateInit_(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                level: c_int,
                #[input(cstr)] version: *const c_char,
                stream_size: c_int,
            ) -> c_int;
            #[after(local::begun_deflate2)]
            fn deflateInit2_(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                level: c_int,
                method: c_int,
                windowBits: c_int,
                memLevel: c_int,
                strategy: c_int,
                #[input(cstr)] version: *const c_char,
                stream_size: c_int,
            ) -> c_int;
            #[after(local::used)]
            fn deflate(
                #[inout(lifetime = Manual, always,
                    field(next_in, input(bytes = this.avail_in)),
                    field(next_out, output(bytes = this.avail_out, filled = was.avail_out - this.avail_out, always)),
                    field(msg, output(cstr, lifetime = Static)),
                    field(state, local), field(zalloc, local), field(zfree, local), field(opaque, local))]
                strm: *mut z_stream,
                flush: c_int,
            ) -> c_int;
            /// A stream with output left is freed as well, and that is an error.
            #[success(ret != Z_STREAM_ERROR)]
            #[after(local::ended_deflate)]
            fn deflateEnd(#[inout(lifetime = Manual, always, frees)] strm: *mut z_stream) -> c_int;
            #[after(local::reset)]
            fn deflateReset(#[inout(lifetime = Manual, always)] strm: *mut z_stream) -> c_int;
            fn deflateParams(strm: *mut z_stream, level: c_int, strategy: c_int) -> c_int {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { local::params(strm, level, strategy) }
            }
            fn deflateSetDictionary(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                #[input(bytes = dictLength)] dictionary: *const Bytef,
                dictLength: uInt,
            ) -> c_int;
            fn deflateCopy(dest: *mut z_stream, source: *mut z_stream) -> c_int {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { local::copy(dest, source, guest::copy_deflate) }
            }
            #[since("ZLIB_1.2.0")]
            fn deflateBound(#[input(lifetime = Manual)] strm: *mut z_stream, sourceLen: uLong) -> uLong;
            #[since("ZLIB_1.2.0.8")]
            fn deflatePrime(
                #[input(lifetime = Manual)] strm: *mut z_stream,
                bits: c_int,
                value: c_int,
            ) -> c_int;
            #[since("ZLIB_1.2.2.3")]
            fn deflateTune(
                #[input(lifetime = Manual)] strm: *mut z_stream,
                good_length: c_int,
                max_lazy: c_int,
                nice_length: c_int,
                max_chain: c_int,
            ) -> c_int;
            #[since("ZLIB_1.2.5.1")]
            fn deflatePending(
                #[input(lifetime = Manual)] strm: *mut z_stream,
                #[output] pending: *mut c_uint,
                #[output] bits: *mut c_int,
            ) -> c_int;
            #[since("ZLIB_1.2.5.2")]
            #[after(local::reset_keep)]
            fn deflateResetKeep(#[inout(lifetime = Manual, always)] strm: *mut z_stream) -> c_int;
            #[since("ZLIB_1.2.9")]
            fn deflateGetDictionary(
                #[input(lifetime = Manual)] strm: *mut z_stream,
                #[output(bytes = MAX_WINDOW, filled = *dictLength)] dictionary: *mut Bytef,
                #[output] dictLength: *mut uInt,
            ) -> c_int;
            /// The library would read the header, and what it points to, at later calls.
            #[since("ZLIB_1.2.2")]
            #[unsupported(Z_STREAM_ERROR)]
            fn deflateSetHeader(strm: *mut z_stream, head: *mut gz_header) -> c_int;
        }

        // Decompressing.
        unsafe extern "C" {
            #[after(local::begun_inflate)]
            fn inflateInit_(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                #[input(cstr)] version: *const c_char,
                stream_size: c_int,
            ) -> c_int;
            #[after(local::begun_inflate2)]
            fn inflateInit2_(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                windowBits: c_int,
                #[input(cstr)] version: *const c_char,
                stream_size: c_int,
            ) -> c_int;
            fn inflate(
                #[inout(lifetime = Manual, always,
                    field(next_in, input(bytes = this.avail_in)),
                    field(next_out, output(bytes = this.avail_out, filled = was.avail_out - this.avail_out, always)),
                    field(msg, output(cstr, lifetime = Static)),
                    field(state, local), field(zalloc, local), field(zfree, local), field(opaque, local))]
                strm: *mut z_stream,
                flush: c_int,
            ) -> c_int;
            #[after(local::ended_inflate)]
            fn inflateEnd(#[inout(lifetime = Manual, always, frees)] strm: *mut z_stream) -> c_int;
            fn inflateReset(#[inout(lifetime = Manual, always)] strm: *mut z_stream) -> c_int;
            fn inflateSetDictionary(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                #[input(bytes = dictLength)] dictionary: *const Bytef,
                dictLength: uInt,
            ) -> c_int;
            fn inflateSync(
                #[inout(lifetime = Manual, always,
                    field(next_in, input(bytes = this.avail_in)),
                    field(next_out, local),
                    field(msg, output(cstr, lifetime = Static)),
                    field(state, local), field(zalloc, local), field(zfree, local), field(opaque, local))]
                strm: *mut z_stream,
            ) -> c_int;
            fn inflateSyncPoint(#[input(lifetime = Manual)] strm: *mut z_stream) -> c_int;
            #[since("ZLIB_1.2.0")]
            fn inflateCopy(dest: *mut z_stream, source: *mut z_stream) -> c_int {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { local::copy(dest, source, guest::copy_inflate) }
            }
            #[since("ZLIB_1.2.2.4")]
            fn inflatePrime(
                #[input(lifetime = Manual)] strm: *mut z_stream,
                bits: c_int,
                value: c_int,
            ) -> c_int;
            #[since("ZLIB_1.2.3.3")]
            fn inflateUndermine(#[input(lifetime = Manual)] strm: *mut z_stream, subvert: c_int) -> c_int;
            #[since("ZLIB_1.2.3.4")]
            fn inflateMark(#[input(lifetime = Manual)] strm: *mut z_stream) -> c_long;
            #[since("ZLIB_1.2.3.4")]
            fn inflateReset2(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                windowBits: c_int,
            ) -> c_int;
            #[since("ZLIB_1.2.5.2")]
            fn inflateResetKeep(#[inout(lifetime = Manual, always)] strm: *mut z_stream) -> c_int;
            #[since("ZLIB_1.2.7.1")]
            fn inflateGetDictionary(
                #[input(lifetime = Manual)] strm: *mut z_stream,
                #[output(bytes = MAX_WINDOW, filled = *dictLength)] dictionary: *mut Bytef,
                #[output] dictLength: *mut uInt,
            ) -> c_int;
            #[since("ZLIB_1.2.9")]
            fn inflateCodesUsed(#[input(lifetime = Manual)] strm: *mut z_stream) -> c_ulong;
            #[since("ZLIB_1.2.9")]
            fn inflateValidate(#[input(lifetime = Manual)] strm: *mut z_stream, check: c_int) -> c_int;
            /// The library would write to the header, and to what it points to, at later calls.
            #[since("ZLIB_1.2.2")]
            #[unsupported(Z_STREAM_ERROR)]
            fn inflateGetHeader(strm: *mut z_stream, head: *mut gz_header) -> c_int;
        }

        // The library calls the application for data and for room. Here the guest does, around `inflate`.
        #[since("ZLIB_1.2.0")]
        unsafe extern "C" {
            fn inflateBackInit_(
                strm: *mut z_stream,
                windowBits: c_int,
                window: *mut c_uchar,
                version: *const c_char,
                stream_size: c_int,
            ) -> c_int {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { back::init(strm, windowBits, window, version, stream_size) }
            }
            fn inflateBack(
                strm: *mut z_stream,
                in_: in_func,
                in_desc: *mut c_void,
                out: out_func,
                out_desc: *mut c_void,
            ) -> c_int {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { back::run(strm, in_, in_desc, out, out_desc) }
            }
            fn inflateBackEnd(strm: *mut z_stream) -> c_int {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { back::end(strm) }
            }
        }

        // All at once. A failed call leaves what it got done, too.
        unsafe extern "C" {
            fn compress(
                #[output(bytes = *destLen, filled = *destLen, always)] dest: *mut Bytef,
                #[inout(always)] destLen: *mut uLong,
                #[input(bytes = sourceLen)] source: *const Bytef,
                sourceLen: uLong,
            ) -> c_int;
            fn compress2(
                #[output(bytes = *destLen, filled = *destLen, always)] dest: *mut Bytef,
                #[inout(always)] destLen: *mut uLong,
                #[input(bytes = sourceLen)] source: *const Bytef,
                sourceLen: uLong, level: c_int,
            ) -> c_int;
            #[since("ZLIB_1.2.0")]
            fn compressBound(sourceLen: uLong) -> uLong;
            fn uncompress(
                #[output(bytes = *destLen, filled = *destLen, always)] dest: *mut Bytef,
                #[inout(always)] destLen: *mut uLong,
                #[input(bytes = sourceLen)] source: *const Bytef,
                sourceLen: uLong,
            ) -> c_int;
            #[since("ZLIB_1.2.9")]
            fn uncompress2(
                #[output(bytes = *destLen, filled = *destLen, always)] dest: *mut Bytef,
                #[inout(always)] destLen: *mut uLong,
                #[input(bytes = *sourceLen)] source: *const Bytef,
                #[inout(always)] sourceLen: *mut uLong,
            ) -> c_int;
        }

        // Checksums cannot fail: there is no value that would say so. Small buffers are summed in the guest, see `sums`; large ones by
        // the server's library, and again here if the server is gone.
        unsafe extern "C" {
            fn adler32(adler: uLong, buf: *const Bytef, len: uInt) -> uLong {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { sums::ADLER32.of(adler, buf, len as usize) }
            }
            #[since("ZLIB_1.2.9")]
            fn adler32_z(adler: uLong, buf: *const Bytef, len: z_size_t) -> uLong {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { sums::ADLER32.of(adler, buf, len) }
            }
            fn crc32(crc: uLong, buf: *const Bytef, len: uInt) -> uLong {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { sums::CRC32.of(crc, buf, len as usize) }
            }
            #[since("ZLIB_1.2.9")]
            fn crc32_z(crc: uLong, buf: *const Bytef, len: z_size_t) -> uLong {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { sums::CRC32.of(crc, buf, len) }
            }
            #[since("ZLIB_1.2.2")]
            fn adler32_combine(adler1: uLong, adler2: uLong, len2: off_t) -> uLong;
            #[since("ZLIB_1.2.2")]
            fn crc32_combine(crc1: uLong, crc2: uLong, len2: off_t) -> uLong;
            #[since("ZLIB_1.2.3.3")]
            fn adler32_combine64(adler1: uLong, adler2: uLong, len2: off64_t) -> uLong;
            #[since("ZLIB_1.2.3.3")]
            fn crc32_combine64(crc1: uLong, crc2: uLong, len2: off64_t) -> uLong;
            #[since("ZLIB_1.2.12")]
            fn crc32_combine_gen(len2: off_t) -> uLong;
            #[since("ZLIB_1.2.12")]
            fn crc32_combine_gen64(len2: off64_t) -> uLong;
            #[since("ZLIB_1.2.12")]
            fn crc32_combine_op(crc1: uLong, crc2: uLong, op: uLong) -> uLong;
        }

        // About the library. Programs use what these point to without looking, so there is always something.
        unsafe extern "C" {
            fn zlibVersion() -> *const c_char {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { local::version() }
            }
            fn zError(err: c_int) -> *const c_char {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { local::error(err) }
            }
            fn get_crc_table() -> *const z_crc_t {
                // SAFETY: passed on to the application, which keeps to zlib's contract.
                unsafe { local::crc_table() }
            }
            #[since("ZLIB_1.2.0.2")]
            fn zlibCompileFlags() -> uLong;
        }

        extern "server" {
            // May compress what is there, with the parameters before.
            fn params_used(
                #[inout(lifetime = Manual, always,
                    field(next_in, input(bytes = this.avail_in)),
                    field(next_out, output(bytes = this.avail_out, filled = was.avail_out - this.avail_out, always)),
                    field(msg, output(cstr, lifetime = Static)),
                    field(state, local), field(zalloc, local), field(zfree, local), field(opaque, local))]
                strm: *mut z_stream,
                level: c_int,
                strategy: c_int,
            ) -> c_int {
                // SAFETY: the runtime passes what the specification says.
                unsafe { vendor.deflateParams(strm, level, strategy) }
            }
            // Looks at no data.
            fn params_fresh(
                #[inout(lifetime = Manual, always)] strm: *mut z_stream,
                level: c_int,
                strategy: c_int,
            ) -> c_int {
                // SAFETY: the runtime passes what the specification says.
                unsafe { remote::params(vendor, strm, level, strategy) }
            }
            fn copy_deflate(
                #[inout(lifetime = Manual)] dest: *mut z_stream,
                #[inout(lifetime = Manual)] source: *mut z_stream,
            ) -> c_int {
                // SAFETY: the runtime passes what the specification says.
                unsafe { vendor.deflateCopy(dest, source) }
            }
            fn copy_inflate(
                #[inout(lifetime = Manual)] dest: *mut z_stream,
                #[inout(lifetime = Manual)] source: *mut z_stream,
            ) -> c_int {
                // SAFETY: the runtime passes what the specification says.
                unsafe { vendor.inflateCopy(dest, source) }
            }
            fn sum_adler32(
                sum: uLong,
                #[input(bytes = len)] buf: *const Bytef,
                len: z_size_t,
                #[output] result: *mut uLong,
            ) -> c_int {
                // SAFETY: the runtime passes what the specification says.
                unsafe { result.write(vendor.adler32_z(sum, buf, len)) };
                Z_OK
            }
            fn sum_crc32(
                sum: uLong,
                #[input(bytes = len)] buf: *const Bytef,
                len: z_size_t,
                #[output] result: *mut uLong,
            ) -> c_int {
                // SAFETY: the runtime passes what the specification says.
                unsafe { result.write(vendor.crc32_z(sum, buf, len)) };
                Z_OK
            }
            #[returns(cstr, lifetime = Static)]
            fn server_version() -> *const c_char {
                // SAFETY: the runtime passes what the specification says.
                unsafe { vendor.zlibVersion() }
            }
            #[returns(cstr, lifetime = Static)]
            fn server_error(err: c_int) -> *const c_char {
                // SAFETY: the runtime passes what the specification says.
                unsafe { vendor.zError(err) }
            }
            #[returns(len = 256, lifetime = Static)]
            fn server_crc_table() -> *const z_crc_t {
                // SAFETY: the runtime passes what the specification says.
                unsafe { vendor.get_crc_table() }
            }
        }

        // Files are the application's: its paths and descriptors mean nothing to the server. No file can be opened, and each function does
        // what it does with the null file. `gzprintf`, which takes any number of arguments, stands in the guest library.
        unsafe extern "C" {
            #[unsupported(null_mut())]
            fn gzopen(path: *const c_char, mode: *const c_char) -> gzFile;
            #[since("ZLIB_1.2.3.3")]
            #[unsupported(null_mut())]
            fn gzopen64(path: *const c_char, mode: *const c_char) -> gzFile;
            #[unsupported(null_mut())]
            fn gzdopen(fd: c_int, mode: *const c_char) -> gzFile;
            #[since("ZLIB_1.2.3.5")]
            #[unsupported(-1)]
            fn gzbuffer(file: gzFile, size: c_uint) -> c_int;
            #[unsupported(Z_STREAM_ERROR)]
            fn gzsetparams(file: gzFile, level: c_int, strategy: c_int) -> c_int;
            #[unsupported(-1)]
            fn gzread(file: gzFile, buf: *mut c_void, len: c_uint) -> c_int;
            #[since("ZLIB_1.2.9")]
            #[unsupported(0)]
            fn gzfread(buf: *mut c_void, size: z_size_t, nitems: z_size_t, file: gzFile) -> z_size_t;
            #[unsupported(0)]
            fn gzwrite(file: gzFile, buf: *const c_void, len: c_uint) -> c_int;
            #[since("ZLIB_1.2.9")]
            #[unsupported(0)]
            fn gzfwrite(buf: *const c_void, size: z_size_t, nitems: z_size_t, file: gzFile) -> z_size_t;
            #[since("ZLIB_1.2.7.1")]
            #[unsupported(Z_STREAM_ERROR)]
            fn gzvprintf(file: gzFile, format: *const c_char, va: *mut __va_list_tag) -> c_int;
            #[unsupported(-1)]
            fn gzputs(file: gzFile, s: *const c_char) -> c_int;
            #[unsupported(null_mut())]
            fn gzgets(file: gzFile, buf: *mut c_char, len: c_int) -> *mut c_char;
            #[unsupported(-1)]
            fn gzputc(file: gzFile, c: c_int) -> c_int;
            #[unsupported(-1)]
            fn gzgetc(file: gzFile) -> c_int;
            #[since("ZLIB_1.2.5.2")]
            #[unsupported(-1)]
            fn gzgetc_(file: gzFile) -> c_int;
            #[since("ZLIB_1.2.0.2")]
            #[unsupported(-1)]
            fn gzungetc(c: c_int, file: gzFile) -> c_int;
            #[unsupported(Z_STREAM_ERROR)]
            fn gzflush(file: gzFile, flush: c_int) -> c_int;
            #[unsupported(-1)]
            fn gzseek(file: gzFile, offset: off_t, whence: c_int) -> off_t;
            #[since("ZLIB_1.2.3.3")]
            #[unsupported(-1)]
            fn gzseek64(file: gzFile, offset: off64_t, whence: c_int) -> off64_t;
            #[unsupported(-1)]
            fn gzrewind(file: gzFile) -> c_int;
            #[unsupported(-1)]
            fn gztell(file: gzFile) -> off_t;
            #[since("ZLIB_1.2.3.3")]
            #[unsupported(-1)]
            fn gztell64(file: gzFile) -> off64_t;
            #[since("ZLIB_1.2.3.5")]
            #[unsupported(-1)]
            fn gzoffset(file: gzFile) -> off_t;
            #[since("ZLIB_1.2.3.5")]
            #[unsupported(-1)]
            fn gzoffset64(file: gzFile) -> off64_t;
            #[unsupported(0)]
            fn gzeof(file: gzFile) -> c_int;
            #[since("ZLIB_1.2.2.3")]
            #[unsupported(0)]
            fn gzdirect(file: gzFile) -> c_int;
            #[unsupported(Z_STREAM_ERROR)]
            fn gzclose(file: gzFile) -> c_int;
            #[since("ZLIB_1.2.3.5")]
            #[unsupported(Z_STREAM_ERROR)]
            fn gzclose_r(file: gzFile) -> c_int;
            #[since("ZLIB_1.2.3.5")]
            #[unsupported(Z_STREAM_ERROR)]
            fn gzclose_w(file: gzFile) -> c_int;
            #[unsupported(Z_STREAM_ERROR)]
            fn gzerror(file: gzFile, errnum: *mut c_int) -> *const c_char;
            #[since("ZLIB_1.2.0.2")]
            #[unsupported(())]
            fn gzclearerr(file: gzFile);
        }
    }
}
