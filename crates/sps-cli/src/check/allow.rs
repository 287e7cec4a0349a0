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
    Ok(&known.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_validator_is_one_of_the_spec() {
        let structural = spec::codes().iter().filter(|it| code::is_structural(&it.code)).count();
        assert_eq!(structural, 17);
    }
}
