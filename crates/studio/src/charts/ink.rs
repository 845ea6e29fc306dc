//! What a picture is made of: paths and labels, the same for the page and for a file. They are placed from the side on
//! which lines of text begin.

use leptos::prelude::*;
use std::fmt::Write as _;

/// A path.
#[derive(Clone, Debug, PartialEq)]
struct Path {
    d: String,
    class: String,
    dash: &'static str,
    /// What is said of it when somebody points there.
    title: String,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
struct Label {
    x: f64,
    y: f64,
    anchor: &'static str,
    class: &'static str,
    text: String,
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ink {
    pub(super) width: f64,
    pub(super) height: f64,
    rtl: bool,
    paths: Vec<Path>,
    labels: Vec<Label>,
}

/// The strokes by which series are told apart without colour.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "9 3 2 3"];
/// Series that look different.
pub(super) const SERIES: usize = DASHES.len();
/// About how wide a letter is.
const LETTER: f64 = 6.8;

/// About how wide a text is.
pub(super) fn width_of(text: &str) -> f64 {
    LETTER * text.chars().count() as f64
}

impl Ink {
    pub(super) const fn new(width: f64, height: f64, rtl: bool) -> Self {
        Self {
            width,
            height,
            rtl,
            paths: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// A place on the page, counted from where lines begin.
    fn x(&self, from_start: f64) -> f64 {
        if self.rtl {
            self.width - from_start
        } else {
            from_start
        }
    }

    fn path(&mut self, d: String, class: String, dash: &'static str, title: String) {
        self.paths.push(Path {
            d,
            class,
            dash,
            title,
        });
    }

    pub(super) fn label(
        &mut self,
        (x, y): (f64, f64),
        anchor: &'static str,
        class: &'static str,
        text: String,
    ) {
        let x = self.x(x);
        self.labels.push(Label {
            x,
            y,
            anchor,
            class,
            text,
        });
    }

    fn through(&self, points: &[(f64, f64)]) -> String {
        let mut d = String::new();
        for (place, (x, y)) in points.iter().enumerate() {
            let letter = if place == 0 { 'M' } else { 'L' };
            // Writing into a string does not fail.
            let _ = write!(d, "{letter}{:.1} {y:.1}", self.x(*x));
        }
        d
    }

    /// A line of the frame.
    pub(super) fn rule(&mut self, points: &[(f64, f64)], class: &str) {
        let d = self.through(points);
        self.path(d, class.to_owned(), "", String::new());
    }

    /// The line of a series.
    pub(super) fn line(&mut self, points: &[(f64, f64)], series: usize) {
        let d = self.through(points);
        let dash = DASHES[series % SERIES];
        self.path(d, format!("line series-{series}"), dash, String::new());
    }

    /// What lies between two lines, both from the start on.
    pub(super) fn band(&mut self, low: &[(f64, f64)], high: &[(f64, f64)]) {
        let around: Vec<(f64, f64)> = low.iter().chain(high.iter().rev()).copied().collect();
        let d = self.through(&around) + "Z";
        self.path(d, "band".to_owned(), "", String::new());
    }

    /// The interval of a single point.
    pub(super) fn stem(&mut self, low: (f64, f64), high: (f64, f64)) {
        let d = self.through(&[low, high]);
        self.path(d, "whisker series-0".to_owned(), "", String::new());
    }

    /// A mark in the shape of its series; hollow where what it tells is not over.
    pub(super) fn mark(&mut self, at: (f64, f64), series: usize, hollow: bool, title: String) {
        let (x, y, r) = (self.x(at.0), at.1, 4.0);
        let d = match series % SERIES {
            0 => round(x, y, r),
            1 => format!("M{:.1} {:.1}h8v8h-8Z", x - r, y - r),
            2 => format!(
                "M{x:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
                y - r,
                x + r,
                y + r,
                x - r,
                y + r
            ),
            _ => format!(
                "M{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}Z",
                y - r - 1.0,
                x + r + 1.0,
                y + r + 1.0,
                x - r - 1.0
            ),
        };
        let kind = if hollow { "hollow" } else { "mark" };
        self.path(d, format!("{kind} series-{series}"), "", title);
    }

    /// A bar from a corner on: plain, or with lines across it as its series has them.
    pub(super) fn bar(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        series: usize,
        title: String,
    ) {
        let corners = [
            (x, y),
            (x + width, y),
            (x + width, y + height),
            (x, y + height),
        ];
        let kind = if series == 0 { "bar" } else { "bar pale" };
        let d = self.through(&corners) + "Z";
        self.path(d, format!("{kind} series-{series}"), "", title);
        if matches!(series, 1 | 2) {
            let mut across = String::new();
            let mut at = 5.0;
            while at < width + height {
                let mut ends = [
                    (f64::max(0.0, at - height), f64::min(at, height)),
                    (f64::min(at, width), f64::max(0.0, at - width)),
                ];
                if series == 2 {
                    ends = ends.map(|(a, b)| (width - a, b));
                }
                across += &self.through(&ends.map(|(a, b)| (x + a, y + b)));
                at += 5.0;
            }
            self.path(across, format!("hatch series-{series}"), "", String::new());
        }
    }

    /// A field of a grid, one of five shades.
    pub(super) fn field(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        dark: usize,
        title: String,
    ) {
        let corners = [
            (x, y),
            (x + width, y),
            (x + width, y + height),
            (x, y + height),
        ];
        let d = self.through(&corners) + "Z";
        self.path(d, format!("field heat-{dark}"), "", title);
    }

    /// A dot on its interval.
    pub(super) fn whisker(&mut self, y: f64, low: f64, high: f64) {
        let mut d = self.through(&[(low, y), (high, y)]);
        for end in [low, high] {
            d += &self.through(&[(end, y - 5.0), (end, y + 5.0)]);
        }
        self.path(d, "whisker series-0".to_owned(), "", String::new());
    }

    /// The picture in the page. Nothing of it is read out: its name says what there is to see, and the table says all.
    pub(super) fn view(self) -> impl IntoView {
        let paths = self.paths.into_iter().map(|path| {
            let dash = (!path.dash.is_empty()).then_some(path.dash);
            let title = (!path.title.is_empty()).then(|| view! { <title>{path.title}</title> });
            view! {
                <path d=path.d class=path.class stroke-dasharray=dash>
                    {title}
                </path>
            }
        });
        let labels = self.labels.into_iter().map(|label| {
            view! {
                <text
                    x=format!("{:.1}", label.x)
                    y=format!("{:.1}", label.y)
                    text-anchor=label.anchor
                    dominant-baseline="central"
                    class=label.class
                >
                    {label.text}
                </text>
            }
        });
        (paths.collect_view(), labels.collect_view())
    }
}

fn round(x: f64, y: f64, r: f64) -> String {
    let across = 2.0 * r;
    format!(
        "M{:.1} {y:.1}a{r:.1} {r:.1} 0 1 0 {across:.1} 0a{r:.1} {r:.1} 0 1 0 -{across:.1} 0Z",
        x - r
    )
}
