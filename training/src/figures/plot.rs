//! Line and dot plots as SVG, the legend beside the axes.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub struct Series<'a> {
    pub name: &'a str,
    pub points: Vec<(f64, f64)>,
    /// Dots alone, without the line between; each is named where it stands.
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

const WIDTH: u32 = 560;
const HEIGHT: u32 = 380;
/// Of a line of the legend.
const LINE: u32 = 16;
/// About the width of a letter of the legend.
const LETTER: u32 = 7;
/// Of the mark before a name.
const MARK: u32 = 26;
/// Told apart by readers who don't see all colours (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
/// Of the circle of hues, between one colour and the next where there are more: the golden angle.
const TURN: f64 = 0.381_966;

type Drawn = Result<(), Box<dyn std::error::Error>>;

pub fn svg(axes: &Axes, series: &[Series]) -> String {
    let mut out = String::new();
    // A string takes all that is written to it.
    draw(&mut out, axes, series).unwrap_or_else(|error| unreachable!("{error}"));
    out
}

fn draw(out: &mut String, axes: &Axes, series: &[Series]) -> Drawn {
    let named: Vec<usize> = (0..series.len()).filter(|&i| !series[i].dots).collect();
    let named = if named.len() > 1 { named } else { Vec::new() };
    let rows = ((HEIGHT - 40) / LINE) as usize;
    let longest = named.iter().map(|&i| series[i].name.chars().count()).max();
    let column = longest.map_or(0, |letters| MARK + LETTER * letters as u32 + 10);
    let legend = column * named.len().div_ceil(rows) as u32;
    let root = SVGBackend::with_string(out, (WIDTH + legend, HEIGHT)).into_drawing_area();
    root.fill(&WHITE)?;
    let (plot, beside) = root.split_horizontally(WIDTH);
    let ((x0, x1), (y0, y1)) = (axes.x_range, axes.y_range);
    let mut chart = ChartBuilder::on(&plot)
        .caption(axes.title, ("sans-serif", 15))
        .margin(10)
        .margin_right(18)
        .x_label_area_size(38)
        .y_label_area_size(52)
        .build_cartesian_2d(x0..x1, y0..y1)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .axis_style(BLACK.mix(0.7))
        .x_labels(7)
        .y_labels(7)
        .x_desc(axes.x)
        .y_desc(axes.y)
        .x_label_formatter(&|value| label(*value))
        .y_label_formatter(&|value| label(*value))
        .draw()?;
    let inside = |&(x, y): &(f64, f64)| (x0..=x1).contains(&x) && (y0..=y1).contains(&y);
    for (i, one) in series.iter().enumerate() {
        let colour = colour(i, series.len());
        if one.dots {
            let points: Vec<(f64, f64)> = one.points.iter().copied().filter(inside).collect();
            chart.draw_series(points.iter().map(|&at| Circle::new(at, 3, colour.filled())))?;
            let style = ("sans-serif", 11).into_text_style(&plot);
            let style = style.pos(Pos::new(HPos::Right, VPos::Center));
            let names = points.iter().map(|&at| {
                EmptyElement::at(at) + Text::new(one.name.to_owned(), (-7, 0), style.clone())
            });
            chart.draw_series(names)?;
        } else {
            let points = one
                .points
                .iter()
                .copied()
                .map(|(x, y)| (x, y.clamp(y0, y1)));
            chart.draw_series(LineSeries::new(points, colour.stroke_width(1)))?;
        }
    }
    for (place, &i) in named.iter().enumerate() {
        let (x, y) = (
            place / rows * column as usize,
            30 + place % rows * LINE as usize,
        );
        let (x, y) = (x as i32, y as i32);
        let mark = PathElement::new(
            vec![(x, y), (x + MARK as i32 - 6, y)],
            colour(i, series.len()).stroke_width(2),
        );
        beside.draw(&mark)?;
        let style = ("sans-serif", 12).into_text_style(&beside);
        let style = style.pos(Pos::new(HPos::Left, VPos::Center));
        beside.draw_text(series[i].name, &style, (x + MARK as i32, y))?;
    }
    root.present()?;
    drop(chart);
    Ok(())
}

fn colour(at: usize, of: usize) -> RGBColor {
    if of <= COLOURS.len() {
        return COLOURS[at];
    }
    let lightness = [0.35, 0.5, 0.65][at % 3];
    let HSLColor(hue, saturation, lightness) =
        HSLColor((at as f64 * TURN).fract(), 0.75, lightness);
    let (r, g, b) = HSLColor(hue, saturation, lightness).rgb();
    RGBColor(r, g, b)
}

/// The shortest text of a tick.
fn label(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> Axes<'static> {
        Axes {
            title: "a < b",
            x: "epoch",
            y: "y",
            x_range: (0.0, 9.0),
            y_range: (0.0, 1.0),
        }
    }

    fn line(name: &str) -> Series<'_> {
        Series {
            name,
            points: vec![(0.0, 0.0), (9.0, 1.0)],
            dots: false,
        }
    }

    #[test]
    fn ticks_of_epochs_are_whole() {
        let svg = svg(&axes(), &[line("s")]);
        let ticks = svg.lines().filter_map(|l| l.trim().parse::<f64>().ok());
        let ticks: Vec<f64> = ticks.filter(|&t| t > 1.0).collect();
        assert!(
            ticks.len() > 2 && ticks.iter().all(|t| t.fract() == 0.0),
            "{ticks:?}"
        );
        assert!(svg.contains("a &lt; b"), "{svg}");
    }

    #[test]
    fn many_lines_have_a_colour_and_a_name_each_beside_the_axes() {
        let names: Vec<String> = (0..30).map(|i| format!("label {i}")).collect();
        let lines: Vec<Series> = names.iter().map(|name| line(name)).collect();
        let svg = svg(&axes(), &lines);
        assert!(names.iter().all(|name| svg.contains(name.as_str())));
        let colours: std::collections::BTreeSet<&str> = svg
            .split("<polyline ")
            .skip(1)
            .filter_map(|line| line.split("stroke=\"").nth(1)?.split('"').next())
            .collect();
        assert!(colours.len() >= 30, "{}", colours.len());
        let width: f64 = svg
            .split("width=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(width > f64::from(WIDTH) + 60.0);
    }
}
