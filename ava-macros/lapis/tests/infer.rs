//! What inference makes of a header: one rule a test. The headers are what bindgen prints for C.

mod common;

use common::errors;
use lapis::infer::{Header, Options, Preliminary, UNDECIDED, infer};

/// Types and constants that the tests share.
const TYPES: &str = r#"
    pub type st = i32;
    pub const T_OK: u32 = 0;
    pub const T_INVALID_QUEUE: i32 = -3;
    pub const T_INVALID_HANDLE: i32 = -4;
    pub const T_INVALID_WAIT_LIST: i32 = -5;
    #[repr(C)] pub struct _queue { _unused: [u8; 0] }
    pub type t_queue = *mut _queue;
    #[repr(C)] pub struct _file { _unused: [u8; 0] }
    pub type t_file = *mut _file;
    #[repr(C)] pub struct extent { pub width: u32, pub height: u32 }
    #[repr(C)] pub struct window { pub title: *const ::std::os::raw::c_char }
    pub type bytes_t = *mut ::std::os::raw::c_void;
    pub type notify_t = ::std::option::Option<
        unsafe extern "C" fn(queue: t_queue, data: *mut ::std::os::raw::c_void) -> ::std::os::raw::c_int>;
    unsafe extern "C" {
        pub fn tRetainQueue(queue: t_queue) -> st;
        pub fn tReleaseQueue(queue: t_queue) -> st;
        pub fn tOpen(path: *const ::std::os::raw::c_char) -> t_file;
        pub fn tStatus() -> st;
    }
"#;

fn of(items: &str) -> Preliminary {
    let header = Header::read(&syn::parse_str(items).unwrap());
    let options = Options { name: "t".into(), library: Some("libt.so.1".into()), ..Options::default() };
    infer(&header, &options)
}

/// What the specification says of the one function in `prototype`, comments included, on one line.
fn described(prototype: &str) -> String {
    let text = of(&format!("{TYPES} unsafe extern \"C\" {{ {prototype} }}")).text;
    let name = prototype.split_once("fn ").unwrap().1.split_once('(').unwrap().0;
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.starts_with(&format!("fn {name}("))).unwrap();
    let start =
        lines[..at].iter().rposition(|line| line.is_empty() || line.ends_with(['{', ';', '}'])).unwrap() + 1;
    let end = at + lines[at..].iter().position(|line| line.ends_with([';', '{'])).unwrap();
    lines[start..=end].join(" ").replace("( ", "(").replace(", )", ")")
}

/// That the parameters of `fn f(params) -> st` become `expected`.
#[track_caller]
fn params(params: &str, expected: &str) {
    assert_eq!(described(&format!("pub fn tDo({params}) -> st;")), format!("fn tDo({expected}) -> st;"));
}

/// That the parameters of the function `name` become `expected`.
#[track_caller]
fn params_of(name: &str, params: &str, expected: &str) {
    assert_eq!(
        described(&format!("pub fn {name}({params}) -> st;")),
        format!("fn {name}({expected}) -> st;")
    );
}

/// That the last of `params` is left to the author, and that the comment offers `choice`.
#[track_caller]
fn undecided(name: &str, params: &str, choice: &str) {
    let text = described(&format!("pub fn {name}({params}) -> st;")).replace(" // ", " ");
    assert!(text.contains("TODO(spec): ") && text.contains(choice), "{text}");
    let comment = text.split("TODO(spec)").last().unwrap();
    assert!(!comment.contains("] "), "the parameter has no descriptor: {text}");
}

#[test]
fn const_pointers_with_a_count_are_inputs() {
    for (count, pointer) in
        [("num_xs", "xs"), ("numXs", "xs"), ("x_count", "x"), ("n_xs", "xs"), ("nxs", "xs"), ("xLen", "x")]
    {
        params(
            &format!("{count}: u32, {pointer}: *const f32"),
            &format!("{count}: u32, #[input(len = {count})] {pointer}: *const f32"),
        );
    }
}

#[test]
fn sizes_count_bytes_of_what_has_no_type_and_elements_of_what_has_one() {
    params("x: *const c_void, x_size: usize", "#[input(bytes = x_size)] x: *const c_void, x_size: usize");
    params("x: *const c_char, x_size: usize", "#[input(bytes = x_size)] x: *const c_char, x_size: usize");
    params("x: *const f32, x_size: usize", "#[input(len = x_size)] x: *const f32, x_size: usize");
    params("x: *const f32, x_bytes: usize", "#[input(bytes = x_bytes)] x: *const f32, x_bytes: usize");
}

