//! Lists of numbers, without Python.

/// What is said of a list of numbers.
pub struct Summary {
    pub mean: f64,
    /// Standard deviation of the whole population.
    pub deviation: f64,
    pub minimum: f64,
    pub median: f64,
    pub maximum: f64,
}

impl Summary {
    /// Of numbers that are all finite, which are put in order; `None` for none or others.
    pub fn of(numbers: &mut [f64]) -> Option<Self> {
        if !numbers.iter().all(|number| number.is_finite()) {
            return None;
        }
        numbers.sort_unstable_by(f64::total_cmp);
        let (minimum, maximum) = (*numbers.first()?, *numbers.last()?);
        // By the largest, so that neither a sum nor a square is too large for a float.
        let scale = minimum.abs().max(maximum.abs());
        if scale == 0.0 {
            return Some(Self { mean: 0.0, deviation: 0.0, minimum, median: 0.0, maximum });
        }
        let mean = average(numbers.iter().map(|number| number / scale));
        let variance = average(numbers.iter().map(|number| (number / scale - mean).powi(2)));
        Some(Self {
            mean: mean * scale,
            deviation: variance.sqrt() * scale,
            minimum,
            median: middle(numbers),
            maximum,
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "no list is that long")]
fn average(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len() as f64;
    numbers.sum::<f64>() / count
}

fn middle(sorted: &[f64]) -> f64 {
    let upper = sorted.len() / 2;
    let lower = (sorted.len() - 1) / 2;
    sorted[lower].midpoint(sorted[upper])
}
