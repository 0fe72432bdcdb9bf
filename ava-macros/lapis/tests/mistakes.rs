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
fn resources() {
    let with = |resource: &str, functions: &str| {
        messages(&format!("{resource} unsafe extern \"C\" {{ {functions} }}"))
    };
    let memory = "static MEMORY: Continuous;";
    let time = "static TIME: Instantaneous;";
    assert_eq!(with(time, "#[consumes(TIME, measured)] #[consumes(TIME, 1)] fn f() -> status;"), [""; 0]);
    assert_eq!(with(memory, "#[mode(Async)] #[allocates(MEMORY, ret)] fn f() -> status;"), [""; 0]);
    says(&with(time, "#[consumes(TIMES, 1)] fn f() -> status;"), "there is no resource `TIMES`");
    says(&with(time, "#[deallocates(TIME, 1)] fn f() -> status;"), "is `Instantaneous`");
    says(&with(time, "#[consumes(TIME)] fn f() -> status;"), "write `consumes(");
    says(&with(memory, "#[deallocates(MEMORY, measured)] fn f() -> status;"), "`measured` is how long");
    says(&with("#[policy(1)] static TIME: Instantaneous;", ""), "expected the path of a policy");
    says(
        &with(memory, "#[allocates(MEMORY, d)] fn f(#[local] d: usize) -> status;"),
        "`d` stays in the guest",
    );
    let two = "fn f(#[output(new)] a: *mut event, #[output(new)] b: *mut event) -> status;";
    says(&with(memory, &format!("#[allocates(MEMORY, 1)] {two}")), "makes several objects");
    let five = "#[allocates(MEMORY, 1)]".repeat(5);
    says(&with(memory, &format!("{five} fn f() -> status;")), "can hold 4 resources");
    let many: String = (0..17).map(|n| format!("static R{n}: Continuous;")).collect();
    says(&messages(&many), "room for 16 resources");
    says(&of("#[allocates(MEMORY, 1)] fn f() -> status { OK }"), "runs in the guest");
}

#[test]
fn what_is_saved_and_restored() {
    let state = |state: &str| messages(&format!("#[handle(invalid = X, state({state}))] type other;"));
    assert_eq!(state("save = a, restore = b"), [""; 0]);
    says(&state("save = a"), "needs `restore = shape::restore`");
    says(&state("save = |_, _| 1, restore = b"), "expected the path of a function");
}

#[test]
fn what_is_made_again_elsewhere() {
    let make = "fn f(#[output(new)] e: *mut event) -> status;";
    assert_eq!(of(&format!("#[record] {make} #[record] fn g(#[output(new)] e: *mut event);")), [""; 0]);
    says(
        &of(&format!("#[record] {make} fn g(#[output(new)] e: *mut event);")),
        "makes a `event`, which others",
    );
    says(
        &of(&format!("#[record] {make} #[record] fn g(#[handle(frees)] e: event) -> status;")),
        "remove `record` from `g`",
    );
    says(&of("#[record(n, x)] fn f(n: u32) -> status;"), "there is no `x`");
    says(&of("#[record(n)] fn f(#[input] n: *const u32) -> status;"), "remove `n` from `record`");
    says(
        &messages(
            "#[handle(invalid = X, state(save = a, restore = b))] type other;
             unsafe extern \"C\" { #[returns(new)] fn f() -> other; }",
        ),
        "no `other` to restore this into",
    );
}

#[test]
fn the_status_of_an_invalid_handle() {
    assert_eq!(
        of("fn f(#[handle(invalid = if n == 0 { X } else { Y })] q: queue, n: u32) -> status;"),
        [""; 0]
    );
    says(
        &of("fn f(#[handle(invalid = n[0])] q: queue, #[input] n: *const u32) -> status;"),
        "decides about `q` before it has `n`",
    );
}

