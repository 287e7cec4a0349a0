//! Texts of the page: times, status codes, links, and characters that would deceive a reader.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

use crate::{clock::utc, http::percent_encoded};

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
    fn counts_in_words() {
        assert_eq!(count(1, "object"), "1 object");
        assert_eq!(count(0, "entry"), "0 entries");
        assert_eq!(duration(Duration::from_secs(3_723)), "1 h 2 min");
    }
}