#[test]
fn a_length_without_a_name_belongs_to_what_stands_beside_it() {
    params("size: usize, data: *const c_void", "size: usize, #[input(bytes = size)] data: *const c_void");
    params(
        "dst: *mut c_void, src: *const c_void, count: usize",
        "#[output(bytes = count)] dst: *mut c_void, #[input(bytes = count)] src: *const c_void, count: usize",
    );
    params(
        "dstHost: *mut c_void, address: u64, ByteCount: usize",
        "#[output(bytes = ByteCount)] dstHost: *mut c_void, address: u64, ByteCount: usize",
    );
}

#[test]
fn two_lengths_in_a_row_are_neither_alone() {
    undecided("tDo", "size: usize, nitems: usize, x: *const c_void", "input(bytes = SIZE)");
}

#[test]
fn a_length_behind_a_pointer_is_room_before_and_filled_after() {
    params(
        "dest: *mut u8, destLen: *mut u64",
        "#[output(len = *destLen, filled = *destLen)] dest: *mut u8, #[inout] destLen: *mut u64",
    );
    // A query may give a length without having been given one.
    undecided("tGetWords", "words: *mut u8, wordsLen: *mut u64", "`output` if it says only after the call");
}

#[test]
fn strings_without_a_length_end_with_a_zero() {
    params("name: *const c_char", "#[input(cstr)] name: *const c_char");
}

#[test]
fn results_are_outputs() {
    params("errcode_ret: *mut st", "#[output] errcode_ret: *mut st");
    params("x_size_ret: *mut usize", "#[output] x_size_ret: *mut usize");
    params_of("tGetWidth", "width: *mut u32", "#[output] width: *mut u32");
    // `glGetClipPlane` writes four.
    undecided("tGetPlane", "equation: *mut f64", "one value or many");
    undecided("tGetOrigin", "origin: *mut f64", "one value or many");
    undecided("tDo", "width: *mut u32", "`output`, `inout`, `input`");
    undecided("tDo", "widths: *mut u32", "`output(len = N)`");
}

#[test]
fn a_query_that_is_called_twice_is_one_descriptor() {
    params_of(
        "tGetInfo",
        "size: usize, value: *mut c_void, size_ret: *mut usize",
        "size: usize, #[output(bytes = size, filled = *size_ret)] value: *mut c_void, #[output] size_ret: *mut usize",
    );
    params_of(
        "tGetQueues",
        "num_entries: u32, queues: *mut t_queue, num_queues: *mut u32",
        "num_entries: u32, #[output(len = num_entries, filled = num_entries.min(*num_queues))] queues: *mut t_queue, \
         #[output] num_queues: *mut u32",
    );
    params_of(
        "tGetSizes",
        "num_sizes: u32, sizes: *mut u64, num_sizes_ret: *mut usize",
        "num_sizes: u32, #[output(len = num_sizes, filled = (num_sizes as usize).min(*num_sizes_ret as usize))] \
         sizes: *mut u64, #[output] num_sizes_ret: *mut usize",
    );
}

#[test]
fn a_pointer_that_is_not_const_needs_evidence() {
    params_of(
        "tRead",
        "size: usize, ptr: *mut c_void",
        "size: usize, #[output(bytes = size)] ptr: *mut c_void",
    );
    params("size: usize, out: *mut c_void", "size: usize, #[output(bytes = size)] out: *mut c_void");
    undecided("tDo", "size: usize, ptr: *mut c_void", "`inout(bytes = size)`");
    undecided("tDo", "ptr: *mut c_void", "`opaque` if only the vendor knows");
    undecided("tDo", "name: *mut c_char", "`input(cstr)` if the vendor only reads it");
    undecided("tGetKey", "key: *mut u8", "bytes, but how many?");
}

#[test]
fn const_pointers_without_a_length_need_one() {
    undecided("tDo", "data: *const c_void", "`input(bytes = SIZE)`");
    undecided("tDo", "origin: *const usize", "`input(len = origin.count_until(|x| x == 0) + 1)`");
}

#[test]
fn the_length_of_a_list_of_dimensions_is_their_number() {
    params(
        "work_dim: u32, work_size: *const usize",
        "work_dim: u32, #[input(len = work_dim)] work_size: *const usize",
    );
}

