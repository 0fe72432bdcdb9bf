//! What `ava-spec` promises: a text that the language accepts, true counts, and errors that name the fix.
//! `UPDATE=1 cargo test` rewrites the expected text.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use ava_programs::spec::source::Source;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What `apis/opencl/build.rs` reads of what `libOpenCL.so.1` exports.
const OPENCL: &[&str] =
    &["--header", "CL/cl.h", "--header", "CL/cl_gl.h", "--header", "CL/cl_egl.h", "--header", "CL/cl_ext.h"];
const OPENCL_CLANG: &[&str] = &[
    "--",
    "-DCL_TARGET_OPENCL_VERSION=300",
    "-DCL_USE_DEPRECATED_OPENCL_1_0_APIS",
    "-DCL_USE_DEPRECATED_OPENCL_1_1_APIS",
    "-DCL_USE_DEPRECATED_OPENCL_1_2_APIS",
    "-DCL_USE_DEPRECATED_OPENCL_2_0_APIS",
    "-DCL_USE_DEPRECATED_OPENCL_2_1_APIS",
    "-DCL_USE_DEPRECATED_OPENCL_2_2_APIS",
    "-U__MMX__",
    "-U__SSE__",
    "-U__SSE2__",
    "-U__AVX__",
];

fn tests(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn toy() -> String {
    tests("headers/toy.h").display().to_string()
}

fn opencl_spec() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../apis/opencl/src/spec.rs").display().to_string()
}

fn library() -> String {
    let dirs = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    let files = dirs.iter().map(|dir| Path::new(dir).join("libOpenCL.so.1"));
    files
        .into_iter()
        .find(|file| file.exists())
        .expect("make deps installs the library")
        .display()
        .to_string()
}

fn ava_spec(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ava-spec")).args(args).output().unwrap()
}

