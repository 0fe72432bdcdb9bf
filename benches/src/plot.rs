//! Charts with two logarithmic axes: what is measured spans many powers of ten.

use plotters::{
    coord::ranged1d::{KeyPointHint, Ranged, ValueFormatter},
    element::DashedPathElement,
    prelude::*,
    series::DashedLineSeries,
};

use crate::values::Way;

/// A chart, drawn by [`svg`].
#[derive(Debug)]
pub(crate) struct Chart {
    /// Of its file, without an extension.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) across: &'static str,
    pub(crate) up: &'static str,
    /// How a number on the axis across is shown.
    pub(crate) show: fn(f64) -> String,
    pub(crate) lines: Vec<Line>,
}

/// One line; lines of one topic have one colour, and native ones are dashed.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) topic: String,
    pub(crate) way: Way,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The chart as an SVG file's text.
pub(crate) fn svg(chart: &Chart) -> String {
    let mut text = String::new();
    // Drawing fails only where text is measured with a system's fonts, or where nothing can be written; neither is so here.
    draw(chart, &mut text).unwrap_or_else(|e| panic!("{}: {e}", chart.name));
    text
}

const COLOURS: [RGBColor; 4] =
    [RGBColor(31, 119, 180), RGBColor(214, 99, 13), RGBColor(44, 140, 44), RGBColor(148, 70, 160)];

fn draw(chart: &Chart, text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(text, (900, 560)).into_drawing_area();
    root.fill(&WHITE)?;
    let points = || chart.lines.iter().flat_map(|line| &line.points);
    let (left, right) = range(points().map(|p| p.0));
    let (low, high) = range(points().map(|p| p.1));
    let mut area = ChartBuilder::on(&root)
        .caption(&chart.title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d(Powers::new(left, right, 2.0), Powers::new(low / 1.5, high * 1.5, 10.0))?;
    area.configure_mesh()
        .x_desc(chart.across)
        .y_desc(chart.up)
        .x_label_formatter(&|x| (chart.show)(*x))
        .label_style(("sans-serif", 14))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let mut topics: Vec<&str> = Vec::new();
    for line in &chart.lines {
        let known = topics.iter().position(|topic| *topic == line.topic).unwrap_or_else(|| {
            topics.push(&line.topic);
            topics.len() - 1
        });
        let style = COLOURS[known % COLOURS.len()].stroke_width(2);
        let points = line.points.iter().copied();
        match line.way {
            Way::Forwarded => area
                .draw_series(LineSeries::new(points, style))?
                .label(format!("{}, through AvA", line.topic))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], style)),
            Way::Native => area
                .draw_series(DashedLineSeries::new(points, 6, 4, style))?
                .label(format!("{}, natively", line.topic))
                .legend(move |(x, y)| DashedPathElement::new([(x, y), (x + 24, y)], 6, 4, style)),
        };
    }
    area.configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()?;
    Ok(())
}

/// From the least to the greatest positive number, never empty.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|v| v.is_finite() && *v > 0.0)
        .fold((f64::MAX, 0f64), |(low, high), v| (low.min(v), high.max(v)));
    if low < high { (low, high) } else { (0.5, 2.0) }
}

/// A logarithmic axis with a label at powers of its base.
#[derive(Debug, Clone)]
struct Powers {
    low: f64,
    high: f64,
    base: f64,
}

impl Powers {
    fn new(low: f64, high: f64, base: f64) -> Self {
        Self { low, high, base }
    }
}

impl Ranged for Powers {
    type FormatOption = plotters::coord::ranged1d::NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let first = self.low.log(self.base).floor() as i32;
        let last = self.high.log(self.base).ceil() as i32;
        // Powers alone, or what people count by between them where there are few.
        let steps: &[f64] = if last - first > 3 || self.base < 10.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let points: Vec<f64> = (first..=last)
            .flat_map(|power| steps.iter().map(move |step| step * self.base.powi(power)))
            .filter(|point| (self.low * 0.999..=self.high * 1.001).contains(point))
            .collect();
        let every = points.len() / hint.max_num_points().clamp(1, 16) + 1;
        points.into_iter().step_by(every).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Powers {
    fn format(value: &f64) -> String {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_a_topic_are_drawn_and_named() {
        let line = |way| Line {
            topic: "read".into(),
            way,
            points: vec![(4.0, 0.001), (1024.0, 2.0), (65536.0, 9.0)],
        };
        let chart = Chart {
            name: "reads".into(),
            title: "Reads".into(),
            across: "bytes",
            up: "GB/s",
            show: |x| format!("{x} B"),
            lines: vec![line(Way::Native), line(Way::Forwarded)],
        };
        let text = svg(&chart);
        for expected in ["<svg", "read, natively", "read, through AvA", "1024 B", "</svg>"] {
            assert!(text.contains(expected), "no {expected} in\n{text}");
        }
    }
}
