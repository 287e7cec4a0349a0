//! Mutation of the spec: every fact is changed a little, one at a time, and some case written by hand must fail.
//!
//! Compiling generated code for each of some thousand mutants would take hours. The generated code is little more than
//! tables that `sps-validate` walks at run time, so a catalog makes the same tables of the changed spec. Two tests hold
//! the two ways together: the tables are equal, and so are the reports on every case.

mod fresh;
mod mutate;
mod site;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env,
    fmt::Write as _,
    path::Path,
    time::Instant,
};

use sps_catalog::Catalog;
use sps_spec::{FieldType, Spec, TypeDef};
use sps_validate::{Form, Report, Subject};

use self::{mutate::Mutant, site::Fact};
use crate::cases::{Case, compiled};

/// Mutants that no case can kill, and why. An entry that is no such mutant fails the run.
const EQUIVALENT: &[(&str, &str)] = &[
    (
        "endpoints/configuration/management/snmp/trap.toml: rule snmp-password-length at SnmpV3.encryption_password, when: not null encryption_password -> always",
        NO_PLAIN,
    ),
    (
        "endpoints/configuration/management/snmp/trap.toml: rule snmp-password-max-length at SnmpV3.encryption_password, when: not null encryption_password -> always",
        NO_PLAIN,
    ),
    (
        "endpoints/configuration/management/snmp/trap.toml: rule snmp-password-charset at SnmpV3.encryption_password, when: not null encryption_password -> always",
        NO_PLAIN,
    ),
    (
        "endpoints/configuration/management/email.toml: SmtpAuth.username.request_only: false -> true",
        MAY_BE_ABSENT,
    ),
    (
        "endpoints/configuration/management/email.toml: SmtpAuth.password.request_only: false -> true",
        MAY_BE_ABSENT,
    ),
    (
        "endpoints/configuration/management/email.toml: SmtpEncryption.client_authentication.request_only: false -> true",
        MAY_BE_ABSENT,
    ),
    (
        "endpoints/configuration/management/email.toml: SmtpEncryption.server_certificate_check.request_only: false -> true",
        MAY_BE_ABSENT,
    ),
    (
        "endpoints/configuration/management/email.toml: ClientAuthentication.x509_identity.request_only: false -> true",
        MAY_BE_ABSENT,
    ),
    (
        "endpoints/configuration/management/email.toml: ServerCertificateCheck.server_certificate_ca.request_only: false -> true",
        MAY_BE_ABSENT,
    ),
    (
        "endpoints/configuration/management/email.toml: rule ipv4-server at Email.smtp_server.value, holds: custom not_ipv6(smtp_server.value) -> custom local_group_name(smtp_server.value)",
        COLON,
    ),
    (
        "endpoints/configuration/management/snmp/trap.toml: rule ipv4-server at SnmpV2c.server.value, holds: custom not_ipv6(server.value) -> custom local_group_name(server.value)",
        COLON,
    ),
    (
        "endpoints/configuration/management/snmp/trap.toml: rule ipv4-server at SnmpV3.server.value, holds: custom not_ipv6(server.value) -> custom local_group_name(server.value)",
        COLON,
    ),
];

const NO_PLAIN: &str =
    "null names no object, so there is no plain text to check with or without the condition";
const COLON: &str = "of the addresses and names that have the right format, only those of IPv6 have a character of the other list";
const MAY_BE_ABSENT: &str = "a member of requests alone is one that a response need not have; this one may be absent anyway";