#[test]
fn callbacks() {
    let with = |callbacks: &str, functions: &str| {
        messages(&format!("extern \"callback\" {{ {callbacks} }} unsafe extern \"C\" {{ {functions} }}"))
    };
    says(&with("fn f(); fn f(n: u8);", ""), "`f` is given twice");
    says(&with("#[mode(Sync)] fn f();", ""), "takes no descriptors");
    says(&with("fn f(#[local] n: u8);", ""), "`local` has no meaning in a callback");
    says(&with("fn f(#[userdata(f)] p: *mut c_void);", ""), "write `#[userdata]`");
    says(&with("fn f(#[input(with = x)] p: *const u8);", ""), "`with` has no meaning here in a callback");
    says(&with("fn f(#[output(new)] e: *mut event);", ""), "`new` has no meaning here in a callback");
    says(
        &with(
            "fn f(#[userdata] p: *mut c_void);",
            "fn g(a: f, #[userdata(a)] p: *mut c_void, #[userdata(a)] q: *mut c_void);",
        ),
        "`a` has its user data already",
    );
    says(&with("fn f(a: u8, a: u8);", ""), "two parameters `a`");
    says(&with("fn f(#[input(filled = 1)] p: *const u8);", ""), "`filled` does not belong in `input(..)`");
    says(&with("#[returns(opaque)] fn f() -> u8;", ""), "only a pointer that is returned can be `opaque`");
    says(&with("#[returns(new)] fn f() -> queue;", ""), "a value, or a pointer that is `returns(opaque)`");
    says(&with("fn f();", "#[cached] fn g(a: f) -> status;"), "cannot be `cached`");
    says(&with("fn f();", "fn g(#[callback(call)] n: u8);"), "of a type that is not declared");
    says(&with("fn f(n: broken, #[userdata] p: );", ""), "expected the type of `p`");
    assert_eq!(
        with(
            "fn f(#[userdata] p: *mut c_void);",
            "fn g(#[local] a: f, #[userdata(a)] p: *mut c_void, b: f, #[userdata(b)] q: *mut c_void);"
        ),
        [""; 0]
    );
    says(&messages("extern \"server\" { #[extension(x)] fn f() {} }"), "only a function of the API");
}

#[test]
fn callbacks_in_structs() {
    let with = |fields: &str| {
        messages(&format!(
            "#[structure({fields})] type hooks; extern \"callback\" {{ fn f(#[userdata] p: *mut c_void); fn g(); }}"
        ))
    };
    assert_eq!(with("field(a, callback(f)), field(b, callback(f, once)), field(u, userdata)"), [""; 0]);
    assert_eq!(
        with("field(x.a, callback(f, call)), field(x.u, userdata(x.a)), field(b, callback(g))"),
        [""; 0]
    );
    says(&with("field(u, userdata)"), "which callback of this struct gets `u` back?");
    says(&with("field(a, callback(g, once))"), "`g` has no user data");
    says(
        &with("field(a, callback(f)), field(u, userdata(a)), field(v, userdata(a))"),
        "`a` has its user data already",
    );
    says(&with("field(a, callback(f)), field(u, userdata(a), when = this.n != 0)"), "say `when` of those");
    says(
        &messages(
            "#[structure(field(a, callback(g)))] type hooks; extern \"callback\" { fn g(); }
             unsafe extern \"C\" { #[cached] fn f(#[input] h: *const hooks) -> status; }",
        ),
        "so it cannot be `cached`",
    );
    says(
        &messages(
            "extern \"callback\" { fn g(); }
             unsafe extern \"C\" { #[mode(Async)] fn f(#[input(field(a, callback(g, call)))] h: *const hooks) -> status; }",
        ),
        "say `once` or `kept` of it",
    );
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

/// Every descriptor, where it has no business: the message says where it belongs, or what is allowed there.
#[test]
fn every_descriptor_out_of_place_says_where_it_belongs() {
    for word in lapis::descriptors() {
        let on_type = messages(&format!("#[{word}] type thing;"));
        let on_function = of(&format!("#[{word}] fn f() -> status;"));
        let helps = |found: &[String]| {
            found
                .iter()
                .any(|message| message.contains(&format!("`{word}")) && message.contains("allowed here"))
        };
        assert!(helps(&on_type) || helps(&on_function), "{word}: {on_type:?}, {on_function:?}");
    }
}
