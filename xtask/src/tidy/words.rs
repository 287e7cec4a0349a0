//! Words that make a reader stop, and spellings of British English.

use std::path::Path;

use super::Finding;
use crate::workspace::TextFile;

/// Words and phrases that no text of the project has, each with what to write instead. A `*` at the end stands for any
/// further letters; `a|b` for either word.
const WORDS: &[(&str, &str)] = &[
    ("shall", "use the present tense, or `must`"),
    ("whoever", "name the actor: the user, the caller, the appliance"),
    ("nobody", "name the actor, or write what is missing in the passive"),
    ("somebody", "name the actor: the user, the caller, the appliance"),
    ("anybody", "name the actor: anyone on the network path, every user"),
    ("is|are|was|were told", "say who reads or prints it"),
    ("stand|stands|stood|standing", "use `is`, `are` or `appears`"),
    ("judge*", "use `check`, `validate` or `decide`"),
    ("judging|judgment*", "use `check`, `validate` or `decide`"),
    ("mend*", "use `fix` or `repair`"),
    ("is|are none", "say what it is"),
    ("stray*", "use `late request`"),
    ("wherefore|whereof|thereof|therein|herein|hereby|whence|thence", "use a shorter sentence"),
    ("see to it", "use `make sure`"),
    ("without a word", "use `silently`"),
    ("anybody's guess", "use `undefined`"),
    ("in vain", "use `without effect` or `needlessly`"),
    ("on their way", "use `in transit`"),
    ("let alone", "split the sentence"),
    ("twice at most", "use `at most twice`"),
];

/// Spellings of British English, each with the American one. A `*` stands for any further letters.
const SPELLINGS: &[(&str, &str)] = &[
    ("behaviour*", "behavior"),
    ("colour*", "color"),
    ("neighbour*", "neighbor"),
    ("honour*", "honor"),
    ("favour*", "favor"),
    ("centre*", "center"),
    ("licence*", "license"),
    ("defence*", "defense"),
    ("analyse*", "analyze"),
    ("catalogue*", "catalog"),
    ("dialogue*", "dialog"),
    ("organise*", "organize"),
    ("recognise*", "recognize"),
    ("normalise*", "normalize"),
    ("initialise*", "initialize"),
    ("serialise*", "serialize"),
    ("deserialise*", "deserialize"),
    ("summarise*", "summarize"),
    ("cancelled*", "canceled"),
    ("cancelling*", "canceling"),
    ("labelled*", "labeled"),
    ("modelled*", "modeled"),
    ("travelled*", "traveled"),
    ("whilst", "while"),
    ("amongst", "among"),
];

/// Files whose words are not ours to choose: licenses, data of the guide, output of other programs, and this list.
const FOREIGN: &[&str] = &[
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Cargo.lock",
    "tests/data/",
    "/tests/data/",
    "/corpus/",
    "xtask/src/tidy/words.rs",
];

/// Lists each forbidden word of a file.
pub(super) fn check(file: &TextFile, findings: &mut Vec<Finding>) {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let is_foreign = |it: &&str| {
        [&*file.path, name].contains(it) || (it.ends_with('/') && file.path.contains(it))
    };
    if FOREIGN.iter().any(is_foreign) {
        return;
    }
    let patterns: Vec<_> = WORDS
        .iter()
        .map(|(phrase, advice)| (Phrase::new(phrase), (*advice).to_owned()))
        .chain(SPELLINGS.iter().map(|(word, american)| {
            (Phrase::new(word), format!("American English spells it `{american}`"))
        }))
        .collect();
    let is_python = Path::new(&file.path).extension().is_some_and(|it| it == "py");
    for (index, line) in file.text.lines().enumerate() {
        // `is None` is the code of a comparison there.
        let line = if is_python { line.replace(" is None", "") } else { line.to_owned() };
        let words = words(&line);
        for (phrase, advice) in &patterns {
            if let Some(found) = phrase.find(&words) {
                let message = format!("do not write `{found}`: {advice}");
                findings.push(Finding::new(&file.path, index + 1, message));
            }
        }
    }
}

/// The words of a line, in lower case. `camelCase` and `snake_case` are several words each. Underscores and quotation
/// marks stay between words, so that neither `is_none` nor "is `none`" contains the phrase.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in line.chars() {
        let starts_word = c.is_uppercase() && was_lower;
        let is_letter = c.is_alphabetic() || c == '\'';
        if (!is_letter || starts_word) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() || (c == '\'' && !word.is_empty()) {
            word.extend(c.to_lowercase());
        }
        if "_`\"".contains(c) {
            words.push(c.to_string());
        }
        was_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// One entry of the lists: for each of its words the alternatives.
struct Phrase(Vec<Vec<&'static str>>);

impl Phrase {
    fn new(phrase: &'static str) -> Self {
        Self(phrase.split(' ').map(|word| word.split('|').collect()).collect())
    }

    /// The first place in the words of a line that matches.
    fn find(&self, words: &[String]) -> Option<String> {
        let found = words.windows(self.0.len()).find(|window| {
            window.iter().zip(&self.0).all(|(word, patterns)| {
                patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
                    Some(start) => word.starts_with(start),
                    None => word == pattern,
                })
            })
        })?;
        Some(found.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let file = TextFile { path: "docs/a.md".to_owned(), text: text.to_owned() };
        let mut findings = Vec::new();
        check(&file, &mut findings);
        findings.into_iter().map(|it| format!("{}: {}", it.line, it.message)).collect()
    }

    #[test]
    fn accepts_plain_english() {
        assert_eq!(
            found(
                "The appliance ignores unknown keys.\nRecommended: fix it. Understanding.\nif it.is_none() {}\nthe method is `none`\n"
            ),
            [""; 0]
        );
    }

    #[test]
    fn refuses_listed_words_with_their_line_and_advice() {
        for (text, line) in [
            ("a\nNobody knows.\n", "2: do not write `nobody`: "),
            ("fn is_judged() {}\n", "1: do not write `judged`: use `check`"),
            ("struct LeafJudge;\n", "1: do not write `judge`: use `check`"),
            ("the user is told so\n", "1: do not write `is told`: "),
            ("the key stands twice\n", "1: do not write `stands`: "),
            ("what_stands_here\n", "1: do not write `stands`: "),
            ("the colour of it\n", "1: do not write `colour`: American English spells it `color`"),
        ] {
            let found = found(text);
            assert!(found.len() == 1 && found[0].starts_with(line), "{text:?}: {found:?}");
        }
    }

    #[test]
    fn leaves_foreign_texts_alone() {
        for path in [
            "LICENSE-MIT",
            "spec/LICENSE-MIT",
            "tests/data/guide/a.json",
            "crates/a/tests/data/b.txt",
        ] {
            let file = TextFile { path: path.to_owned(), text: "nobody\n".to_owned() };
            let mut findings = Vec::new();
            check(&file, &mut findings);
            assert_eq!(findings, [], "{path}");
        }
    }
}
