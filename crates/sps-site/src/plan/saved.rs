//! A plan in a file, which is applied later as it is.

use std::{
    collections::BTreeMap,
    fs, io,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use ring::{
    digest, pbkdf2,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sps_model::{EndpointInfo, locate};

use super::{
    Action, Change, Fill, Note, Op, Operation, OperationKind, Plan, PlannedObject, Reason, Scope,
    Slot, Values, options::list,
};
use crate::{
    Notation,
    found::Appliance,
    label::Label,
    object::Object,
    read::reason,
    secret::{SecretError, Secrets},
    state::{hex, write},
};

/// The parts of the file around its checksum and its content. No other byte is in it, so that each one counts.
///
/// The number of the format comes first, by which a tree tells a plan from an object.
const PARTS: [&str; 3] = ["{\"schema_version\":1,\"sps-plan\":\"", "\",\n\"content\":", "}\n"];
/// How a plan of any format begins, and what follows its number.
const MARK: &str = "{\"schema_version\":";
const AFTER_NUMBER: &str = "\"sps-plan\":";
const NO_PLAN: &str = "it does not have the form of a plan";
/// How much work one check of a secret is.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(100_000).expect("it is not zero");
/// The bytes of a secret's check. Many other values have the same, so that the file does not tell the secret from them.
const CHECK_BYTES: usize = 2;

/// A plan that was read from a file, and when it was made.
#[derive(Debug)]
#[non_exhaustive]
pub struct SavedPlan {
    /// The plan, without the values of its secrets.
    pub plan: Plan,
    /// When it was made, as the caller said.
    pub made_at: String,
    /// The root of the tree that it was made of, as it was named. Empty for a tree in memory.
    pub root: PathBuf,
    checks: Vec<Check>,
    salt: Vec<u8>,
}

/// A saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedPlanError {
    /// The file cannot be read or written.
    #[error("cannot {action} the plan {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file is no plan, or was damaged or changed.
    #[error("{} is not a whole plan: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A `$new` has a secret in plain text, which no file but the tree may have.
    #[error(
        "the plan cannot be saved: {label}#{pointer} has a secret in plain text; use $secret there"
    )]
    PlainSecret {
        /// The object.
        label: Label,
        /// The place.
        pointer: String,
    },
    /// Secrets cannot be read again.
    #[error("secrets cannot be read, and nothing was sent: {}", list(errors))]
    Secrets {
        /// Why, for each.
        errors: Vec<SecretError>,
    },
    /// A secret has another value than the plan was made with.
    #[error("{label}#{pointer}: the secret has another value than when the plan was made")]
    OtherSecret {
        /// The object.
        label: Label,
        /// The place.
        pointer: String,
    },
}

