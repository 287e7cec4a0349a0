//! Keeping secrets out of texts.

use serde_json::Value;
use sps_model::{Secret, shape};
use sps_validate::Kind;

/// Shorter secrets are replaced only where they are whole words: longer words contain them by chance.
const MIN_SECRET_BYTES: usize = 4;
/// The same for secrets that are nothing but letters: `pass` is no part of the sentence that a password is too short.
const MIN_LETTERS: usize = 8;
/// Words of an appliance's own sentences. A secret that is one of them is replaced only in quotation marks: anywhere else
/// it cannot be told from the sentence, and a gap there would show the secret.
const OWN_WORDS: [&str; 16] = [
    "authentication",
    "body",
    "configuration",
    "error",
    "invalid",
    "key",
    "login",
    "missing",
    "name",
    "object",
    "password",
    "secret",
    "short",
    "user",
    "value",
    "wrong",
];
const HIDDEN: &str = "***";

/// Replaces every secret in every string of the value, also in keys.
pub(crate) fn strike(value: &mut Value, secrets: &[Secret]) {
    match value {
        Value::String(text) => strike_text(text, secrets),
        Value::Array(list) => list.iter_mut().for_each(|it| strike(it, secrets)),
        Value::Object(object) => {
            *object = std::mem::take(object)
                .into_iter()
                .map(|(mut key, mut value)| {
                    strike_text(&mut key, secrets);
                    strike(&mut value, secrets);
                    (key, value)
                })
                .collect();
        }
        _ => {}
    }
}

/// Replaces every secret in a text, in its plain form and as JSON escapes it.
pub(crate) fn strike_text(text: &mut String, secrets: &[Secret]) {
    for secret in secrets {
        let secret = secret.expose();
        if OWN_WORDS.contains(&secret.to_ascii_lowercase().as_str()) {
            for quote in ['"', '\'', '`'] {
                *text = text.replace(&format!("{quote}{secret}"), &format!("{quote}{HIDDEN}"));
            }
            continue;
        }
        let written = Value::from(secret).to_string();
        let escaped = written.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
        for form in [secret, escaped] {
            let is_letters = form.chars().all(char::is_alphabetic);
            let minimum = if is_letters { MIN_LETTERS } else { MIN_SECRET_BYTES };
            if form.len() >= minimum {
                *text = text.replace(form, HIDDEN);
            } else if !form.is_empty() {
                *text = without_word(text, form);
            }
        }
    }
}

fn without_word(text: &str, word: &str) -> String {
    let is_part = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let (mut struck, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices(word) {
        let end = at + word.len();
        if !is_part(text[..at].chars().next_back()) && !is_part(text[end..].chars().next()) {
            struck += &text[done..at];
            struck += HIDDEN;
            done = end;
        }
    }
    struck + &text[done..]
}

/// Replaces every secret in a body with null, and gives the secrets.
pub(crate) fn take_secrets(kind: Kind, value: &mut Value) -> Vec<Secret> {
    let mut secrets = Vec::new();
    walk(kind, false, value, &mut secrets);
    secrets
}

fn walk(kind: Kind, has_secret_name: bool, value: &mut Value, secrets: &mut Vec<Secret>) {
    match (kind, value) {
        (Kind::Optional(inner) | Kind::Nullable(inner), value) => {
            walk(*inner, has_secret_name, value, secrets);
        }
        (Kind::List(inner) | Kind::Array(inner, _), Value::Array(list)) => {
            for it in list {
                walk(*inner, has_secret_name, it, secrets);
            }
        }
        (Kind::Any, Value::Array(list)) => {
            for it in list {
                walk(Kind::Any, has_secret_name, it, secrets);
            }
        }
        (Kind::Secret, value) => take(value, secrets),
        (Kind::Any, value @ Value::String(_)) if has_secret_name => take(value, secrets),
        (kind, Value::Object(object)) => {
            let tag = shape::tag_of(kind, object).map(str::to_owned);
            for (key, value) in object {
                let inner = shape::member(kind, tag.as_deref(), key).unwrap_or(Kind::Any);
                walk(inner, shape::is_secret_name(key), value, secrets);
            }
        }
        _ => {}
    }
}

fn take(value: &mut Value, secrets: &mut Vec<Secret>) {
    if let Value::String(text) = value.take() {
        secrets.push(Secret::new(text));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sps_model::{Describe as _, Password};

    use super::*;

    #[test]
    fn replaces_short_and_escaped_secrets() {
        for (secret, text, struck) in [
            ("abc", "the value abc is wrong, abcd is not", "the value *** is wrong, abcd is not"),
            ("abc", r#"{"plain":"abc"}"#, r#"{"plain":"***"}"#),
            ("hunter22", "xhunter22x", "x***x"),
            ("p4ss", "xp4ssx", "x***x"),
            ("pass", "the password is too short", "the password is too short"),
            ("pass", "got `pass`", "got `***`"),
            ("sesame-sesame", "xsesame-sesamex", "x***x"),
            ("password", "The password is too short", "The password is too short"),
            ("password", "'password' is too short", "'***' is too short"),
            ("correcthorse", "xcorrecthorsex", "x***x"),
            (r#"a"b\c"#, r#"got {"plain":"a\"b\\c"}"#, r#"got {"plain":"***"}"#),
            ("", "nothing", "nothing"),
        ] {
            let mut text = text.to_owned();
            strike_text(&mut text, &[Secret::new(secret)]);
            assert_eq!(text, struck, "{secret}");
        }
    }

    #[test]
    fn takes_secrets_by_type_and_by_name() {
        let mut body = json!({"plain": "hunter22"});
        let secrets = take_secrets(Password::KIND, &mut body);
        assert_eq!(body, json!({"plain": null}));
        assert_eq!(secrets[0].expose(), "hunter22");

        let mut body = json!({"name": "a", "deep": [{"api_token": "t0ken", "size": 1}]});
        let secrets = take_secrets(Kind::Any, &mut body);
        assert_eq!(body, json!({"name": "a", "deep": [{"api_token": null, "size": 1}]}));
        assert_eq!(secrets.len(), 1);
    }
}