fn spec() -> Spec {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    Spec::from_dir(&dir).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn the_tables_are_the_compiled_ones() {
    let spec = spec();
    let tables = Catalog::new(&spec).unwrap();
    for endpoint in &spec.endpoints {
        for form in [Form::Request, Form::Response] {
            let ours = tables.subject(&endpoint.path, form).as_ref().map(outline);
            let theirs = compiled(&endpoint.path, form).as_ref().map(outline);
            assert_eq!(ours, theirs, "{} as {form:?}", endpoint.path);
        }
    }
}

#[test]
fn the_tables_say_what_the_compiled_ones_say() {
    let tables = Catalog::new(&spec()).unwrap();
    let findings = |report: &Report| {
        let findings = report.diagnostics.iter();
        let mut all: Vec<_> =
            findings.map(|d| (d.code, d.severity, d.pointer.clone(), d.span.start)).collect();
        let unchecked = report.unchecked.iter();
        all.sort_by_key(|it| (it.3, it.0));
        (all, unchecked.map(|it| (it.code, it.pointer.clone())).collect::<Vec<_>>())
    };
    for case in Case::all() {
        let subjects = |path: &str, form| tables.subject(path, form);
        assert_eq!(case.difference(&subjects), None, "{}", case.name);
        let (ours, theirs) = (case.report(&subjects), case.report(&compiled));
        assert_eq!(findings(&ours), findings(&theirs), "{}", case.name);
    }
}

/// `MUTANTS` is the number of mutants to try, all without it; `SEED` chooses them.
#[test]
#[ignore = "`cargo xtask mutate-spec` runs it"]
fn every_mutant_is_killed() {
    let start = Instant::now();
    let spec = spec();
    let (cases, facts) = (Case::all(), Fact::all());
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let all = mutate::mutants(&spec);
    let mut wrong = String::new();
    for (line, _) in EQUIVALENT {
        if !all.iter().any(|mutant| line_of(mutant) == *line) {
            writeln!(wrong, "listed as equivalent, but no such mutant: {line}").unwrap();
        }
    }
    let chosen = match number("MUTANTS") {
        Some(count) => sample(all, usize::try_from(count).unwrap(), number("SEED").unwrap_or(1)),
        None => all,
    };
    let reach = reach(&spec);
    let mut killers = HashMap::new();
    let (mut killed, mut tried) = (0, 0);
    for mutant in &chosen {
        let line = line_of(mutant);
        let known = EQUIVALENT.iter().find(|(known, _)| *known == line);
        let killer = if mutant.is_of_files {
            facts_against(&spec, mutant, &facts, &reach)
        } else {
            killer(&spec, mutant, &cases, &reach, &mut killers).map(|case| case.name.clone())
        };
        match (killer, known) {
            (Some(case), Some(_)) => {
                writeln!(wrong, "listed as equivalent, but killed by {case}: {line}").unwrap();
            }
            (None, Some(_)) => continue,
            (None, None) => println!("survives: {line}"),
            (Some(_), None) => killed += 1,
        }
        tried += 1;
    }
    let percent = f64::from(killed) / f64::from(tried.max(1)) * 100.0;
    println!(
        "killed {killed} of {tried} ({percent:.1} %); {} equivalent ones aside; {:.1} s",
        chosen.len() - usize::try_from(tried).unwrap(),
        start.elapsed().as_secs_f64()
    );
    assert!(wrong.is_empty(), "{wrong}");
    assert!(killed == tried, "some mutants survive: each wants a case written by hand");
}

fn line_of(mutant: &Mutant) -> String {
    format!("{}: {}", mutant.file, mutant.what)
}

/// The first fact of files that a mutant breaks.
fn facts_against(
    spec: &Spec,
    mutant: &Mutant,
    facts: &[Fact],
    reach: &BTreeMap<String, BTreeSet<String>>,
) -> Option<String> {
    let changed = mutant.apply(spec);
    let is_touched = |path: &str| reach.get(path).is_some_and(|files| files.contains(&mutant.file));
    let tables = Catalog::of(&changed, |endpoint| is_touched(&endpoint.path)).unwrap();
    let subjects = |path: &str, form| tables.subject(path, form);
    facts.iter().filter(|it| is_touched(&it.endpoint)).find_map(|it| it.difference(&subjects))
}

/// These are few, so all of them run with every test.
#[test]
fn every_mutant_of_files_is_killed() {
    let (spec, facts) = (spec(), Fact::all());
    let reach = reach(&spec);
    let mutants = mutate::mutants(&spec).into_iter().filter(|it| it.is_of_files);
    let alive = mutants.filter(|it| facts_against(&spec, it, &facts, &reach).is_none());
    let alive: Vec<_> = alive.map(|it| line_of(&it)).collect();
    assert_eq!(alive, [""; 0], "each wants a line in `tests/data/files.toml`");
}

/// The first case that fails, the one that killed a mutant of the same file last time first.
fn killer<'c>(
    spec: &Spec,
    mutant: &Mutant,
    cases: &'c [Case],
    reach: &BTreeMap<String, BTreeSet<String>>,
    last: &mut HashMap<String, Vec<usize>>,
) -> Option<&'c Case> {
    let changed = mutant.apply(spec);
    let is_touched = |path: &str| reach.get(path).is_some_and(|files| files.contains(&mutant.file));
    let tables = Catalog::of(&changed, |endpoint| is_touched(&endpoint.path)).unwrap();
    let subjects = |path: &str, form| tables.subject(path, form);
    let fails = |case: &Case| is_touched(case.endpoint) && case.difference(&subjects).is_some();
    let last = last.entry(mutant.file.clone()).or_default();
    let first = last.iter().position(|index| fails(&cases[*index]));
    if let Some(at) = first {
        let index = last.remove(at);
        last.insert(0, index);
        return Some(&cases[index]);
    }
    let index = cases.iter().position(fails)?;
    last.insert(0, index);
    last.truncate(12);
    Some(&cases[index])
}

