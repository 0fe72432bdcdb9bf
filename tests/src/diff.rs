//! Comparing two outputs so that a person sees what differs.

/// The lines that differ, as `(line of left, line of right)` with `None` where one side has nothing. Lines are matched by the
/// longest common subsequence.
pub fn differing_lines<'a>(left: &'a str, right: &'a str) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let (a, b): (Vec<_>, Vec<_>) = (left.lines().collect(), right.lines().collect());
    let same_start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same_start..], &b[same_start..]);
    // Tables of a few thousand lines squared are as far as any transcript goes.
    let mut longest = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            out.push((Some(a[i]), None));
            i += 1;
        } else {
            out.push((None, Some(b[j])));
            j += 1;
        }
    }
    out
}

/// clpeak's output with each number that was measured replaced: those after a colon, device description apart.
pub fn without_measurements(text: &str) -> String {
    const MEASURED_BY_NOBODY: [&str; 4] = ["Driver version", "Compute units", "Clock frequency", "Platform"];
    let mask = |line: &str| {
        if MEASURED_BY_NOBODY.iter().any(|known| line.trim_start().starts_with(known)) {
            return line.to_owned();
        }
        match line.split_once(" : ") {
            Some((name, value)) if value.starts_with(|c: char| c.is_ascii_digit()) => {
                let unit: String = value.chars().skip_while(|c| c.is_ascii_digit() || *c == '.').collect();
                format!("{name} : #{unit}")
            }
            _ => line.to_owned(),
        }
    };
    text.lines().map(mask).collect::<Vec<_>>().join("\n")
}

/// Panics with the lines that differ, if any do.
pub fn assert_same(what: &str, native: &str, forwarded: &str) {
    let differences = differing_lines(native, forwarded);
    if differences.is_empty() {
        return;
    }
    let mut text = String::new();
    for (left, right) in differences.iter().take(60) {
        if let Some(line) = left {
            text += &format!("- {line}\n");
        }
        if let Some(line) = right {
            text += &format!("+ {line}\n");
        }
    }
    panic!("{what}: {} lines differ (- natively, + forwarded)\n{text}", differences.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_differing_lines() {
        assert!(differing_lines("a\nb\n", "a\nb\n").is_empty());
    }

    #[test]
    fn a_line_that_one_side_lacks_is_the_only_one_reported() {
        assert_eq!(differing_lines("a\nb\nc", "a\nc"), [(Some("b"), None)]);
        assert_eq!(differing_lines("a\nc", "a\nb\nc"), [(None, Some("b"))]);
    }

    #[test]
    fn a_changed_line_is_reported_with_both_sides() {
        assert_eq!(differing_lines("a\nb\nc", "a\nx\nc"), [(Some("b"), None), (None, Some("x"))]);
    }
}
