//! The drawing of a graph.
//!
//! It is readable without any style, because a server may forbid styles: shapes, lines and texts have attributes of their own.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};
use unicode_width::UnicodeWidthChar as _;

use crate::output::{
    graph::{
        Box, Fate, Graph,
        layout::{Layout, Pair, layout, number},
    },
    one_line,
    text::printable,
};

/// The width of a character of the font. Those of the usual fonts are narrower.
const COLUMN: f64 = 7.4;
/// The size of the font.
const FONT_SIZE: &str = "12";
const LINE_HEIGHT: f64 = 16.0;
/// The room between a text and the edge of its box.
const PADDING: f64 = 9.0;
const MARGIN: f64 = 8.0;
/// The most columns of a line.
const MAX_COLUMNS: usize = 36;
/// The width that boxes without arrows fill, unless the others are wider.
const MIN_WIDTH: f64 = 900.0;
const GAP: f64 = 16.0;
/// How many arrows the description of a file has.
const MAX_SENTENCES: usize = 200;

/// The style of a file of its own. On a page, the style of the page has the same classes.
const STYLE: &str = "\
svg{color:#1b1f24;background:#fff}\
.create{color:#116329}.change{color:#7d4e00}.delete{color:#a40e26}.unchanged,.outside{color:#57606a}\
@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}\
.create{color:#7ee787}.change{color:#e3b341}.delete{color:#ffa198}.unchanged,.outside{color:#9da7b1}}\
@media print{svg{color:#000;background:#fff}.create,.change,.delete,.unchanged,.outside{color:#000}}";

/// A graph as a file.
pub(crate) fn file(graph: &Graph, title: &str, verb: &str) -> String {
    let mut sentences = graph.sentences(verb, verb);
    let more = sentences.len().saturating_sub(MAX_SENTENCES);
    sentences.truncate(MAX_SENTENCES);
    if more > 0 {
        sentences.push(format!("{more} more"));
    }
    let description = [&graph.left_out[..], &sentences].concat().join("; ");
    draw(graph, title, &description, true).into_string()
}

/// A graph as a part of a page, whose text says what it shows.
pub(crate) fn drawing(graph: &Graph, title: &str, description: &str) -> Markup {
    draw(graph, title, description, false)
}

fn draw(graph: &Graph, title: &str, description: &str, is_file: bool) -> Markup {
    let texts: Vec<[String; 3]> = graph.boxes.iter().map(lines).collect();
    let sizes: Vec<Pair> = texts.iter().map(size).collect();
    let placed = place(graph, &sizes);
    // What is left out is said below the drawing.
    let notes = if is_file { &graph.left_out[..] } else { &[] };
    let below = placed.size.y + 2.0 * MARGIN;
    let noted = notes.iter().map(|it| columns(it)).max().unwrap_or(0);
    let width = (placed.size.x + 2.0 * MARGIN).max(number(noted) * COLUMN + 2.0 * MARGIN);
    let height = below + number(notes.len()) * LINE_HEIGHT;
    let (width, height) = (format!("{:.0}", width.ceil()), format!("{:.0}", height.ceil()));
    let view = format!("0 0 {width} {height}");
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height) viewBox=(view) role="img"
            aria-label=(plain(title)) aria-describedby="graph-text" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
            font-size=(FONT_SIZE) {
            title { (plain(title)) }
            desc id="graph-text" { (plain(description)) }
            @if is_file { style { (PreEscaped(STYLE)) } }
            g transform=(format!("translate({MARGIN} {MARGIN})")) {
                g fill="none" stroke="currentColor" stroke-width="1.2" {
                    @for (arrow, points) in graph.arrows.iter().zip(&placed.arrows) {
                        @let start = placed.boxes[arrow.from];
                        @let path = if points.is_empty() { around(start, sizes[arrow.from]) } else { curve(points) };
                        path d=(path) stroke-dasharray=[arrow.is_dropped.then_some("5 4")] {}
                        path d=(head(points, start, sizes[arrow.from])) fill="currentColor" stroke="none" {}
                    }
                }
                @for ((it, text), (at, size)) in graph.boxes.iter().zip(&texts).zip(placed.boxes.iter().zip(&sizes)) {
                    (drawn_box(it, text, *at, *size))
                }
            }
            @for (line, note) in notes.iter().enumerate() {
                text x=(MARGIN) y=(tenths(below + number(line) * LINE_HEIGHT)) fill="currentColor" { (plain(note)) }
            }
        }
    }
}

