//! Bytes as text: strings, numbers, lists, and lengths of what is too long to show.

use std::fmt::{self, Write};

use crate::spec::{Class, Look};

/// Most characters of a string that are shown.
const STRING: usize = 64;
/// Most elements of a list.
pub(super) const ELEMENTS: usize = 12;
/// Most bytes in hexadecimal.
const HEX: usize = 16;
/// Most characters of one value.
const VALUE: usize = 400;
/// So many bytes of a buffer are looked at.
pub(super) const PREFIX: usize = 192;

/// The start of a line: seconds, process and thread.
pub(super) fn start(to: &mut String, nanoseconds: u64) {
    // SAFETY: plain system calls.
    let (process, thread) = unsafe { (libc::getpid(), libc::syscall(libc::SYS_gettid)) };
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds / 1000 % 1_000_000);
    let _ = write!(to, "{seconds:>5}.{rest:06} {process}/{thread} ");
}

/// How long something took.
pub(super) fn duration(to: &mut String, nanoseconds: u64) {
    let _ = write!(to, " {}.{}us", nanoseconds / 1000, nanoseconds / 100 % 10);
}

/// Stops what writes to it when there is enough.
struct Limited<'t> {
    to: &'t mut String,
    left: usize,
}

impl Write for Limited<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits =
            text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= self.left).last();
        let fits = fits.unwrap_or(0);
        self.to.push_str(&text[..fits]);
        self.left -= fits;
        match fits == text.len() {
            true => Ok(()),
            false => {
                self.to.push_str("..");
                Err(fmt::Error)
            }
        }
    }
}

/// Shows the value of `look` in `bytes`, which has its size.
pub(super) fn value(to: &mut String, look: Look, bytes: &[u8]) {
    match look.class {
        Class::Opaque => hex(to, bytes, look.size),
        Class::Struct => to.push_str(&fields(&shown(look, bytes), &[])),
        _ => to.push_str(&shown(look, bytes)),
    }
}

/// The value of `look` in `bytes`, as its type shows itself.
pub(super) fn shown(look: Look, bytes: &[u8]) -> String {
    let mut text = String::new();
    // SAFETY: the bytes are a value of the type that the look is of.
    let _ = unsafe { (look.show)(bytes.as_ptr(), &mut Limited { to: &mut text, left: VALUE }) };
    text
}

/// Shows a buffer of `len` bytes that begins with `prefix`.
pub(super) fn buffer(to: &mut String, look: Look, prefix: &[u8], len: usize) {
    if prefix.is_empty() && len != 0 {
        let _ = write!(to, "{{{len} B: unreadable}}");
        return;
    }
    match look.class {
        Class::Byte | Class::Char => match is_text(prefix, len, look.class) {
            Some(end) => {
                string(to, &prefix[..end.min(STRING)], end > STRING || end == prefix.len() && end < len)
            }
            None => hex(to, prefix, len),
        },
        Class::Opaque => hex(to, prefix, len),
        Class::Word | Class::Struct => {
            let size = look.size.max(1);
            list(to, len / size, |to, n| match prefix.get(n * size..(n + 1) * size) {
                Some(bytes) => value(to, look, bytes),
                None => to.push_str(".."),
            });
        }
    }
}

/// Shows a list of `count` elements, of which `one` shows each.
pub(super) fn list(to: &mut String, count: usize, mut one: impl FnMut(&mut String, usize)) {
    to.push('[');
    for n in 0..count.min(ELEMENTS) {
        if n != 0 {
            to.push_str(", ");
        }
        one(to, n);
    }
    if count > ELEMENTS {
        let _ = write!(to, ", .. {} more", count - ELEMENTS);
    }
    to.push(']');
}

/// If the buffer is text: where it ends.
fn is_text(prefix: &[u8], len: usize, class: Class) -> Option<usize> {
    let zero = prefix.iter().position(|byte| *byte == 0);
    let end = zero.unwrap_or(prefix.len());
    let is_printable =
        prefix[..end].iter().all(|b| b.is_ascii_graphic() || matches!(b, b' ' | b'\n' | b'\t' | b'\r'));
    match class {
        // An empty string is text only where text is expected.
        Class::Char => (is_printable && len != 0).then_some(end),
        _ => (is_printable && end >= 4 && zero.is_none_or(|zero| zero + 1 == len)).then_some(end),
    }
}

