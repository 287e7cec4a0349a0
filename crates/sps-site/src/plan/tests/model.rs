//! An appliance of three made-up collections, on which the requests of a plan are carried out one by one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sps_model::{
    EndpointInfo, EndpointKind, Method,
    validate::{Constraints, Field, Form, Kind, Shape, Subject, Target, Type, Versions},
};

use crate::{
    found::Found,
    label::Label,
    object::Object,
    plan::{FillWith, OperationKind, Plan},
};

pub(super) const COLLECTIONS: [&str; 3] = ["x/alpha", "x/beta", "x/gamma"];

static ALPHA: Target = Target::new("/api/configuration/x/alpha");
static BETA: Target = Target::new("/api/configuration/x/beta");
static GAMMA: Target = Target::new("/api/configuration/x/gamma");

/// References may be null everywhere, so that every circle can be broken.
static TYPE: Type = Type::new(
    "Thing",
    Shape::Struct {
        fields: &[
            Field::new("name", Kind::String),
            Field::new("number", Kind::Optional(&Kind::Nullable(&NUMBER))),
            Field::new("alpha", Kind::Nullable(&Kind::Reference(&ALPHA))),
            Field::new("beta", Kind::Optional(&Kind::Nullable(&Kind::Reference(&BETA)))),
            Field::new("inner", Kind::Named(&INNER)),
        ],
        open: false,
    },
    Constraints::NONE,
);

static INNER: Type = Type::new(
    "Inner",
    Shape::Struct {
        fields: &[
            Field::new("list", Kind::List(&NUMBER)),
            Field::new("gamma", Kind::Nullable(&Kind::Reference(&GAMMA))),
            Field::new("pairs", Kind::List(&Kind::Named(&PAIR))),
        ],
        open: false,
    },
    Constraints::NONE,
);

static PAIR: Type = Type::new(
    "Pair",
    Shape::Struct {
        fields: &[Field::new("a", NUMBER), Field::new("b", Kind::String)],
        open: false,
    },
    Constraints::NONE,
);

static NUMBER: Kind = Kind::Int { minimum: 0, maximum: 99 };

const METHODS: &[Method] = &[Method::Get, Method::Post];
const SUBJECT: Option<Subject> = Some(Subject::new(Kind::Named(&TYPE), Form::Request));

static ENDPOINTS: [EndpointInfo; 3] = [
    endpoint("/api/configuration/x/alpha"),
    endpoint("/api/configuration/x/beta"),
    endpoint("/api/configuration/x/gamma"),
];

const fn endpoint(path: &'static str) -> EndpointInfo {
    EndpointInfo::new(path, EndpointKind::Collection, METHODS, Versions::ALL)
        .bodies(SUBJECT, SUBJECT)
}

/// The members that refer to objects, with the collection of their targets.
pub(super) const REFERENCES: [(&str, &str); 3] =
    [("/alpha", "x/alpha"), ("/beta", "x/beta"), ("/inner/gamma", "x/gamma")];

pub(super) fn endpoint_of(collection: &str) -> &'static EndpointInfo {
    let at = COLLECTIONS.iter().position(|it| *it == collection).unwrap();
    &ENDPOINTS[at]
}

/// The object of a file.
pub(super) fn object(collection: &str, name: &str, body: Value) -> Object {
    let label = Label::of_object(collection, name);
    Object { label, endpoint: endpoint_of(collection), file: "x.json".into(), body }
}

/// The configuration: bodies in request form by path of the object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model {
    pub(super) bodies: BTreeMap<String, Value>,
    pub(super) created: usize,
}

impl Model {
    /// Creates an object with references by name.
    pub(super) fn add(&mut self, collection: &str, key: &str, body: Value) {
        self.bodies.insert(format!("/api/configuration/{collection}/{key}"), body);
    }

