//! Indexes: by area, code, version, quirk and coverage.

use std::collections::BTreeMap;

use sps_spec::{Completeness, Endpoint, Spec, Version};

use super::{
    file, known,
    markdown::{code, line, table},
    subject,
};
use crate::page::{
    changes_since, codes_at, completeness, kind, prose, severity, show::what_is_known,
};

/// The endpoints of each area.
fn by_area(spec: &Spec) -> BTreeMap<&str, Vec<&Endpoint>> {
    let mut areas: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in &spec.endpoints {
        areas.entry(endpoint.area()).or_default().push(endpoint);
    }
    areas
}

/// The front page: every endpoint by area.
pub(super) fn areas(spec: &Spec) -> String {
    let mut out = String::from(
        "# Reference\n\nEvery endpoint of the REST API of Safeguard for Privileged Sessions that public sources show. Generated from \
         the spec by `cargo xtask codegen`; the same facts are in `sps show`.\n\n\
         [Codes](codes.md) · [Versions](versions.md) · [Quirks](quirks.md) · [Coverage](coverage.md)\n\n",
    );
    for (area, endpoints) in by_area(spec) {
        line!(out, "## {area}\n");
        let rows: Vec<_> = endpoints
            .into_iter()
            .map(|it| {
                let path = format!("[{}]({})", it.path, file(it));
                vec![path, it.title.clone(), kind(it.kind).to_owned(), known(it).to_owned()]
            })
            .collect();
        table(&mut out, &["Path", "", "Kind", "Known"], &rows);
    }
    out
}

/// The table of contents of the book.
pub(super) fn summary(spec: &Spec) -> String {
    let mut out = String::from(
        "# Summary\n\n[Reference](README.md)\n[Codes](codes.md)\n[Versions](versions.md)\n[Quirks](quirks.md)\n[Coverage](coverage.md)\n\n",
    );
    for (area, endpoints) in by_area(spec) {
        line!(out, "# {area}\n");
        for it in endpoints {
            line!(out, "- [{}]({})", it.title, file(it));
        }
        out.push('\n');
    }
    out
}

/// Every code with its texts, and the endpoints that raise it.
pub(super) fn codes(spec: &Spec) -> String {
    let mut out =
        String::from("# Codes\n\nWhat `sps check` reports. A code never changes its meaning.\n\n");
    for it in &spec.codes {
        line!(out, "## {}\n", it.code);
        line!(out, "{}: {}. {}\n", severity(it.severity), it.title, it.why);
        line!(out, "- Wrong: {}", code(&it.breaks));
        line!(out, "- Right: {}", code(&it.holds));
        line!(out, "- What to do: {}", it.fix);
        let endpoints = codes_at(spec, it);
        if !endpoints.is_empty() {
            let links: Vec<_> = endpoints
                .into_iter()
                .map(|it| format!("[{}]({})", it.short_path(), file(it)))
                .collect();
            line!(out, "- Raised by: {}", links.join(", "));
        }
        out.push('\n');
    }
    out
}

/// What each version brought, and what it removed.
pub(super) fn versions(spec: &Spec) -> String {
    let mut out =
        String::from("# Versions\n\nWhat public sources show to be in some versions only.\n\n");
    let first = Version::new([0]);
    let mut rows = Vec::new();
    for endpoint in &spec.endpoints {
        for it in changes_since(spec, endpoint, &first) {
            let what = subject(&it).unwrap_or_else(|| it.part.name().to_owned());
            let path = format!("[{}]({})", endpoint.short_path(), file(endpoint));
            rows.push(vec![path, what, prose::versions(&it.versions).unwrap_or_default()]);
        }
    }
    table(&mut out, &["Endpoint", "What", "Only"], &rows);
    out
}

/// Every quirk of every page.
pub(super) fn quirks(spec: &Spec) -> String {
    let mut out = String::from(
        "# Quirks\n\nWhere the sources contradict themselves or are silent, and what this project does there.\n\n",
    );
    let mut rows = Vec::new();
    let mut add = |place: String, quirk: &sps_spec::Quirk| {
        rows.push(vec![place, quirk.says.clone(), quirk.does.clone(), quirk.why.clone()]);
    };
    for quirk in &spec.protocol.quirks {
        add("every endpoint".to_owned(), quirk);
    }
    for file in &spec.shared {
        for quirk in &file.quirks {
            add(code(&quirk.on), quirk);
        }
    }
    for endpoint in &spec.endpoints {
        for quirk in &endpoint.quirks {
            add(format!("[{}]({})", endpoint.short_path(), file(endpoint)), quirk);
        }
    }
    table(&mut out, &["Where", "The guide", "We", "Why"], &rows);
    out
}

/// How much is known of each endpoint, counted.
pub(super) fn coverage(spec: &Spec) -> String {
    let count =
        |state| spec.endpoints.iter().filter(|it| it.completeness == state).count().to_string();
    let mut out = String::from("# Coverage\n\n");
    let states = [Completeness::Complete, Completeness::Open, Completeness::NameOnly];
    let rows = states.map(|state| {
        vec![completeness(state).to_owned(), count(state), what_is_known(state).to_owned()]
    });
    table(&mut out, &["State", "Endpoints", ""], &rows);
    let rows: Vec<_> = spec
        .endpoints
        .iter()
        .map(|it| {
            vec![
                format!("[{}]({})", it.path, file(it)),
                kind(it.kind).to_owned(),
                known(it).to_owned(),
            ]
        })
        .collect();
    table(&mut out, &["Path", "Kind", "State"], &rows);
    out
}
