//! Line plots as SVG, small enough to read in a diff.

use std::fmt::Write;

pub struct Series<'a> {
    pub name: &'a str,
    pub points: Vec<(f64, f64)>,
    /// Dots alone, without the line between.
    pub dots: bool,
}

pub struct Axes<'a> {
    pub title: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    /// Ranges shown; points outside are cut off.
    pub x_range: (f64, f64),
    pub y_range: (f64, f64),
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;
const TICKS: usize = 5;
/// Told apart by readers who don't see all colours (Okabe and Ito, 2008).
const COLOURS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
];

pub fn svg(axes: &Axes, series: &[Series]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    let share =
        |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)).clamp(0.0, 1.0);
    let x = |value: f64| LEFT + share(value, axes.x_range) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - share(value, axes.y_range) * (HEIGHT - TOP - BOTTOM);
    let mut text = |x: f64, y: f64, anchor: &str, words: &str| {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
        )
        .expect("a string takes all");
    };
    text(LEFT, 20.0, "start", axes.title);
    text(
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0,
        "middle",
        axes.x,
    );
    text(8.0, TOP - 2.0, "start", axes.y);
    let at = |tick: usize, (low, high): (f64, f64)| low + (high - low) * tick as f64 / TICKS as f64;
    for tick in 0..=TICKS {
        let (value_x, value_y) = (at(tick, axes.x_range), at(tick, axes.y_range));
        text(
            x(value_x),
            HEIGHT - BOTTOM + 16.0,
            "middle",
            &label(value_x, axes.x_range),
        );
        text(
            LEFT - 6.0,
            y(value_y) + 4.0,
            "end",
            &label(value_y, axes.y_range),
        );
    }
    for (i, one) in series.iter().enumerate() {
        match one.points.first() {
            // A dot is named where it stands.
            Some(&(at_x, at_y)) if one.dots => text(x(at_x) - 7.0, y(at_y) + 4.0, "end", one.name),
            _ => text(
                WIDTH - RIGHT - 6.0,
                TOP + 14.0 * (i + 1) as f64,
                "end",
                one.name,
            ),
        }
    }
    let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    writeln!(
        out,
        "<path d=\"M{LEFT} {TOP}V{bottom}H{right}\" fill=\"none\" stroke=\"#444\"/>"
    )
    .expect("a string takes all");
    for (i, one) in series.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let mut draw = |shape: String| writeln!(out, "{shape}").expect("a string takes all");
        let seen: Vec<(f64, f64)> = one.points.iter().map(|p| (x(p.0), y(p.1))).collect();
        if one.dots {
            for (x, y) in seen {
                draw(format!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>"
                ));
            }
        } else {
            let mark = TOP + 14.0 * (i + 1) as f64 - 4.0;
            draw(format!(
                "<circle cx=\"{right:.1}\" cy=\"{mark:.1}\" r=\"3\" fill=\"{colour}\"/>"
            ));
            let path: Vec<String> = seen.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let path = path.join(" ");
            draw(format!(
                "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\"/>"
            ));
        }
    }
    out.push_str("</svg>\n");
    out
}

fn label(value: f64, (low, high): (f64, f64)) -> String {
    match high - low {
        wide if wide >= 10.0 => format!("{value:.0}"),
        wide if wide >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_land_between_the_axes() {
        let axes = Axes {
            title: "a < b",
            x: "x",
            y: "y",
            x_range: (0.0, 2.0),
            y_range: (0.0, 1.0),
        };
        let points = vec![(0.0, 0.0), (2.0, 1.0)];
        let svg = svg(
            &axes,
            &[Series {
                name: "s",
                points,
                dots: false,
            }],
        );
        assert!(svg.contains("points=\"60.0,312.0 540.0,34.0\""));
        assert!(svg.contains("a &lt; b"));
    }
}