/// Places connected boxes in layers, and the others in rows below them.
fn place(graph: &Graph, sizes: &[Pair]) -> Layout {
    let mut is_connected = vec![false; sizes.len()];
    for arrow in &graph.arrows {
        is_connected[arrow.from] = true;
        is_connected[arrow.to] = true;
    }
    let connected: Vec<usize> = (0..sizes.len()).filter(|at| is_connected[*at]).collect();
    let mut places = vec![0; sizes.len()];
    for (place, at) in connected.iter().enumerate() {
        places[*at] = place;
    }
    let inner: Vec<Pair> = connected.iter().map(|at| sizes[*at]).collect();
    let arrows: Vec<_> = graph.arrows.iter().map(|it| (places[it.from], places[it.to])).collect();
    let Layout { size, boxes: inner, arrows } = layout(&inner, &arrows);
    // An arrow to the same box leaves it on the right.
    let has_loop = graph.arrows.iter().any(|it| it.from == it.to);
    let mut placed = Layout {
        size: Pair { x: size.x + if has_loop { LOOP } else { 0.0 }, ..size },
        boxes: vec![Pair::default(); sizes.len()],
        arrows,
    };
    for (at, place) in connected.into_iter().zip(inner) {
        placed.boxes[at] = place;
    }
    let width = placed.size.x.max(MIN_WIDTH);
    let mut next = Pair { x: 0.0, y: if size.y > 0.0 { size.y + 2.0 * GAP } else { 0.0 } };
    let mut row = 0.0;
    for at in (0..sizes.len()).filter(|at| !is_connected[*at]) {
        let size = sizes[at];
        if next.x > 0.0 && next.x + size.x > width {
            next = Pair { x: 0.0, y: next.y + row + GAP };
            row = 0.0;
        }
        placed.boxes[at] = next;
        row = size.y.max(row);
        placed.size.x = placed.size.x.max(next.x + size.x);
        placed.size.y = placed.size.y.max(next.y + size.y);
        next.x += size.x + GAP;
    }
    placed
}

fn drawn_box(it: &Box, text: &[String; 3], at: Pair, size: Pair) -> Markup {
    let (width, radius, dashes) = match it.fate {
        Fate::Create => ("2", "0", None),
        Fate::Change | Fate::Complete | Fate::Clear => ("2", "9", None),
        Fate::Delete => ("2", "0", Some("6 4")),
        Fate::Unchanged => ("1", "0", None),
        Fate::Outside => ("1", "9", Some("2 3")),
    };
    let shown = text.iter().filter(|line| !line.is_empty());
    html! {
        g class=(it.fate.class()) {
            title { (it.fate.word()) ": " (plain(&it.name())) }
            rect x=(tenths(at.x)) y=(tenths(at.y)) width=(tenths(size.x)) height=(tenths(size.y)) rx=(radius)
                fill="none" stroke="currentColor" stroke-width=(width) stroke-dasharray=[dashes] {}
            @for (line, text) in shown.enumerate() {
                // A font may have wide characters that no table knows: those texts are fitted to their room.
                @let fitted = (!text.is_ascii()).then(|| tenths(number(columns(text)) * COLUMN));
                text x=(tenths(at.x + PADDING)) y=(tenths(at.y + PADDING + LINE_HEIGHT * (number(line) + 0.75)))
                    fill="currentColor" font-weight=[(line == 0).then_some("bold")] textLength=[fitted.as_deref()]
                    lengthAdjust=[fitted.as_ref().map(|_| "spacingAndGlyphs")] { (text) }
            }
        }
    }
}

/// The lines in a box: what happens, the collection, the name.
fn lines(it: &Box) -> [String; 3] {
    let (above, name) = match it.label.rsplit_once('/') {
        Some((above, name)) => (format!("{above}/"), name.to_owned()),
        None => (String::new(), it.label.clone()),
    };
    let name = if it.count > 1 { format!("{} objects", it.count) } else { name };
    [it.fate.word().to_owned(), above, name].map(|it| shortened(&plain(&it)))
}

fn size(text: &[String; 3]) -> Pair {
    let width = text.iter().map(|it| columns(it)).max().unwrap_or(0);
    let height = text.iter().filter(|it| !it.is_empty()).count();
    Pair {
        x: number(width) * COLUMN + 2.0 * PADDING,
        y: number(height) * LINE_HEIGHT + 2.0 * PADDING,
    }
}

/// A text that XML may have, in one line.
fn plain(text: &str) -> String {
    printable(&one_line(text))
}

