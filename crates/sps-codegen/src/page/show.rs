//! The page of one endpoint.

use sps_spec::{
    Body, Completeness, Endpoint, EndpointKind, Field, FieldType, Form, Method, Quirk, Rule,
    SourceTag, Spec, TypeDef, Versions, collection, prose::list,
};

use super::{
    codes::severity,
    endpoints::{completeness, kind, names},
    prose,
    text::{heading, paragraph, rows, sentence, wrap},
    tree,
    walk::{Member, Walk, below},
};

/// Everything that is known about one endpoint: paths and methods, what a request and a response hold, rules, quirks and
/// sources.
///
/// Types are expanded in place. Pointers are those of diagnostics, with `*` for any element.
pub fn show(spec: &Spec, endpoint: &Endpoint) -> String {
    let mut out = format!("{}\n{}\n\n", endpoint.title, endpoint.path);
    paragraph(&mut out, 2, &endpoint.doc);
    out.push('\n');
    overview(&mut out, endpoint);
    below_it(&mut out, spec, endpoint);
    built_in(&mut out, endpoint);
    query(&mut out, endpoint);
    let walk = Walk::both(spec, endpoint);
    request(&mut out, spec, endpoint);
    response(&mut out, spec, endpoint);
    referrers(&mut out, spec, endpoint);
    rules(&mut out, spec, &walk);
    quirks(&mut out, spec, endpoint, &walk);
    inferred(&mut out, spec, &walk);
    sources(&mut out, spec, endpoint, &walk);
    out
}

fn overview(out: &mut String, endpoint: &Endpoint) {
    let kind_text = match endpoint.kind {
        EndpointKind::Singleton => "one object at a fixed path",
        EndpointKind::Collection => "many objects, each below the path under its own id",
        EndpointKind::Container => "only links to what lies below",
        EndpointKind::Job => "POST starts a job; its object shows the progress",
        EndpointKind::Status => "not part of the configuration",
        EndpointKind::Action => "POST does it at once; the response is the result",
    };
    let known = what_is_known(endpoint.completeness);
    let mut lines = vec![
        ("kind", format!("{}: {kind_text}", kind(endpoint.kind))),
        ("methods", names(&endpoint.methods)),
    ];
    if !endpoint.object_methods.is_empty() {
        lines.push(("of an object", names(&endpoint.object_methods)));
    }
    lines.push(("completeness", format!("{}: {known}", completeness(endpoint.completeness))));
    let versions =
        prose::versions(&endpoint.versions).unwrap_or_else(|| "all, as far as is known".to_owned());
    lines.push(("versions", versions));
    if endpoint.anonymous {
        lines.push(("login", "not needed to read it".to_owned()));
    }
    if endpoint.single_use {
        lines.push(("references", "each object may be referenced only once".to_owned()));
    }
    rows(out, 2, &lines);
}

/// What a completeness means.
pub(crate) const fn what_is_known(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "every member is known",
        Completeness::Open => "not every member is known; unknown ones pass unchecked",
        Completeness::NameOnly => "no source shows its body",
    }
}

fn below_it(out: &mut String, spec: &Spec, endpoint: &Endpoint) {
    let mut lines: Vec<(String, String)> = spec
        .endpoints
        .iter()
        .filter(|it| endpoint.is_above(it))
        .map(|it| (it.short_path().to_owned(), it.title.clone()))
        .collect();
    for part in &endpoint.parts {
        let methods = names(&part.methods);
        let text = format!("{methods}: {} The response is a file: {}.", part.doc, part.download);
        let text = prose::with_versions(&text, &part.versions);
        lines.push((format!("/ID/{}", part.name), text));
    }
    if endpoint.ordered {
        let text =
            "GET PUT: the keys of all objects as a list, in the order in which they are tried.";
        lines.push(("/@order".to_owned(), text.to_owned()));
    }
    if !lines.is_empty() {
        heading(out, "BELOW IT");
        rows(out, 2, &lines);
    }
}

/// Objects that every appliance has.
fn built_in(out: &mut String, endpoint: &Endpoint) {
    if endpoint.builtins.is_empty() {
        return;
    }
    heading(out, "BUILT IN");
    let lines = endpoint.builtins.iter().map(|it| {
        let always = "every appliance has it, and it cannot be deleted";
        (
            it.key.as_str(),
            match prose::versions(&it.versions) {
                Some(versions) => format!("{always}; only {versions}"),
                None => always.to_owned(),
            },
        )
    });
    rows(out, 2, &lines.collect::<Vec<_>>());
}

