//! Pages in one file, without network and without script.
//!
//! [`page`] is the only place that writes a document. Templates escape every value; a page allows its own style by its
//! digest and nothing else, and stays readable where a server forbids that too. Folding and filters are elements and style.

pub(crate) mod check;
pub(crate) mod endpoints;
pub(crate) mod plan;

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use ring::digest;

use crate::output::{one_line, start_of, text::printable};

/// The longest name or sentence that is shown.
const MAX_CHARS: usize = 4_000;

const STYLE: &str = include_str!("html/style.css");

/// A page.
pub(crate) struct Page {
    pub(crate) title: String,
    /// What is below the title.
    pub(crate) body: Markup,
    /// The checkboxes that hide something, by name.
    pub(crate) filters: Vec<Filter>,
}

/// A checkbox that shows or hides all elements of a class of the same name.
pub(crate) struct Filter {
    /// The class: lower-case letters, digits and hyphens.
    pub(crate) class: String,
    pub(crate) label: Markup,
}

/// Writes a page. Characters that no reader sees are escaped in all of it.
pub(crate) fn page(page: Page) -> String {
    let Page { title, body, filters } = page;
    let style = style(&filters);
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    );
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(concat!("sps ", env!("CARGO_PKG_VERSION")));
                title { (line(&title)) }
                style { (PreEscaped(&style)) }
            }
            body {
                header { h1 { (line(&title)) } }
                main {
                    (body)
                }
                footer { p { "Written by " code { "sps " (env!("CARGO_PKG_VERSION")) } } }
            }
        }
    };
    let mut document = printable(&document.into_string());
    document.push('\n');
    document
}

/// The style of a page, with a rule for each filter.
fn style(filters: &[Filter]) -> String {
    let mut style = STYLE.to_owned();
    for Filter { class, .. } in filters {
        let _ = writeln!(style, "body:has(#show-{class}:not(:checked)) .{class}{{display:none}}");
    }
    style
}

/// The checkboxes.
fn filters(legend: &str, filters: &[&Filter]) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for Filter { class, label } in filters {
                label { input type="checkbox" id=(format!("show-{class}")) autocomplete="off" checked; " " (label) }
            }
        }
    }
}

/// A note that is shown while a filter hides something. It is true without style, too.
fn filtered() -> Markup {
    html! { p class="filtered" { "What has an empty box above is hidden, where the page has its style." } }
}

/// A name as a class.
fn class(name: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect()
}

/// A text in one line.
fn line(text: &str) -> String {
    one_line(text).into_owned()
}

/// A sentence of ours, in which names are between backticks.
fn prose(text: &str) -> Markup {
    let text = one_line(text);
    let pieces: Vec<&str> = text.split('`').collect();
    html! {
        // Backticks in pairs leave an odd number of pieces.
        @if pieces.len().is_multiple_of(2) { (cut(&text, MAX_CHARS)) }
        @else {
            @for (at, piece) in pieces.into_iter().enumerate() {
                @if at % 2 == 0 { (cut(piece, MAX_CHARS)) } @else { code { (cut(piece, MAX_CHARS)) } }
            }
        }
    }
}

/// A text, cut to a length that does no harm to a page.
fn cut(text: &str, max_chars: usize) -> Markup {
    let shown = start_of(text, max_chars);
    let left_out = text.chars().count().saturating_sub(max_chars);
    html! {
        (shown)
        @if left_out > 0 { span class="cut" { " (" (left_out) " more characters)" } }
    }
}

/// A table with a row of numbers.
fn numbers(caption: &str, columns: &[(&str, usize)]) -> Markup {
    html! {
        table class="stacked numbers" {
            caption { (caption) }
            thead { tr { @for (name, _) in columns { th scope="col" { (name) } } } }
            tbody { tr { @for (name, number) in columns { td data-name=(name) { (number) } } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_allows_its_own_style_alone() {
        let filter = Filter { class: class("Not in-enum"), label: html! { "x" } };
        let text = page(Page { title: "T".to_owned(), body: html! {}, filters: vec![filter] });
        let (_, rest) = text.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        assert!(style.contains("#show-not-in-enum:not(:checked)) .not-in-enum{display:none}"));
        let digest = STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()));
        assert!(text.contains(&format!("style-src 'sha256-{digest}'")), "{digest}");
        assert!(style.is_ascii() && !style.contains('<'), "the style is written as it is");
    }

    #[test]
    fn a_title_is_escaped() {
        let title = "</title><script>\u{202e}\u{2028}\n".to_owned();
        let text = page(Page { title, body: html! {}, filters: Vec::new() });
        assert!(!text.contains("<script"), "{text}");
        assert!(text.contains("&lt;/title&gt;&lt;script&gt;\\u202e\\u2028\\n"), "{text}");
    }

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        assert_eq!(cut("abc", 3).into_string(), "abc");
        let text = "ab…<span class=\"cut\"> (1 more characters)</span>";
        assert_eq!(cut("abc", 2).into_string(), text);
    }
}
