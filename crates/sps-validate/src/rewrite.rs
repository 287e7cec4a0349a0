//! From the response to the request, on the text itself: nothing is parsed into a type, nothing is lost.

use crate::{
    descriptor::{FieldForm, Kind, ORDER, Shape},
    json::{Node, Value, write_string},
    subject::Subject,
};

/// The body that may be sent, made of a response: the wrapper goes, references become bare keys,
/// and so do the response's own fields.
///
/// Total: it never refuses a document, whatever is wrong with it. Idempotent: what it returns is
/// left as it is. The order of keys and the spelling of numbers stay. The result is JSON, indented
/// by two spaces, with a final line break.
///
/// ```
/// use sps_validate::{Form, Kind, Limits, Subject, json, rewrite};
/// let text = r#"{"body": {"policy": {"key": "9", "meta": {"href": "/api/x/9"}}}, "key": "a", "meta": {}}"#;
/// let root = json::scan(text, &Limits::default())?;
/// let subject = Subject::new(Kind::Any, Form::Response);
/// assert_eq!(rewrite(&root, &subject), "{\n  \"policy\": \"9\"\n}\n");
/// # Ok::<(), json::ScanError>(())
/// ```
pub fn rewrite(root: &Node<'_>, subject: &Subject) -> String {
    // A wrapper inside the wrapper goes too, or the next run would take it away.
    let mut body = root;
    while subject.is_wrapped(body)
        && let Some(inner) = subject.wrappers.iter().find_map(|wrapper| body.get(wrapper))
    {
        body = inner;
    }
    let mut writer = Writer { text: String::new(), indent: 0 };
    writer.value(subject.body, body);
    writer.text.push('\n');
    writer.text
}

/// The string that is in place of a node when everything in it is rewritten, if one does.
///
/// Asks every part of the node once at most: keys may nest as deep as the limit allows.
fn settled<'n>(kind: Kind, node: &'n Node<'_>) -> Option<&'n str> {
    match &node.value {
        Value::String(text) => Some(text),
        Value::Object(_) => {
            // No type tells what the key of a reference is made of.
            let key = settled(Kind::Any, node.get("key")?)?;
            (matches!(kind, Kind::Reference(_)) || is_reference(node)).then_some(key)
        }
        _ => None,
    }
}

/// What is where no type tells: a key and `meta.href`, perhaps `body`, and nothing else.
fn is_reference(node: &Node<'_>) -> bool {
    let href = node.get("meta").and_then(|meta| meta.get("href"));
    href.is_some_and(|href| settled(Kind::Any, href).is_some())
        && node.members().is_some_and(|members| {
            members.iter().all(|member| matches!(&*member.key, "key" | "meta" | "body"))
        })
}

struct Writer {
    text: String,
    indent: usize,
}

impl Writer {
    fn value(&mut self, kind: Kind, node: &Node<'_>) {
        let kind = kind.peeled();
        match (&node.value, kind) {
            (Value::Null, _) => self.text.push_str("null"),
            (Value::Bool(value), _) => self.text.push_str(if *value { "true" } else { "false" }),
            (Value::Number(token), _) => self.text.push_str(token),
            (Value::String(text), _) => self.string(text),
            (Value::Array(items), _) => {
                let inner = match kind {
                    Kind::List(inner) | Kind::Array(inner, _) => *inner,
                    _ => Kind::Any,
                };
                self.sequence('[', ']', items, |writer, item| writer.value(inner, item));
            }
            (Value::Object(_), _) if settled(kind, node).is_some() => {
                self.string(settled(kind, node).unwrap_or_default());
            }
            (Value::Object(members), _) => {
                let sent: Vec<_> = members
                    .iter()
                    .filter_map(|member| Some((member, member_kind(kind, node, &member.key)?)))
                    .collect();
                self.sequence('{', '}', &sent, |writer, (member, kind)| {
                    writer.string(&member.key);
                    writer.text.push_str(": ");
                    writer.value(*kind, &member.value);
                });
            }
        }
    }

