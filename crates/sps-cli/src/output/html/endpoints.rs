//! The list of endpoints as a page.

use std::collections::BTreeSet;

use maud::{Markup, html};
use sps_codegen::Change;
use sps_spec::{Completeness, Endpoint, Spec, Version};

use super::{Filter, Page, class, filtered, filters, line, numbers, page};
use crate::output::count;

/// What is known of an endpoint, in the order of the list.
pub(crate) const STATES: [(Completeness, &str); 3] = [
    (Completeness::Complete, "every member is known"),
    (Completeness::Open, "not every member is known; unknown ones pass unchecked"),
    (Completeness::NameOnly, "no source shows its body"),
];

/// The page of all endpoints.
pub(crate) fn list(spec: &Spec, target: Option<&Version>) -> String {
    let number = |state| spec.endpoints.iter().filter(|it| it.completeness == state).count();
    let name = sps_codegen::endpoint_completeness;
    let totals: Vec<(&str, usize)> =
        STATES.iter().map(|(state, _)| (name(*state), number(*state))).collect();
    let boxes: Vec<Filter> = totals
        .iter()
        .map(|(name, number)| Filter {
            class: format!("state-{}", class(name)),
            label: html! { (name) " (" (number) ")" },
        })
        .collect();
    let versions = |it: &Endpoint| {
        let [since, until] = [&it.versions.since, &it.versions.until].map(Option::as_ref);
        match (since, until) {
            (None, None) => String::new(),
            (Some(since), None) => format!("since {since}"),
            (None, Some(until)) => format!("until {until}"),
            (Some(since), Some(until)) => format!("{since} to {until}"),
        }
    };
    let body = html! {
        p class="lead" {
            (count(spec.endpoints.len(), "endpoint"))
            @if let Some(target) = target { " of version " (target) }
            "."
        }
        (numbers("What is known of their bodies", &totals))
        ul { @for (state, meaning) in STATES { li { b { (name(state)) } ": " (meaning) } } }
        (filters("Show", &boxes.iter().collect::<Vec<_>>()))
        (filtered())
        table class="stacked" {
            caption { "Endpoints. Methods of one object of a collection follow " code { "/ID" } "." }
            thead { tr { @for it in ["Endpoint", "Title", "Kind", "Methods", "Body", "Versions"] { th scope="col" { (it) } } } }
            tbody {
                @for it in &spec.endpoints {
                    tr class=(format!("state-{}", class(name(it.completeness)))) {
                        th scope="row" { code { (line(it.short_path())) } }
                        td data-name="Title" { (line(&it.title)) }
                        td data-name="Kind" { (sps_codegen::endpoint_kind(it.kind)) }
                        td data-name="Methods" { (sps_codegen::endpoint_methods(it)) }
                        td data-name="Body" { (name(it.completeness)) }
                        td data-name="Versions" { (versions(it)) }
                    }
                }
            }
        }
    };
    page(Page { title: "Endpoints and what is known of them".to_owned(), body, filters: boxes })
}

/// The page of what later versions added and removed.
pub(crate) fn changes(changed: &[(&Endpoint, Vec<Change>)], version: &Version) -> String {
    let body = html! {
        p class="lead" { (count(changed.len(), "endpoint")) " changed after version " (version) "." }
        @for (endpoint, changes) in changed {
            section {
                h2 { code { (line(endpoint.short_path())) } }
                table class="stacked" {
                    caption { (count(changes.len(), "change")) ": " (line(&endpoint.title)) }
                    thead { tr { th scope="col" { "Change" } th scope="col" { "What" } th scope="col" { "Versions" } } }
                    tbody {
                        @for change in changes {
                            tr {
                                td data-name="Change" { @if change.added_after(version).is_some() { "added" } @else { "removed" } }
                                th scope="row" { code { (line(&change.what())) } " (" (change.part.name()) ")" }
                                td data-name="Versions" { (line(&change.when())) }
                            }
                        }
                    }
                }
            }
        }
    };
    let title = format!("Changes after version {version}");
    page(Page { title, body, filters: Vec::new() })
}

/// The page of an appliance beside the spec.
pub(crate) fn live(
    only_live: &[&str],
    only_spec: &[&str],
    unread: &BTreeSet<String>,
    is_cut: bool,
) -> String {
    let paths = |title: &str, paths: &[&str]| -> Markup {
        html! {
            section {
                h2 { (title) " (" (paths.len()) ")" }
                @if paths.is_empty() { p { "Nothing." } }
                @else { ul { @for path in paths { li { code { (line(path)) } } } } }
            }
        }
    };
    let body = html! {
        (numbers("Endpoints", &[("Only on the appliance", only_live.len()), ("Only in the spec", only_spec.len()), ("Not read", unread.len())]))
        @if is_cut { p class="alert" { "The search stopped before its end: more may be linked." } }
        @if !unread.is_empty() {
            section class="alert" {
                h2 { "Could not be read" }
                p { "What these link to is missing here." }
                ul { @for path in unread { li { code { (line(path)) } } } }
            }
        }
        (paths("The appliance has, and the spec has not", only_live))
        (paths("The spec has, and the appliance does not link to", only_spec))
    };
    page(Page {
        title: "Endpoints of an appliance and of the spec".to_owned(),
        body,
        filters: Vec::new(),
    })
}
