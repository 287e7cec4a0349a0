//! A plan as JSON.

use serde_json::{Value, json};

use super::value::certificate;
use crate::plan::{Change, Plan, PlannedObject};

impl Plan {
    /// The plan as JSON, in the form of version 1:
    ///
    /// ```json
    /// {"schema_version": 1, "id": "…", "appliance": {…},
    ///  "summary": {"create": 1, "change": 1, "delete": 0, "unchanged": 12},
    ///  "objects": [{"label": "management/email", "action": "change", "notes": [],
    ///    "changes": [{"op": "replace", "pointer": "/smtp_server/value", "before": "a", "after": "b"}]}],
    ///  "steps": [{"action": "replace", "label": "management/email"}], "notes": []}
    /// ```
    ///
    /// A change of a secret has its `reason`, and `kind` for programs. A certificate has its description beside it.
    pub fn to_json(&self) -> Value {
        let summary = self.summary();
        let steps = self
            .steps()
            .map(|(kind, label)| json!({"action": kind.as_str(), "label": label.to_string()}));
        let emptied = self
            .emptied()
            .map(|(collection, count)| json!({"collection": collection, "objects": count}));
        json!({
            "schema_version": 1,
            "id": self.id(),
            "appliance": self.appliance,
            "summary": {
                "create": summary.create,
                "change": summary.change,
                "delete": summary.delete,
                "unchanged": summary.unchanged,
            },
            "objects": self.objects.iter().map(object).collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
            "emptied": emptied.collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }
}

fn object(object: &PlannedObject) -> Value {
    let mut json = json!({
        "label": object.label.to_string(),
        "action": object.action.as_str(),
        "changes": object.changes.iter().map(change).collect::<Vec<_>>(),
        "notes": object.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if let Some(from) = &object.renamed_from {
        json["renamed_from"] = from.to_string().into();
    }
    json
}

pub(in crate::plan) fn change(change: &Change) -> Value {
    let mut json = json!({"op": change.op.as_str(), "pointer": change.pointer});
    for (key, value) in [("before", &change.before), ("after", &change.after)] {
        let Some(value) = value else { continue };
        json[key] = value.clone();
        if let Some(description) = value.as_str().and_then(certificate) {
            json[format!("{key}_description")] = description.into();
        }
    }
    if let Some(reason) = &change.reason {
        json["reason"] = reason.to_string().into();
        json["kind"] = reason.as_str().into();
    }
    json
}
