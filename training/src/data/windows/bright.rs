//! Arrays: which of their probes are bright.

/// Which intensities are over the mean by so many deviations.
pub fn bright(intensities: &[f32], deviations: f64) -> Vec<bool> {
    let n = intensities.len() as f64;
    let mean = intensities.iter().map(|&i| f64::from(i)).sum::<f64>() / n;
    let squares = intensities.iter().map(|&i| (f64::from(i) - mean).powi(2));
    let least = mean + deviations * (squares.sum::<f64>() / n).sqrt();
    intensities.iter().map(|&i| f64::from(i) > least).collect()
}
