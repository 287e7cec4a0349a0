//! The page of the faults, and its forms.

use maud::{Markup, html};

use crate::page::{
    form::{Form, KINDS, METHODS},
    html::{Frame, table},
    text::{count, visible},
    view::FaultView,
};

/// What the page shows.
pub(in crate::page) struct FaultsPage<'a> {
    pub(in crate::page) faults: &'a [FaultView],
    /// What was done, after a form was sent.
    pub(in crate::page) done: Option<&'a str>,
    /// Why a fault was not armed.
    pub(in crate::page) error: Option<&'a str>,
    /// What the form holds.
    pub(in crate::page) form: &'a Form,
    /// Proof that a form comes from this page.
    pub(in crate::page) proof: &'a str,
    /// Number that makes a form work once; one for each form.
    pub(in crate::page) id: &'a str,
}

/// Makes the page.
pub(in crate::page) fn faults(frame: &Frame<'_>, page: &FaultsPage<'_>) -> Markup {
    let cells = html! {
        @for it in page.faults {
            @let name = format!("fault-{}", it.id);
            tr {
                td.path { code id=(name) { (visible(&it.text)) } }
                td { (count(usize::try_from(it.hits).unwrap_or(usize::MAX), "request")) }
                td {
                    form method="post" action="/page/faults/remove" autocomplete="off" {
                        (hidden(page))
                        input type="hidden" name="fault" value=(it.id);
                        button type="submit" aria-describedby=(name) { "Remove" }
                    }
                }
            }
        }
    };
    let content = html! {
        @if let Some(done) = page.done { p.note role="status" { (done) } }
        h2 { "Armed" }
        @if page.faults.is_empty() {
            p { "No fault is armed: every request gets what an appliance would respond." }
        } @else {
            (table("Armed faults, in the order in which they strike", &["Fault", "Has hit", "Action"], &cells))
            form method="post" action="/page/faults/clear" autocomplete="off" {
                (hidden(page))
                button type="submit" { "Remove all" }
            }
        }
        h2 { "Arm a fault" }
        @if let Some(error) = page.error {
            p.error role="alert" id="fault-error" { strong { "Not done: " } bdi { (visible(error)) } }
        }
        (arm(page))
    };
    frame.page("Faults", &content)
}

fn arm(page: &FaultsPage<'_>) -> Markup {
    let described = page.error.map(|_| "fault-error");
    let value = |name: &str| page.form.get(name).to_owned();
    html! {
        form.arm method="post" action="/page/faults" autocomplete="off" aria-describedby=[described] {
            (hidden(page))
            p {
                label for="method" { "Method" }
                select id="method" name="method" {
                    @for method in METHODS {
                        option value=(method) selected[*method == value("method")] {
                            @if *method == "*" { "any" } @else { (method) }
                        }
                    }
                }
            }
            p {
                label for="path" { "Path" }
                input id="path" name="path" type="text" value=(value("path")) placeholder="*" spellcheck="false" aria-describedby="path-help";
                span.help id="path-help" { "such as " code { "/api/configuration/*" } "; empty for any" }
            }
            p {
                label for="kind" { "Kind" }
                select id="kind" name="kind" {
                    @for (kind, example, effect) in KINDS {
                        option value=(kind) selected[*kind == value("kind")] {
                            (kind) @if let Some(example) = example { "=" (example) } ": " (effect)
                        }
                    }
                }
            }
            p {
                label for="value" { "Value" }
                input id="value" name="value" type="text" value=(value("value")) spellcheck="false" aria-describedby="value-help";
                span.help id="value-help" { "what is behind the " code { "=" } " of the kind; empty for one without" }
            }
            p {
                label for="times" { "Times" }
                input id="times" name="times" type="number" min="1" max="4294967295" value=(value("times")) aria-describedby="times-help";
                span.help id="times-help" { "number of requests to hit; empty for all" }
            }
            p {
                label for="probability" { "Probability" }
                input id="probability" name="probability" type="number" min="0" max="1" step="any" value=(value("probability")) aria-describedby="probability-help";
                span.help id="probability-help" { "from 0 to 1; empty for always" }
            }
            p.action { button type="submit" { "Arm" } }
        }
    }
}

fn hidden(page: &FaultsPage<'_>) -> Markup {
    html! {
        input type="hidden" name="proof" value=(page.proof);
        input type="hidden" name="form" value=(page.id);
    }
}
