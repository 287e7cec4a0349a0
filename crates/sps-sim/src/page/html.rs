//! The HTML of the pages. Templates escape every text; links are made by `href` alone.

mod configuration;
mod differences;
mod faults;
mod requests;
mod sessions;

use maud::{DOCTYPE, Markup, html};

use crate::page::{
    Server,
    difference::Row,
    shown::{Link, Shown},
    text::{count, href, visible},
    view::{JobView, Overview},
};

pub(super) use self::{
    configuration::{Secrets, place},
    differences::differences,
    faults::{FaultsPage, faults},
    requests::requests,
    sessions::sessions,
};

/// The pages, in the order of the navigation: address and name.
const PAGES: &[(&str, &str)] = &[
    ("/", "Overview"),
    ("/page/configuration", "Configuration"),
    ("/page/changes", "Changes since start"),
    ("/page/sessions", "Sessions"),
    ("/page/jobs", "Jobs"),
    ("/page/faults", "Faults"),
    ("/page/requests", "Requests"),
];

/// Longest text that is shown as a whole.
const MAX_TEXT: usize = 4_000;

/// What is around every page.
pub(super) struct Frame<'a> {
    pub(super) server: &'a Server,
    /// Version that runs.
    pub(super) version: String,
    /// Address of the page in the navigation.
    pub(super) current: &'static str,
}

impl Frame<'_> {
    /// Makes a page. Its title is the heading, too.
    pub(super) fn page(&self, title: &str, content: &Markup) -> Markup {
        let name = visible(self.server.name.as_deref().unwrap_or("Simulator"));
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · " (name) }
                    link rel="icon" type="image/svg+xml" href="/page/icon.svg";
                    link rel="stylesheet" href="/page/style.css";
                    script src="/page/script.js" defer {}
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header {
                        p.brand { strong { bdi { (name) } } " " span { "of SPS " (self.version) " at " (self.server.address) } }
                        nav aria-label="Pages" {
                            ul {
                                @for (address, name) in PAGES {
                                    li {
                                        a href=(address) aria-current=[(*address == self.current).then_some("page")] { (name) }
                                    }
                                }
                            }
                        }
                    }
                    main id="main" tabindex="-1" {
                        h1 { (title) }
                        (content)
                    }
                    footer { p { "A simulator: nothing here is an appliance. Times are in UTC." } }
                }
            }
        }
    }
}

/// Makes the first page.
pub(super) fn overview(frame: &Frame<'_>, view: &Overview, access: &[(&str, String)]) -> Markup {
    let rows = [
        ("/page/configuration", "Configuration", count(view.objects, "object")),
        ("/page/changes", "Changes since start", count(view.differences, "difference")),
        (
            "/page/sessions",
            "Pending",
            match view.transactions {
                0 => "no open transaction".to_owned(),
                open => format!(
                    "{} in {}",
                    count(view.pending, "change"),
                    count(open, "open transaction")
                ),
            },
        ),
        ("/page/sessions", "Sessions", format!("{} open", view.sessions)),
        ("/page/jobs", "Jobs", count(view.jobs, "job")),
        ("/page/faults", "Faults", format!("{} armed", view.faults)),
        ("/page/requests", "Requests", format!("{} so far", view.requests)),
    ];
    let content = html! {
        h2 { "What it holds" }
        dl.facts {
            @for (address, name, value) in rows {
                div { dt { a href=(address) { (name) } } dd { (value) } }
            }
        }
        h2 { "How to reach it" }
        dl.facts {
            @for (name, value) in access {
                div { dt { (name) } dd { bdi { (visible(value)) } } }
            }
        }
    };
    frame.page("Overview", &content)
}

/// Makes the page of the jobs. `more` are not shown.
pub(super) fn jobs(frame: &Frame<'_>, jobs: &[JobView], more: usize, boot: Option<&str>) -> Markup {
    let rows = html! {
        @for job in jobs {
            tr {
                td { bdi { (visible(&job.kind)) } }
                td { (job.status) }
                td { (job.start.as_deref().unwrap_or("not yet")) }
                td { (job.note.as_deref().map(visible).unwrap_or_default()) }
                td { code.whole { (visible(&job.key)) } }
            }
        }
    };
    let content = html! {
        @if let Some(boot) = boot { p.note { "A boot is planned: " (boot) } }
        @if jobs.is_empty() {
            p { "No job was started. A POST to an endpoint such as " code { "/api/troubleshooting/support-bundle" } " starts one." }
        } @else {
            (table("Jobs, newest first", &["Job", "Status", "Start", "Note", "Key"], &rows))
        }
        (left_out(more, "older job"))
    };
    frame.page("Jobs", &content)
}

