//! Moving bytes: `programs/data.c`, in all sizes.

use crate::{
    bench::Bench,
    plot::{Chart, Line},
    report::{Section, Unit},
    values::{Pair, Pairs, Way},
};

/// Charts, by the operations in each.
const CHARTS: [(&str, &str, [&str; 2]); 4] = [
    ("blocking", "Blocking transfers", ["blocking read", "blocking write"]),
    ("transfers", "Transfers, up to eight at a time", ["read", "write"]),
    ("maps", "Mapping, touching every page, unmapping", ["map for reading", "map for writing"]),
    ("inside", "Inside the device", ["fill", "copy"]),
];

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Data");
    let job = bench
        .job("data")
        .arg("--step")
        .arg(bench.choose("4", "16"))
        .arg("--max")
        .arg(bench.choose("1024", "64"));
    let mut times = Pairs::default();
    bench.alternate("data", bench.rounds(3, 2), |way| {
        for line in bench.run(way, &job).stdout.lines() {
            if let Some((name, value)) = line.rsplit_once('\t') {
                times.push(name, way, value.parse().unwrap_or(f64::NAN));
            }
        }
    });
    for (name, title, operations) in CHARTS {
        let mut lines = Vec::new();
        for operation in operations {
            let bandwidths = bandwidths(&times, operation);
            let mut pairs = Pairs::default();
            for (bytes, pair) in &bandwidths {
                pairs.insert(&size(*bytes), pair.clone());
            }
            section.compare(operation, Unit::GigabytesPerSecond, &pairs);
            for way in [Way::Native, Way::Forwarded] {
                let points = bandwidths.iter().map(|(bytes, pair)| (*bytes, pair.median(way))).collect();
                lines.push(Line { topic: operation.into(), way, points });
            }
        }
        let (name, title) = (name.into(), title.into());
        section.chart(Chart { name, title, across: "bytes", up: "GB/s", show: size, lines });
    }
    section
}

/// GB/s by sizes of one operation.
fn bandwidths(times: &Pairs, operation: &str) -> Vec<(f64, Pair)> {
    let of = |(name, pair): (&str, &Pair)| {
        let (found, bytes) = name.split_once('\t')?;
        let bytes: f64 = bytes.parse().ok().filter(|_| found == operation)?;
        Some((bytes, pair.map(|microseconds| bytes / microseconds / 1e3)))
    };
    times.iter().filter_map(of).collect()
}

/// A size as people say it.
fn size(bytes: f64) -> String {
    let power = if bytes >= 1.0 { (bytes.log2() / 10.0 + 1e-9).floor().min(3.0) } else { 0.0 };
    let unit = ["B", "KiB", "MiB", "GiB"][power as usize];
    format!("{} {unit}", bytes / 1024f64.powf(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_the_largest_unit_that_fits() {
        let shown: Vec<_> = [4.0, 1024.0, 65536.0, 1048576.0, 1073741824.0].map(size).into();
        assert_eq!(shown, ["4 B", "1 KiB", "64 KiB", "1 MiB", "1 GiB"]);
    }

    #[test]
    fn bandwidths_are_of_the_operation_asked_for() {
        let mut times = Pairs::default();
        times.push("read\t1000", Way::Native, 2.0);
        times.push("blocking read\t1000", Way::Native, 4.0);
        let found = bandwidths(&times, "read");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.native.as_slice()), (1000.0, &[0.5][..]));
    }
}
