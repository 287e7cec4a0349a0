//! The requests of a plan inside of a transaction.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sps_client::Transaction;
use sps_model::{
    Any,
    validate::{Kind, UnknownKeys, json::escape_pointer_segment},
};

use super::{ApplyErrorKind, ApplyEvent, ApplyProgress, error::ApplyError};
use crate::{
    Notation,
    label::Label,
    place::{CONFIGURATION, short_path},
    plan::{
        Fill, FillWith, Operation, OperationKind, Origin, Place, Plan, SecretKeys, Slot, body_kind,
        tag_of,
    },
};

const INFO: &str = "/api/info";

/// A plan that is being carried out.
pub(super) struct Run<'a> {
    plan: &'a Plan,
    pub(super) progress: &'a mut dyn ApplyProgress,
    pub(super) secret_keys: SecretKeys,
    /// The keys of new objects by label.
    created: BTreeMap<String, String>,
}

impl<'a> Run<'a> {
    pub(super) fn new(plan: &'a Plan, progress: &'a mut dyn ApplyProgress) -> Self {
        Self { plan, progress, secret_keys: BTreeMap::new(), created: BTreeMap::new() }
    }

    /// Sends everything but the commit.
    pub(super) async fn send(&mut self, transaction: &mut Transaction) -> Result<(), ApplyError> {
        self.check_appliance(transaction).await?;
        let plan = self.plan;
        // The passwords come first. An object may refer to new ones, so it waits for them.
        for operation in &plan.operations {
            for slot in secrets(plan, operation) {
                if matches!(slot.origin, Origin::Source(_)) {
                    self.create_secret(transaction, &operation.label, slot).await?;
                }
            }
        }
        for (at, operation) in plan.operations.iter().enumerate() {
            let (number, of) = (at + 1, plan.operations.len());
            let (kind, label) = (operation.kind, &operation.label);
            self.progress.event(&ApplyEvent::Sending { number, of, kind, label });
            for slot in secrets(plan, operation) {
                self.create_secret(transaction, label, slot).await?;
            }
            self.request(transaction, operation).await?;
        }
        self.progress.event(&ApplyEvent::Reviewing);
        let review = transaction.review().await;
        let review = review.map_err(|error| ApplyError::of(ApplyErrorKind::Review, error))?;
        let changes: Vec<String> = review.foreign().map(ToString::to_string).collect();
        if changes.is_empty() {
            Ok(())
        } else {
            Err(ApplyError::new(ApplyErrorKind::Foreign { changes }))
        }
    }

    /// Checks inside of the transaction that the appliance is as it was when the plan was made.
    async fn check_appliance(&self, transaction: &mut Transaction) -> Result<(), ApplyError> {
        let expected = &self.plan.appliance;
        if expected.name.is_empty() && expected.config_hash.is_none() {
            return Ok(());
        }
        let info = transaction.get_raw(INFO).await;
        let info = info.map_err(|error| ApplyError::of(ApplyErrorKind::Check, error))?;
        let body = &info.content.as_value()["body"];
        let name = body["hostname"].as_str().unwrap_or_default();
        if !expected.name.is_empty() && !name.is_empty() && name != expected.name {
            let (expected, found) = (expected.name.clone(), name.to_owned());
            return Err(ApplyError::new(ApplyErrorKind::OtherAppliance { expected, found }));
        }
        match (&expected.config_hash, body["config_hash"].as_str()) {
            (Some(expected), Some(found)) if expected != found => {
                Err(ApplyError::new(ApplyErrorKind::Stale))
            }
            _ => Ok(()),
        }
    }

    /// Creates the object that holds a secret, unless the secret is in the member itself.
    async fn create_secret(
        &mut self,
        transaction: &mut Transaction,
        label: &Label,
        slot: &Slot,
    ) -> Result<(), ApplyError> {
        let place = (label.clone(), slot.pointer.clone());
        let Some(collection) = &slot.collection else { return Ok(()) };
        if self.secret_keys.contains_key(&place) {
            return Ok(());
        }
        self.progress.event(&ApplyEvent::SendingSecret { label, pointer: &slot.pointer });
        let failed =
            || ApplyErrorKind::Secret { label: label.clone(), pointer: slot.pointer.clone() };
        let body = match &slot.origin {
            Origin::Source(_) => {
                let value = self.plan.values.get(label, &slot.pointer);
                let value = value.ok_or_else(|| ApplyError::new(failed()))?;
                json!({"plain": value.expose()})
            }
            Origin::New(body) => {
                let at = format!("{}/$new", slot.pointer);
                Box::pin(self.new_body(transaction, label, collection, body, at)).await?
            }
        };
        let key = self.create(transaction, collection, body, failed()).await?;
        self.secret_keys.insert(place, key);
        Ok(())
    }

