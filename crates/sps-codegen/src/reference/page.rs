//! The page of one endpoint.

use sps_spec::{Body, Completeness, Endpoint, EndpointKind, Method, Spec, Version, prose::list};

use super::{
    fields, file,
    markdown::{block, code, line, link, table},
    sample, subject,
};
use crate::{
    page::{
        changes_since, kind, prose,
        show::{inferred_facts, quirk_places, quirks_of, rules_of, source_lines, what_is_known},
        walk::Walk,
    },
    template::template_value,
    words::camel,
};

/// Everything that is known about one endpoint.
pub(super) fn page(spec: &Spec, endpoint: &Endpoint) -> String {
    let from = file(endpoint);
    let walk = Walk::both(spec, endpoint);
    let mut out = format!("# {}\n\n", endpoint.title);
    overview(&mut out, endpoint);
    methods(&mut out, endpoint);
    below(&mut out, spec, endpoint, &from);
    parameters(&mut out, endpoint);
    members(&mut out, spec, endpoint, &walk);
    rules(&mut out, spec, &walk, &from);
    builtins(&mut out, endpoint);
    samples(&mut out, spec, endpoint);
    change(&mut out, endpoint);
    versions(&mut out, spec, endpoint);
    quirks(&mut out, spec, endpoint, &walk);
    unknown(&mut out, spec, endpoint, &walk);
    sources(&mut out, spec, endpoint, &walk);
    out
}

fn overview(out: &mut String, it: &Endpoint) {
    let known = what_is_known(it.completeness);
    let versions = prose::versions(&it.versions).unwrap_or_else(|| "all versions".to_owned());
    line!(out, "`{}` · {} · {known} · {versions}\n", it.path, kind(it.kind));
    line!(out, "{}\n", it.doc);
    if it.anonymous {
        line!(out, "A login is not needed to read it.\n");
    }
    if it.single_use {
        line!(out, "Each of its objects may be referred to once only.\n");
    }
}

fn methods(out: &mut String, it: &Endpoint) {
    let does = |method: &Method, is_object: bool| match (it.kind, method, is_object) {
        (EndpointKind::Collection | EndpointKind::Job, Method::Get, false) => "lists the objects",
        (EndpointKind::Container, Method::Get, _) => "lists the links",
        (_, Method::Get, _) => "reads",
        (EndpointKind::Collection, Method::Post, false) => "creates an object",
        (EndpointKind::Job, Method::Post, false) => "starts a job",
        (EndpointKind::Singleton, Method::Post, false) => "appends an element",
        (_, Method::Post, _) => "does it",
        (_, Method::Put, _) => "replaces the whole object",
        (EndpointKind::Job, Method::Delete, _) => "cancels or removes the job",
        (_, Method::Delete, _) => "deletes",
    };
    let row = |path: &str, method: &Method, is_object| {
        vec![method.name().to_owned(), code(path), does(method, is_object).to_owned()]
    };
    let mut rows: Vec<_> = it.methods.iter().map(|method| row(&it.path, method, false)).collect();
    let object = format!("{}/KEY", it.path);
    rows.extend(it.object_methods.iter().map(|method| row(&object, method, true)));
    for part in &it.parts {
        let path = format!("{object}/{}", part.name);
        rows.extend(
            part.methods
                .iter()
                .map(|method| vec![method.name().to_owned(), code(&path), part.doc.clone()]),
        );
    }
    if it.ordered {
        let path = code(&format!("{}/@order", it.path));
        rows.push(vec!["GET".to_owned(), path.clone(), "lists the keys in their order".to_owned()]);
        rows.push(vec!["PUT".to_owned(), path, "changes the order".to_owned()]);
    }
    table(out, &["Method", "Path", ""], &rows);
    if !it.upload.is_empty() {
        let media: Vec<String> = it.upload.iter().map(|media| code(media)).collect();
        line!(out, "The request is a file: {}.\n", list(&media, "or"));
    }
    if let Some(media) = &it.download {
        line!(out, "The response is a file: {}.\n", code(media));
    }
}