/// The name of the type below all lists and maps.
fn leaf_name(ty: &FieldType) -> Option<&str> {
    match ty.leaf() {
        FieldType::Named(name) => Some(name),
        _ => None,
    }
}

/// For each endpoint the files that its verdicts depend on.
fn reach(spec: &Spec) -> BTreeMap<String, BTreeSet<String>> {
    let own = spec.endpoints.iter().map(|it| (&it.file, &it.types, &it.rules));
    let shared = spec.shared.iter().map(|it| (&it.file, &it.types, &it.rules));
    let parts: Vec<_> = own.chain(shared).collect();
    let mut reach = BTreeMap::new();
    for endpoint in &spec.endpoints {
        let mut files = BTreeSet::from([endpoint.file.clone()]);
        let mut names: Vec<&str> = endpoint
            .request
            .iter()
            .chain(&endpoint.response)
            .filter_map(|it| leaf_name(&it.ty))
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = names.pop() {
            if !seen.insert(name) {
                continue;
            }
            for (file, types, rules) in &parts {
                if rules.iter().any(|rule| rule.on == name)
                    || types.iter().any(|def| def.name() == name)
                {
                    files.insert((*file).clone());
                }
            }
            let types = match spec.type_def(name) {
                Some(TypeDef::Struct(def)) => def.fields.iter().map(|it| it.ty.leaf()).collect(),
                Some(TypeDef::Union(def)) => {
                    let payloads = def.variants.iter().filter_map(|it| it.payload.as_ref());
                    payloads.map(|it| it.ty.leaf()).collect()
                }
                _ => Vec::new(),
            };
            for ty in types {
                match ty {
                    FieldType::Named(name) => names.push(name),
                    FieldType::Ref(path) => {
                        files.extend(spec.endpoint(path).map(|it| it.file.clone()));
                    }
                    _ => {}
                }
            }
        }
        reach.insert(endpoint.path.clone(), files);
    }
    reach
}

/// Some of the mutants: those whose line has the lowest hash.
///
/// A new fact so takes at most the place of another, and the rest of the sample stays.
fn sample(mut all: Vec<Mutant>, count: usize, seed: u64) -> Vec<Mutant> {
    all.sort_by_cached_key(|mutant| {
        // FNV-1a: the same on every platform and in every version of Rust.
        let bytes = line_of(mutant).into_bytes();
        bytes.into_iter().chain(seed.to_le_bytes()).fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
    });
    all.truncate(count);
    all
}

/// Every fact of the tables as text, without the addresses of functions.
fn outline(subject: &Subject) -> String {
    let text = format!("{subject:#?}");
    text.lines().filter(|line| !line.trim_start().starts_with("0x")).fold(
        String::new(),
        |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        },
    )
}
