//! Random secrets, in a member and in the elements of a list: none is lost, and none changes for ever.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection, option, prelude::*};
use serde_json::{Value, json};
use sps_model::{
    EndpointInfo, EndpointKind, Method, Secret,
    validate::{Constraints, Field, Form, Kind, Shape, Subject, Target, Type, Versions},
};

use super::super::{FillWith, Inputs, OperationKind, Plan, Problem, Problems, SecretKeys, Values};
use crate::{
    State,
    found::{Appliance, Found},
    label::Label,
    object::Object,
};

static PASSWORDS: Target = Target::single_use("/api/configuration/passwords");

static ACCOUNT: Type = Type::new(
    "Account",
    Shape::Struct {
        fields: &[
            Field::new("user", Kind::String),
            Field::new("password", Kind::Nullable(&Kind::Reference(&PASSWORDS))),
        ],
        open: false,
    },
    Constraints::NONE,
);

static VAULT: Type = Type::new(
    "Vault",
    Shape::Struct {
        fields: &[
            Field::new("token", Kind::Optional(&Kind::Secret)),
            Field::new("accounts", Kind::List(&Kind::Named(&ACCOUNT))),
        ],
        open: false,
    },
    Constraints::NONE,
);

const SUBJECT: Option<Subject> = Some(Subject::new(Kind::Named(&VAULT), Form::Request));

static ENDPOINT: EndpointInfo = EndpointInfo::new(
    "/api/configuration/x/vault",
    EndpointKind::Singleton,
    &[Method::Get, Method::Put],
    Versions::ALL,
)
.bodies(SUBJECT, SUBJECT);

const VALUES: [&str; 3] = ["first s3cret", "second s3cret", "third s3cret"];
const MASK: &str = "********";

fn label() -> Label {
    Label::of_singleton("x/vault")
}

/// A secret of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wanted {
    Nothing,
    Keep,
    Value(usize),
}

/// What the appliance has.
#[derive(Debug, Clone)]
struct Vault {
    token: Option<usize>,
    /// The user, and the value of the password.
    accounts: Vec<(u8, Option<usize>)>,
}

/// What the state knows about the password of an account.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Nothing,
    Value,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        1 => Just(Wanted::Nothing),
        2 => Just(Wanted::Keep),
        3 => (0..VALUES.len()).prop_map(Wanted::Value)
    ]
}

fn vault() -> impl Strategy<Value = Vault> {
    let account = (0..3_u8, option::weighted(0.8, 0..VALUES.len()));
    (option::of(0..VALUES.len()), collection::vec(account, 0..5))
        .prop_map(|(token, accounts)| Vault { token, accounts })
}

/// The appliance while requests are carried out.
#[derive(Debug, Clone)]
struct Model {
    body: Value,
    passwords: BTreeMap<String, String>,
    is_masked: bool,
}

impl Model {
    fn new(vault: &Vault, is_masked: bool) -> Self {
        let mut passwords = BTreeMap::new();
        let mut accounts = Vec::new();
        for (at, (user, password)) in vault.accounts.iter().enumerate() {
            let key = password.map(|value| {
                let key = format!("a{at}");
                passwords.insert(key.clone(), VALUES[value].to_owned());
                key
            });
            accounts.push(json!({"user": format!("u{user}"), "password": key}));
        }
        let mut body = json!({"accounts": accounts});
        if let Some(value) = vault.token {
            body["token"] = VALUES[value].into();
        }
        Self { body, passwords, is_masked }
    }

    fn found(&self) -> Found {
        let mut request = self.body.clone();
        let mut body = self.body.clone();
        let mut secrets = BTreeMap::new();
        if body.get("token").is_some() {
            body["token"] = json!({"$secret": "keep"});
            secrets.insert("/token".to_owned(), None);
            if self.is_masked {
                request["token"] = MASK.into();
            }
        }
        for (at, account) in body["accounts"].as_array_mut().unwrap().iter_mut().enumerate() {
            if let Some(key) = account["password"].as_str().map(str::to_owned) {
                account["password"] = json!({"$secret": "keep"});
                secrets.insert(format!("/accounts/{at}/password"), Some(key));
            }
        }
        let path = "/api/configuration/x/vault";
        let mut found = Found::new(label(), &ENDPOINT, path, body);
        found.request = request;
        found.secrets = secrets;
        found
    }

    /// Carries the requests out, and gives the keys of new passwords.
    fn apply(&mut self, plan: &Plan) -> SecretKeys {
        let mut keys = SecretKeys::new();
        for operation in &plan.operations {
            assert_eq!(operation.kind, OperationKind::Replace);
            let slots = plan.slots.get(&label()).cloned().unwrap_or_default();
            let body = operation.filled(|fill| match &fill.with {
                FillWith::Secret => {
                    let slot = slots.iter().find(|it| it.pointer == fill.pointer).unwrap();
                    let content = slot.origin.content(&label(), &fill.pointer, &plan.values);
                    let content = content.unwrap().expose().to_owned();
                    if slot.collection.is_none() {
                        return Ok(Value::from(content));
                    }
                    let key = format!("b{}", self.passwords.len());
                    self.passwords.insert(key.clone(), content);
                    keys.insert((label(), fill.pointer.clone()), key.clone());
                    Ok::<_, ()>(Value::from(key))
                }
                FillWith::Kept { pointer } => Ok(self.body.pointer(pointer).unwrap().clone()),
                FillWith::Object { .. } => Err(()),
            });
            let body = body.unwrap();
            assert!(!body.to_string().contains(MASK), "the mask is sent: {body}");
            self.body = body;
        }
        keys
    }
}

