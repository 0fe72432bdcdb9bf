//! The tutorial works: its files are written and its commands run, in its order.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use ava_tests::{Scratch, target_dir, workspace};

/// What the page calls the clone of AvA.
const CLONE: &str = "/path/to/ava";

/// A fenced block.
#[derive(Debug)]
struct Block<'a> {
    /// Its number of the line where it starts.
    line: usize,
    info: &'a str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut out = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (n, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some(Block { line: n + 1, info, text: String::new() }),
            (Some(_), Some(block)) => out.push(block),
            (None, Some(mut block)) => {
                block.text += line;
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed: {open:?}");
    out
}

/// A command with what it prints.
#[derive(Debug, Default, PartialEq)]
struct Step<'a> {
    command: &'a str,
    /// Lines that are printed, in this order; what `...` stands for may be between them.
    expected: Vec<&'a str>,
    exit: i32,
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let mut out: Vec<Step<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            out.push(Step { command, ..Step::default() });
            continue;
        }
        let step = out.last_mut().expect("a console block begins with a command");
        match line.strip_prefix("[exit ").and_then(|rest| rest.strip_suffix(']')) {
            Some(code) => step.exit = code.parse().expect("an exit status is a number"),
            None => step.expected.push(line),
        }
    }
    out
}

/// The first expected line that is not printed after those before it. Dots at the end of a line stand for its rest.
fn missing<'a>(expected: &[&'a str], printed: &str) -> Option<&'a str> {
    let mut lines = printed.lines();
    let found = |line: &str, wanted: &str| match wanted.strip_suffix("...") {
        Some(start) => line.starts_with(start),
        None => line.trim_end() == wanted.trim_end(),
    };
    expected
        .iter()
        .filter(|wanted| **wanted != "...")
        .find(|wanted| !lines.any(|line| found(line, wanted)))
        .copied()
}

fn run(step: &Step<'_>, folder: &Path) {
    let mut command = Command::new("bash");
    // What a command prints to either is what a person sees, in this order as far as the order is certain.
    command.args(["-o", "pipefail", "-c"]).arg(format!("{{ {}; }} 2>&1", step.command)).current_dir(folder);
    for (name, _) in std::env::vars() {
        let inherited = name.starts_with("CARGO_") && name != "CARGO_HOME" || name.starts_with("AVA_");
        if inherited || ["LD_LIBRARY_PATH", "RUSTFLAGS", "RUST_BACKTRACE"].contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
    let output = command
        .env("CARGO_TERM_COLOR", "never")
        .env("PATH", format!("{}:{}", cargo_dir(), std::env::var("PATH").unwrap_or_default()))
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(step.exit), "$ {}\n{printed}", step.command);
    if let Some(line) = missing(&step.expected, &printed) {
        panic!("$ {}\ndoes not print (there)\n  {line}\nbut\n{printed}", step.command);
    }
}

fn cargo_dir() -> String {
    let cargo = Path::new(env!("CARGO"));
    cargo.parent().map(|dir| dir.display().to_string()).unwrap_or_default()
}

#[test]
fn the_tutorial_works_as_it_is_written() {
    let scratch = Scratch::new();
    let page = workspace().join("docs/src/tutorial.md");
    let page = fs::read_to_string(&page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
    // What is the same in every run is kept: only the reader's own packages are built anew.
    let target = target_dir().join("tutorial");
    fs::create_dir_all(&target).expect("the target directory can be made");
    symlink(&target, scratch.path("target")).expect("a link can be made");
    fs::copy(workspace().join("Cargo.lock"), scratch.path("Cargo.lock")).expect("the lock file is there");
    fs::copy(workspace().join("rust-toolchain.toml"), scratch.path("rust-toolchain.toml"))
        .expect("it is there");
    let clone = workspace().display().to_string();
    let mut done = 0;
    for block in blocks(&page) {
        let file = block.info.split(',').find_map(|word| word.strip_prefix("file="));
        if let Some(file) = file {
            let path = scratch.path(file);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
            fs::write(&path, block.text.replace(CLONE, &clone)).expect("a file can be written");
        } else if block.info == "console" {
            for step in steps(&block.text) {
                println!("line {}: {}", block.line, step.command);
                run(&step, scratch.dir());
                done += 1;
            }
        }
    }
    assert!(done > 5, "only {done} commands were found");
}

#[test]
fn every_page_is_in_the_summary_and_every_link_leads_to_one() {
    let folder = workspace().join("docs/src");
    let summary = fs::read_to_string(folder.join("SUMMARY.md")).expect("there is a summary");
    let pages = fs::read_dir(&folder).expect("there are pages").flatten().map(|entry| entry.file_name());
    for page in pages.map(|name| name.to_string_lossy().into_owned()).filter(|name| name != "SUMMARY.md") {
        assert!(summary.contains(&format!("({page})")), "{page} is not in the summary");
        let text = fs::read_to_string(folder.join(&page)).expect("a page is text");
        blocks(&text);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(link.contains("://") || folder.join(link).exists(), "{page} links to {link}");
        }
    }
}

#[test]
fn commands_and_what_they_print_are_told_apart() {
    let steps = steps("$ true\n$ false\n...\nno\n[exit 1]\n");
    let second = Step { command: "false", expected: vec!["...", "no"], exit: 1 };
    assert_eq!(steps, [Step { command: "true", ..Step::default() }, second]);
    assert_eq!(missing(&["a", "...", "c"], "a\nb\nc\n"), None);
    assert_eq!(missing(&["c", "a"], "a\nb\nc\n"), Some("a"));
    assert_eq!(missing(&["be..."], "before\n"), None);
}
