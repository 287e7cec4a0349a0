//! A line of bash, which breaks words at `=` and `:` too, and hands them over in pieces.

use std::ffi::OsString;

/// A line up to the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    words: Vec<String>,
    /// The quote that is open at the cursor.
    quote: Option<char>,
    /// Where in the last word the text begins that bash replaces, in bytes of the word without quotes.
    pub(super) text_start: usize,
    /// Whether the last word is the operand of `<` or `>`: a file.
    pub(super) is_operand: bool,
}

impl Line {
    /// Reads the line, given the characters at which bash breaks words.
    pub(super) fn read(text: &str, breaks: &str) -> Self {
        let mut line = Self::default();
        let mut word = String::new();
        // A word may be empty: `''`.
        let mut is_word = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (line.quote, character) {
                (Some(quote), _) if character == quote => line.quote = None,
                (Some('\''), _) => word.push(character),
                (Some(_), '\\') => match characters.next_if(|it| "\"\\$`".contains(*it)) {
                    Some(escaped) => word.push(escaped),
                    None => word.push('\\'),
                },
                (Some(_), _) => word.push(character),
                (None, ' ' | '\t' | '\n') => {
                    line.end(&mut word, is_word);
                    is_word = false;
                }
                (None, '\'' | '"') => {
                    line.quote = Some(character);
                    line.text_start = word.len();
                    is_word = true;
                }
                (None, '\\') => {
                    word.extend(characters.next());
                    is_word = true;
                }
                (None, '<' | '>') => {
                    if !word.chars().all(|it| it.is_ascii_digit() || it == '&') {
                        line.end(&mut word, is_word);
                    }
                    word.clear();
                    line.text_start = 0;
                    is_word = false;
                    while characters.next_if(|it| "<>&|".contains(*it)).is_some() {}
                    line.is_operand = true;
                }
                (None, _) => {
                    word.push(character);
                    is_word = true;
                    if breaks.contains(character) {
                        line.text_start = word.len();
                    }
                }
            }
        }
        line.words.push(word);
        line
    }

    fn end(&mut self, word: &mut String, is_word: bool) {
        if is_word {
            let word = std::mem::take(word);
            // The operand of `<` or `>` is no argument.
            if !std::mem::take(&mut self.is_operand) {
                self.words.push(word);
            }
        }
        self.text_start = 0;
    }

    /// The words, without quotes.
    pub(super) fn words(&self) -> Vec<OsString> {
        self.words.iter().map(OsString::from).collect()
    }

    /// The last word up to this place.
    pub(super) fn typed_before(&self, place: usize) -> &str {
        self.words.last().and_then(|word| word.get(..place)).unwrap_or_default()
    }

    /// The last word from this place.
    pub(super) fn typed_after(&self, place: usize) -> &str {
        self.words.last().and_then(|word| word.get(place..)).unwrap_or_default()
    }

    /// The text as it has to be written at the cursor, so that bash reads it as it is.
    pub(super) fn quoted(&self, text: &str) -> String {
        let special = match self.quote {
            // There is no way to write a single quote.
            Some('\'') => "",
            Some(_) => "\"\\$`",
            None => " \t\n\"'\\$`!*?[]{}()<>|&;#~^",
        };
        let mut quoted = String::new();
        for character in text.chars() {
            if special.contains(character) {
                quoted.push('\\');
            }
            quoted.push(character);
        }
        quoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_as_bash_does() {
        let usual = " \t\n\"'><=;|&(:";
        for (text, words, text_start, is_operand) in [
            ("sps get a", &["sps", "get", "a"][..], 0, false),
            ("sps get ", &["sps", "get", ""], 0, false),
            ("sps  a\\ b 'c d' \"e\\\" f\" g", &["sps", "a b", "c d", "e\" f", "g"], 0, false),
            ("sps --allow=we", &["sps", "--allow=we"], 8, false),
            ("sps a:b=c", &["sps", "a:b=c"], 4, false),
            ("sps '' --x=\"a b", &["sps", "", "--x=a b"], 4, false),
            ("sps get a > fi", &["sps", "get", "a", "fi"], 0, true),
            ("sps get a 2>err ma", &["sps", "get", "a", "ma"], 0, false),
            ("sps get ä", &["sps", "get", "ä"], 0, false),
            ("", &[""], 0, false),
        ] {
            let line = Line::read(text, usual);
            assert_eq!(line.words, words, "{text}");
            assert_eq!((line.text_start, line.is_operand), (text_start, is_operand), "{text}");
        }
    }

    #[test]
    fn quotes_what_bash_would_read_otherwise() {
        let quoted = |line: &str, text: &str| Line::read(line, "").quoted(text);
        assert_eq!(quoted("a ", "b c's"), "b\\ c\\'s");
        assert_eq!(quoted("a \"", "b c$d"), "b c\\$d");
        assert_eq!(quoted("a '", "b c$d"), "b c$d");
    }
}
