//! What was measured, for people (a table each) and for programs (every value of every round).

use std::{fs, path::PathBuf, process::ExitCode};

use ava_tests::workspace;
use serde_json::{Value, json};

use crate::{
    bench::Bench,
    machine::Machine,
    plot::{self, Chart},
    values::{Pair, Pairs, Way},
};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Microseconds,
    Milliseconds,
    Seconds,
    GigabytesPerSecond,
    PerSecond,
}

/// One kind of measurements.
#[derive(Debug, Default)]
pub(crate) struct Section {
    title: &'static str,
    /// Tables and sentences, one block each.
    blocks: Vec<String>,
    /// For programs.
    values: Vec<Value>,
    charts: Vec<Chart>,
    /// What should have held, and did not.
    failures: Vec<String>,
}

/// All sections, in the order in which they were measured.
#[derive(Debug)]
pub(crate) struct Report {
    machine: Machine,
    quick: bool,
    sections: Vec<Section>,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Microseconds => "µs",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::GigabytesPerSecond => "GB/s",
            Self::PerSecond => "/s",
        }
    }

    /// Which ratios are good.
    fn reading(self) -> &'static str {
        match self {
            Self::GigabytesPerSecond | Self::PerSecond => "more is better",
            Self::Microseconds | Self::Milliseconds | Self::Seconds => "less is better",
        }
    }

    /// A value with three significant digits or all before the point.
    pub(crate) fn show(self, value: f64) -> String {
        let digits = match value.abs() {
            v if v < 1.0 => 3,
            v if v < 10.0 => 2,
            v if v < 100.0 => 1,
            _ => 0,
        };
        format!("{value:.digits$} {}", self.name())
    }
}

impl Section {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, ..Self::default() }
    }

    /// Adds a sentence.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.blocks.push(text.into());
    }

    /// Adds a table.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let head: Vec<String> = head.iter().map(|s| (*s).to_owned()).collect();
        let mut lines = vec![line(&head), format!("|{}", "---|".repeat(head.len()))];
        lines.extend(rows.iter().map(|row| line(row)));
        self.blocks.push(lines.join("\n"));
    }

    /// Adds a table of both ways and their ratio, named `what` in its corner, and the values behind it.
    pub(crate) fn compare(&mut self, what: &str, unit: Unit, pairs: &Pairs) {
        let rows: Vec<_> = pairs.iter().map(|(name, pair)| row(name, unit, pair)).collect();
        let ratio = format!("forwarded ÷ native ({})", unit.reading());
        self.table(&[what, "native", "through AvA", &ratio, "spread of the ratio"], &rows);
        for (name, pair) in pairs.iter() {
            self.value(json!({
                "table": what, "name": name, "unit": unit.name(), "native": pair.native, "forwarded": pair.forwarded,
            }));
        }
    }

    /// Adds what programs should know.
    pub(crate) fn value(&mut self, value: Value) {
        self.values.push(value);
    }

    /// What [`Self::value`] added.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    pub(crate) fn chart(&mut self, chart: Chart) {
        self.charts.push(chart);
    }

    /// Notes that something that must hold whatever the time of day does not.
    pub(crate) fn fail(&mut self, what: impl Into<String>) {
        self.failures.push(what.into());
    }

    pub(crate) fn markdown(&self) -> String {
        let blocks: String = self.blocks.iter().map(|block| format!("{block}\n\n")).collect();
        let failures: String =
            self.failures.iter().map(|what| format!("**Does not hold:** {what}\n\n")).collect();
        format!("## {}\n\n{blocks}{failures}", self.title)
    }
}

fn row(name: &str, unit: Unit, pair: &Pair) -> Vec<String> {
    let ratio = pair.ratio();
    vec![
        name.to_owned(),
        unit.show(pair.median(Way::Native)),
        unit.show(pair.median(Way::Forwarded)),
        format!("{:.2}×", ratio.median),
        format!("{:.2}–{:.2}", ratio.low, ratio.high),
    ]
}

impl Report {
    pub(crate) fn new(bench: &Bench) -> Self {
        let device = bench.run(Way::Native, &bench.job("start").arg("--device")).stdout;
        let machine = Machine::this(device.trim().to_owned());
        println!("# What AvA costs\n\n{machine}\n");
        Self { machine, quick: bench.quick, sections: Vec::new() }
    }

    /// Prints a section at once, so that nobody waits for the rest.
    pub(crate) fn add(&mut self, section: Section) {
        print!("{}", section.markdown());
        self.sections.push(section);
    }

    /// Writes the results if they are `complete`.
    pub(crate) fn finish(self, complete: bool) -> ExitCode {
        if complete {
            self.write();
        }
        let failures: Vec<_> = self.sections.iter().flat_map(|s| &s.failures).collect();
        for failure in &failures {
            eprintln!("does not hold: {failure}");
        }
        if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Replaces the results in the source tree; those of a quick run have a place of their own, which git ignores.
    fn write(&self) {
        let mut dir = workspace().join("benches/results");
        if self.quick {
            dir.push("quick");
        }
        let put = |path: PathBuf, text: String| {
            fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        };
        fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        let mut text = format!("# What AvA costs\n\n{}\n\n", self.machine);
        for section in &self.sections {
            text += &section.markdown();
            for chart in &section.charts {
                let name = format!("{}.svg", chart.name);
                put(dir.join(&name), plot::svg(chart));
                text += &format!("![{}]({name})\n\n", chart.title);
            }
        }
        put(dir.join("results.md"), format!("{}\n", text.trim_end()));
        let sections: Vec<_> = self
            .sections
            .iter()
            .map(|s| json!({"title": s.title, "values": s.values, "failures": s.failures}))
            .collect();
        let all = json!({"machine": self.machine.json(), "quick": self.quick, "sections": sections});
        put(dir.join("results.json"), format!("{all:#}\n"));
        eprintln!("written to {}", dir.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_three_digits_or_all_before_the_point() {
        assert_eq!(Unit::Microseconds.show(0.0345), "0.035 µs");
        assert_eq!(Unit::GigabytesPerSecond.show(17.26), "17.3 GB/s");
        assert_eq!(Unit::PerSecond.show(12345.6), "12346 /s");
    }

    #[test]
    fn a_table_is_markdown_and_its_values_are_kept() {
        let mut pairs = Pairs::default();
        pairs.push("a call", Way::Native, 2.0);
        pairs.push("a call", Way::Forwarded, 3.0);
        let mut section = Section::new("Calls");
        section.compare("one thread", Unit::Microseconds, &pairs);
        let text = section.markdown();
        assert!(text.starts_with("## Calls\n\n| one thread | native |"), "{text}");
        assert!(
            text.contains("\n|---|---|---|---|---|\n| a call | 2.00 µs | 3.00 µs | 1.50× | 1.50–1.50 |\n"),
            "{text}"
        );
        assert_eq!(section.values()[0]["forwarded"], json!([3.0]));
    }
}