#[test]
fn structs_are_single_unless_they_hide_pointers() {
    params("extent: *const extent", "#[input] extent: *const extent");
    params("extent: *mut extent", "#[inout] extent: *mut extent");
    params_of("tGetExtent", "extent: *mut extent", "#[output] extent: *mut extent");
    undecided("tDo", "window: *const window", "with pointers or handles in it");
    undecided("tDo", "extents: *const extent", "`input(len = N)`");
}

#[test]
fn lists_of_strings_are_read() {
    params(
        "count: u32, strings: *mut *const c_char",
        "count: u32, #[input(len = count, element(cstr))] strings: *mut *const c_char",
    );
    params(
        "count: u32, strings: *mut *const c_char, lengths: *const usize",
        "count: u32, #[input(len = count, element(cstr = if lengths.is_null() { 0 } else { lengths[index] }))] \
         strings: *mut *const c_char, #[input(len = count)] lengths: *const usize",
    );
    undecided("tDo", "string: *mut *mut c_char", "pointers that the vendor writes mean nothing in the guest");
}

#[test]
fn names_of_pointers_are_written_as_pointers() {
    // The language takes a name that is no handle's for a number's, and would forward the address.
    undecided("tDo", "memory: bytes_t", "how long is it");
    assert!(described("pub fn tDo(memory: bytes_t) -> st;").contains("memory: *mut c_void"));
}

#[test]
fn objects_are_made_and_keep_alive_what_they_are_made_of() {
    assert_eq!(
        described("pub fn tCreateQueue(other: t_queue) -> t_queue;"),
        "#[returns(new, depends_on(other))] fn tCreateQueue(other: t_queue) -> t_queue;"
    );
    assert_eq!(
        described("pub fn tGetQueue(file: t_file) -> t_queue;"),
        "fn tGetQueue(file: t_file) -> t_queue;"
    );
    assert_eq!(
        described("pub fn tClone(queue: t_queue, queue_ret: *mut t_queue) -> st;"),
        "fn tClone(queue: t_queue, #[output(new, depends_on(queue))] queue_ret: *mut t_queue) -> st;"
    );
    let text = described("pub fn tQueue(file: t_file) -> t_queue;");
    assert!(text.contains("TODO(spec): does it make the `t_queue`"), "{text}");
}

#[test]
fn lists_of_handles_are_inputs() {
    params(
        "num_queues: u32, queue_list: *const t_queue",
        "num_queues: u32, #[input(len = num_queues)] queue_list: *const t_queue",
    );
    params(
        "num_queues: u32, idle_queues: *const t_queue",
        "num_queues: u32, #[input(len = num_queues)] idle_queues: *const t_queue",
    );
    undecided("tDo", "num_queues: u32, others: *const t_queue", "`input(len = N)`");
}

#[test]
fn a_list_of_handles_may_have_a_status_of_its_own() {
    params(
        "num_in_wait_list: u32, wait_list: *const t_queue",
        "num_in_wait_list: u32, #[input(len = num_in_wait_list, invalid = T_INVALID_WAIT_LIST)] wait_list: *const t_queue",
    );
}

#[test]
fn references_are_counted_by_the_type() {
    let text = of(TYPES).text;
    assert!(
        text.contains("#[handle(retain = tRetainQueue, release = tReleaseQueue, invalid = T_INVALID_QUEUE)]\n        type t_queue;"),
        "{text}"
    );
    assert!(!text.contains("fn tRetainQueue"), "{text}");
    assert_eq!(
        described("pub fn tReleaseQueueEXT(queue: t_queue) -> st;"),
        "fn tReleaseQueueEXT(queue: t_queue) -> st {"
    );
}

#[test]
fn what_destroys_an_object_frees_it() {
    params_of("tClose", "file: t_file", "#[handle(frees)] file: t_file");
    // Nothing makes one, so nothing can be freed.
    let text =
        of("#[repr(C)] pub struct x { _unused: [u8; 0] } unsafe extern \"C\" { pub fn xFree(x: *mut x); }")
            .text;
    assert!(text.contains("fn xFree(x: x_handle);"), "{text}");
}

#[test]
fn a_pointer_to_an_opaque_struct_gets_a_name() {
    let text = of("#[repr(C)] pub struct x { _unused: [u8; 0] }
        unsafe extern \"C\" { pub fn xNew() -> *mut x; pub fn xFree(x: *mut x); pub fn xSize(x: *const x) -> usize; }")
    .text;
    assert!(text.contains("pub type x_handle = *mut x;"), "{text}");
    assert!(text.contains("#[returns(new)]\n            fn xNew() -> x_handle;"), "{text}");
    assert!(text.contains("#[handle(frees)]\n                x: x_handle,"), "{text}");
    assert!(text.contains("which is not the type of its handle"), "{text}");
}

