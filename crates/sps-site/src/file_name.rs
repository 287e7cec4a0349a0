//! File names of objects: the name of an object as the stem of a file, and back.
//!
//! A stem is a name that every usual file system can keep. Characters that one of them refuses are percent-encoded, so the
//! names `a/b`, `a_b`, `a%2Fb` and `a%b` have four files. A stem that would be too long is cut, and ends in a digest of the
//! name; only the body tells the whole name then.

use ring::digest::{SHA256, digest};
use sps_model::validate::text::is_hidden;

use crate::{
    label::{composed, decode, encode},
    state::hex,
};

/// The longest stem: with an ending of five bytes, the name of the file has the 255 bytes that file systems allow.
pub(crate) const MAX_STEM_BYTES: usize = 250;
/// What is between the rest of a long name and its digest; no encoded name has it.
const CUT: &str = "%~";
/// Bytes of the digest that are kept.
const DIGEST_BYTES: usize = 8;
/// The stem of a name without characters; no encoded name has it.
const EMPTY: &str = "%";

/// Returns the stem of the file of an object with this name.
pub(crate) fn stem(name: &str) -> String {
    let name = composed(name);
    if name.is_empty() {
        return EMPTY.to_owned();
    }
    let mut stem = encode(&name, is_refused);
    if stem.starts_with('.') {
        stem.replace_range(..1, "%2E");
    }
    if let Some(last) = stem.pop() {
        match last {
            '.' => stem.push_str("%2E"),
            ' ' => stem.push_str("%20"),
            other => stem.push(other),
        }
    }
    if is_reserved(&stem)
        && let Some(first) = stem.bytes().next()
    {
        stem.replace_range(..1, &format!("%{first:02X}"));
    }
    if stem.len() > MAX_STEM_BYTES { cut(&stem, &name) } else { stem }
}

/// Returns the name that a stem encodes; `None` if it is cut, or is no stem at all.
pub(crate) fn name(stem: &str) -> Option<String> {
    if stem == EMPTY {
        return Some(String::new());
    }
    decode(stem).map(|name| composed(&name))
}

/// Whether an object with this name may be in a file with this stem.
pub(crate) fn fits(file_stem: &str, object: &str) -> bool {
    name(file_stem).is_some_and(|it| it == composed(object)) || composed(file_stem) == stem(object)
}

/// Whether a stem is the beginning of a name that is too long for it.
pub(crate) fn is_cut(stem: &str) -> bool {
    stem.contains(CUT)
}

/// Characters that Windows refuses in names, those that separate folders elsewhere, and those that readers do not see.
fn is_refused(character: char) -> bool {
    is_hidden(character) || "<>:\"/\\|?*".contains(character)
}

/// Whether Windows takes the stem for a device, whatever follows the first dot.
fn is_reserved(stem: &str) -> bool {
    let base = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&base.as_str()) {
        return true;
    }
    let number = base.strip_prefix("COM").or_else(|| base.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut characters = number.chars();
        let digit = characters.next();
        digit.is_some_and(|it| it.is_ascii_digit() || "¹²³".contains(it))
            && characters.next().is_none()
    })
}

