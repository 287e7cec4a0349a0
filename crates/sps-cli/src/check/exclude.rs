//! Patterns of files to leave out, as `.gitignore` writes them.

use std::{
    path::{Component, Path},
    str::FromStr,
};

/// A pattern of `--exclude`.
///
/// `*` and `?` match within a name, `**` matches any number of directories. A pattern without a slash matches a name
/// anywhere; one with a slash matches a path below the directory that is checked.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// The names of the path; a pattern without a slash starts with `**`.
    names: Vec<String>,
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_start_matches("./").trim_end_matches('/');
        if trimmed.trim_start_matches('/').is_empty() {
            return Err("expected a pattern such as `schemas` or `site/*.json`".to_owned());
        }
        let mut names: Vec<String> =
            trimmed.trim_start_matches('/').split('/').map(str::to_owned).collect();
        if !trimmed.contains('/') {
            names.insert(0, "**".to_owned());
        }
        Ok(Self { names })
    }
}

impl Pattern {
    /// Whether it matches a path, relative to the directory that is checked.
    pub(crate) fn matches(&self, path: &Path) -> bool {
        let names: Option<Vec<&str>> = path
            .components()
            .filter(|part| !matches!(part, Component::CurDir))
            .map(|part| part.as_os_str().to_str())
            .collect();
        names.is_some_and(|names| matches_path(&self.names, &names))
    }
}

fn matches_path(patterns: &[String], names: &[&str]) -> bool {
    match (patterns.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((pattern, rest)), _) if pattern == "**" => {
            (0..=names.len()).any(|skipped| matches_path(rest, &names[skipped..]))
        }
        (Some((pattern, patterns)), Some((name, names))) => {
            matches_name(pattern, name) && matches_path(patterns, names)
        }
        _ => false,
    }
}

/// Matches one name without recursion: a star that fails further on takes one more character.
fn matches_name(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut offset, mut star) = (0, 0, None);
    while offset < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, offset));
                at += 1;
            }
            Some(&c) if c == '?' || c == name[offset] => {
                at += 1;
                offset += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                offset = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_names_anywhere_and_paths_from_the_top() {
        for (pattern, path, expected) in [
            ("schemas", "schemas", true),
            ("schemas/", "a/schemas", true),
            ("schemas", "a/schemas.json", false),
            ("*.draft.json", "a/b/x.draft.json", true),
            ("*.draft.json", "x.json", false),
            ("a/*.json", "a/x.json", true),
            ("./a/*.json", "a/x.json", true),
            ("/a", "a", true),
            ("/a", "b/a", false),
            ("a/*.json", "b/a/x.json", false),
            ("a/*.json", "a/b/x.json", false),
            ("a/**/x.json", "a/b/c/x.json", true),
            ("a/**/x.json", "a/x.json", true),
            ("**/b", "a/b", true),
            ("a?c", "aüc", true),
            ("a?c", "ac", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ] {
            let matched = pattern.parse::<Pattern>().unwrap().matches(Path::new(path));
            assert_eq!(matched, expected, "{pattern} {path}");
        }
        for pattern in ["", "/", "./"] {
            assert!(pattern.parse::<Pattern>().is_err(), "{pattern:?}");
        }
    }
}
