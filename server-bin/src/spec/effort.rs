//! What it took to get from a preliminary specification to the final one, in lines.
//!
//! Both are read as [canonical lines](super::canonical). The lines of each function are compared with those of the function of
//! the same name by a longest common subsequence, and so is everything else as one text. Where lines of one stand in
//! the place of lines of the other, as many pairs as possible are *changed*; the rest are *deleted* or *added*. Code outside
//! of `ava_api! { .. }` is not counted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::canonical::Canonical;
use super::source::Source;

/// Lines by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    /// In both.
    pub kept: usize,
    /// Of the preliminary specification, replaced.
    pub changed: usize,
    /// Of the preliminary specification, without a replacement.
    pub deleted: usize,
    /// Only in the final one.
    pub added: usize,
}

/// The measured effort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effort {
    /// Functions of the final specification, those that handle types bring along included.
    pub functions: usize,
    /// Functions that are as inference left them, and need no decision.
    pub untouched: usize,
    /// Lines of the preliminary specification: canonical, and as printed.
    pub preliminary: (usize, usize),
    /// Lines of the final specification: canonical, and as written, without blank lines and comments.
    pub final_: (usize, usize),
    /// What became of the canonical ones.
    pub lines: Lines,
}

/// Compares two specifications. `functions` is how many the final one covers.
pub fn measure(preliminary: &Source, final_: &Source, functions: usize) -> Effort {
    let before = Canonical::new(preliminary.tokens.clone());
    let after = Canonical::new(final_.tokens.clone());
    let mut lines = diff(&before.rest, &after.rest);
    let mut untouched = 0;
    let none = Vec::new();
    let names: BTreeSet<&String> = before.functions.keys().chain(after.functions.keys()).collect();
    for name in names {
        let (old, new) =
            (before.functions.get(name).unwrap_or(&none), after.functions.get(name).unwrap_or(&none));
        untouched += usize::from(old == new);
        let found = diff(old, new);
        lines.kept += found.kept;
        lines.changed += found.changed;
        lines.deleted += found.deleted;
        lines.added += found.added;
    }
    Effort {
        functions,
        untouched,
        preliminary: (before.lines(), preliminary.lines),
        final_: (after.lines(), final_.lines),
        lines,
    }
}

/// What becomes of the lines `old` on the way to `new`.
fn diff(old: &[String], new: &[String]) -> Lines {
    // common[i][j]: the longest common subsequence of old[i..] and new[j..].
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = match old[i] == new[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let mut lines = Lines::default();
    let (mut i, mut j, mut gone, mut come) = (0, 0, 0, 0);
    let settle = |gone: &mut usize, come: &mut usize, lines: &mut Lines| {
        let changed = (*gone).min(*come);
        lines.changed += changed;
        lines.deleted += *gone - changed;
        lines.added += *come - changed;
        (*gone, *come) = (0, 0);
    };
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            settle(&mut gone, &mut come, &mut lines);
            lines.kept += 1;
            (i, j) = (i + 1, j + 1);
        } else if common[i + 1][j] >= common[i][j + 1] {
            (i, gone) = (i + 1, gone + 1);
        } else {
            (j, come) = (j + 1, come + 1);
        }
    }
    gone += old.len() - i;
    come += new.len() - j;
    settle(&mut gone, &mut come, &mut lines);
    lines
}

impl Effort {
    /// A table for people.
    pub fn render(&self) -> String {
        let Lines { kept, changed, deleted, added } = self.lines;
        let per = |lines: usize| lines as f64 / self.functions.max(1) as f64;
        let mut text = format!("{} functions, {} of them as inferred\n", self.functions, self.untouched);
        let _ = writeln!(text, "{:<36}{:>8}{:>14}", "lines", "", "per function");
        for (name, lines) in [
            ("preliminary, as printed", self.preliminary.1),
            ("final, as written", self.final_.1),
            ("preliminary, canonical", self.preliminary.0),
            ("  kept", kept),
            ("  changed", changed),
            ("  deleted", deleted),
            ("final, canonical", self.final_.0),
            ("  added by hand", added),
            ("  by hand: changed or added", changed + added),
        ] {
            let _ = writeln!(text, "{name:<36}{lines:>8}{:>14.1}", per(lines));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_line_has_one_fate() {
        let found = diff(&lines("a b c d e"), &lines("a x c e f g"));
        assert_eq!(found, Lines { kept: 3, changed: 1, deleted: 1, added: 2 });
        assert_eq!(diff(&[], &lines("a b")), Lines { added: 2, ..Lines::default() });
        assert_eq!(diff(&lines("a b"), &[]), Lines { deleted: 2, ..Lines::default() });
    }

    #[test]
    fn the_lines_of_both_add_up() {
        let spec = |text: &str| Source::parse(text).unwrap().unwrap();
        let before = spec(
            "ava_api! { pub mod x { unsafe extern \"C\" {\nfn f(\na: *mut A,\n);\nfn g();\nfn h();\n} } }",
        );
        let after = spec(
            "ava_api! { pub mod x { unsafe extern \"C\" {\nfn g();\nfn f(\n// one\n#[output]\na: *mut A,\n);\n} } }",
        );
        let effort = measure(&before, &after, 2);
        assert_eq!(effort.lines, Lines { kept: 9, changed: 0, deleted: 2, added: 1 });
        assert_eq!((effort.untouched, effort.preliminary.0, effort.final_.0), (1, 11, 10));
        let Lines { kept, changed, deleted, added } = effort.lines;
        assert_eq!(effort.preliminary.0, kept + changed + deleted);
        assert_eq!(effort.final_.0, kept + changed + added);
    }
}
