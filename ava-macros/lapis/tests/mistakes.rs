//! Mistakes that have no file in `ava-core/tests/ui`, and what all mistakes have in common.

mod common;

use common::errors;

/// The messages for a specification with these items.
fn messages(items: &str) -> Vec<String> {
    let spec = format!(
        "#[api(name = \"toy\", version = \"1\", ffi = crate::ffi, library = [\"libtoy.so\"])] pub mod toy {{
            #[status(ok = OK, lost = LOST, refused = REFUSED)] type status;
            #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE)] type queue;
            #[handle(invalid = BAD_EVENT, meta = Meta)] type event;
            #[registry(done = done)] static READS: BufRegistry<queue, event>;
            static KEYS: BufRegistry<queue>;
            {items}
        }}"
    );
    errors(&lapis::expand(spec.parse().unwrap()))
}

/// Of functions of an extern block.
fn of(functions: &str) -> Vec<String> {
    messages(&format!("unsafe extern \"C\" {{ {functions} }}"))
}

/// There is one message, and it contains `fragment`.
#[track_caller]
fn says(messages: &[String], fragment: &str) {
    assert!(messages.len() == 1 && messages[0].contains(fragment), "{messages:#?}");
}

#[test]
fn names_that_are_given_twice() {
    says(&of("fn f(a: u8, a: u16) -> status;"), "two parameters `a`");
    says(&of("fn f(a: u8) -> status; fn f(a: u8) -> status;"), "`f` is given twice");
    says(&messages("static READS: Continuous;"), "`READS` is given twice");
    says(
        &messages("#[handle(release = toyReleaseQueue, invalid = X)] type other;"),
        "already belongs to another type",
    );
    says(
        &messages("#[status(ok = O, lost = L, refused = R)] #[opaque] type other;"),
        "one of `handle`, `status`",
    );
}

#[test]
fn what_is_not_a_specification() {
    let all = |text: &str| errors(&lapis::expand(text.parse().unwrap()));
    says(&all(""), "a specification is `#[api(..)] pub mod NAME { .. }`");
    says(&all("fn f() {}"), "a specification is");
    says(
        &all("#[api(name = \"n\", ffi = f, library = \"l\")] mod m {} extra"),
        "unexpected tokens after the module",
    );
    says(&messages("static X: Sometimes;"), "a static without a value");
    says(&messages("static X: BufRegistry<u8>;"), "both are types of handles");
    says(&messages("extern \"C++\" { fn f(); }"), "expected `unsafe extern \"C\"`");
    says(&messages("#[mode(Sync)] fn f() {}"), "belongs on a `type T;`");
    says(&messages("extern \"callback\" { fn f() {} }"), "a callback is a type");
}

#[test]
fn functions() {
    says(&of("fn f<T>(t: T);"), "no type parameters");
    says(&of("fn f(n: u8, ...);"), "variable number of arguments");
    says(&of("fn f(u8);"), "expected `u8: TYPE`");
    says(&of("fn f(*mut u8);"), "every parameter needs a name");
    says(&of("fn f(n: );"), "expected the type of `n`");
    says(&of("#[mode(Async)] fn f() -> status { OK }"), "runs in the guest");
    says(&of("#[unsupported(OK)] fn f() -> status { OK }"), "has no body");
    says(&of("#[before(|_| None)] fn f() -> status;"), "expected the path of a function");
    says(&of("#[mode] fn f() -> status;"), "write `mode(");
    says(&of("#[cached(1)] fn f() -> status;"), "takes no argument");
    says(&of("#[mode = Sync] fn f() -> status;"), "expected `#[name]` or `#[name(..)]`");
    says(&of("fn f() -> status fn g();"), "expected `;` or a body after the prototype of `f`");
    says(&messages("#[since(\"1\")] extern \"server\" { fn f() {} }"), "only an `extern \"C\"` block");
}

#[test]
fn names_that_are_keywords_of_rust() {
    assert_eq!(
        of("#[since(\"1\")] fn r#match(r#type: u8, #[input(len = r#type)] r#in: *const u8) -> status;"),
        [""; 0]
    );
    assert_eq!(messages("#[opaque] type r#box; extern \"server\" { fn r#loop() { } }"), [""; 0]);
}

#[test]
fn objects() {
    says(&of("#[returns(meta = M)] fn f() -> event;"), "add `new`");
    says(&of("#[returns(new, meta = M)] fn f() -> queue;"), "say what is known of a `queue`");
    says(&of("fn f(#[output(depends_on(q))] e: *mut event, q: queue) -> status;"), "add `new`");
    says(&of("fn f(#[output(new)] n: *mut u32) -> status;"), "does not point to one of");
    says(&of("fn f(#[output(new, zerocopy)] e: *mut event) -> status;"), "no meaning for a new object");
    says(&of("fn f(#[output(new, filled = 1)] e: *mut event) -> status;"), "give its `len`");
    says(&of("fn f(#[output(new, len = 2, meta = M)] e: *mut event) -> status;"), "cannot be described");
}

