//! Known names with a spelling similar to an unknown one.

/// The candidates with a spelling similar to `word`, best first, at most three.
///
/// The distance is the number of letters to insert, delete, replace or swap with their neighbor; upper
/// and lower case are the same. A candidate is similar if the distance is at most a third of the longer
/// word's length, but at least 1 and at most 4. Equally similar candidates keep their order, so pass the
/// likelier ones first; repeated ones count once. Words of more than 128 bytes are never similar, which
/// bounds the cost for hostile input.
///
/// # Example
///
/// ```
/// use sps_validate::suggest::nearest;
///
/// let keys = ["enabled", "engine_id", "encryption_method"];
/// assert_eq!(nearest("enalbed", keys), ["enabled"]);
/// assert!(nearest("username", keys).is_empty());
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if word.len() > MAX_BYTES {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let word_len = word.chars().count();
    let mut near: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates {
        if candidate.len() > MAX_BYTES || near.iter().any(|(_, known)| *known == candidate) {
            continue;
        }
        let lower = candidate.to_lowercase();
        let len = lower.chars().count();
        let allowed = (word_len.max(len) / 3).clamp(1, 4);
        // The distance is at least the difference of the lengths.
        if word_len.abs_diff(len) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &lower);
        if distance <= allowed {
            near.push((distance, candidate));
        }
    }
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().take(MAX_SUGGESTIONS).map(|(_, candidate)| candidate).collect()
}

/// The values of an enum that a text was probably meant to be, best first. Each comes with its other spellings.
///
/// The spelling that differs only in case and punctuation is the only one. Otherwise no value is similar that has other
/// digits: `3des` is not `des`.
pub(crate) fn values<'a>(
    word: &str,
    known: impl Iterator<Item = (&'a str, &'a [&'a str])> + Clone,
) -> Vec<&'a str> {
    if word.len() > MAX_BYTES {
        return Vec::new();
    }
    let is_word = |it: &str| bare(it) == bare(word);
    let mut same = known
        .clone()
        .filter(|(it, others)| is_word(it) || others.iter().any(|other| is_word(other)));
    if let Some((value, _)) = same.next().filter(|_| !bare(word).is_empty()) {
        return vec![value];
    }
    let has_its_digits = |it: &&str| digits(it).eq(digits(word));
    nearest(word, known.map(|(value, _)| value).filter(has_its_digits))
}

/// The letters and digits of a word, in lower case.
fn bare(word: &str) -> String {
    word.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn digits(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(char::is_ascii_digit)
}

/// The known keys that a longer word abbreviates to, such as `Fri` for `Friday`.
pub(crate) fn abbreviations<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let word = word.to_lowercase();
    known.filter(move |it| {
        let rest = word.strip_prefix(&it.to_lowercase());
        it.len() >= 3
            && rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(char::is_alphabetic))
    })
}

/// The longest word that is compared; the longest key of the API has about 40 bytes.
const MAX_BYTES: usize = 128;
const MAX_SUGGESTIONS: usize = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_typos() {
        for (word, candidates, expected) in [
            ("sender_adress", &["sender_address", "admin_address"][..], &["sender_address"][..]),
            ("enalbed", &["enabled"], &["enabled"]),
            ("Enabled", &["enabled"], &["enabled"]),
            ("ENABELD", &["enabled"], &["enabled"]),
            ("prot", &["port", "proto"], &["port", "proto"]),
            ("ip", &["id"], &["id"]),
            ("ab", &["ba"], &["ba"]),
            ("", &["a", "ab"], &["a"]),
            ("xyz", &["abc"], &[]),
            ("abcdef", &["abcxyz"], &[]),
            (
                "maximum_load2",
                &["maximum_load1", "maximum_load5", "maximum_load15"],
                &["maximum_load1", "maximum_load5", "maximum_load15"],
            ),
            // Better ones first, otherwise in the given order; at most three; none twice.
            ("abcdef", &["abcdxx", "abcdex", "abcdef", "abcdxf"], &["abcdef", "abcdex", "abcdxf"]),
            ("abc", &["abd", "abd"], &["abd"]),
            // At most four letters may differ, even in long words.
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                &["aaaaaaaaaaaaaaaaaaaaaaaabbbb"],
                &["aaaaaaaaaaaaaaaaaaaaaaaabbbb"],
            ),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", &["aaaaaaaaaaaaaaaaaaaaaaabbbbb"], &[]),
            ("größe", &["grösse"], &["grösse"]),
            ("grösse", &["größse"], &["größse"]),
        ] {
            assert_eq!(nearest(word, candidates.iter().copied()), expected, "{word}");
        }
    }

    #[test]
    fn a_value_with_other_digits_is_another_value() {
        const KNOWN: &[(&str, &[&str])] =
            &[("md5", &[]), ("sha", &["sha1"]), ("aes", &[]), ("des", &[]), ("none", &[])];
        for (word, expected) in [
            ("SHA-1", &["sha"][..]),
            ("sha_1", &["sha"]),
            ("SHA", &["sha"]),
            ("MD-5", &["md5"]),
            ("mdd5", &["md5"]),
            ("Non", &["none"]),
            ("sha256", &[]),
            ("sha2", &[]),
            ("3des", &[]),
            ("aes128", &[]),
            ("md4", &[]),
            ("", &[]),
            ("-", &[]),
        ] {
            assert_eq!(values(word, KNOWN.iter().copied()), expected, "{word}");
        }
    }

    #[test]
    fn long_names_have_abbreviations() {
        let of =
            |word| abbreviations(word, ["Mon", "Fri", "Sun", "id"].into_iter()).collect::<Vec<_>>();
        assert_eq!(of("Friday"), ["Fri"]);
        assert_eq!(of("SUNDAY"), ["Sun"]);
        assert!(of("Fri").is_empty() && of("Fri1").is_empty() && of("identity").is_empty());
    }

    #[test]
    fn long_words_are_never_similar() {
        let (fits, long) = ("a".repeat(128), "a".repeat(129));
        assert_eq!(nearest(&fits, [fits.as_str()]), [fits.as_str()]);
        assert!(nearest(&fits, [long.as_str()]).is_empty());
        assert!(nearest(&long, [long.as_str(), fits.as_str()]).is_empty());
    }

    proptest! {
        #[test]
        fn returns_only_similar_candidates(
            word in "\\PC{0,20}",
            candidates in proptest::collection::vec("\\PC{0,20}", 0..8),
        ) {
            let found = nearest(&word, candidates.iter().map(String::as_str));
            prop_assert!(found.len() <= 3);
            for one in found {
                prop_assert!(candidates.iter().any(|candidate| candidate == one));
                let distance =
                    strsim::damerau_levenshtein(&word.to_lowercase(), &one.to_lowercase());
                prop_assert!(distance <= 4);
            }
        }
    }
}
