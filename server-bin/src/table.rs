//! Aligned columns and short numbers, for people.

/// One column: its title, and whether its cells are numbers.
pub type Column = (&'static str, bool);

/// Lays out `rows` under `columns`: numbers to the right, words to the left, the last column as long as it is.
pub fn render(columns: &[Column], rows: &[Vec<String>]) -> String {
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count());
        cells.chain([columns[i].0.len()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns.len()).map(width).collect();
    let titles = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let mut out = String::new();
    for row in std::iter::once(&titles).chain(rows) {
        let mut line = String::new();
        for ((cell, (_, number)), width) in row.iter().zip(columns).zip(&widths) {
            let pad = " ".repeat(width - cell.chars().count());
            line += &if *number { pad + cell } else { cell.clone() + &pad };
            line += "  ";
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// A number of bytes in at most three digits and a unit.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1024.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

/// A length of time in its two largest units.
pub fn duration(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0..60 => format!("{}.{}s", s, ms % 1000 / 100),
        60..3600 => format!("{}m{:02}s", s / 60, s % 60),
        3600..86_400 => format!("{}h{:02}m", s / 3600, s / 60 % 60),
        _ => format!("{}d{:02}h", s / 86_400, s / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["clFinish".into(), "7".into()], vec!["clé".into(), "12345".into()]];
        assert_eq!(
            render(&[("FUNCTION", false), ("SYNC", true)], &rows),
            "FUNCTION   SYNC\nclFinish      7\nclé       12345\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        let shown: Vec<_> = [0, 1023, 1024, 10 << 10, 1023 << 10, 3 << 30].map(bytes).into();
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "10 KiB", "1.0 MiB", "3.0 GiB"]);
        assert_eq!([1200, 61_000, 3_660_000, 90_000_000].map(duration), ["1.2s", "1m01s", "1h01m", "1d01h"]);
    }
}