#[test]
fn buffers() {
    says(&of("fn f(#[output(len = n[0])] n: *mut u32) -> status;"), "only the length of an `input`");
    says(&of("fn f(#[input(when = n.is_null())] n: *mut u32) -> status;"), "cannot depend on `n`");
    says(&of("fn f(#[input(element(cstr))] n: *const u32) -> status;"), "no list of pointers");
    says(
        &of("fn f(#[input(len = 2, element(len = 2))] n: *const *const c_void) -> status;"),
        "how long is each element",
    );
    says(&of("fn f(#[output(len = 2)] n: *mut *mut c_void) -> status;"), "the vendor writes pointers");
    says(&of("fn f(#[output(len = 2, element(cstr))] n: *mut *mut i8) -> status;"), "is the library's");
    says(&of("fn f(#[input(len = 2, with = x)] n: *const u32) -> status;"), "two lengths");
    says(&of("#[mode(Async)] fn f(#[inout] n: *mut u32) -> status;"), "written after it returned");
    says(&of("#[mode(Async)] fn f(#[output(len = 2)] n: *mut status);"), "written after it returned");
}

#[test]
fn buffers_in_flight() {
    let read = |deferred: &str| {
        of(&format!(
            "#[mode(Async)] fn f(q: queue, #[output(bytes = 1, {deferred})] p: *mut c_void, #[output(new)] e: *mut event) -> status;"
        ))
    };
    assert_eq!(read("deferred(READS, q, done = e)"), [""; 0]);
    assert_eq!(read("deferred(KEYS, q)"), [""; 0]);
    says(&read("deferred(KEYS, q, done = e)"), "`KEYS` has no tokens");
    says(&read("deferred(READS, q, done = q)"), "`done` takes an `#[output(new)]` parameter");
    says(&read("deferred(READS)"), "write `deferred(READS, queue)`");
    says(&read("deferred(READS, p)"), "the key of `deferred` takes a handle");
    says(&read("deferred(READS, q, until = e)"), "no descriptor `until`");
    says(
        &of("fn f(q: queue, #[input(bytes = 1, deferred(READS, q, done = e))] a: *const c_void,
             #[input(bytes = 1, deferred(READS, q, done = e))] b: *const c_void, #[output(new)] e: *mut event) -> status;"),
        "another buffer waits for `e` already",
    );
    says(
        &of("fn f(q: queue, #[contextual(READS.wait(q))] b: PendingBuffers) -> status;"),
        "write `contextual(",
    );
    says(&of("fn f(q: queue, #[contextual(READS.poll())] b: u32) -> status;"), "is a `PendingBuffers`");
}

#[test]
fn a_condition_for_success_is_no_value() {
    assert_eq!(of("#[success(ret >= OK)] fn f() -> status;"), [""; 0]);
    says(&of("#[mode(Async)] #[success(ret != 0)] fn f() -> u8;"), "before the vendor has answered?");
    let expansion = lapis::expand(
        "#[api(name = \"toy\", version = \"1\", ffi = crate::ffi, library = [\"libtoy.so\"])] pub mod toy {
            unsafe extern \"C\" { #[success(ret != 3)] fn f() -> u8; #[success(3)] fn g() -> u8; }
        }"
        .parse()
        .unwrap(),
    );
    let text = expansion.to_string();
    assert!(text.contains("let __ok = __f_success (__ret)"), "{text}");
    assert!(text.contains("let __ok = __ret == __g_success ()"), "{text}");
}

#[test]
fn a_mistake_in_a_type_is_not_repeated_at_its_uses() {
    says(
        &messages(
            "#[handle(release = r)] type ctx; static R: BufRegistry<ctx>;
             unsafe extern \"C\" { #[returns(new, depends_on(c))] fn f(c: ctx) -> event;
                #[mode(Async)] fn g(c: ctx, #[output(bytes = 1, deferred(R, c))] p: *mut c_void) -> status; }",
        ),
        "`handle(..)` needs `invalid",
    );
}

#[test]
fn all_mistakes_of_a_block_are_reported_and_the_rest_expands() {
    let spec =
        "#[api(name = \"toy\", version = \"1\", ffi = crate::ffi, library = [\"libtoy.so\"])] pub mod toy {
        #[status(ok = OK, lost = LOST, refused = REFUSED)] type status;
        unsafe extern \"C\" {
            fn one(a: *mut u8) -> status;
            fn two(#[input(bites = 1, len = )] a: *mut u8, #[output(new)] b: *mut u8) -> status;
            fn good(a: u8) -> status;
            #[mode(Async)] fn three() -> u8;
        }
    }";
    let expansion = lapis::expand(spec.parse().unwrap());
    assert_eq!(errors(&expansion).len(), 5, "{:#?}", errors(&expansion));
    let text = expansion.to_string();
    assert!(text.contains("unsafe fn good (__call"), "the good one is forwarded");
    assert!(text.contains("extern \"C\" fn one (a : * mut u8)"), "the others stay callable");
}
