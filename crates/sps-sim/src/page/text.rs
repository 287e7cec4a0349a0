//! Texts of the page: times, status codes, links, and characters that would deceive a reader.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

use crate::{clock::utc, http::percent_encoded};

/// Longest name that is shown as a whole.
const MAX_NAME: usize = 200;

/// Formats a time: `2022-03-30 12:00:01.000`, in UTC.
pub(super) fn time(at: SystemTime) -> String {
    utc(at).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// Formats a time that has passed or will: `1 h 2 min 3 s`.
pub(super) fn duration(time: Duration) -> String {
    let (hours, minutes, seconds) =
        (time.as_secs() / 3_600, time.as_secs() / 60 % 60, time.as_secs() % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// Formats a status code.
pub(super) fn status(code: Option<u16>) -> String {
    match code {
        Some(code) => code.to_string(),
        None => "dropped".to_owned(),
    }
}

/// Formats a number with its word: `1 object`, `2 objects`.
pub(super) fn count(number: usize, word: &str) -> String {
    match (number, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) if !word.ends_with("ey") => format!("{number} {stem}ies"),
        _ => format!("{number} {word}s"),
    }
}

/// Makes characters visible that reorder or hide others, and control characters other than line feeds and tabs.
pub(super) fn visible(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for character in text.chars() {
        let is_hidden = matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        );
        if is_hidden || (character.is_control() && !matches!(character, '\n' | '\t')) {
            let _ = write!(all, "\\u{{{:x}}}", u32::from(character));
        } else {
            all.push(character);
        }
    }
    all
}

/// Leaves out what may be secret in the URL of another server: the user and the password, the query and the fragment.
pub(super) fn url(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (address, rest) = text.split_at(end);
    let start = address.find("://").map_or(0, |it| it + 3);
    let host_end = address[start..].find('/').map_or(address.len(), |it| start + it);
    let mut shown = address.to_owned();
    if let Some(at) = address[start..host_end].rfind('@') {
        shown.replace_range(start..start + at, "…");
    }
    if !rest.is_empty() {
        shown.push_str(&rest[..1]);
        shown.push('…');
    }
    shown
}

/// Cuts a name or a path: some hold a megabyte, and a page has many of them.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns the address of the page about a path of the configuration.
pub(super) fn href(path: &str) -> String {
    let path = path.strip_prefix("/api").unwrap_or(path);
    let mut href = "/page".to_owned();
    for segment in path.split('/').filter(|it| !it.is_empty()) {
        href.push('/');
        href.push_str(&percent_encoded(segment, b""));
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_hidden_characters_visible() {
        assert_eq!(visible("a\u{202e}b\u{200b}\u{7}\n\té"), "a\\u{202e}b\\u{200b}\\u{7}\n\té");
    }

    #[test]
    fn links_stay_below_the_page() {
        for (path, expected) in [
            ("/api/configuration/a/b", "/page/configuration/a/b"),
            ("javascript:alert(1)", "/page/javascript%3Aalert%281%29"),
            ("//evil.example/\"'<>&?#", "/page/evil.example/%22%27%3C%3E%26%3F%23"),
            ("/api/configuration/x/é y", "/page/configuration/x/%C3%A9%20y"),
        ] {
            assert_eq!(href(path), expected);
        }
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(short(&"é".repeat(MAX_NAME)), "é".repeat(MAX_NAME));
        assert_eq!(short(&"é".repeat(1_000_000)), format!("{}…", "é".repeat(MAX_NAME)));
    }

    #[test]
    fn urls_show_no_secret() {
        for (text, expected) in [
            ("https://a.example/sps.iso", "https://a.example/sps.iso"),
            ("https://u:p@ss@a.example/x@y?sig=1#z", "https://…@a.example/x@y?…"),
            ("ftp://u@a", "ftp://…@a"),
            ("u:p@a/b#c", "…@a/b#…"),
            ("", ""),
        ] {
            assert_eq!(url(text), expected);
        }
    }

    #[test]
    fn counts_in_words() {
        assert_eq!(count(1, "object"), "1 object");
        assert_eq!(count(0, "entry"), "0 entries");
        assert_eq!(duration(Duration::from_secs(3_723)), "1 h 2 min");
    }
}
