//! The result of a change for programs.

use serde_json::{Value, json};
use sps_client::CommitReport;
use sps_model::Difference;

use crate::{output::differences, status::Status};

/// The result of a commit; `key` is that of a new object, `found` what it changed in an object that was there, `response` what
/// the appliance responded to work that creates no object.
pub(super) fn committed(
    outcome: &CommitReport,
    key: Option<&str>,
    found: &[Difference],
    response: Option<&Value>,
) -> Value {
    let mismatches = outcome.mismatches.iter().map(|it| {
        json!({
            "path": it.path,
            "pointer": it.pointer,
            "sent": it.sent.to_string(),
            "found": it.found.to_string(),
        })
    });
    let unverified = outcome
        .unverified
        .iter()
        .map(|it| json!({"path": it.path, "pointer": it.pointer, "reason": it.reason}));
    let mut result = json!({
        "committed": true,
        "changed": outcome.changed,
        "key": key,
        "differences": differences(found),
        "mismatches": mismatches.collect::<Vec<_>>(),
        "unverified": unverified.collect::<Vec<_>>(),
    });
    if let Some(response) = response {
        result["response"] = response.clone();
    }
    result
}

/// The result of a change that was not made, and why.
pub(super) fn not_committed(status: Status, found: &[Difference]) -> Value {
    let reason = match status {
        Status::Done => "unchanged",
        Status::Different => "dry-run",
        Status::Stale => "stale",
        _ => "invalid",
    };
    json!({"committed": false, "reason": reason, "differences": differences(found)})
}
