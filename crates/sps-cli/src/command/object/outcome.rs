//! The result of a change for programs.

use serde_json::{Value, json};
use sps_client::CommitReport;

/// The result of a commit; `key` is that of a new object.
pub(super) fn committed(outcome: &CommitReport, key: Option<&str>) -> Value {
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
    json!({
        "committed": true,
        "changed": outcome.changed,
        "key": key,
        "mismatches": mismatches.collect::<Vec<_>>(),
        "unverified": unverified.collect::<Vec<_>>(),
    })
}

/// The result of a change that was only tried.
pub(super) fn not_committed() -> Value {
    json!({"committed": false})
}
