//! Tables of a monotone map.

/// The nearest f32: what a table of two of them gives lies between them.
#[expect(clippy::cast_possible_truncation, reason = "rounding is meant")]
pub fn single(value: f64) -> f32 {
    value as f32
}

/// Value at `x` of the line through the knots `(x, y)`, whose `x` ascend; flat outside them, and
/// that of the first knot where `x` is not a number. Zero if there are no knots.
pub(super) fn interpolate<K>(knots: &[K], point: impl Fn(&K) -> (f64, f64), x: f64) -> f64 {
    let above = knots.partition_point(|knot| point(knot).0 <= x);
    let below = above.checked_sub(1).and_then(|below| knots.get(below));
    match (below.map(&point), knots.get(above).map(&point)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (x - x0) / (x1 - x0) * (y1 - y0),
        (Some((_, y)), None) | (None, Some((_, y))) => y,
        (None, None) => 0.0,
    }
}