#[test]
fn a_pointer_that_functions_hand_out_is_a_handle() {
    let text = of("#[repr(C)] pub struct file_s { pub pos: i64 } pub type file = *mut file_s;
        unsafe extern \"C\" { pub fn file_open() -> file; pub fn file_close(f: file) -> i32; }")
    .text;
    assert!(
        text.contains("type file;") && text.contains("#[handle(frees)]\n                f: file,"),
        "{text}"
    );
}

#[test]
fn the_status_is_what_most_functions_return_and_has_a_success() {
    assert!(
        of(TYPES)
            .text
            .contains(&format!("#[status(ok = T_OK as st, lost = {UNDECIDED}, refused = {UNDECIDED})]"))
    );
    let text = of("pub type e = u32; pub const e_E_SUCCESS: e = 0; pub const OTHER_OK: u32 = 0; pub use self::e as error_t;
        unsafe extern \"C\" { pub fn a() -> error_t; pub fn b() -> error_t; pub fn c() -> u64; }")
    .text;
    assert!(text.contains("ok = e_E_SUCCESS, ") && text.contains("type error_t;"), "{text}");
    let none = of("unsafe extern \"C\" { pub fn count() -> u64; }");
    assert!(none.text.contains("TODO(spec): no type of statuses was found"), "{}", none.text);
}

#[test]
fn callbacks_have_a_type_and_data() {
    let text = of(&format!(
        "{TYPES} unsafe extern \"C\" {{ pub fn tOn(notify: notify_t, user_data: *mut ::std::os::raw::c_void) -> st; }}"
    ))
    .text;
    let callback = "extern \"callback\" {\n            fn notify_t(\n                queue: t_queue,\n                \
                    #[userdata]\n                data: *mut c_void,\n            ) -> c_int;";
    assert!(text.contains(callback), "{text}");
    assert!(text.contains(
        "notify: notify_t,\n                #[userdata(notify)]\n                user_data: *mut c_void,"
    ));
    assert_eq!(
        described(
            "pub fn tOnce(f: ::std::option::Option<unsafe extern \"C\" fn(x: *mut c_void)>, arg: *mut c_void) -> st;"
        ),
        "fn tOnce(// TODO(spec): its type has no name: declare one in an `extern \"callback\"` block and name \
         // it here, or `local` f: Option<unsafe extern \"C\" fn(x: *mut c_void)>, #[userdata(f)] arg: *mut c_void) -> st;"
    );
}

#[test]
fn what_cannot_be_forwarded_stops_the_compiler_or_stands_in_a_comment() {
    let text = of(&format!(
        "{TYPES} unsafe extern \"C\" {{ pub fn tLog(f: *const ::std::os::raw::c_char, ...) -> st; pub fn tShow(w: window) -> st; }}"
    ))
    .text;
    assert!(text.contains("// fn tLog(f: *const c_char, ...) -> st;"), "{text}");
    assert!(text.contains("`w` is a struct by value"), "{text}");
    assert!(
        text.contains(&format!("#[unsupported({UNDECIDED})]\n            fn tShow(w: window) -> st;")),
        "{text}"
    );
    let text = described("pub fn tName(queue: t_queue) -> *const c_char;");
    assert!(text.contains("TODO(spec): a returned pointer is the server's"), "{text}");
}

#[test]
fn the_summary_is_what_the_compiler_will_say() {
    let found = of(&format!(
        "{TYPES} unsafe extern \"C\" {{ pub fn tA(x: *mut f32) -> st; pub fn tB(x: *const c_void, y: *mut i32) -> st; }}"
    ));
    let summary = found.summary;
    assert_eq!((summary.functions, summary.complete, summary.undecided(), summary.params), (6, 4, 2, 3));
    assert_eq!(summary.lines, found.text.lines().count());
    let file: syn::File = syn::parse_str(&found.text).unwrap();
    let Some(syn::Item::Macro(api)) = file.items.last() else { panic!("no ava_api!") };
    let mistakes = errors(&lapis::expand(api.mac.tokens.clone()));
    assert_eq!(mistakes.len(), summary.params, "{mistakes:#?}");
}