fn cut(stem: &str, name: &str) -> String {
    let length = MAX_STEM_BYTES - CUT.len() - 2 * DIGEST_BYTES;
    let mut end = (0..=length).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
    // Not within an encoded byte.
    if let Some(at) = stem[..end].rfind('%').filter(|at| at + 3 > end) {
        end = at;
    }
    let mut short = format!("{}{CUT}", &stem[..end]);
    short.push_str(&hex(&digest(&SHA256, name.as_bytes()).as_ref()[..DIGEST_BYTES]));
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_name_has_a_stem_that_leads_back(object in ".{0,40}|[a-z.%~ /]{0,12}|\\PC{200,400}") {
            let file_stem = stem(&object);
            prop_assert!(file_stem.len() <= MAX_STEM_BYTES && !file_stem.is_empty());
            prop_assert!(!file_stem.contains(is_refused), "{file_stem}");
            prop_assert!(!file_stem.starts_with('.') && !file_stem.ends_with(['.', ' ']));
            prop_assert!(!is_reserved(&file_stem));
            prop_assert!(fits(&file_stem, &object));
            if !is_cut(&file_stem) {
                prop_assert_eq!(name(&file_stem), Some(composed(&object)));
            }
        }

        #[test]
        fn two_names_never_share_a_stem(one in "[a-c%/.~ ]{0,6}", other in "[a-c%/.~ ]{0,6}") {
            prop_assert_eq!(stem(&one) == stem(&other), one == other);
        }
    }

    #[test]
    fn s161_no_stem_has_a_character_that_a_file_system_refuses() {
        for (object, expected) in [
            ("office-hours", "office-hours"),
            ("a<b", "a%3Cb"),
            ("a>b", "a%3Eb"),
            ("24:7", "24%3A7"),
            ("a\"b", "a%22b"),
            ("a|b", "a%7Cb"),
            ("a?", "a%3F"),
            ("*", "%2A"),
            ("a\tb\u{7f}\u{85}", "a%09b%7F%C2%85"),
            ("a\\b", "a%5Cb"),
            ("etc.", "etc%2E"),
            ("x ", "x%20"),
            (" x", " x"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            (".hidden", "%2Ehidden"),
            ("a.b", "a.b"),
            ("con", "%63on"),
            ("NUL.txt", "%4EUL.txt"),
            ("COM1", "%43OM1"),
            ("LPT¹", "%4CPT¹"),
            ("COM10", "COM10"),
            ("console", "console"),
            ("", "%"),
            ("büro", "büro"),
        ] {
            assert_eq!(stem(object), expected, "{object:?}");
            assert_eq!(name(expected).as_deref(), Some(object), "{expected}");
            assert!(fits(expected, object), "{expected}");
        }
    }

    #[test]
    fn s175_names_that_look_alike_have_stems_of_their_own() {
        let stems = ["a/b", "a_b", "a%2Fb", "a%b"].map(stem);
        assert_eq!(stems, ["a%2Fb", "a_b", "a%252Fb", "a%25b"]);
        assert_eq!(stems.map(|it| name(&it).unwrap()), ["a/b", "a_b", "a%2Fb", "a%b"]);
    }

    #[test]
    fn s165_both_forms_of_a_letter_are_one_name() {
        assert_eq!(stem("bu\u{308}ro"), "b\u{fc}ro");
        assert_eq!(name("bu\u{308}ro").as_deref(), Some("b\u{fc}ro"));
        assert!(fits("bu\u{308}ro", "b\u{fc}ro") && fits("b\u{fc}ro", "bu\u{308}ro"));
    }

    #[test]
    fn s167_long_names_are_cut_and_stay_apart() {
        let (one, other) = ("x".repeat(300), "x".repeat(301));
        let stems = [&one, &other].map(|it| stem(it));
        assert_ne!(stems[0], stems[1]);
        for (file_stem, object) in stems.iter().zip([&one, &other]) {
            assert_eq!(file_stem.len(), MAX_STEM_BYTES);
            assert!(is_cut(file_stem) && fits(file_stem, object), "{file_stem}");
            assert_eq!(name(file_stem), None);
        }
        assert!(!fits(&stems[0], &other));
        let longest = "y".repeat(MAX_STEM_BYTES);
        assert_eq!(stem(&longest), longest);
        // Neither a character nor an encoded byte is cut in two.
        for object in ["é".repeat(200), "a".to_owned() + &"é".repeat(200), "?".repeat(100)] {
            let file_stem = stem(&object);
            assert!(file_stem.len() <= MAX_STEM_BYTES && fits(&file_stem, &object), "{file_stem}");
            let kept = &file_stem[..file_stem.find(CUT).unwrap()];
            assert!(object.starts_with(&name(kept).unwrap()), "{file_stem}");
        }
    }

    #[test]
    fn other_texts_are_no_stems() {
        for text in ["%zz", "a%", "a%F", "%FF"] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