/// The text, without its middle if it is too long.
fn shortened(text: &str) -> String {
    if columns(text) <= MAX_COLUMNS {
        return text.to_owned();
    }
    let half = MAX_COLUMNS / 2 - 1;
    let take = |characters: &mut dyn Iterator<Item = char>| -> Vec<char> {
        let mut width = 0;
        let fits = |it: &char| {
            width += it.width().unwrap_or(0);
            width <= half
        };
        characters.take_while(fits).collect()
    };
    let start: String = take(&mut text.chars()).into_iter().collect();
    let end: String = take(&mut text.chars().rev()).into_iter().rev().collect();
    format!("{start}…{end}")
}

fn columns(text: &str) -> usize {
    text.chars().map(|it| it.width().unwrap_or(0)).sum()
}

/// How far the arrow of a box to itself goes beyond it.
const LOOP: f64 = 26.0;
/// The length and half of the width of the head of an arrow.
const HEAD: Pair = Pair { x: 8.0, y: 4.0 };

/// The curve through these points, which leaves and enters each of them horizontally.
fn curve(points: &[Pair]) -> String {
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let Pair { x, y } = *point;
        match at.checked_sub(1).map(|before| points[before]) {
            None => path = format!("M{} {}", tenths(x), tenths(y)),
            Some(before) => {
                let middle = tenths(f64::midpoint(before.x, x));
                let (start, end) = (tenths(before.y), tenths(y));
                // Writing to a String cannot fail.
                let _ = write!(path, "C{middle} {start} {middle} {end} {} {end}", tenths(x));
            }
        }
    }
    path
}

/// The arrow of a box to itself.
fn around(at: Pair, size: Pair) -> String {
    let (x, half) = (tenths(at.x + size.x), size.y / 3.0);
    let out = tenths(at.x + size.x + LOOP);
    let (start, end) = (tenths(at.y + half), tenths(at.y + 2.0 * half));
    format!("M{x} {start}C{out} {start} {out} {end} {x} {end}")
}

/// The head at the end of an arrow.
fn head(points: &[Pair], at: Pair, size: Pair) -> String {
    let (end, is_leftward) = match points {
        [.., before, end] => (*end, before.x > end.x),
        _ => (Pair { x: at.x + size.x, y: at.y + size.y / 3.0 * 2.0 }, true),
    };
    let base = tenths(if is_leftward { end.x + HEAD.x } else { end.x - HEAD.x });
    let (x, y) = (tenths(end.x), tenths(end.y));
    format!("M{base} {}L{x} {y}L{base} {}Z", tenths(end.y - HEAD.y), tenths(end.y + HEAD.y))
}

/// A measure with at most one decimal.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::graph::Arrow;

    fn graph(labels: &[&str], arrows: &[(usize, usize)]) -> Graph {
        let boxes =
            labels.iter().map(|it| Box { fate: Fate::Change, label: (*it).to_owned(), count: 1 });
        let arrows =
            arrows.iter().map(|(from, to)| Arrow { from: *from, to: *to, is_dropped: false });
        Graph { boxes: boxes.collect(), arrows: arrows.collect(), left_out: Vec::new() }
    }

    #[test]
    fn every_text_fits_into_its_box() {
        for label in
            ["a/b", "management/snmp/trap", "x/\u{6f22}\u{5b57}\u{6f22}\u{5b57}", &"w".repeat(500)]
        {
            let [one] = [graph(&[label], &[])];
            let text = lines(&one.boxes[0]);
            let size = size(&text);
            for line in &text {
                assert!(columns(line) <= MAX_COLUMNS, "{line}");
                assert!(number(columns(line)) * COLUMN + 2.0 * PADDING <= size.x, "{line}");
            }
        }
        assert_eq!(shortened(&format!("start{}end", "-".repeat(80))).chars().count(), 35);
    }

    #[test]
    fn a_drawing_of_nothing_is_a_drawing() {
        let svg = file(&graph(&[], &[]), "Nothing", "waits for");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
        assert!(svg.contains("viewBox=\"0 0 16 16\""), "{svg}");
    }

    #[test]
    fn an_arrow_to_the_same_box_is_drawn_inside() {
        let svg = file(&graph(&["a"], &[(0, 0)]), "Loop", "refers to");
        assert!(svg.contains("a refers to a"), "{svg}");
        let width: f64 =
            svg.split_once("width=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap();
        assert!(width >= size(&lines(&graph(&["a"], &[]).boxes[0])).x + LOOP, "{width}");
    }
}
