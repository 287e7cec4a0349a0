//! The colors of the reports, on a screen and on paper.

use std::collections::BTreeMap;

#[test]
fn p139_a_report_is_black_on_white_on_paper_and_readable_in_both_themes() {
    let style = include_str!("../../src/output/html/style.css");
    let (screen, print) = style.split_once("@media print{").unwrap();
    let (light, dark) = screen.split_once("@media(prefers-color-scheme:dark){").unwrap();
    for (name, color) in colors(print) {
        let expected = match &*name {
            "--back" | "--panel" | "--mark" => "#fff",
            "--rule" => "#888",
            name if name.ends_with("-back") => "#fff",
            _ => "#000",
        };
        assert_eq!(color, expected, "{name} on paper");
    }
    // The same texts on the same backgrounds in both themes, at least as WCAG 2.2 demands in 1.4.3.
    for theme in [light, dark.split_once("}}").unwrap().0] {
        let colors: BTreeMap<_, _> = colors(theme).into_iter().collect();
        for (front, back) in [
            ("--front", "--back"),
            ("--front", "--panel"),
            ("--front", "--mark"),
            ("--quiet", "--back"),
            ("--quiet", "--panel"),
            ("--link", "--back"),
            ("--create", "--back"),
            ("--create", "--create-back"),
            ("--change", "--back"),
            ("--delete", "--back"),
            ("--delete", "--delete-back"),
        ] {
            let ratio = contrast(&colors[front], &colors[back]);
            assert!(ratio >= 4.5, "{front} on {back}: {ratio}");
        }
    }
}

fn colors(style: &str) -> Vec<(String, String)> {
    let pairs = style.split(['{', ';', '}']).filter_map(|it| it.trim().split_once(':'));
    let colors = pairs.filter(|(name, value)| name.starts_with("--") && value.starts_with('#'));
    colors.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The contrast of two colors. Source: WCAG 2.2, "contrast ratio" and "relative luminance".
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |color: &str| -> f64 {
        let digits = color.trim_start_matches('#');
        let width = digits.len() / 3;
        let channel = |at: usize| -> f64 {
            let digits = digits[at * width..(at + 1) * width].repeat(2 / width);
            let value = f64::from(u8::from_str_radix(&digits, 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    };
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}