    /// Makes the body of a `$new`: with the values of secrets, the keys of references, and objects that are made with it.
    async fn new_body(
        &mut self,
        transaction: &mut Transaction,
        label: &Label,
        collection: &str,
        body: &Value,
        pointer: String,
    ) -> Result<Value, ApplyError> {
        let path = format!("{CONFIGURATION}{collection}");
        let kind = sps_model::locate(&path).map_or(Kind::Any, |it| body_kind(it.endpoint));
        Box::pin(self.new_value(transaction, label, Place::root(kind), body, pointer)).await
    }

    async fn new_value(
        &mut self,
        transaction: &mut Transaction,
        label: &Label,
        place: Place,
        value: &Value,
        pointer: String,
    ) -> Result<Value, ApplyError> {
        let failed = || ApplyErrorKind::Secret { label: label.clone(), pointer: pointer.clone() };
        match Notation::read(value) {
            Some(Notation::Secret(_)) => {
                let secret = self.plan.values.get(label, &pointer);
                let secret = secret.ok_or_else(|| ApplyError::new(failed()))?;
                let Some(target) = place.target() else { return Ok(Value::from(secret.expose())) };
                let collection = short_path(target.path).to_owned();
                let body = json!({"plain": secret.expose()});
                let key = self.create(transaction, &collection, body, failed()).await?;
                return Ok(Value::from(key));
            }
            Some(Notation::Ref(reference)) => {
                let key = self.created.get(reference).or_else(|| self.plan.keys.get(reference));
                return key
                    .map(|key| Value::from(key.as_str()))
                    .ok_or_else(|| ApplyError::new(failed()));
            }
            Some(Notation::New(body)) => {
                let target = place.target().ok_or_else(|| ApplyError::new(failed()))?;
                let collection = short_path(target.path).to_owned();
                let at = format!("{pointer}/$new");
                let body =
                    Box::pin(self.new_body(transaction, label, &collection, body, at)).await?;
                let key = self.create(transaction, &collection, body, failed()).await?;
                return Ok(Value::from(key));
            }
            _ => {}
        }
        match value {
            Value::Object(members) => {
                let tag = tag_of(place.kind(), members);
                let mut body = serde_json::Map::new();
                for (key, value) in members {
                    let at = format!("{pointer}/{}", escape_pointer_segment(key));
                    let place = place.member(tag, key);
                    let value =
                        Box::pin(self.new_value(transaction, label, place, value, at)).await?;
                    body.insert(key.clone(), value);
                }
                Ok(Value::Object(body))
            }
            Value::Array(elements) => {
                let mut body = Vec::with_capacity(elements.len());
                for (index, value) in elements.iter().enumerate() {
                    let at = format!("{pointer}/{index}");
                    let place = place.element();
                    body.push(
                        Box::pin(self.new_value(transaction, label, place, value, at)).await?,
                    );
                }
                Ok(Value::Array(body))
            }
            _ => Ok(value.clone()),
        }
    }

    async fn create(
        &self,
        transaction: &mut Transaction,
        collection: &str,
        body: Value,
        failed: ApplyErrorKind,
    ) -> Result<String, ApplyError> {
        let path = format!("{CONFIGURATION}{collection}");
        let label = match &failed {
            ApplyErrorKind::Secret { label, .. } | ApplyErrorKind::Request { label, .. } => {
                label.clone()
            }
            _ => Label::of_singleton(collection),
        };
        let response = transaction.create_raw(&path, &body.into(), UnknownKeys::Carry).await;
        let response = response.map_err(|error| ApplyError::of(failed, error))?;
        response.key.ok_or_else(|| ApplyError::new(ApplyErrorKind::NoKey { label }))
    }