/// Parameters of the query of a GET.
fn query(out: &mut String, endpoint: &Endpoint) {
    if endpoint.query.is_empty() {
        return;
    }
    heading(out, "QUERY OF A GET");
    let lines = endpoint.query.iter().map(|it| {
        let mut text = it.doc.clone();
        let bounds = prose::bounds(&it.constraint, None);
        if !bounds.is_empty() {
            text = format!("{text} It is {}.", list(&bounds, "and"));
        }
        (it.name.as_str(), prose::with_versions(&text, &it.versions))
    });
    rows(out, 2, &lines.collect::<Vec<_>>());
}

fn request(out: &mut String, spec: &Spec, endpoint: &Endpoint) {
    let Some(body) = &endpoint.request else {
        if !endpoint.upload.is_empty() {
            heading(out, "REQUEST BODY");
            paragraph(out, 2, &format!("A file: {}.", list(&endpoint.upload, "or")));
        }
        return;
    };
    heading(out, "REQUEST BODY");
    let doc = new_doc(spec, endpoint, body);
    let replaces = endpoint.kind != EndpointKind::Status
        && endpoint.methods.iter().chain(&endpoint.object_methods).any(|it| *it == Method::Put);
    let whole =
        replaces.then_some("A PUT replaces the whole object. A member that is left out is lost.");
    for text in doc.into_iter().chain(whole) {
        paragraph(out, 2, text);
    }
    if doc.is_some() || replaces {
        out.push('\n');
    }
    tree::body(out, spec, body, Form::Request);
}

/// The response: what differs from the request, or all of it where the types differ.
fn response(out: &mut String, spec: &Spec, endpoint: &Endpoint) {
    let Some(body) = &endpoint.response else {
        if let Some(media) = &endpoint.download {
            heading(out, "RESPONSE");
            paragraph(out, 2, &format!("A file: {media}."));
        }
        return;
    };
    heading(out, "RESPONSE");
    let wrappers: Vec<_> = endpoint.wrappers.iter().map(|it| format!("`{it}`")).collect();
    let key = match &endpoint.key {
        Some(key) => format!(" and the `key` {}", prose::quoted(key)),
        None => String::new(),
    };
    let mut envelope = match &wrappers[..] {
        [] => format!("Its members are beside `meta`{key}, without a wrapper."),
        _ => format!("The body is under {}, beside `meta`{key}.", list(&wrappers, "or")),
    };
    if !endpoint.object_methods.is_empty() && endpoint.methods.contains(&Method::Get) {
        envelope.push_str(" GET of the path itself lists the objects under `items`.");
    }
    paragraph(out, 2, &envelope);
    if endpoint.request.as_ref() != Some(body) {
        out.push('\n');
        if let Some(doc) = new_doc(spec, endpoint, body) {
            paragraph(out, 2, doc);
            out.push('\n');
        }
        return tree::body(out, spec, body, Form::Response);
    }
    let lines = differences(spec, endpoint);
    if lines.is_empty() {
        return paragraph(out, 2, "It has the members of a request body.");
    }
    paragraph(out, 2, "It has the members of a request body, except that");
    for line in lines {
        wrap(out, "  - ", "    ", &line);
    }
}

/// The doc of a body, unless the page has shown it already.
fn new_doc<'a>(spec: &'a Spec, endpoint: &Endpoint, body: &Body) -> Option<&'a str> {
    spec.type_def(body.name()?).map(TypeDef::doc).filter(|doc| *doc != endpoint.doc)
}

/// Differences of a response from a request of the same type.
fn differences(spec: &Spec, endpoint: &Endpoint) -> Vec<String> {
    let request = Walk::request(spec, endpoint);
    let response = Walk::response(spec, endpoint);
    let mut lines = Vec::new();
    let references = pick(&response, |field| matches!(field.ty.leaf(), FieldType::Ref(_)));
    if !references.is_empty() {
        lines.push(format!(
            "{}, instead of the bare key, {} of `key` and `meta`.",
            list(&references, "and"),
            if references.len() == 1 { "holds an object" } else { "hold objects" }
        ));
    }
    let verb = |places: &[String]| if places.len() == 1 { "is" } else { "are" };
    let missing = pick(&request, |field| field.request_only);
    if !missing.is_empty() {
        lines.push(format!("{} {} never shown.", list(&missing, "and"), verb(&missing)));
    }
    for (pointer, member) in &response.members {
        if let Member::Field(field) = member
            && field.response_only
        {
            lines.push(format!("{pointer} is present as well: {}", field.doc));
        }
    }
    let login = pick(&response, |field| field.authenticated);
    if !login.is_empty() {
        lines.push(format!(
            "{} {} shown only to a client with a login.",
            list(&login, "and"),
            verb(&login)
        ));
    }
    lines
}

/// Pointers of the members of structs that fit.
fn pick(walk: &Walk<'_>, fits: fn(&Field) -> bool) -> Vec<String> {
    let found = walk.members_where(|member| matches!(member, Member::Field(it) if fits(it)));
    found.into_iter().map(str::to_owned).collect()
}