fn below(out: &mut String, spec: &Spec, endpoint: &Endpoint, from: &str) {
    let rows: Vec<_> = spec
        .endpoints
        .iter()
        .filter(|it| endpoint.is_above(it))
        .map(|it| {
            let to = link(from, &file(it));
            vec![format!("[{}]({to})", it.path), it.title.clone(), super::known(it).to_owned()]
        })
        .collect();
    if !rows.is_empty() {
        line!(out, "## Below it\n");
        table(out, &["Path", "", "Known"], &rows);
    }
}

fn parameters(out: &mut String, it: &Endpoint) {
    let rows: Vec<_> = it
        .query
        .iter()
        .map(|parameter| {
            let mut facts = prose::bounds(&parameter.constraint, None);
            facts.extend(prose::versions(&parameter.versions).map(|it| format!("only {it}")));
            let facts: String = facts.iter().flat_map(|fact| [" *", fact, ".*"]).collect();
            vec![code(&parameter.name), format!("{}{facts}", parameter.doc)]
        })
        .collect();
    if !rows.is_empty() {
        line!(out, "## Parameters of the query\n");
        table(out, &["Name", "Meaning"], &rows);
    }
}

fn members(out: &mut String, spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) {
    let rows = fields::rows(spec, endpoint, walk);
    if rows.is_empty() {
        return;
    }
    line!(out, "## Members\n");
    if endpoint.methods.contains(&Method::Put) || endpoint.object_methods.contains(&Method::Put) {
        line!(out, "A PUT replaces the whole object: a member that is left out is lost.\n");
    }
    table(out, &["Member", "Type", "Required", "Meaning"], &rows);
}

fn rules(out: &mut String, spec: &Spec, walk: &Walk<'_>, from: &str) {
    let rows: Vec<_> = rules_of(spec, walk)
        .into_iter()
        .map(|(rule, at)| {
            let at: Vec<String> = at.iter().map(|place| code(place)).collect();
            let mut holds = prose::condition(&rule.holds);
            if let Some(when) = &rule.when {
                holds = format!("when {}: {holds}", prose::condition(when));
            }
            if let Some(versions) = prose::versions(&rule.versions) {
                holds = format!("{holds} (only {versions})");
            }
            let to = link(from, &format!("codes.md#{}", rule.code));
            vec![format!("[{}]({to})", rule.code), at.join(", "), holds, rule.message.clone()]
        })
        .collect();
    if !rows.is_empty() {
        line!(out, "## Rules\n");
        table(out, &["Code", "At", "Must hold", "If not"], &rows);
    }
}

fn builtins(out: &mut String, endpoint: &Endpoint) {
    let rows: Vec<_> = endpoint
        .builtins
        .iter()
        .map(|it| {
            let versions = prose::versions(&it.versions).unwrap_or_default();
            vec![code(&it.key), code(&it.body), versions]
        })
        .collect();
    if !rows.is_empty() {
        line!(out, "## Objects of every appliance\n");
        line!(out, "They cannot be deleted.\n");
        table(out, &["Key", "Body", ""], &rows);
    }
}

fn samples(out: &mut String, spec: &Spec, endpoint: &Endpoint) {
    let Some(body) = template_value(spec, endpoint) else { return };
    line!(out, "## Request and response\n");
    let request = block("json", &body.to_string());
    match sample::response(spec, endpoint, &body) {
        Some(response) => {
            let response = block("json", &response.to_string());
            line!(
                out,
                "<table>\n<tr><th>Request</th><th>Response</th></tr>\n<tr><td>\n\n{request}\n</td><td>\n\n{response}\n\
                 </td></tr>\n</table>\n"
            );
        }
        None => line!(out, "{request}"),
    }
}

/// The same change in each way.
fn change(out: &mut String, it: &Endpoint) {
    let is_configuration = it.path.starts_with("/api/configuration/");
    if it.request.is_none() || !is_configuration || it.has_placeholders() {
        return;
    }
    let short = it.short_path();
    let (method, what, commands, program) = match it.kind {
        EndpointKind::Singleton if it.methods.contains(&Method::Put) => (
            "PUT",
            "shows old and new values before it sends",
            format!("sps get {short} --request > body.json\nsps put {short} body.json"),
            REPLACE,
        ),
        EndpointKind::Collection if it.methods.contains(&Method::Post) => (
            "POST",
            "prints the key of the new object",
            format!("sps template {short} > body.json\nsps post {short} body.json"),
            CREATE,
        ),
        _ => return,
    };
    line!(out, "## The same change\n\nWith `sps`, which {what}:\n");
    line!(out, "{}", block("sh", &commands));
    line!(out, "With `curl`; `body.json` is the request above:\n");
    line!(out, "{}", block("sh", &curl(method, &it.path)));
    if it.request.as_ref().and_then(Body::name) == Some(&it.object) {
        let (area, name) = (it.area().replace('-', "_"), short_name(it));
        let program =
            format!("use sps_model::{area}::{name};\n\n{}", program.replace("NAME", &name));
        line!(out, "In Rust:\n");
        line!(out, "{}", block("rust,ignore", &program));
    }
}

