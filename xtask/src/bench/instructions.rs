//! `cargo xtask bench --instructions`: what callgrind counts, which is the same in every run, unlike time.

use std::{collections::BTreeMap, fs, process::Command};

use anyhow::{Context as _, bail};

use super::publish;
use crate::workspace;

/// What `accept` cost in instructions, as a ratio to `skip`, when it was last recorded.
const RECORD: &str = "tests/bench/instructions.txt";
const RECORD_HEAD: &str =
    "# accept / skip, written by `cargo xtask bench --instructions --record`\n";
/// How much more than recorded is no regression yet, for another processor takes other roads through the same code.
const SLACK: f64 = 1.05;
/// What no document may come to cost that costs less when it is recorded.
const CEILING: f64 = 2.0;

/// Counts, and writes the table into the page.
pub(super) fn instructions() -> anyhow::Result<()> {
    publish("cargo xtask bench --instructions", &table(&count()?))
}

/// The same, and what was counted becomes what `check` compares with.
pub(super) fn record() -> anyhow::Result<()> {
    let rows = count()?;
    let lines = rows.iter().map(|row| format!("{:.3}\t{}\n", row.ratio("accept"), row.document));
    let text = RECORD_HEAD.to_owned() + &lines.collect::<Vec<_>>().concat();
    fs::write(workspace::root().join(RECORD), text).with_context(|| format!("writing {RECORD}"))?;
    println!("wrote {RECORD}");
    publish("cargo xtask bench --instructions", &table(&rows))
}

/// Fails if `accept` got more expensive than it was when it was recorded.
pub(super) fn check() -> anyhow::Result<()> {
    let recorded = fs::read_to_string(workspace::root().join(RECORD))
        .with_context(|| format!("reading {RECORD}"))?;
    let recorded = recorded.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (ratio, document) = line.split_once('\t').context("a ratio, a tab and a document")?;
        Ok((document.to_owned(), ratio.parse()?))
    });
    let recorded = recorded.collect::<anyhow::Result<BTreeMap<String, f64>>>()?;
    let rows = count()?;
    print!("{}", table(&rows));
    let findings = findings(&rows, &recorded);
    if !findings.is_empty() {
        bail!(
            "{}\nif that is meant to be, run `cargo xtask bench --instructions --record`",
            findings.join("\n")
        );
    }
    Ok(())
}

/// The same where valgrind is installed.
pub(crate) fn check_if_possible() -> anyhow::Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed: nothing is counted");
        return Ok(());
    }
    check()
}

/// A document and how many instructions each column took.
#[derive(Debug)]
struct Row {
    document: String,
    columns: Vec<(String, f64)>,
}

impl Row {
    fn instructions(&self, column: &str) -> f64 {
        self.columns.iter().find(|(name, _)| name == column).map_or(f64::NAN, |(_, count)| *count)
    }

    fn ratio(&self, column: &str) -> f64 {
        self.instructions(column) / self.instructions("skip")
    }
}

fn count() -> anyhow::Result<Vec<Row>> {
    let folder = workspace::scratch("instructions")?;
    let out = folder.join("out");
    // Collection is off but for one function, and each of its calls leaves a file of its own.
    let runner = format!(
        "target.'cfg(all())'.runner = ['valgrind', '--tool=callgrind', '--quiet', '--callgrind-out-file={}', \
         '--toggle-collect=*::counted_by_callgrind', '--dump-after=*::counted_by_callgrind']",
        out.display()
    );
    let calls =
        super::run(&["--package", "sps-model", "--bench", "instructions", "--config", &runner])?;
    let mut rows: Vec<Row> = Vec::new();
    for (index, call) in calls.lines().enumerate() {
        let mut words = call.split('\t');
        let mut word = || words.next().context("a line of the bench");
        let (document, column, calls) = (word()?, word()?, word()?.parse::<f64>()?);
        let dump = fs::read_to_string(format!("{}.{}", out.display(), index + 1))
            .context("what callgrind wrote")?;
        let count = dump.lines().find_map(|line| line.strip_prefix("totals: "));
        let count: f64 = count.context("what callgrind wrote has no totals")?.trim().parse()?;
        if rows.last().is_none_or(|row| row.document != document) {
            rows.push(Row { document: document.to_owned(), columns: Vec::new() });
        }
        let row = rows.last_mut().expect("one was pushed");
        row.columns.push((column.to_owned(), count / calls));
    }
    Ok(rows)
}

fn table(rows: &[Row]) -> String {
    let columns: Vec<_> = rows.iter().take(1).flat_map(|row| &row.columns).collect();
    let heads = columns.iter().map(|(name, _)| name.clone());
    let ratios = columns[1..].iter().map(|(name, _)| format!("{name} / skip"));
    let heads = ["document".to_owned()].into_iter().chain(heads).chain(ratios);
    let lines = rows.iter().map(|row| {
        let counts = row.columns.iter().map(|(_, count)| format!("{count:.0}"));
        let ratios = columns[1..].iter().map(|(name, _)| format!("{:.2}", row.ratio(name)));
        [row.document.clone()].into_iter().chain(counts).chain(ratios).collect()
    });
    super::table(heads.collect(), lines.collect())
}

fn findings(rows: &[Row], recorded: &BTreeMap<String, f64>) -> Vec<String> {
    let finding = |row: &Row| {
        let (name, ratio) = (&row.document, row.ratio("accept"));
        let Some(recorded) = recorded.get(name) else {
            return Some(format!("{name}: nothing is recorded"));
        };
        let slack = recorded * SLACK;
        let ceiling = if *recorded <= CEILING { slack.min(CEILING) } else { slack };
        (ratio > ceiling).then(|| {
            format!("{name}: accept takes {ratio:.3} times the instructions of skip, and may take {ceiling:.3}")
        })
    };
    rows.iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_became_more_expensive() {
        let row = |accept| Row {
            document: "a".to_owned(),
            columns: vec![("skip".to_owned(), 100.0), ("accept".to_owned(), accept)],
        };
        let found = |accept, recorded: &[(&str, f64)]| {
            let recorded = recorded.iter().map(|(name, ratio)| ((*name).to_owned(), *ratio));
            findings(&[row(accept)], &recorded.collect()).len()
        };
        assert_eq!(found(130.0, &[("a", 1.25)]), 0);
        assert_eq!(found(132.0, &[("a", 1.25)]), 1);
        assert_eq!(found(201.0, &[("a", 2.0)]), 1);
        assert_eq!(found(209.0, &[("a", 2.01)]), 0);
        assert_eq!(found(130.0, &[]), 1);
    }
}