/// What the program prints to standard output and standard error when all is well.
fn good(args: &[&str]) -> (String, String) {
    let output = ava_spec(args);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// What it prints to standard error when something is wrong.
fn bad(args: &[&str]) -> String {
    let output = ava_spec(args);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    text
}

/// The mistakes that the compiler will report in a specification.
fn mistakes(tokens: TokenStream) -> Vec<String> {
    let mut messages = Vec::new();
    let mut after = false;
    for token in lapis::expand(tokens) {
        match token {
            TokenTree::Ident(ident) if ident == "compile_error" => after = true,
            TokenTree::Group(group) if after && group.delimiter() == Delimiter::Brace => {
                messages.push(syn::parse2::<syn::LitStr>(group.stream()).unwrap().value());
                after = false;
            }
            _ => {}
        }
    }
    messages
}

/// A number of the summary, which stands before `what`.
fn count(summary: &str, what: &str) -> usize {
    let words: Vec<_> = summary.split_whitespace().collect();
    let at = words.iter().position(|word| word.trim_end_matches([',', ';']) == what).unwrap();
    words[at - 1].parse().unwrap()
}

/// A preliminary specification is one to the compiler, which stops where the summary says that something is to be decided.
fn is_preliminary(text: &str, summary: &str) {
    let source = Source::parse(text).unwrap().unwrap();
    source.outline().unwrap();
    let found = mistakes(source.tokens);
    let about = |what: &str| found.iter().filter(|message| message.contains(what)).count();
    let params = about("is a pointer: say whether") + about("is a callback of a type that is not declared");
    // Functions whose callbacks are not described yet are not judged.
    let unjudged = count(summary, "parameters") - params;
    assert!(unjudged <= about("the application's function reads it"), "{found:#?}");
    let results = about("a returned pointer is the server's");
    assert!(results <= count(summary, "results"), "{found:#?}");
    assert_eq!(found.len(), params + results, "{found:#?}");
    assert_eq!(count(summary, "complete") + count(summary, "with"), count(summary, "functions"));
    assert!(text.lines().all(|line| line.len() <= 110), "{:?}", text.lines().find(|line| line.len() > 110));
}

#[test]
fn a_header_becomes_a_specification() {
    let (text, summary) = good(&["init", "--header", &toy()]);
    is_preliminary(&text, &summary);
    let golden = tests("golden/toy.rs");
    if env::var_os("UPDATE").is_some() {
        fs::write(&golden, &text).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let different = expected.lines().zip(text.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(expected == text, "{} is not what it was; first difference: {different:#?}", golden.display());
}

#[test]
fn opencl_becomes_a_specification() {
    let library = library();
    let args = [&["init"], OPENCL, &["--library", &library, "--name", "opencl"], OPENCL_CLANG].concat();
    let (text, summary) = good(&args);
    is_preliminary(&text, &summary);
    assert!(count(&summary, "functions") >= 130 && count(&summary, "complete") >= 80, "{summary}");
    assert!(text.contains("#[since(\"OPENCL_1.0\")]") && text.contains("library = [\"libOpenCL.so.1\"]"));
}

#[test]
fn zlib_becomes_a_specification() {
    let (text, summary) = good(&["init", "--header", "zlib.h"]);
    is_preliminary(&text, &summary);
    assert!(count(&summary, "functions") >= 70, "{summary}");
    assert!(text.contains("ok = Z_OK as c_int") && text.contains("// fn gzprintf("));
    assert!(!text.contains("fn memcpy"), "functions of libc are none of zlib's");
}

#[test]
fn functions_can_be_chosen_by_name() {
    let (text, summary) = good(&["init", "--header", "zlib.h", "--allow", "(un)?compress2?"]);
    assert_eq!(count(&summary, "functions"), 4, "{summary}");
    assert_eq!(count(&summary, "complete"), 4, "{summary}");
    assert!(!text.contains("gzFile"), "a type that nothing uses is not described");
}

#[test]
fn the_coverage_of_opencl_adds_up() {
    let (spec, library) = (opencl_spec(), library());
    let run = |more: &[&str]| {
        good(&[&["coverage", "--spec", &spec, "--library", &library], OPENCL, more, OPENCL_CLANG].concat()).0
    };
    let table = run(&["--deny-missing"]);
    let words: Vec<_> = table.split_whitespace().collect();
    assert!(
        table.contains("unsupported, CL_INVALID_OPERATION:") && words.contains(&"clCreateFromEGLImageKHR"),
        "{table}"
    );
    let lines = |kind: &str| run(&["--list", kind]).lines().count();
    let all = lines("forwarded") + lines("local") + lines("unsupported") + lines("missing");
    assert!(table.starts_with(&format!("opencl: {all} functions")), "{table}");
    assert_eq!(lines("missing"), 0);
    let local = run(&["--list", "local"]);
    assert!(local.lines().any(|name| name == "clRetainContext"), "counting references is local: {local}");
    assert!(run(&["--list", "unsupported"]).contains("clCreateSubDevicesEXT CL_INVALID_OPERATION\n"));
}

#[test]
fn the_book_says_which_functions_are_refused() {
    let list = [
        &["coverage", "--spec", &opencl_spec(), "--library", &library()],
        OPENCL,
        &["--list", "unsupported"],
    ];
    let (refused, _) = good(&[&list.concat()[..], OPENCL_CLANG].concat());
    let refused: Vec<_> = refused.lines().filter_map(|line| line.split(' ').next()).collect();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/opencl.md");
    let page = fs::read_to_string(page).unwrap();
    let table = page.split("<!-- refused -->").nth(1).and_then(|rest| rest.split("<!-- end -->").next());
    // The first column of each row; its second may name functions that are not refused.
    let rows = table.unwrap().lines().filter_map(|line| line.split('|').nth(1));
    let mut listed: Vec<_> = rows.flat_map(|names| names.split(", ")).map(str::trim).collect();
    listed.retain(|name| name.starts_with("cl"));
    listed.sort_unstable();
    assert_eq!(listed, refused, "correct the table in docs/src/opencl.md");
}

#[test]
fn a_function_that_is_missing_can_fail_a_build() {
    let dir = env::temp_dir().join(format!("ava-spec-missing-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let spec = dir.join("spec.rs");
    let text = "ava_api! { #[api(name = \"toy\")] pub mod toy { unsafe extern \"C\" { fn toyLog(); fn toyNever(); } } }";
    fs::write(&spec, text).unwrap();
    let spec = spec.display().to_string();
    let error = bad(&["coverage", "--header", &toy(), "--spec", &spec, "--deny-missing"]);
    assert!(error.contains("functions are missing") && error.contains("#[unsupported(STATUS)]"), "{error}");
    assert_eq!(good(&["coverage", "--header", &toy(), "--spec", &spec, "--list", "extra"]).0, "toyNever\n");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn effort_is_measured_in_lines() {
    let (spec, library) = (opencl_spec(), library());
    let args = [&["effort", "--spec", &spec, "--library", &library], OPENCL, OPENCL_CLANG].concat();
    let (table, _) = good(&args);
    let row = |name: &str| -> usize {
        let line = table.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.trim_start().trim_start_matches(name).split_whitespace().next().unwrap().parse().unwrap()
    };
    let (kept, changed) = (row("kept"), row("changed"));
    assert_eq!(row("preliminary, canonical"), kept + changed + row("deleted"), "{table}");
    assert_eq!(row("final, canonical"), kept + changed + row("added by hand"), "{table}");
    assert!(kept > row("preliminary, canonical") / 2, "most of what a header says is right: {table}");
}

#[test]
fn what_was_not_changed_took_no_effort() {
    let dir = env::temp_dir().join(format!("ava-spec-same-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let file = dir.join("spec.rs").display().to_string();
    good(&["init", "--header", &toy(), "--output", &file]);
    let (table, _) = good(&["effort", "--header", &toy(), "--spec", &file]);
    assert!(table.contains("  by hand: changed or added                0"), "{table}");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn errors_name_the_fix() {
    let spec = opencl_spec();
    let error = bad(&["init", "--header", "no/such.h"]);
    assert!(
        error.contains("no header no/such.h; install the package") && error.contains("-- -I DIR"),
        "{error}"
    );

    let dir = env::temp_dir().join(format!("ava-spec-errors-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let broken = file("broken.h", "int f(no_such_type x);\n");
    let error = bad(&["init", "--header", &broken]);
    assert!(
        error.contains("unknown type name 'no_such_type'") && error.contains("-- -DFOO=1 -I DIR"),
        "{error}"
    );

    let empty = file("empty.h", "typedef int nothing;\n");
    assert!(bad(&["init", "--header", &empty]).contains("no function is left of 0"));
    assert!(
        bad(&["init", "--header", "zlib.h", "--allow", "nothing"]).contains("see whether --allow matches")
    );
    assert!(
        bad(&["init", "--header", "zlib.h", "--allow", "("]).contains("--allow takes a regular expression")
    );
    assert!(bad(&["init", "--header", "zlib.h", "--name", "a b"]).contains("give another one with --name"));
    let error = bad(&["init", "--header", "zlib.h", "--library", &empty]);
    assert!(error.contains("is no ELF library; give the file that programs load"), "{error}");

    let none = file("none.rs", "fn main() {}\n");
    let error = bad(&["coverage", "--header", "zlib.h", "--spec", &none]);
    assert!(error.contains("has no `ava_api! { .. }`; give the file that has the specification"), "{error}");
    let not_rust = file("not.rs", "\nfn (\n");
    let error = bad(&["coverage", "--header", "zlib.h", "--spec", &not_rust]);
    assert!(error.contains("not.rs:2 is not Rust; correct it"), "{error}");
    let mistaken = file("mistaken.rs", "ava_api! {\n pub mod x {\n  #[handel] type T;\n } }\n");
    let error = bad(&["coverage", "--header", "zlib.h", "--spec", &mistaken]);
    assert!(error.contains("line 3: ") && error.contains("did you mean `handle`?"), "{error}");
    let error = bad(&["coverage", "--header", "zlib.h", "--spec", "/no/such/file.rs"]);
    assert!(error.contains("cannot read /no/such/file.rs; see whether it is there"), "{error}");
    let error = bad(&["init", "--header", &toy(), "--output", "/no/such/dir/spec.rs"]);
    assert!(error.contains("give another place with --output"), "{error}");
    let error = Command::new(env!("CARGO_BIN_EXE_ava-spec"))
        .args(["coverage", "--header", "zlib.h", "--spec", &spec])
        .env("LIBCLANG_PATH", "/no/such/directory")
        .output();
    // Where libclang is in a standard place, it is found all the same.
    assert!(!String::from_utf8_lossy(&error.unwrap().stderr).contains("panicked"));
    fs::remove_dir_all(dir).unwrap();
}
