//! Which endpoints may have references to what a plan deletes.

use std::collections::BTreeSet;

use sps_client::Client;
use sps_model::{
    EndpointInfo, Method,
    validate::{Form, Kind, Shape, Type},
};

use super::{Action, Plan, PlanError};
use crate::{
    Found, Snapshot, SnapshotError, Wanted,
    place::{CONFIGURATION, short},
};

impl Plan {
    /// The endpoints whose objects may refer to those that the plan deletes, as the spec has it. An appliance refuses to
    /// delete what another object refers to, so their objects have to be compared too.
    pub fn referrers(&self, endpoints: &[&'static EndpointInfo]) -> BTreeSet<String> {
        let deleted: BTreeSet<String> = self
            .differences()
            .filter(|it| it.action == Action::Delete)
            .map(|it| format!("{CONFIGURATION}{}", it.label.endpoint()))
            .collect();
        if deleted.is_empty() {
            return BTreeSet::new();
        }
        endpoints
            .iter()
            .filter(|it| it.path.starts_with(CONFIGURATION) && !it.path.contains('{'))
            .filter(|it| it.methods.contains(&Method::Get))
            .filter(|it| {
                let body = it.subject(Form::Request).map_or(Kind::Any, |it| it.body);
                refers(body, &deleted, &mut Vec::new())
            })
            .map(|it| short(it).to_owned())
            .collect()
    }

    /// Reads the objects of endpoints that were not read before and may refer to those that the plan deletes.
    pub(super) async fn read_referrers(
        &self,
        client: &Client,
        read: &BTreeSet<String>,
    ) -> Result<Vec<Found>, PlanError> {
        let more: BTreeSet<String> =
            self.referrers(client.endpoints()).difference(read).cloned().collect();
        if more.is_empty() {
            return Ok(Vec::new());
        }
        // A reference gets its label from the list of the collection that it leads into.
        let deleted = self.differences().filter(|it| it.action == Action::Delete);
        let named = deleted.map(|it| it.label.endpoint().to_owned());
        let wanted = Wanted::Endpoints(more.iter().cloned().chain(named).collect());
        let (snapshot, unreadable) = Snapshot::read_readable(client, &wanted).await?;
        for error in unreadable {
            // An endpoint that the appliance does not have has no references.
            if !matches!(error, SnapshotError::Lacking { .. }) {
                return Err(error.into());
            }
        }
        let is_more = |it: &&Found| more.contains(it.label.endpoint());
        Ok(snapshot.objects().iter().filter(is_more).cloned().collect())
    }
}

/// Whether a body of this kind may have a reference into one of these collections.
fn refers(kind: Kind, collections: &BTreeSet<String>, seen: &mut Vec<&'static Type>) -> bool {
    match kind {
        Kind::Reference(target) => collections.contains(target.path),
        Kind::Nullable(inner)
        | Kind::Optional(inner)
        | Kind::List(inner)
        | Kind::Array(inner, _)
        | Kind::Map(inner)
        | Kind::Ordered(inner) => refers(*inner, collections, seen),
        Kind::Named(ty) => {
            if seen.iter().any(|it| std::ptr::eq(*it, ty)) {
                return false;
            }
            seen.push(ty);
            match ty.shape {
                Shape::Struct { fields, .. } => {
                    fields.iter().any(|it| refers(it.kind, collections, seen))
                }
                Shape::Union { variants, .. } => variants
                    .iter()
                    .filter_map(|it| it.content)
                    .any(|it| refers(it, collections, seen)),
                _ => false,
            }
        }
        _ => false,
    }
}
