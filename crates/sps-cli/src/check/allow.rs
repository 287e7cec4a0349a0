//! Rules that a user waives.

use sps_validate::{code, suggest};

use crate::spec;

/// Finds the code of `--allow`.
///
/// # Errors
/// There is no such code, or it is about the structure of a body and cannot be waived.
pub(crate) fn code(name: &str) -> Result<&'static str, String> {
    let Some(known) = spec::code(name) else {
        let codes = spec::codes().iter().map(|code| code.code.as_str());
        let near = match suggest::nearest(name, codes).first() {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        return Err(format!("unknown code; {near}`sps explain` lists all"));
    };
    if known.code == code::UNKNOWN_KEY {
        return Err("pass `--allow-unknown` for keys that came from an appliance".to_owned());
    }
    if code::is_structural(&known.code) {
        return Err("it is about the structure of a body, which no user can waive".to_owned());
    }
    if !sps_site::code::is_waivable(&known.code) {
        return Err("it is about the form of a tree, which no user can waive".to_owned());
    }
    Ok(&known.code)
}

#[cfg(test)]
mod tests {
    use sps_spec::Origin;
    use sps_validate::format::Format;

    use super::*;

    #[test]
    fn every_code_of_the_validator_is_one_of_the_spec() {
        let structural = spec::codes().iter().filter(|it| code::is_structural(&it.code)).count();
        assert_eq!(structural, 17);
    }

    #[test]
    fn every_code_of_a_tree_is_one_of_the_spec() {
        let mut explained: Vec<_> = spec::codes()
            .iter()
            .filter(|it| it.origin == Origin::Tree)
            .map(|it| it.code.as_str())
            .collect();
        let mut raised = sps_site::code::ALL.to_vec();
        explained.sort_unstable();
        raised.sort_unstable();
        assert_eq!(explained, raised);
        for (name, is_waivable) in
            [("long-path", true), ("plain-secret", true), ("duplicate-label", false)]
        {
            assert_eq!(code(name).is_ok(), is_waivable, "{name}");
        }
    }

    /// What neither a rule nor a format raises has its name in the list of the validator.
    #[test]
    fn every_code_of_the_structure_is_in_the_list_of_the_validator() {
        let formats: Vec<_> = Format::ALL.iter().map(|it| it.code()).collect();
        let mut explained: Vec<_> = spec::codes()
            .iter()
            .filter(|it| it.origin == Origin::Structure)
            .map(|it| it.code.as_str())
            .filter(|it| !formats.contains(it))
            .collect();
        let mut listed = code::ALL.to_vec();
        explained.sort_unstable();
        listed.sort_unstable();
        assert_eq!(explained, listed);
    }
}