/// A check of a secret: another value most likely has another one, and it does not tell the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Check {
    label: SavedLabel,
    pointer: String,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SavedLabel {
    endpoint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// Everything of a plan but the values of its secrets.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    appliance: Appliance,
    objects: Vec<SavedObject>,
    operations: Vec<SavedOperation>,
    notes: Vec<String>,
    emptied: BTreeMap<String, usize>,
    slots: Vec<(SavedLabel, Vec<Slot>)>,
    keys: BTreeMap<String, String>,
    tree: Vec<SavedFile>,
    owned: Vec<String>,
    ignored: Vec<String>,
    only: Vec<String>,
    moved: Vec<(SavedLabel, SavedLabel)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedObject {
    label: SavedLabel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<SavedLabel>,
    action: String,
    changes: Vec<Value>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedOperation {
    label: SavedLabel,
    kind: OperationKind,
    path: String,
    body: Value,
    fills: Vec<Fill>,
    clears: Vec<String>,
    after: Vec<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedFile {
    label: SavedLabel,
    file: PathBuf,
    body: Value,
}

impl Plan {
    /// The identifier of the plan: a digest of what it does. Plans of the same tree for the same state have the same.
    pub fn id(&self) -> String {
        let content = serde_json::to_value(self.content()).unwrap_or_default();
        identifier(&content)
    }

    /// Saves the plan without the values of its secrets, readable for its owner only. It appears as a whole or not at all.
    ///
    /// `made_at` says when it was made, for readers.
    ///
    /// # Errors
    /// [`SavedPlanError::PlainSecret`] before anything is written, [`SavedPlanError::File`].
    pub fn save(&self, path: &Path, made_at: &str) -> Result<(), SavedPlanError> {
        self.refuse_plain_secrets()?;
        let failed =
            |source| SavedPlanError::File { action: "write", path: path.to_owned(), source };
        let mut salt = [0; 16];
        SystemRandom::new()
            .fill(&mut salt)
            .map_err(|_| failed(io::Error::other("the system has no random numbers")))?;
        let content = serde_json::to_value(self.content()).map_err(|error| failed(error.into()))?;
        let file = json!({
            "id": identifier(&content),
            "made_at": made_at,
            "root": self.root,
            "plan": content,
            "checks": self.checks(&salt),
            "salt": hex(&salt),
        });
        let file = file.to_string();
        let [start, middle, end] = PARTS;
        let text = format!("{start}{}{middle}{file}{end}", checksum(&file));
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Without the name of the temporary file, which no reader knows.
        let plain = |error: io::Error| io::Error::new(error.kind(), reason(&error));
        write(folder, path, text.as_bytes()).map_err(|error| failed(plain(error)))
    }

    fn content(&self) -> Content {
        let objects = self.objects.iter().map(|it| SavedObject {
            label: (&it.label).into(),
            renamed_from: it.renamed_from.as_ref().map(Into::into),
            action: it.action.as_str().to_owned(),
            changes: it.changes.iter().map(super::render::change_to_json).collect(),
            notes: it.notes.iter().map(ToString::to_string).collect(),
        });
        let operations = self.operations.iter().map(|it| SavedOperation {
            label: (&it.label).into(),
            kind: it.kind,
            path: it.path.clone(),
            body: it.body.clone(),
            fills: it.fills.clone(),
            clears: it.clears.clone(),
            after: it.after.clone(),
        });
        let tree = self.tree.iter().map(|it| SavedFile {
            label: (&it.label).into(),
            file: it.file.clone(),
            body: it.body.clone(),
        });
        let moved = self.scope.moved.iter().map(|(from, to)| (from.into(), to.into()));
        Content {
            appliance: self.appliance.clone(),
            objects: objects.collect(),
            operations: operations.collect(),
            notes: self.notes.clone(),
            emptied: self.emptied.clone(),
            slots: self.slots.iter().map(|(label, slots)| (label.into(), slots.clone())).collect(),
            keys: self.keys.clone(),
            tree: tree.collect(),
            owned: self.scope.owned.clone(),
            ignored: self.scope.ignored.clone(),
            only: self.scope.only.clone(),
            moved: moved.collect(),
        }
    }

    /// The checks of all secrets whose values are known.
    fn checks(&self, salt: &[u8]) -> Vec<Check> {
        let mut checks = Vec::new();
        for (label, pointer, value) in self.values.iter() {
            checks.push(Check {
                label: label.into(),
                pointer: pointer.to_owned(),
                value: check(salt, value.expose()),
            });
        }
        checks
    }

    /// Refuses texts in `$new` that may be secrets.
    fn refuse_plain_secrets(&self) -> Result<(), SavedPlanError> {
        for object in self.tree.iter() {
            if let Some(pointer) = plain_secret(&object.body, false, String::new()) {
                return Err(SavedPlanError::PlainSecret { label: object.label.clone(), pointer });
            }
        }
        Ok(())
    }
}

impl SavedPlan {
    /// Reads a plan. Nothing is sent, and no secret is read.
    ///
    /// # Errors
    /// [`SavedPlanError::File`], and [`SavedPlanError::Damaged`] if even one byte was changed.
    pub fn load(path: &Path) -> Result<Self, SavedPlanError> {
        // Reading a pipe or a device may never end.
        let is_special = fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir());
        let text = if is_special {
            Err(io::Error::other("it is no regular file"))
        } else {
            fs::read(path)
        };
        let text = text.map_err(|source| SavedPlanError::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        Self::read(&text)
            .map_err(|reason| SavedPlanError::Damaged { path: path.to_owned(), reason })
    }

    fn read(text: &[u8]) -> Result<Self, String> {
        let [start, middle, end] = PARTS;
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        let text = std::str::from_utf8(text).map_err(|_| NO_PLAN)?;
        let Some(rest) = text.strip_prefix(start) else {
            return Err(match other_format(text) {
                Some(format) => {
                    format!("its format is {format}, and this version reads format 1")
                }
                None => NO_PLAN.to_owned(),
            });
        };
        let (expected, rest) = rest.split_once(middle).ok_or("it ends too early")?;
        let content = rest.strip_suffix(end).ok_or("it ends too early")?;
        if expected != checksum(content) {
            return Err("it was changed after it was made".to_owned());
        }
        Ok(Self::of_content(content).ok_or(NO_PLAN)?)
    }

    fn of_content(content: &str) -> Option<Self> {
        let mut file: Value = serde_json::from_str(content).ok()?;
        let content: Content = serde_json::from_value(file["plan"].take()).ok()?;
        let checks = serde_json::from_value(file["checks"].take()).ok()?;
        let salt = file["salt"].as_str().and_then(crate::state::unhex)?;
        let made_at = file["made_at"].as_str()?.to_owned();
        // Plans of trees in memory have none.
        let root = PathBuf::from(file["root"].as_str().unwrap_or_default());
        let mut plan = content.into_plan()?;
        plan.root.clone_from(&root);
        Some(Self { plan, made_at, root, checks, salt })
    }

    /// Reads the secrets of the plan again, and takes their values. Sends nothing.
    ///
    /// # Errors
    /// [`SavedPlanError::Secrets`] with every secret that cannot be read, [`SavedPlanError::OtherSecret`] for a value that
    /// the plan was not made with.
    pub fn with_secrets(self, secrets: &dyn Secrets) -> Result<Plan, SavedPlanError> {
        let values = Values::read(&self.plan.tree, &self.plan.scope, Some(secrets));
        self.with_values(values.map_err(|errors| SavedPlanError::Secrets { errors })?)
    }

    /// Takes the values of the plan's secrets, which were read again.
    ///
    /// # Errors
    /// [`SavedPlanError::OtherSecret`] for a value that the plan was not made with.
    pub fn with_values(mut self, values: Values) -> Result<Plan, SavedPlanError> {
        for saved in &self.checks {
            let label = Label::from(&saved.label);
            let is_same = values
                .get(&label, &saved.pointer)
                .is_some_and(|value| check(&self.salt, value.expose()) == saved.value);
            if !is_same {
                let pointer = saved.pointer.clone();
                return Err(SavedPlanError::OtherSecret { label, pointer });
            }
        }
        self.plan.values = values;
        Ok(self.plan)
    }
}

/// The number of the format of a plan that another version wrote.
fn other_format(text: &str) -> Option<u64> {
    let (number, rest) = text.strip_prefix(MARK)?.split_once(',')?;
    rest.starts_with(AFTER_NUMBER).then(|| number.parse().ok())?
}

impl Content {
    fn into_plan(self) -> Option<Plan> {
        let object = |it: SavedObject| {
            Some(PlannedObject {
                label: (&it.label).into(),
                renamed_from: it.renamed_from.as_ref().map(Into::into),
                action: action(&it.action)?,
                changes: it.changes.into_iter().map(change).collect::<Option<_>>()?,
                notes: it.notes.into_iter().map(Note::Saved).collect(),
            })
        };
        let operation = |it: SavedOperation| Operation {
            label: (&it.label).into(),
            kind: it.kind,
            path: it.path,
            body: it.body,
            fills: it.fills,
            clears: it.clears,
            after: it.after,
        };
        let file = |it: SavedFile| {
            let label = Label::from(&it.label);
            Object { endpoint: endpoint(&label), label, file: it.file, body: it.body }
        };
        let moved = self.moved.iter().map(|(from, to)| (from.into(), to.into()));
        Some(Plan {
            appliance: self.appliance,
            objects: self.objects.into_iter().map(object).collect::<Option<_>>()?,
            operations: self.operations.into_iter().map(operation).collect(),
            notes: self.notes,
            emptied: self.emptied,
            slots: self.slots.iter().map(|(label, slots)| (label.into(), slots.clone())).collect(),
            keys: self.keys,
            values: Values::default(),
            kept: BTreeMap::new(),
            root: PathBuf::new(),
            scope: Scope {
                owned: self.owned,
                ignored: self.ignored,
                moved: moved.collect(),
                only: self.only,
            },
            tree: self.tree.into_iter().map(file).collect::<Vec<_>>().into(),
        })
    }
}

impl From<&Label> for SavedLabel {
    fn from(label: &Label) -> Self {
        Self { endpoint: label.endpoint().to_owned(), name: label.name().map(str::to_owned) }
    }
}

impl From<&SavedLabel> for Label {
    fn from(saved: &SavedLabel) -> Self {
        match &saved.name {
            Some(name) => Self::of_object(saved.endpoint.clone(), name),
            None => Self::of_singleton(saved.endpoint.clone()),
        }
    }
}

fn action(text: &str) -> Option<Action> {
    [Action::Create, Action::Change, Action::Delete, Action::None]
        .into_iter()
        .find(|it| it.as_str() == text)
}

fn change(mut json: Value) -> Option<Change> {
    let op = json["op"].as_str()?;
    let op = [Op::Add, Op::Replace, Op::Remove].into_iter().find(|it| it.as_str() == op)?;
    let pointer = json["pointer"].as_str()?.to_owned();
    let reason = match json["kind"].as_str() {
        None => None,
        Some("other-reference") => Some(Reason::OtherReference),
        Some("asked") => Some(Reason::Asked),
        Some("not-set") => Some(Reason::NotSet),
        Some(_) => {
            let text = json["reason"].as_str().unwrap_or_default();
            let source = text.strip_prefix("new value behind ").unwrap_or(text).to_owned();
            Some(Reason::NewValue { source })
        }
    };
    let mut side = |key| json.get_mut(key).map(Value::take);
    Some(Change { op, pointer, before: side("before"), after: side("after"), reason })
}

/// The endpoint of an object, or one that no source shows.
fn endpoint(label: &Label) -> &'static EndpointInfo {
    static UNKNOWN: EndpointInfo = EndpointInfo::unknown("");
    locate(label.endpoint()).map_or(&UNKNOWN, |it| it.endpoint)
}

fn identifier(content: &Value) -> String {
    let hash = digest::digest(&digest::SHA256, sorted(content).as_bytes());
    hex(&hash.as_ref()[..8])
}

fn checksum(content: &str) -> String {
    hex(digest::digest(&digest::SHA256, content.as_bytes()).as_ref())
}

/// The text of a value with its members in the order of their names.
fn sorted(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}

/// The check of a secret.
fn check(salt: &[u8], secret: &str) -> String {
    let mut out = [0; CHECK_BYTES];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, salt, secret.as_bytes(), &mut out);
    hex(&out)
}

/// The place of a text inside of `$new` that may be a secret.
fn plain_secret(body: &Value, is_new: bool, pointer: String) -> Option<String> {
    let below =
        |key: &str| format!("{pointer}/{}", sps_model::validate::json::escape_pointer_segment(key));
    match Notation::read(body) {
        Some(Notation::New(body)) => return plain_secret(body, true, format!("{pointer}/$new")),
        Some(_) => return None,
        None => {}
    }
    match body {
        Value::Object(members) => members.iter().find_map(|(key, value)| {
            let is_secret = key == "plain" || sps_model::shape::is_secret_name(key);
            let is_text = value.as_str().is_some_and(|text| !text.is_empty());
            if is_new && is_secret && is_text {
                return Some(below(key));
            }
            plain_secret(value, is_new, below(key))
        }),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(index, value)| plain_secret(value, is_new, below(&index.to_string()))),
        Value::String(text) if is_new && text.contains("PRIVATE KEY-----") => Some(pointer),
        _ => None,
    }
}
