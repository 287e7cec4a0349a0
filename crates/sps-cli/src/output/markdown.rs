//! Tables in Markdown.

use std::fmt::Write as _;

use crate::output::one_line;

/// A table. What looks like Markdown in a cell is shown as it is.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    let mut row = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    row(&mut heads.iter().map(|it| (*it).to_owned()));
    row(&mut heads.iter().map(|_| "---".to_owned()));
    for cells in rows {
        row(&mut cells.iter().map(|it| escaped(it)));
    }
    text
}

/// A text in which nothing is Markdown or HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in one_line(text).chars() {
        match it {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' | '#' | '>' => {
                escaped.push('\\');
                escaped.push(it);
            }
            it => escaped.push(it),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_its_characters() {
        let rows = [vec!["a|b".to_owned(), "<b>_x_ & `c`\n[d](e)".to_owned()]];
        let expected = "| A | B |\n| --- | --- |\n\
            | a\\|b | &lt;b\\>\\_x\\_ &amp; \\`c\\`\\\\n\\[d\\](e) |\n";
        assert_eq!(table(&["A", "B"], &rows), expected);
    }
}
