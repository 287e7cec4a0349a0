//! Debts: files that break the rule of words, of length or of circles and are still to be repaired.

use super::Finding;

/// Files with words of the list. Only ever remove an entry.
const WORDS: &[&str] = &[
    "crates/sps-cli/src/check/shape.rs",
    "crates/sps-cli/src/output/human.rs",
    "crates/sps-cli/tests/it/bad_input.rs",
    "crates/sps-cli/tests/it/signals.rs",
    "crates/sps-client/src/session.rs",
    "crates/sps-codegen/src/page/text.rs",
    "crates/sps-codegen/src/schema/object.rs",
    "crates/sps-derive/src/ast.rs",
    "crates/sps-model/src/strategy/near_miss.rs",
    "crates/sps-sim/tests/it/objects.rs",
    "crates/sps-validate/src/context.rs",
    "crates/sps-validate/src/explain/union.rs",
    "crates/sps-validate/src/rewrite.rs",
    "crates/sps-validate/tests/it/certificates.rs",
    "crates/sps-validate/tests/it/findings.rs",
    "docs/speed.md",
    "spec/src/load.rs",
    "tests/expansions/union.expanded.rs",
    "tests/expansions/union.rs",
    "tests/fuzz/checks.rs",
    "tests/generator/judged.rs",
    "tests/generator/main.rs",
    "tests/generator/schema.rs",
    "tests/it/derive/exchange.rs",
    "tests/it/derive/strict.rs",
    "tests/it/expansions.rs",
    "tests/it/mutants.rs",
    "tests/it/mutants/mutate.rs",
    "tests/it/schema.rs",
    "tests/it/schema/judge.rs",
];

/// Files that are too long. Only ever remove an entry.
const LONG: &[&str] = &["crates/sps-validate/tests/it/verdicts.rs", "tests/it/mutants/mutate.rs"];

/// First files of circles of imports. Only ever remove an entry.
const CIRCLES: &[&str] = &[
    "crates/sps-catalog/src/condition.rs",
    "crates/sps-validate/src/condition.rs",
    "crates/sps-validate/src/context.rs",
    "crates/sps-validate/src/descriptor.rs",
    "spec/src/endpoint.rs",
    "spec/src/lint.rs",
    "spec/src/rule.rs",
];

/// Removes the findings of the debts, and reports a debt that is paid, so that the lists only get shorter.
pub(super) fn forgive(findings: &mut Vec<Finding>) {
    for (list, message) in
        [(WORDS, "do not write"), (LONG, "split the file"), (CIRCLES, "break the circle")]
    {
        for path in list {
            let count = findings.len();
            findings.retain(|it| it.path != *path || !it.message.starts_with(message));
            if findings.len() == count {
                let message = format!("remove `{path}` from the list: nothing is left to repair");
                findings.push(Finding::new("xtask/src/tidy/pending.rs", 0, message));
            }
        }
    }
}