fn notation(wanted: Wanted) -> Value {
    match wanted {
        Wanted::Nothing => Value::Null,
        Wanted::Keep => json!({"$secret": "keep"}),
        Wanted::Value(at) => json!({"$secret": format!("env:V{at}")}),
    }
}

fn tree(token: Wanted, accounts: &[(u8, Wanted)]) -> (Object, Values) {
    let mut values = Values::default();
    let list: Vec<_> = accounts
        .iter()
        .map(|(user, wanted)| json!({"user": format!("u{user}"), "password": notation(*wanted)}))
        .collect();
    let mut body = json!({"accounts": list});
    if token != Wanted::Nothing {
        body["token"] = notation(token);
    }
    let places = accounts.iter().enumerate();
    let places = places.map(|(at, (_, wanted))| (format!("/accounts/{at}/password"), *wanted));
    for (pointer, wanted) in places.chain([("/token".to_owned(), token)]) {
        if let Wanted::Value(at) = wanted {
            values.insert(label(), pointer, Secret::new(VALUES[at]));
        }
    }
    (Object::new(label(), &ENDPOINT, body), values)
}

fn compare(tree: &Object, values: &Values, model: &Model, state: &State) -> Result<Plan, Problems> {
    let (tree, found) = (std::slice::from_ref(tree), [model.found()]);
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), tree, &found, state);
    inputs.values = values.clone();
    Plan::compare(inputs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_secret_is_lost_and_none_changes_for_ever(
        token in wanted(),
        accounts in collection::vec((0..3_u8, wanted()), 0..5),
        there in vault(),
        known in collection::vec(prop_oneof![Just(Known::Nothing), Just(Known::Value)], 6),
        is_masked in any::<bool>(),
    ) {
        let (object, values) = tree(token, &accounts);
        let mut model = Model::new(&there, is_masked);
        let before = model.clone();
        let mut state = State::in_memory();
        for (at, (_, password)) in there.accounts.iter().enumerate() {
            if let (Some(value), Known::Value) = (password, known[at]) {
                let pointer = format!("/accounts/{at}/password");
                state.remember_key(&label(), &pointer, &format!("a{at}"), &VALUES[*value].into());
            }
        }
        if let (Some(value), Known::Value) = (there.token, known[5]) {
            state.remember_place(&label(), "/token", &VALUES[value].into());
        }
        let plan = match compare(&object, &values, &model, &state) {
            Ok(plan) => plan,
            Err(problems) => {
                // The only thing that can be wrong: there is nothing to keep, or it is not shown.
                let is_about_keeping = |it: &Problem| matches!(
                    it, Problem::NothingToKeep { .. } | Problem::CannotKeep { .. });
                prop_assert!(problems.iter().all(is_about_keeping), "{}", problems);
                return Ok(());
            }
        };
        let keys = model.apply(&plan);
        plan.remember(&mut state, &keys);
        let left_alone: BTreeSet<_> = plan.not_compared().map(|(_, at)| at.to_owned()).collect();
        // Every secret is what the file says, unless the plan said that it leaves it alone.
        let list = model.body["accounts"].as_array().unwrap();
        prop_assert_eq!(list.len(), accounts.len());
        for (at, (user, wanted)) in accounts.iter().enumerate() {
            prop_assert_eq!(&list[at]["user"], &json!(format!("u{user}")));
            let key = list[at]["password"].as_str();
            match wanted {
                Wanted::Nothing => prop_assert_eq!(key, None),
                Wanted::Keep => prop_assert!(before.passwords.contains_key(key.unwrap())),
                Wanted::Value(value) => {
                    let held = &model.passwords[key.unwrap()];
                    let is_left = left_alone.contains(&format!("/accounts/{at}/password"));
                    prop_assert!(held == VALUES[*value] || is_left, "{} holds {}", at, held);
                }
            }
        }
        // No password is used twice.
        let used: Vec<_> = list.iter().filter_map(|it| it["password"].as_str()).collect();
        prop_assert_eq!(used.iter().collect::<BTreeSet<_>>().len(), used.len());
        match token {
            Wanted::Value(value) => {
                let is_left = left_alone.contains("/token");
                prop_assert!(model.body["token"] == VALUES[value] || is_left);
            }
            Wanted::Keep if plan.is_empty() || !is_masked => {
                prop_assert_eq!(&model.body["token"], &before.body["token"]);
            }
            _ => {}
        }
        let second = compare(&object, &values, &model, &state);
        let second = second.map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        prop_assert!(second.is_empty(), "{:?}", second.objects);
        // What was left alone is not known now either, and everything else is.
        let still: BTreeSet<_> = second.not_compared().map(|(_, at)| at.to_owned()).collect();
        prop_assert!(still.is_subset(&left_alone), "{:?} {:?}", still, left_alone);
    }
}
