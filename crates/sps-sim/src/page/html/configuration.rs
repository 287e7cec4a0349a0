//! The pages of the configuration: its tree, collections, and bodies.

use maud::{Markup, html};

use crate::{
    configuration::CONFIGURATION,
    page::{
        html::{Frame, link, pager, value_tree},
        text::{count, href, visible},
        view::{Body, Branch, Collection, PAGE_OBJECTS, Place},
    },
};

/// Whether a page shows secrets, and whether it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::page) enum Secrets {
    /// The simulator was not told to show them.
    Never,
    Hidden,
    Shown,
}

/// Makes the page of a path.
pub(in crate::page) fn place(frame: &Frame<'_>, place: &Place, secrets: Secrets) -> Markup {
    match place {
        Place::Container(branch) => container(frame, branch),
        Place::Collection(it) => collection(frame, it),
        Place::Body(it) => body(frame, it, secrets),
    }
}

fn container(frame: &Frame<'_>, branch: &Branch) -> Markup {
    let is_root = branch.path == CONFIGURATION;
    let title = if is_root { "Configuration".to_owned() } else { visible(&branch.name) };
    let content = html! {
        @if !is_root { (trail(&branch.path)) }
        p.dim { "What is committed, without pending changes. Fold an area open to see its endpoints." }
        (branches(branch, !is_root))
    };
    frame.page(&title, &content)
}

/// Makes the tree below a branch. Areas are folded, unless there is nothing else on the page.
fn branches(branch: &Branch, is_open: bool) -> Markup {
    html! {
        ul.tree {
            @for below in &branch.branches {
                li {
                    @if below.is_container {
                        details open[is_open] {
                            summary { (below.name) " " span.dim { (count(endpoints(below), "endpoint")) } (changed(below)) }
                            (branches(below, is_open))
                        }
                    } @else {
                        a href=(href(&below.path)) { (below.name) }
                        @if let Some(objects) = below.objects { " " span.count { (count(objects, "object")) } }
                        " " span.dim { (below.title) }
                        (changed(below))
                        @if !below.branches.is_empty() { (branches(below, true)) }
                    }
                }
            }
        }
    }
}

fn changed(branch: &Branch) -> Markup {
    html! { @if branch.is_changed { " " a.mark href="/page/changes" { "changed since start" } } }
}

fn endpoints(branch: &Branch) -> usize {
    let own = |it: &Branch| usize::from(!it.is_container);
    branch.branches.iter().map(|it| own(it) + endpoints(it)).sum()
}

fn collection(frame: &Frame<'_>, view: &Collection) -> Markup {
    let name = view.path.rsplit('/').next().unwrap_or_default();
    let pager = pager(&href(&view.path), view.page, PAGE_OBJECTS, view.count, "list");
    let content = html! {
        (trail(&view.path))
        p { (view.title) ": " (count(view.count, "object")) "." }
        (pager)
        @if !view.links.is_empty() {
            ol.objects start=(view.page * PAGE_OBJECTS + 1) {
                @for it in &view.links { li { (link(it)) } }
            }
            (pager)
        }
    };
    frame.page(name, &content)
}

fn body(frame: &Frame<'_>, view: &Body, secrets: Secrets) -> Markup {
    let key = view.path.rsplit('/').next().unwrap_or_default();
    let title = visible(view.label.as_deref().unwrap_or(key));
    let content = html! {
        (trail(&view.path))
        p { (view.title) ". Path in the API: " code { (visible(&view.path)) } }
        @if view.is_changed { p.note { a href="/page/changes" { "Changed since the start" } "." } }
        @for user in &view.pending_of {
            p.note { a href="/page/sessions" { "A pending change" } " of " bdi { (visible(user)) } " is not shown here." }
        }
        @if view.value.has_secret() { (secret_note(&view.path, secrets)) }
        h2 { "Values" }
        (value_tree(&view.value, secrets == Secrets::Shown))
        h2 { "Referenced by" }
        @if view.referrers.is_empty() {
            p { "Nothing refers to it." }
        } @else {
            ul.objects {
                @for it in &view.referrers { li { (link(it)) " " span.dim { (visible(parent(&it.path))) } } }
            }
            @if view.more_referrers > 0 { p.dim { "and " (count(view.more_referrers, "more object")) "." } }
        }
    };
    frame.page(&title, &content)
}

fn secret_note(path: &str, secrets: Secrets) -> Markup {
    let address = href(path);
    html! {
        p {
            @match secrets {
                Secrets::Never => {
                    "Secrets are hidden. Start the simulator with " code { "--page-secrets" } " to see them here."
                }
                Secrets::Hidden => a href=(format!("{address}?secrets=shown")) { "Show the secrets" },
                Secrets::Shown => a href=(address) { "Hide the secrets" },
            }
        }
    }
}

/// Makes the way from the configuration to a path.
fn trail(path: &str) -> Markup {
    let below = path.strip_prefix(CONFIGURATION).unwrap_or_default();
    let mut at = CONFIGURATION.to_owned();
    let mut steps = vec![(at.clone(), "configuration".to_owned())];
    for segment in below.split('/').filter(|it| !it.is_empty()) {
        at = format!("{at}/{segment}");
        steps.push((at.clone(), visible(segment)));
    }
    let last = steps.len() - 1;
    html! {
        nav.trail aria-label="Place in the configuration" {
            ol {
                @for (index, (path, name)) in steps.iter().enumerate() {
                    li {
                        @if index == last { span aria-current="page" { (name) } }
                        @else { a href=(href(path)) { (name) } }
                    }
                }
            }
        }
    }
}

fn parent(path: &str) -> &str {
    let parent = path.rsplit_once('/').map_or("", |it| it.0);
    parent.strip_prefix("/api/configuration/").unwrap_or(parent)
}
