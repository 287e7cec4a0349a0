//! Passwords as files and variables hold them.

/// Takes what an editor or a shell adds off a password: the byte order mark before it, and one line end behind it.
///
/// # Errors
/// Nothing is left, or it has more than one line: then it is the wrong file, or a second line end.
pub(crate) fn clean(text: &str) -> Result<String, &'static str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let password = text.strip_suffix('\n').unwrap_or(text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        return Err("the password is empty");
    }
    if password.contains(['\n', '\r']) {
        return Err("the password has more than one line");
    }
    Ok(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_line_end_and_the_byte_order_mark_off() {
        for (text, expected) in [
            ("hunter22", Ok("hunter22")),
            ("hunter22\n", Ok("hunter22")),
            ("\u{feff}hunter22\r\n", Ok("hunter22")),
            (" hunter 22 \n", Ok(" hunter 22 ")),
            ("hunter22\n\n", Err("more than one line")),
            ("user\nhunter22\n", Err("more than one line")),
            ("\u{feff}\n", Err("empty")),
            ("", Err("empty")),
        ] {
            match (clean(text), expected) {
                (Ok(password), Ok(expected)) => assert_eq!(password, expected, "{text:?}"),
                (Err(reason), Err(expected)) => assert!(reason.contains(expected), "{reason}"),
                (result, _) => panic!("{text:?}: {result:?}"),
            }
        }
    }
}
