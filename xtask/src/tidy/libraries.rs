//! What libraries must not say: their users have no command line.

use std::str::FromStr as _;

use proc_macro2::{TokenStream, TokenTree};

use super::{Finding, texts::has_extension};
use crate::workspace::TextFile;

/// Crates whose messages reach users of other programs than `sps`.
const LIBRARIES: &[&str] = &[
    "crates/sps-catalog/src/",
    "crates/sps-client/src/",
    "crates/sps-derive/src/",
    "crates/sps-model/src/",
    "crates/sps-site/src/",
    "crates/sps-validate/src/",
];

/// Lists each text of a library, and each text of the spec, that names an option or a command of the binary.
pub(super) fn check(file: &TextFile, findings: &mut Vec<Finding>) {
    let TextFile { path, text } = file;
    let is_spec = path.starts_with("spec/") && has_extension(path, "toml");
    if is_spec {
        for (index, line) in text.lines().enumerate() {
            report(path, index + 1, line.split(" #").next().unwrap_or_default(), findings);
        }
    } else if has_extension(path, "rs") && LIBRARIES.iter().any(|it| path.starts_with(it)) {
        // A file that does not lex does not compile either; the compiler says it better.
        if let Ok(tokens) = TokenStream::from_str(text) {
            literals(tokens, path, findings);
        }
    }
}

/// Walks over all literals outside of attributes, and so outside of documentation, and of test modules.
fn literals(tokens: TokenStream, path: &str, findings: &mut Vec<Finding>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                let is_inner =
                    matches!(tokens.peek(), Some(TokenTree::Punct(it)) if it.as_char() == '!');
                if is_inner {
                    tokens.next();
                }
                if let Some(TokenTree::Group(attribute)) = tokens.peek() {
                    let is_test = attribute.to_string().replace(' ', "") == "[cfg(test)]";
                    tokens.next();
                    if is_test {
                        // Up to the body of the item.
                        tokens.by_ref().find(|it| matches!(it, TokenTree::Group(_)));
                    }
                }
            }
            TokenTree::Group(group) => literals(group.stream(), path, findings),
            TokenTree::Literal(literal) => {
                report(path, literal.span().start().line, &literal.to_string(), findings);
            }
            _ => {}
        }
    }
}

fn report(path: &str, line: usize, text: &str, findings: &mut Vec<Finding>) {
    let names_option = text.match_indices("--").any(|(at, _)| {
        let is_start = text[..at].ends_with([' ', '`', '"', '(']);
        is_start && text[at + 2..].starts_with(|c: char| c.is_ascii_lowercase())
    });
    if names_option || text.contains("`sps ") {
        let message = "a library has no command line: let the binary add the option or command";
        findings.push(Finding::new(path, line, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let file = TextFile { path: path.to_owned(), text: text.to_owned() };
        let mut findings = Vec::new();
        check(&file, &mut findings);
        findings.into_iter().map(|it| it.line).collect()
    }

    #[test]
    fn finds_options_and_commands_in_texts_of_libraries() {
        let text = "fn f() -> &'static str {\n    \"give --resolve\"\n}\nconst A: &str = \"`sps pem` prints it\";\n";
        assert_eq!(lines("crates/sps-validate/src/a.rs", text), [2, 4]);
        assert_eq!(lines("crates/sps-cli/src/a.rs", text), [0; 0]);
        assert_eq!(lines("spec/codes.toml", "help = 'pass `--target 7.0`'\n"), [1]);
    }

    #[test]
    fn leaves_documentation_tests_and_other_dashes_alone() {
        let text = "//! `sps check --target`\n/// `sps pem`\n#[cfg(test)]\nmod tests { const A: &str = \"--all\"; }\n\
                    const PEM: &str = \"-----BEGIN\";\nconst B: &str = \"a--b\";\n";
        assert_eq!(lines("crates/sps-client/src/a.rs", text), [0; 0]);
    }
}