/// Members anywhere that refer to objects of this endpoint.
fn referrers(out: &mut String, spec: &Spec, endpoint: &Endpoint) {
    let mut lines = Vec::new();
    for other in &spec.endpoints {
        let walk = Walk::both(spec, other);
        let places = walk.members_where(|member| {
            let ty = match member {
                Member::Field(field) => Some(&field.ty),
                Member::Content(variant) => variant.payload.as_ref().map(|it| &it.ty),
                Member::Tag(_) => None,
            };
            matches!(ty.map(FieldType::leaf), Some(FieldType::Ref(to)) if collection(to) == endpoint.path)
        });
        for (at, place) in places.into_iter().enumerate() {
            let label = if at == 0 { other.short_path() } else { "" };
            lines.push((label, place.to_owned()));
        }
    }
    if !lines.is_empty() {
        heading(out, "REFERRED TO BY");
        rows(out, 2, &lines);
    }
}

fn rules(out: &mut String, spec: &Spec, walk: &Walk<'_>) {
    let rules = rules_of(spec, walk);
    if rules.is_empty() {
        return;
    }
    heading(out, "RULES");
    paragraph(
        out,
        2,
        "In addition to types, ranges, formats and references. A condition names members of the object under \
         `in`, or, without `in`, members beside the one under `at`. A rule is skipped if one of them is missing.",
    );
    for (rule, at) in rules {
        out.push('\n');
        paragraph(out, 2, &format!("{} ({})", rule.code, severity(rule.severity)));
        rows(out, 4, &rule_rows(spec, walk, rule, &at));
    }
}

/// The rules that a body of the endpoint has to keep, each with the pointers of the member that is wrong otherwise.
pub(crate) fn rules_of<'s>(spec: &'s Spec, walk: &Walk<'_>) -> Vec<(&'s Rule, Vec<String>)> {
    let rules = spec.rules().map(|rule| {
        let target = rule.target.iter().fold(String::new(), |at, name| below(&at, name));
        let places = walk.places_of(&rule.on).into_iter();
        (rule, places.map(|place| format!("{place}{target}")).collect::<Vec<_>>())
    });
    rules.filter(|(_, places)| !places.is_empty()).collect()
}

fn rule_rows(
    spec: &Spec,
    walk: &Walk<'_>,
    rule: &Rule,
    at: &[String],
) -> Vec<(&'static str, String)> {
    let mut lines = vec![("at", list(at, "and"))];
    if rule.target.len() > 1 {
        let on = walk
            .places_of(&rule.on)
            .into_iter()
            .map(|place| if place.is_empty() { "the body" } else { place });
        lines.push(("in", list(&on.collect::<Vec<_>>(), "and")));
    }
    if let Some(when) = &rule.when {
        lines.push(("when", prose::condition(when)));
    }
    lines.push(("must hold", prose::condition(&rule.holds)));
    lines.push(("if not", rule.message.clone()));
    lines.push(("to do", rule.fix.clone()));
    if let Some(inferred) = &rule.inferred {
        lines.push(("inferred", inferred.clone()));
    }
    if let Some(versions) = versions_row(&rule.versions) {
        lines.push(versions);
    }
    if let Some(since) = &rule.error_since {
        lines.push(("severity", format!("error since {since}")));
    }
    lines.extend(source_row(spec, &rule.source));
    lines
}

fn source_row(spec: &Spec, id: &str) -> Option<(&'static str, String)> {
    spec.source(id).map(|source| ("source", source.name()))
}

fn versions_row(versions: &Versions) -> Option<(&'static str, String)> {
    prose::versions(versions).map(|it| ("versions", it))
}

/// The quirks of an endpoint: its own, those of types in its bodies, and those of many endpoints.
pub(crate) fn quirks_of<'s>(
    spec: &'s Spec,
    endpoint: &'s Endpoint,
    walk: &Walk<'_>,
) -> Vec<&'s Quirk> {
    let shared = spec.shared.iter().flat_map(|file| &file.quirks);
    let shared = shared.filter(|quirk| is_about(quirk, walk));
    let common = spec.protocol.quirks.iter().filter(|quirk| concerns(quirk, endpoint));
    endpoint.quirks.iter().chain(shared).chain(common).collect()
}

fn quirks(out: &mut String, spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) {
    let quirks = quirks_of(spec, endpoint, walk);
    if quirks.is_empty() {
        return;
    }
    heading(out, "QUIRKS");
    paragraph(out, 2, "Gaps and contradictions of the sources.");
    for quirk in quirks {
        out.push('\n');
        paragraph(out, 2, &quirk.id);
        let mut lines = Vec::new();
        let at = quirk_places(quirk, walk);
        if !at.is_empty() {
            lines.push(("at", list(&at, "and")));
        }
        lines.push(("the guide", quirk.says.clone()));
        lines.push(("we do", quirk.does.clone()));
        lines.push(("why", quirk.why.clone()));
        lines.extend(source_row(spec, &quirk.source));
        rows(out, 4, &lines);
    }
}

