//! Numbers measured natively and through AvA in the same rounds, and what is to be read from them.

/// Which library a program runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The vendor's.
    Native,
    /// AvA's.
    Forwarded,
}

/// One measurement's values, one of each round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pair {
    pub(crate) native: Vec<f64>,
    pub(crate) forwarded: Vec<f64>,
}

/// A median, and the least and the greatest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Measurements by name, in the order in which they first came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs(Vec<(String, Pair)>);

impl Pair {
    pub(crate) fn push(&mut self, way: Way, value: f64) {
        match way {
            Way::Native => self.native.push(value),
            Way::Forwarded => self.forwarded.push(value),
        }
    }

    /// The median of one way.
    pub(crate) fn median(&self, way: Way) -> f64 {
        match way {
            Way::Native => median(&self.native),
            Way::Forwarded => median(&self.forwarded),
        }
    }

    /// Forwarded by native, within each round: the machine's mood changes more from minute to minute than AvA costs.
    pub(crate) fn ratio(&self) -> Spread {
        let ratios: Vec<f64> = self.native.iter().zip(&self.forwarded).map(|(n, f)| f / n).collect();
        Spread::of(&ratios)
    }

    /// The same with each value replaced.
    pub(crate) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        let all = |values: &[f64]| values.iter().map(|v| f(*v)).collect();
        Self { native: all(&self.native), forwarded: all(&self.forwarded) }
    }
}

impl Spread {
    /// Of no values, nothing is a number.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
        Self { median: median_of_sorted(&sorted), low: at(0), high: at(sorted.len().saturating_sub(1)) }
    }
}

impl Pairs {
    /// Adds a value to a measurement.
    pub(crate) fn push(&mut self, name: &str, way: Way, value: f64) {
        let at = self.0.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), Pair::default()));
            self.0.len() - 1
        });
        self.0[at].1.push(way, value);
    }

    /// Adds a measurement with all of its values.
    pub(crate) fn insert(&mut self, name: &str, pair: Pair) {
        self.0.push((name.to_owned(), pair));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Pair)> {
        self.0.iter().map(|(name, pair)| (name.as_str(), pair))
    }
}

/// The median; of an even number of values, the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    Spread::of(values).median
}

fn median_of_sorted(sorted: &[f64]) -> f64 {
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => f64::NAN,
        (n, middle) if n % 2 == 1 => sorted[middle],
        (_, middle) => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// The mean of what multiplies.
pub(crate) fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|v| v.ln()).sum::<f64>() / values.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_a_round() {
        // Each round is twice as slow as the one before; forwarded is always half again as slow as native.
        let mut pair = Pair::default();
        for round in 0..3 {
            let native = f64::from(1 << round);
            pair.push(Way::Native, native);
            pair.push(Way::Forwarded, 1.5 * native);
        }
        assert_eq!(pair.ratio(), Spread { median: 1.5, low: 1.5, high: 1.5 });
    }

    #[test]
    fn the_median_of_an_even_number_of_values_is_between_the_two_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 2.0, 8.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 2.0]), 2.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn twice_as_slow_and_twice_as_fast_cancel_out() {
        assert!((geometric_mean(&[2.0, 0.5]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn measurements_keep_the_order_in_which_they_came() {
        let mut pairs = Pairs::default();
        for name in ["b", "a", "b"] {
            pairs.push(name, Way::Native, 1.0);
        }
        assert_eq!(pairs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(pairs.iter().map(|(_, pair)| pair.native.len()).collect::<Vec<_>>(), [2, 1]);
    }
}
