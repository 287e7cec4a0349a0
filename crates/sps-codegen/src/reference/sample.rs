//! The response that shows what a request sent.

use sps_spec::{Endpoint, EndpointKind, FieldType, ORDER, Spec, Struct, TypeDef, collection};

use crate::json::Json;

/// The response that shows a body that was sent, if both have the same type.
pub(super) fn response(spec: &Spec, endpoint: &Endpoint, body: &Json) -> Option<Json> {
    let (sent, shown) = (endpoint.request.as_ref()?, endpoint.response.as_ref()?);
    if sent.ty != shown.ty {
        return None;
    }
    let body = shown_value(spec, &shown.ty, body);
    let is_object = matches!(endpoint.kind, EndpointKind::Collection);
    let key = endpoint.key.clone().filter(|_| !is_object).unwrap_or_else(|| KEY.to_owned());
    let href = if is_object { format!("{}/{key}", endpoint.path) } else { endpoint.path.clone() };
    let wrapper = endpoint.wrappers.first()?;
    let mut meta = vec![("href".to_owned(), Json::from(href))];
    let parent = if is_object { &endpoint.path } else { endpoint.parent() };
    meta.push(("parent".to_owned(), parent.into()));
    Some(Json::Object(vec![
        (wrapper.clone(), body),
        ("key".to_owned(), key.into()),
        ("meta".to_owned(), Json::Object(meta)),
    ]))
}

/// The key of an object in samples.
const KEY: &str = "4f0e9d273f6a8e41b2c0f1";

/// A value of a request as a response has it: references become objects, and secrets are left out.
fn shown_value(spec: &Spec, ty: &FieldType, value: &Json) -> Json {
    match (ty, value) {
        (FieldType::Ref(to), Json::Str(key)) => {
            let href = Json::from(format!("{}/{key}", collection(to)));
            let meta = Json::Object(vec![("href".to_owned(), href)]);
            Json::Object(vec![("key".to_owned(), key.as_str().into()), ("meta".to_owned(), meta)])
        }
        (FieldType::List(inner) | FieldType::Array(inner, _), Json::List(items)) => {
            Json::List(items.iter().map(|item| shown_value(spec, inner, item)).collect())
        }
        (FieldType::Map(inner) | FieldType::Ordered(inner), Json::Object(members)) => {
            let shown = members.iter().map(|(key, value)| {
                let value =
                    if key == ORDER { value.clone() } else { shown_value(spec, inner, value) };
                (key.clone(), value)
            });
            Json::Object(shown.collect())
        }
        (FieldType::Named(name), Json::Object(members)) => match spec.type_def(name) {
            Some(TypeDef::Struct(it)) => shown_object(spec, it, members),
            Some(TypeDef::Union(it)) => {
                let word = members.iter().find(|(key, _)| *key == it.tag);
                let word = word.and_then(|(_, word)| word.as_str()).unwrap_or_default();
                let payload = it.variant(word).and_then(|variant| variant.payload.as_ref());
                let shown = members.iter().map(|(key, value)| match payload {
                    Some(payload) if *key == it.content => {
                        (key.clone(), shown_value(spec, &payload.ty, value))
                    }
                    _ => (key.clone(), value.clone()),
                });
                Json::Object(shown.collect())
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

fn shown_object(spec: &Spec, def: &Struct, members: &[(String, Json)]) -> Json {
    let shown = members.iter().filter_map(|(key, value)| match def.field(key) {
        Some(field) if field.sensitive || field.request_only => None,
        Some(field) => Some((key.clone(), shown_value(spec, &field.ty, value))),
        None => Some((key.clone(), value.clone())),
    });
    Json::Object(shown.collect())
}