    async fn request(
        &mut self,
        transaction: &mut Transaction,
        operation: &Operation,
    ) -> Result<(), ApplyError> {
        let label = &operation.label;
        let failed = || ApplyErrorKind::Request { kind: operation.kind, label: label.clone() };
        let error_of = |error| ApplyError::of(failed(), error);
        match operation.kind {
            OperationKind::Create => {
                let body = self.body(transaction, operation).await?;
                let collection = short_path(&operation.path);
                let key = self.create(transaction, collection, body, failed()).await?;
                self.created.insert(label.to_string(), key);
                Ok(())
            }
            OperationKind::Replace | OperationKind::Complete => {
                let body = Any::from(self.body(transaction, operation).await?);
                let path = match self.created.get(&label.to_string()) {
                    Some(key) => format!("{}/{key}", operation.path),
                    None => operation.path.clone(),
                };
                // Without a hash of the configuration, the object itself tells whether it was changed.
                let base = self.plan.kept.get(label).and_then(|kept| kept.get(""));
                let base = base.filter(|_| operation.kind == OperationKind::Replace);
                let result = match base {
                    Some(base) => {
                        let base = Any::from(base.0.clone());
                        let keys = UnknownKeys::Carry;
                        transaction.replace_raw_if_unchanged(&path, &body, keys, &base).await
                    }
                    None => transaction.replace_raw(&path, &body, UnknownKeys::Carry).await,
                };
                result.map_err(error_of)
            }
            OperationKind::Clear => {
                let mut body = self.current(transaction, operation).await?;
                for pointer in &operation.clears {
                    if let Some(place) = body.pointer_mut(pointer) {
                        *place = Value::Null;
                    }
                }
                let path = &operation.path;
                let result = transaction.replace_raw(path, &body.into(), UnknownKeys::Carry).await;
                result.map_err(error_of)
            }
            OperationKind::Delete => {
                transaction.delete_raw(&operation.path).await.map_err(error_of)
            }
        }
    }

    /// Makes the body of a request.
    async fn body(
        &self,
        transaction: &mut Transaction,
        operation: &Operation,
    ) -> Result<Value, ApplyError> {
        let kept = self.plan.kept.get(&operation.label);
        let is_missing = |fill: &Fill| match &fill.with {
            FillWith::Kept { pointer } => !kept.is_some_and(|kept| kept.contains_key(pointer)),
            _ => false,
        };
        // A saved plan does not have the values that the appliance keeps.
        let current = if operation.fills.iter().any(is_missing) {
            self.current(transaction, operation).await?
        } else {
            Value::Null
        };
        let label = &operation.label;
        let failed = || {
            let label = label.clone();
            ApplyError::new(ApplyErrorKind::Request { kind: operation.kind, label })
        };
        operation.filled(|fill| match &fill.with {
            FillWith::Object { label, .. } => {
                let key = self.created.get(label);
                key.map(|key| Value::from(key.as_str())).ok_or_else(failed)
            }
            FillWith::Kept { pointer } => {
                let kept = kept.and_then(|kept| kept.get(pointer)).map(|it| &it.0);
                kept.or_else(|| current.pointer(pointer)).cloned().ok_or_else(failed)
            }
            FillWith::Secret => {
                let place = (label.clone(), fill.pointer.clone());
                if let Some(key) = self.secret_keys.get(&place) {
                    return Ok(Value::from(key.as_str()));
                }
                let value = self.plan.values.get(label, &fill.pointer);
                value.map(|value| Value::from(value.expose())).ok_or_else(failed)
            }
        })
    }

    /// Reads the body that would leave an object as it is.
    async fn current(
        &self,
        transaction: &mut Transaction,
        operation: &Operation,
    ) -> Result<Value, ApplyError> {
        let label = operation.label.clone();
        let failed = ApplyErrorKind::Request { kind: operation.kind, label };
        match transaction.get_raw(&operation.path).await {
            Ok(response) => match response.to_request() {
                Some(body) => Ok(body.as_value().clone()),
                None => Err(ApplyError::new(failed)),
            },
            Err(error) => Err(ApplyError::of(failed, error)),
        }
    }
}

/// The secrets that a request sends.
fn secrets<'p>(plan: &'p Plan, operation: &'p Operation) -> impl Iterator<Item = &'p Slot> {
    let slots = plan.slots.get(&operation.label).into_iter().flatten();
    slots.filter(|slot| {
        operation
            .fills
            .iter()
            .any(|fill| fill.with == FillWith::Secret && fill.pointer == slot.pointer)
    })
}
