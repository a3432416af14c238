//! Samples and their percentiles.

use std::time::Duration;

/// Measured values, in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Takes one in.
    pub(crate) fn push(&mut self, took: Duration) {
        self.push_ms(took.as_secs_f64() * 1e3);
    }

    /// Takes one in that is milliseconds already.
    pub(crate) fn push_ms(&mut self, ms: f64) {
        self.0.push(ms);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The value that `percent` of the samples do not exceed (nearest rank); 0 without samples.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank lies between 0 and the number of samples"
    )]
    pub(crate) fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
    }

    /// Half of them are not above it.
    pub(crate) fn p50(&self) -> f64 {
        self.percentile(50.0)
    }

    /// 95 of 100 are not above it.
    pub(crate) fn p95(&self) -> f64 {
        self.percentile(95.0)
    }

    /// 99 of 100 are not above it.
    pub(crate) fn p99(&self) -> f64 {
        self.percentile(99.0)
    }
}

impl Extend<f64> for Samples {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        self.0.extend(values);
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let samples: Samples = (1..=200).rev().map(f64::from).collect();
        assert_eq!((samples.p50(), samples.p95(), samples.p99()), (100.0, 190.0, 198.0));
        let one: Samples = [7.0].into_iter().collect();
        assert_eq!((one.p50(), one.p99(), one.len()), (7.0, 7.0, 1));
        assert_eq!(Samples::default().p99(), 0.0);
    }
}