/// Makes a page that says why there is nothing else.
pub(super) fn message(frame: &Frame<'_>, title: &str, text: &str) -> Markup {
    frame.page(title, &html! { p { (text) } })
}

/// Says how many entries of a list are not shown.
fn left_out(more: usize, what: &str) -> Markup {
    html! { @if more > 0 { p.dim { (count(more, what)) " not shown." } } }
}

/// Makes a table that scrolls by itself where the window is narrow.
fn table(caption: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// Makes a link to an object that may be there or not, such as one of a pending change.
fn named(to: &Link) -> Markup {
    html! {
        @if to.exists {
            p { (link(to)) }
        } @else if let Some(name) = &to.label {
            p { bdi { (visible(name)) } }
        }
    }
}

/// Makes a link to an object.
fn link(link: &Link) -> Markup {
    let name = link.label.as_deref().map(visible);
    let key = visible(&link.key);
    html! {
        @if link.exists {
            a href=(href(&link.path)) {
                @match &name { Some(name) => bdi { (name) }, None => code { (key) } }
            }
            @if name.is_some() { " " code.dim { (key) } }
        } @else {
            code { (key) } " " span.dim { "(not there)" }
        }
    }
}

/// Makes a single value. Secrets are hidden unless they are asked for.
fn leaf(value: &Shown, shows_secrets: bool) -> Markup {
    match value {
        Shown::Plain(text) => html! { code.plain { (text) } },
        Shown::Text(text) if text.is_empty() => html! { span.dim { "(empty text)" } },
        Shown::Text(text) => long(text),
        Shown::Secret(text) if shows_secrets => html! { (long(text)) " " span.dim { "(secret)" } },
        Shown::Secret(_) => html! { span.secret { "••••••••" } " " span.dim { "(secret)" } },
        Shown::Reference(to) => link(to),
        Shown::List(elements) if elements.is_empty() => html! { span.dim { "(empty list)" } },
        Shown::Object(members) if members.is_empty() => html! { span.dim { "(empty object)" } },
        Shown::Cut => html! { span.dim { "… the rest of this body is not shown" } },
        Shown::List(_) | Shown::Object(_) => value_tree(value, shows_secrets),
    }
}

/// Makes a text. One that is too long is cut.
fn long(text: &str) -> Markup {
    let end = text.char_indices().nth(MAX_TEXT).map(|it| it.0);
    html! {
        bdi.text { (visible(&text[..end.unwrap_or(text.len())])) }
        @if let Some(end) = end {
            " " span.dim { "… " (count(text.len() - end, "more byte")) " not shown" }
        }
    }
}

/// Makes a value with everything in it.
fn value_tree(value: &Shown, shows_secrets: bool) -> Markup {
    match value {
        Shown::Object(members) if !members.is_empty() => html! {
            dl.value {
                @for (name, value) in members {
                    div { dt { (visible(name)) } dd { (value_tree(value, shows_secrets)) } }
                }
            }
        },
        Shown::List(elements) if !elements.is_empty() => html! {
            ol.value start="0" {
                @for value in elements { li { (value_tree(value, shows_secrets)) } }
            }
        },
        single => leaf(single, shows_secrets),
    }
}

/// Makes the rows of a difference.
fn rows(name: &str, rows: &[Row], more: usize) -> Markup {
    let cells = html! {
        @for row in rows {
            tr {
                th scope="row" { code { @if row.pointer.is_empty() { "(whole)" } @else { (visible(&row.pointer)) } } }
                td { @match &row.old { Some(old) => (leaf(old, false)), None => span.dim { "absent" } } }
                td { @match &row.new { Some(new) => (leaf(new, false)), None => span.dim { "absent" } } }
            }
        }
    };
    html! {
        @if rows.is_empty() && more == 0 {
            p.dim { "No value that a response shows differs." }
        } @else if !rows.is_empty() {
            div.bare { (table(&format!("Values of {name}"), &["Member", "Old", "New"], &cells)) }
        }
        (left_out(more, "more value"))
    }
}

/// Makes links to the other parts of a long list. `page` counts from 0.
fn pager(address: &str, page: usize, size: usize, total: usize, what: &str) -> Markup {
    let (first, last) = (page * size + 1, ((page + 1) * size).min(total));
    let to = |page: usize| format!("{address}?page={}", page + 1);
    html! {
        @if total > size {
            nav.pager aria-label=(format!("Parts of the {what}")) {
                @if page > 0 { a rel="prev" href=(to(page - 1)) { "Previous" } }
                span { (first) " to " (last) " of " (total) }
                @if last < total { a rel="next" href=(to(page + 1)) { "Next" } }
            }
        }
    }
}