    /// Its objects in site form.
    pub(super) fn found(&self) -> Vec<Found> {
        let label = |path: &str| {
            let (collection, _) = path.rsplit_once('/').unwrap();
            let collection = collection.strip_prefix("/api/configuration/").unwrap();
            Label::of_object(collection, self.bodies[path]["name"].as_str().unwrap())
        };
        let mut all = Vec::new();
        for (path, request) in &self.bodies {
            let mut body = request.clone();
            for (pointer, collection) in REFERENCES {
                if let Some(place) = body.pointer_mut(pointer)
                    && let Some(key) = place.as_str()
                {
                    let target = label(&format!("/api/configuration/{collection}/{key}"));
                    *place = json!({"$ref": target.to_string()});
                }
            }
            let label = label(path);
            let endpoint = endpoint_of(label.endpoint());
            let mut found = Found::new(label, endpoint, path, body);
            found.key = path.rsplit('/').next().map(str::to_owned);
            found.request = request.clone();
            all.push(found);
        }
        all
    }

    /// Its objects by label, with labels as references.
    pub(super) fn by_label(&self) -> BTreeMap<String, Value> {
        self.found().into_iter().map(|it| (it.label.to_string(), it.body)).collect()
    }

    /// Carries the requests of a plan out. Refuses what an appliance would refuse.
    pub(super) fn apply(&mut self, plan: &Plan) -> Result<(), String> {
        let mut keys: BTreeMap<String, String> = BTreeMap::new();
        for (at, operation) in plan.operations.iter().enumerate() {
            if operation.after.iter().any(|first| *first >= at) {
                return Err(format!("request {at} comes before those it needs"));
            }
            let label = operation.label.to_string();
            let body = operation.filled(|fill| match &fill.with {
                FillWith::Object { label, .. } => match keys.get(label) {
                    Some(key) => Ok(Value::from(key.as_str())),
                    None => Err(format!("{} needs {label}", operation.label)),
                },
                FillWith::Kept { pointer } => {
                    Ok(self.bodies[&operation.path].pointer(pointer).unwrap().clone())
                }
                FillWith::Secret => Err("there are no secrets here".to_owned()),
            })?;
            match operation.kind {
                OperationKind::Create => {
                    self.created += 1;
                    let key = format!("new-{}", self.created);
                    self.check(&body)?;
                    self.bodies.insert(format!("{}/{key}", operation.path), body);
                    keys.insert(label, key);
                }
                OperationKind::Replace => {
                    self.check(&body)?;
                    self.bodies.insert(operation.path.clone(), body);
                }
                OperationKind::Complete => {
                    self.check(&body)?;
                    let path = match keys.get(&label) {
                        Some(key) => format!("{}/{key}", operation.path),
                        None => operation.path.clone(),
                    };
                    self.bodies.insert(path, body).ok_or("completes what is not there")?;
                }
                OperationKind::Clear => {
                    let body = self.bodies.get_mut(&operation.path).ok_or("clears nothing")?;
                    for pointer in &operation.clears {
                        *body.pointer_mut(pointer).unwrap() = Value::Null;
                    }
                }
                OperationKind::Delete => self.delete(&operation.path)?,
            }
        }
        Ok(())
    }

    /// Checks that every reference leads to an object.
    fn check(&self, body: &Value) -> Result<(), String> {
        for (pointer, collection) in REFERENCES {
            let Some(key) = body.pointer(pointer).and_then(Value::as_str) else { continue };
            if !self.bodies.contains_key(&format!("/api/configuration/{collection}/{key}")) {
                return Err(format!("{pointer} refers to {key}, which does not exist: {body}"));
            }
        }
        Ok(())
    }

    fn delete(&mut self, path: &str) -> Result<(), String> {
        for (pointer, collection) in REFERENCES {
            let user = self.bodies.iter().find(|(other, body)| {
                let key = body.pointer(pointer).and_then(Value::as_str);
                *other != path
                    && key
                        .is_some_and(|key| path == format!("/api/configuration/{collection}/{key}"))
            });
            if let Some((user, _)) = user {
                return Err(format!("{path} is deleted while {user} refers to it"));
            }
        }
        self.bodies.remove(path).map(drop).ok_or_else(|| format!("{path} is not there"))
    }
}
