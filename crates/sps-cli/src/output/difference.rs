//! Differences between two bodies, for people and for programs.

use serde_json::{Value, json};
use sps_model::{Difference, Side};

use crate::output::one_line;

/// A difference in one line, with a sign in front.
pub(crate) fn difference_line(difference: &Difference) -> String {
    let sign = match difference.op() {
        "add" => '+',
        "remove" => '-',
        _ => '~',
    };
    format!("{sign} {}", one_line(&difference.to_string()))
}

/// Differences between two bodies. A side without `value` is absent or hidden.
pub(crate) fn differences(found: &[Difference]) -> Vec<Value> {
    let entry = |it: &Difference| {
        json!({
            "op": it.op(),
            "pointer": it.pointer,
            "before": side(&it.before),
            "after": side(&it.after),
        })
    };
    found.iter().map(entry).collect()
}

fn side(side: &Side) -> Value {
    match side {
        Side::Value(value) => json!({"value": value.as_value()}),
        Side::Absent => json!({"absent": true}),
        _ => json!({"hidden": true}),
    }
}
