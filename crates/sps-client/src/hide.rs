//! Keeping secrets out of words.

use serde_json::Value;
use sps_model::Secret;
use sps_validate::{Kind, Shape};

/// Shorter ones are struck only where they stand as a word: they are parts of others by chance.
const MIN_SECRET: usize = 4;
const HIDDEN: &str = "***";

/// Replaces every secret in every string of the value, keys too.
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

/// Replaces every secret in a text, as it is and as JSON writes it.
pub(crate) fn strike_text(text: &mut String, secrets: &[Secret]) {
    for secret in secrets {
        let secret = secret.expose();
        let written = Value::from(secret).to_string();
        let escaped = written.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
        for form in [secret, escaped] {
            if form.len() >= MIN_SECRET {
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

/// Takes every secret out of a body and leaves null there; gives what was taken.
pub(crate) fn take_secrets(kind: Kind, value: &mut Value) -> Vec<Secret> {
    let mut secrets = Vec::new();
    walk(kind, false, value, &mut secrets);
    secrets
}

fn walk(kind: Kind, named_so: bool, value: &mut Value, secrets: &mut Vec<Secret>) {
    match (kind, value) {
        (Kind::Optional(inner) | Kind::Nullable(inner), value) => {
            walk(*inner, named_so, value, secrets);
        }
        (Kind::List(inner) | Kind::Array(inner, _), Value::Array(list)) => {
            for it in list {
                walk(*inner, named_so, it, secrets);
            }
        }
        (Kind::Any, Value::Array(list)) => {
            for it in list {
                walk(Kind::Any, named_so, it, secrets);
            }
        }
        (Kind::Secret, value) => take(value, secrets),
        (Kind::Any, value @ Value::String(_)) if named_so => take(value, secrets),
        (kind, Value::Object(object)) => {
            let word = tag_of(kind, object);
            for (key, value) in object {
                let (inner, _) = member(kind, word.as_deref(), key);
                walk(inner, is_secret_name(key), value, secrets);
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

/// Where no type tells what is a secret, the name does. Struck too often is better than told once.
pub(crate) fn is_secret_name(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "secret", "plain", "token", "private", "community"].iter().any(|it| key.contains(it))
}

/// The word of the tag, if the object is a union.
pub(crate) fn tag_of(kind: Kind, object: &serde_json::Map<String, Value>) -> Option<String> {
    let Kind::Named(ty) = kind else { return None };
    let Shape::Union { tag, .. } = ty.shape else { return None };
    object.get(tag)?.as_str().map(str::to_owned)
}

/// What stands under a key, and whether a source shows it.
pub(crate) fn member(kind: Kind, word: Option<&str>, key: &str) -> (Kind, bool) {
    match kind {
        Kind::Map(inner) => return (*inner, true),
        Kind::Named(ty) => match ty.shape {
            Shape::Struct { fields, .. } => {
                if let Some(field) = fields.iter().find(|field| field.name == key) {
                    return (field.kind, true);
                }
            }
            Shape::Union { tag, .. } if key == tag => return (Kind::String, true),
            Shape::Union { content, variants, .. } if key == content => {
                let variant = variants.iter().find(|it| Some(it.value) == word);
                if let Some(kind) = variant.and_then(|it| it.content) {
                    return (kind, true);
                }
            }
            _ => {}
        },
        _ => {}
    }
    (Kind::Any, false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sps_model::{Describe as _, Password};

    use super::*;

    #[test]
    fn strikes_short_and_escaped_secrets_too() {
        for (secret, text, struck) in [
            ("abc", "the value abc is wrong, abcd is not", "the value *** is wrong, abcd is not"),
            ("abc", r#"{"plain":"abc"}"#, r#"{"plain":"***"}"#),
            ("hunter22", "xhunter22x", "x***x"),
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