/// Shows a string; `more` says that it goes on.
pub(super) fn string(to: &mut String, bytes: &[u8], more: bool) {
    to.push('"');
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '"' | '\\' => to.extend(['\\', c]),
            '\n' => to.push_str("\\n"),
            '\t' => to.push_str("\\t"),
            c if c.is_control() => drop(write!(to, "\\x{:02x}", c as u32)),
            c => to.push(c),
        }
    }
    to.push_str(if more { "\".." } else { "\"" });
}

fn hex(to: &mut String, prefix: &[u8], len: usize) {
    let _ = write!(to, "{{{len} B");
    for (n, byte) in prefix.iter().take(HEX.min(len)).enumerate() {
        let _ = write!(to, "{}{byte:02x}", if n == 0 { ": " } else { " " });
    }
    to.push_str(if len > HEX { " ..}" } else { "}" });
}

/// Replaces in `shown`, a struct as `Debug` shows it, the fields that are known better, and adds those that are deeper inside.
pub(super) fn fields(shown: &str, known: &[(&'static str, String)]) -> String {
    if known.is_empty() && !shown.contains(" { ") {
        // Pointers to functions, which C knows without `Option`.
        let inside = shown.strip_prefix("Some(").and_then(|rest| rest.strip_suffix(')'));
        return if shown == "None" { "null".into() } else { inside.unwrap_or(shown).to_owned() };
    }
    let inside = shown.split_once(" { ").map(|(_, rest)| rest.strip_suffix(" }").unwrap_or(rest));
    let mut parts: Vec<String> = Vec::new();
    let mut used = Vec::new();
    for part in inside.map(line_parts).unwrap_or_default() {
        let (name, plain) = part.split_once(": ").unwrap_or((part, ""));
        match known.iter().position(|(field, _)| *field == name) {
            Some(n) => {
                used.push(n);
                parts.push(format!("{name}={}", known[n].1));
            }
            None => parts.push(format!("{name}={}", if plain == "0x0" { "null" } else { plain })),
        }
    }
    let rest = known.iter().enumerate().filter(|(n, _)| !used.contains(n));
    parts.extend(rest.map(|(_, (name, value))| format!("{name}={value}")));
    if inside.is_none() {
        parts.push("..".into());
    }
    format!("{{{}}}", parts.join(", "))
}

/// The parts of a list that are separated by commas, outside of brackets and strings.
pub(super) fn line_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted, mut escaped) = (Vec::new(), 0, 0i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        parts.push(text[start..].trim());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Looks, ViaWord};

    fn shown(look: Look, prefix: &[u8], len: usize) -> String {
        let mut text = String::new();
        buffer(&mut text, look, prefix, len);
        text
    }

    #[test]
    fn text_is_quoted_and_other_bytes_are_not() {
        let (byte, char) = ((&&&Looks::<u8>::NEW).look(), (&&&Looks::<i8>::NEW).look());
        assert_eq!(shown(byte, b"name\0", 5), "\"name\"");
        assert_eq!(shown(byte, b"a\"b\n", 4), "\"a\\\"b\\n\"");
        assert_eq!(shown(byte, b"abc\0", 4), "{4 B: 61 62 63 00}", "rather a number");
        assert_eq!(shown(char, b"\0xyz", 4), "\"\"");
        assert_eq!(shown(char, b"\x01", 1), "{1 B: 01}");
        assert_eq!(shown(byte, &[0; 32], 4000), format!("{{4000 B: {} ..}}", ["00"; 16].join(" ")));
        assert_eq!(shown(byte, &[b'x'; 192], 4000), format!("\"{}\"..", "x".repeat(64)));
        assert_eq!(shown(byte, b"", 9), "{9 B: unreadable}");
    }

    #[test]
    fn lists_are_cut() {
        let look = (&&&Looks::<u16>::NEW).look();
        assert_eq!(shown(look, &[1, 0, 2, 0], 4), "[1, 2]");
        assert_eq!(shown(look, &[0; 192], 40), "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. 8 more]");
    }

    #[test]
    fn a_struct_gets_what_is_known_of_its_fields() {
        let known = [("b", "\"x, y\"".to_owned()), ("c.d", "3".to_owned())];
        assert_eq!(
            fields("S { a: 1, b: 0x7f01, c: U { d: 0x0 }, e: 0x0 }", &known),
            "{a=1, b=\"x, y\", c=U { d: 0x0 }, e=null, c.d=3}"
        );
        assert_eq!((fields("None", &[]), fields("Some(0x12)", &[])), ("null".into(), "0x12".into()));
        assert_eq!(fields("", &known[..1]), "{b=\"x, y\", ..}");
    }
}