    fn sequence<T>(
        &mut self,
        open: char,
        close: char,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T),
    ) {
        self.text.push(open);
        self.indent += 2;
        for (index, item) in items.iter().enumerate() {
            self.text.push_str(if index == 0 { "\n" } else { ",\n" });
            self.spaces();
            write(self, item);
        }
        self.indent -= 2;
        if !items.is_empty() {
            self.text.push('\n');
            self.spaces();
        }
        self.text.push(close);
    }

    fn spaces(&mut self) {
        self.text.extend(std::iter::repeat_n(' ', self.indent));
    }

    fn string(&mut self, text: &str) {
        write_string(&mut self.text, text);
    }
}

/// What is under a key of an object; nothing if the key is the response's own and is not sent.
fn member_kind(kind: Kind, node: &Node<'_>, key: &str) -> Option<Kind> {
    let Kind::Named(ty) = kind else {
        return Some(match kind {
            Kind::Ordered(_) if key == ORDER => Kind::Any,
            Kind::Map(inner) | Kind::Ordered(inner) => *inner,
            _ => Kind::Any,
        });
    };
    match ty.shape {
        Shape::Struct { fields, .. } => match fields.iter().find(|field| field.name == key) {
            Some(field) if field.form == FieldForm::Response => None,
            Some(field) => Some(field.kind),
            None => Some(Kind::Any),
        },
        Shape::Union { tag, content, variants, .. } if key == content => {
            // With an unknown tag the content is sent as it is. The tag may be the key of a reference by then.
            let word = node.get(tag).and_then(|word| settled(Kind::Any, word));
            let variant = variants.iter().find(|variant| Some(variant.value) == word);
            Some(variant.and_then(|variant| variant.content).unwrap_or(Kind::Any))
        }
        _ => Some(Kind::Any),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Form;
    use crate::{descriptor::Target, json, limits::Limits};

    #[test]
    fn what_becomes_a_reference_on_the_way_goes_at_once() {
        const TARGET: Target = Target::new("/api/x");
        for kind in [Kind::Any, Kind::Nullable(&Kind::Any), Kind::Reference(&TARGET)] {
            let subject = Subject::new(kind, Form::Request);
            for text in [
                r#"{"key": {"key": "a", "meta": {"href": "/x"}}, "meta": {"href": "/y"}}"#,
                r#"{"key": "a", "meta": {"href": {"key": "/y", "meta": {"href": "/z"}}}}"#,
            ] {
                let once = rewrite(&json::scan(text, &Limits::default()).unwrap(), &subject);
                assert_eq!(once, "\"a\"\n", "{text}");
            }
        }
    }

    #[test]
    fn keys_in_keys_take_no_longer_than_others() {
        let mut text = String::from("\"a\"");
        for _ in 0..60 {
            text = format!(r#"{{"key": {text}, "meta": {{"href": "/x"}}}}"#);
        }
        let subject = Subject::new(Kind::Any, Form::Response);
        let once = rewrite(&json::scan(&text, &Limits::default()).unwrap(), &subject);
        assert_eq!(once, "\"a\"\n");
    }

    #[test]
    fn a_wrapper_in_a_wrapper_goes_at_once() {
        let subject = Subject::new(Kind::Any, Form::Response);
        for (text, expected) in [
            (r#"{"body": {"body": 1}, "key": "a", "meta": {}}"#, "1\n"),
            (r#"{"body": {"items": []}}"#, "{\n  \"items\": []\n}\n"),
            (r#"{"body": {"body": 1, "other": 2}}"#, "{\n  \"body\": 1,\n  \"other\": 2\n}\n"),
        ] {
            let once = rewrite(&json::scan(text, &Limits::default()).unwrap(), &subject);
            assert_eq!(once, expected);
            assert_eq!(rewrite(&json::scan(&once, &Limits::default()).unwrap(), &subject), once);
        }
    }
}
