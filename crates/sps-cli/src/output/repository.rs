//! Paths and texts as code hosts take them.

use std::{
    borrow::Cow,
    env,
    path::{Component, Path, PathBuf},
};

use crate::output::text::start_of;

/// Characters of a message: a code host shows little more, and cuts it off anywhere.
const MAX_CHARS: usize = 1_000;

/// The message, or its start with a hint.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    match start_of(text, MAX_CHARS) {
        Cow::Owned(start) => {
            Cow::Owned(format!("{start} (shortened; `--format json` has all of it)"))
        }
        whole @ Cow::Borrowed(_) => whole,
    }
}

/// The path of a file in its repository, whose root is in this variable in a job; else below the current directory.
pub(super) fn path_in(root: &str, file: &str) -> String {
    let root = env::var_os(root).filter(|it| !it.is_empty()).map(PathBuf::from);
    relative(root.as_deref(), env::current_dir().ok().as_deref(), file)
}

fn relative(root: Option<&Path>, current: Option<&Path>, file: &str) -> String {
    if file == "-" {
        return file.to_owned();
    }
    let path = Path::new(file);
    let whole = current.map_or_else(|| path.to_owned(), |it| it.join(path));
    // Without `.`, and with `..` taken back where that is possible.
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            part => plain.push(part),
        }
    }
    let below = |folder: Option<&Path>| plain.strip_prefix(folder?).ok().map(Path::to_owned);
    let path = below(root).or_else(|| below(current)).unwrap_or_else(|| path.to_owned());
    let path = path.display().to_string();
    if cfg!(windows) { path.replace('\\', "/") } else { path }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root_of_the_repository() {
        for (root, current, file, expected) in [
            (None, "/builds/repo", "./a/b.json", "a/b.json"),
            (None, "/builds/repo", "/builds/repo/a/b.json", "a/b.json"),
            (None, "/builds/repo", "/other/b.json", "/other/b.json"),
            (Some("/builds/repo"), "/builds/repo/site", "a.json", "site/a.json"),
            (Some("/builds/repo"), "/builds/repo/site", "../b/./a.json", "b/a.json"),
            (Some("/elsewhere"), "/builds/repo", "a.json", "a.json"),
            (Some("/builds/repo"), "/builds/repo", "-", "-"),
        ] {
            let path = relative(root.map(Path::new), Some(Path::new(current)), file);
            assert_eq!(path, expected, "{file}");
        }
    }

    #[test]
    fn p071_a_message_is_shortened_at_a_character() {
        let text = "ü".repeat(5_000);
        let short = shortened(&text);
        assert!(short.starts_with(&"ü".repeat(MAX_CHARS)), "{short}");
        assert!(
            short.ends_with("… (shortened; `--format json` has all of it)") && short.len() < 2_200
        );
        assert_eq!(shortened("short"), "short");
    }
}