/// Whether a quirk of many endpoints concerns this one: by a method, or by its body.
fn concerns(quirk: &Quirk, endpoint: &Endpoint) -> bool {
    if quirk.on == "body" {
        return endpoint.response.is_some();
    }
    let mut methods = endpoint.methods.iter().chain(&endpoint.object_methods);
    methods.any(|method| method.name() == quirk.on)
}

fn is_about(quirk: &Quirk, walk: &Walk<'_>) -> bool {
    let name = quirk.on.split('.').next().unwrap_or_default();
    !walk.places_of(name).is_empty()
}

/// Pointers of the subject of a quirk; none where that is an endpoint.
pub(crate) fn quirk_places(quirk: &Quirk, walk: &Walk<'_>) -> Vec<String> {
    let (name, member) = quirk.on.split_once('.').unwrap_or((&quirk.on, ""));
    let mut places = Vec::new();
    for (pointer, def) in walk.types.iter().filter(|(_, def)| def.name() == name) {
        let place = match def {
            _ if member.is_empty() => pointer.clone(),
            TypeDef::Struct(_) => below(pointer, member),
            TypeDef::Union(it) => below(pointer, &it.content),
            TypeDef::Enum(_) => pointer.clone(),
        };
        let place = match def {
            TypeDef::Struct(_) => place,
            _ if member.is_empty() => place,
            _ => format!("{place} ({})", prose::quoted(member)),
        };
        // The body as a whole has the empty pointer, which would be invisible.
        let place = if place.is_empty() { "the body".to_owned() } else { place };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// Facts about members that no source states: the place, and the reason.
pub(crate) fn inferred_facts(spec: &Spec, walk: &Walk<'_>) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for (pointer, member) in &walk.members {
        if let Member::Field(field) = member
            && let Some(text) = &field.inferred
            && !lines.iter().any(|(place, _)| place == pointer)
        {
            lines.push((pointer.clone(), text.clone()));
        }
    }
    for (pointer, def) in &walk.types {
        let source = spec.source(def.source());
        if source.is_some_and(|it| it.tag == SourceTag::Inferred) {
            let place = if pointer.is_empty() { "the body" } else { pointer };
            lines.push((place.to_owned(), "all of it: it follows from other facts".to_owned()));
        }
    }
    lines
}

fn inferred(out: &mut String, spec: &Spec, walk: &Walk<'_>) {
    let lines = inferred_facts(spec, walk);
    if lines.is_empty() {
        return;
    }
    heading(out, "INFERRED");
    paragraph(out, 2, "Facts that no source states, and the reason for each.");
    for (place, text) in lines {
        out.push('\n');
        paragraph(out, 2, &place);
        paragraph(out, 4, &sentence(&text));
    }
}

/// How far to trust each source of the page, and its name.
pub(crate) fn source_lines(
    spec: &Spec,
    endpoint: &Endpoint,
    walk: &Walk<'_>,
) -> Vec<(&'static str, String)> {
    let mut lines: Vec<(&'static str, String)> = Vec::new();
    let shared = spec
        .shared
        .iter()
        .filter(|file| file.types.iter().any(|def| !walk.places_of(def.name()).is_empty()));
    let common = spec.protocol.quirks.iter().filter(|quirk| concerns(quirk, endpoint));
    let common = common.filter_map(|quirk| spec.source(&quirk.source));
    let mut sources: Vec<_> = endpoint
        .sources
        .iter()
        .chain(shared.flat_map(|file| &file.sources))
        .chain(common)
        .collect();
    sources.sort_by_key(|source| order(source.tag));
    for source in sources {
        let line = (tag(source.tag), source.name());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn sources(out: &mut String, spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) {
    let lines = source_lines(spec, endpoint, walk);
    if !lines.is_empty() {
        heading(out, "SOURCES");
        rows(out, 2, &lines);
    }
}

fn tag(tag: SourceTag) -> &'static str {
    match tag {
        SourceTag::Seen => "vendor's guide",
        SourceTag::Client => "vendor's client",
        SourceTag::Standard => "standard",
        SourceTag::Inferred => "inferred",
    }
}

/// Facts from a guide come first, inferred ones last.
fn order(tag: SourceTag) -> u8 {
    match tag {
        SourceTag::Seen => 0,
        SourceTag::Client => 1,
        SourceTag::Standard => 2,
        SourceTag::Inferred => 3,
    }
}