/// A program that changes an object of the type `NAME`.
const REPLACE: &str = "\
let mut body = client.get::<NAME>().await?.into_request();
// Change the members of `body`.
let mut transaction = client.transaction().await?;
transaction.replace(&body).await?;
transaction.commit().await?;";

/// A program that creates an object of the type `NAME`.
const CREATE: &str = "\
let mut transaction = client.transaction().await?;
let key = transaction.create::<NAME>(&object).await?;
transaction.commit().await?;";

/// The name of the object in the module of its area.
fn short_name(it: &Endpoint) -> String {
    match it.object.strip_prefix(&camel(it.area())) {
        Some(short) if short.starts_with(|c: char| c.is_ascii_uppercase()) => short.to_owned(),
        _ => it.object.clone(),
    }
}

fn curl(method: &str, path: &str) -> String {
    format!(
        "curl --cacert ca.pem -c cookies -u admin https://HOST/api/authentication\n\
         curl --cacert ca.pem -b cookies -X POST -H 'Content-Length: 0' https://HOST/api/transaction\n\
         curl --cacert ca.pem -b cookies -X {method} -H 'Content-Type: application/json' -d @body.json \\\n     https://HOST{path}\n\
         curl --cacert ca.pem -b cookies -X PUT -H 'Content-Type: application/json' -d '{{\"status\": \"commit\"}}' \\\n     \
         https://HOST/api/transaction"
    )
}

fn versions(out: &mut String, spec: &Spec, endpoint: &Endpoint) {
    let first = Version::new([0]);
    let rows: Vec<_> = changes_since(spec, endpoint, &first)
        .into_iter()
        .map(|it| {
            let what = subject(&it).unwrap_or_else(|| "the endpoint".to_owned());
            vec![it.part.name().to_owned(), what, prose::versions(&it.versions).unwrap_or_default()]
        })
        .collect();
    if !rows.is_empty() {
        line!(out, "## Versions\n");
        table(out, &["What", "", "Only"], &rows);
    }
}

fn quirks(out: &mut String, spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) {
    let quirks = quirks_of(spec, endpoint, walk);
    if quirks.is_empty() {
        return;
    }
    line!(out, "## Quirks\n");
    let rows: Vec<_> = quirks
        .into_iter()
        .map(|quirk| {
            let at: Vec<String> =
                quirk_places(quirk, walk).iter().map(|place| code(place)).collect();
            vec![at.join(", "), quirk.says.clone(), quirk.does.clone(), quirk.why.clone()]
        })
        .collect();
    table(out, &["At", "The guide", "We", "Why"], &rows);
}

fn unknown(out: &mut String, spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) {
    let unknown = fields::unknown(walk);
    let inferred = inferred_facts(spec, walk);
    if endpoint.completeness != Completeness::NameOnly && unknown.is_empty() && inferred.is_empty()
    {
        return;
    }
    line!(out, "## What no source shows\n");
    if endpoint.completeness == Completeness::NameOnly {
        line!(out, "- Its body. `sps learn` drafts a page from the response of an appliance.");
    }
    for it in unknown {
        line!(out, "- {it}");
    }
    for (place, text) in inferred {
        let place = if place.starts_with('/') { code(&place) } else { place };
        line!(out, "- {place}, inferred: {text}.");
    }
    out.push('\n');
}

fn sources(out: &mut String, spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) {
    line!(out, "## Sources\n");
    for (tag, name) in source_lines(spec, endpoint, walk) {
        line!(out, "- {name} ({tag})");
    }
}
