//! Interpolation in tables of a monotone map.

/// The nearest f32. The result of interpolation between two f32 is between them.
#[expect(clippy::cast_possible_truncation, reason = "rounding is meant")]
pub fn single(value: f64) -> f32 {
    value as f32
}

/// Linear interpolation at `x` between knots `(x, y)` with ascending `x`. Outside the knots, the
/// value of the nearest one; of the first one if `x` is NaN; zero if there are no knots.
pub(super) fn interpolate<K>(knots: &[K], point: impl Fn(&K) -> (f64, f64), x: f64) -> f64 {
    let above = knots.partition_point(|knot| point(knot).0 <= x);
    let below = above.checked_sub(1).and_then(|below| knots.get(below));
    match (below.map(&point), knots.get(above).map(&point)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (x - x0) / (x1 - x0) * (y1 - y0),
        (Some((_, y)), None) | (None, Some((_, y))) => y,
        (None, None) => 0.0,
    }
}
