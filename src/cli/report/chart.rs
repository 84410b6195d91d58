//! Lines and bars of a report, in SVG coordinates.

use serde::Serialize;

use crate::pipeline::census::{ContigCalls, RUNGS, RarityCounts, rarity_of};

/// The frame of the chart: left, right, top and bottom.
const FRAME: [f64; 4] = [40.0, 330.0, 10.0, 190.0];
/// Powers of ten on both axes.
const DECADES: usize = RUNGS / 2;
/// Width and height of the bars along a contig.
const STRIP: [f64; 2] = [640.0, 30.0];

/// Shares of windows against shares of the background; both axes are -log10 of a share.
#[derive(Serialize)]
pub struct Chart {
    ticks: Vec<Tick>,
    lines: Vec<TailCurve>,
}

#[derive(Serialize)]
struct Tick {
    x: f64,
    y: f64,
    name: String,
}

/// A label.
#[derive(Serialize)]
struct TailCurve {
    name: String,
    color: String,
    points: String,
}

impl Chart {
    /// `labels` are names, colours and windows by rarity.
    pub fn new<'a>(labels: impl Iterator<Item = (String, String, &'a RarityCounts)>) -> Self {
        let line = |(name, color, windows): (String, String, &RarityCounts)| TailCurve {
            name,
            color,
            points: points(windows),
        };
        let tick = |power: usize| Tick {
            x: rounded(x(power as f64)),
            y: rounded(y(power as f64)),
            name: match power {
                0 => "1".to_owned(),
                1..=3 => 10u32.pow(power as u32).to_string(),
                _ => format!("1e{power}"),
            },
        };
        Self {
            ticks: (0..=DECADES).map(tick).collect(),
            lines: labels.map(line).collect(),
        }
    }
}

/// Points of the shares of windows that reach each step of rarity, up to the last step that any
/// window reaches.
fn points(windows: &RarityCounts) -> String {
    let all: u64 = windows.iter().sum();
    let mut points = Vec::new();
    for rung in 0..=RUNGS {
        let reached: u64 = windows[rung..].iter().sum();
        if reached == 0 {
            break;
        }
        let rarity = -(reached as f64 / all as f64).log10();
        points.push(format!("{:.1},{:.1}", x(rarity_of(rung)), y(rarity)));
    }
    points.join(" ")
}

fn x(rarity: f64) -> f64 {
    let [left, right, ..] = FRAME;
    left + (right - left) * rarity / DECADES as f64
}

fn y(rarity: f64) -> f64 {
    let [.., top, bottom] = FRAME;
    top + (bottom - top) * (rarity / DECADES as f64).clamp(0.0, 1.0)
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Calls a megabase in each bin of a contig.
fn rates(contig: &ContigCalls, model: usize) -> impl Iterator<Item = f64> {
    let calls = contig.calls[model].iter().enumerate();
    calls.map(|(bin, &calls)| {
        let bases = contig
            .width
            .min(contig.end.saturating_sub(bin * contig.width));
        1e6 * calls as f64 / bases.max(1) as f64
    })
}

/// Largest number of calls a megabase of a model in a bin of any contig.
pub fn highest(contigs: &[ContigCalls], model: usize) -> f64 {
    let rates = contigs.iter().flat_map(|contig| rates(contig, model));
    rates.fold(0.0, f64::max)
}

/// The outline of a bar for each bin with calls; `most` calls a megabase are the full height.
pub fn bars(contig: &ContigCalls, model: usize, most: f64) -> String {
    let [width, height] = STRIP;
    let scale = width / contig.end.max(1) as f64;
    let bar = |(bin, rate): (usize, f64)| {
        let left = (bin * contig.width) as f64 * scale;
        let right = (((bin + 1) * contig.width) as f64 * scale).min(width);
        let top = height * (1.0 - rate / most);
        format!("M{left:.1},{height}V{top:.1}H{right:.1}V{height}z")
    };
    let rates = rates(contig, model).enumerate();
    rates.filter(|(_, rate)| *rate > 0.0).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::census::Census;

    #[test]
    fn what_is_as_rare_as_the_background_lies_on_the_diagonal() {
        let mut windows = [0; RUNGS + 1];
        // 1,000 windows: 100 reach a tenth, 10 of these a hundredth.
        (windows[0], windows[2], windows[4]) = (900, 90, 10);
        assert_eq!(
            points(&windows),
            "40.0,10.0 60.7,35.7 81.4,35.7 102.1,61.4 122.9,61.4"
        );
        assert_eq!(points(&[0; RUNGS + 1]), "");
    }

    #[test]
    fn a_bar_is_as_high_as_its_rate() {
        let mut census = Census::new(1, 0);
        census.piece(b"c", &(0..1536), &[]);
        for start in [0, 5, 1030] {
            census.call(b"c", 0, start);
        }
        let (contigs, _) = census.contigs();
        // Two calls in 1,024 bases, one in the 512 that are left.
        let most = highest(&contigs, 0);
        assert_eq!(most, 2e6 / 1024.0);
        assert_eq!(
            bars(&contigs[0], 0, most),
            "M0.0,30V0.0H426.7V30zM426.7,30V0.0H640.0V30z"
        );
    }
}
