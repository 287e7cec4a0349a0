//! A plan as a page.

use maud::{Markup, PreEscaped, html};
use sps_site::{
    Plan,
    plan::{Action, Change, Note, PlannedObject, Shown, ShownLine, Side},
};

use super::{Filter, Page, cut, filtered, filters, line, numbers, page, prose};
use crate::output::{
    count,
    graph::{Graph, drawing},
};

/// How long the changes of a page may be, in bytes.
const MAX_BYTES: usize = 4_000_000;
/// How many entries of a list are shown.
const MAX_LISTED: usize = 10_000;
/// How many lines of a value are shown, and how long one may be.
const MAX_LINES: usize = 400;
const MAX_CHARS: usize = 2_000;

/// What the page says besides the plan itself.
#[derive(Debug, Default)]
pub(crate) struct PlanFacts {
    /// When it was made.
    pub(crate) made_at: String,
    /// The command that shows everything of the plan.
    pub(crate) all: String,
    /// Rules that the check of the tree left open, and files that it left alone, in words.
    pub(crate) unchecked: Vec<String>,
}

/// The page of a plan.
pub(crate) fn plan_page(plan: &Plan, facts: &PlanFacts) -> String {
    let summary = plan.summary();
    let graph = Graph::of_references(plan);
    let shown: Vec<&PlannedObject> = plan
        .objects()
        .iter()
        .filter(|it| it.action != Action::None || !it.notes.is_empty())
        .collect();
    let actions = [
        (Action::Create, summary.create),
        (Action::Change, summary.change),
        (Action::Delete, summary.delete),
    ];
    let boxes: Vec<Filter> = actions
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(action, number)| Filter {
            class: format!("object-{action}"),
            label: html! { (action) " (" (number) ")" },
        })
        .collect();
    let columns = [
        ("To create", summary.create),
        ("To change", summary.change),
        ("To delete", summary.delete),
        ("Unchanged", summary.unchanged),
    ];
    let body = html! {
        p class="lead" {
            @if plan.is_empty() { "No changes: " (count(summary.unchanged, "object")) " as described." }
            @else { (summary) "." }
        }
        dl class="facts" { @for (name, value) in &known(plan, facts) { div { dt { (name) } dd { (line(value)) } } } }
        (numbers("Objects", &columns))
        @for (collection, number) in plan.emptied() {
            p class="alert" { "The tree has none of " code { (line(collection)) } ": " (count(number, "object")) " will be deleted." }
        }
        nav aria-label="Sections" {
            ul {
                @if !plan.is_empty() {
                    li { a href="#changes" { "Changes" } }
                    li { a href="#order" { "Order of the requests" } }
                }
                @if !graph.is_empty() { li { a href="#graph" { "Graph of references" } } }
                li { a href="#unchecked" { "Not checked" } }
            }
        }
        @if !shown.is_empty() {
            section aria-label="Changes" {
                h2 id="changes" { "Changes" }
                @if boxes.len() > 1 { (filters("Show", &boxes.iter().collect::<Vec<_>>())) (filtered()) }
                (objects(&shown, &facts.all))
            }
        }
        @if !plan.is_empty() { (order(plan)) }
        @if !graph.is_empty() { (references(&graph)) }
        (unchecked(plan, facts))
    };
    let title = format!("Plan for {}", plan.appliance().url);
    page(Page { title, body, filters: if boxes.len() > 1 { boxes } else { Vec::new() } })
}

fn known(plan: &Plan, facts: &PlanFacts) -> Vec<(&'static str, String)> {
    let appliance = plan.appliance();
    let mut known = vec![
        ("Appliance", appliance.url.clone()),
        ("Name", appliance.name.clone()),
        ("Version", appliance.version.clone()),
        ("Made", facts.made_at.clone()),
        ("Plan", plan.id()),
    ];
    known.retain(|(_, value)| !value.is_empty());
    known
}

/// The objects in order, as long as there is room, and then their names alone.
fn objects(shown: &[&PlannedObject], all: &str) -> Markup {
    let mut text = String::new();
    let mut whole = 0;
    for object in shown {
        let object = object_html(object).into_string();
        if text.len() + object.len() > MAX_BYTES {
            break;
        }
        text.push_str(&object);
        whole += 1;
    }
    let rest = &shown[whole..];
    html! {
        (PreEscaped(text))
        @if !rest.is_empty() {
            p class="alert" {
                (count(rest.len(), "more object")) " without their members here. " code { (line(all)) } " shows all."
            }
            ul {
                @for it in rest.iter().take(MAX_LISTED) { li { (it.action) " " code { (line(&it.label.to_string())) } } }
                @if rest.len() > MAX_LISTED { li { "and " (rest.len() - MAX_LISTED) " more" } }
            }
        }
    }
}

fn object_html(object: &PlannedObject) -> Markup {
    let (word, class) = match object.action {
        Action::Create => ("+ create", "create"),
        Action::Change => ("~ change", "change"),
        Action::Delete => ("- delete", "delete"),
        _ => ("= unchanged", "unchanged"),
    };
    let label = object.label.to_string();
    let changes = whole(&object.changes);
    let sides = match object.action {
        Action::Create => Sides::New,
        Action::Delete => Sides::Old,
        _ => Sides::Both,
    };
    html! {
        details open class=(format!("object {class} object-{}", object.action)) {
            summary { h3 { span class="word" { (word) } " " code { (line(&label)) } } }
            @if let Some(from) = &object.renamed_from { p { "Was " code { (line(&from.to_string())) } } }
            @if !changes.is_empty() {
                table class="stacked changes" {
                    caption { (count(changes.len(), "member")) " of " code { (line(&label)) } }
                    thead {
                        tr {
                            @if sides == Sides::Both { th scope="col" class="op" { "Change" } }
                            th scope="col" class="member" { "Member" }
                            @if sides != Sides::New { th scope="col" { "Old" } }
                            @if sides != Sides::Old { th scope="col" { "New" } }
                        }
                    }
                    tbody { @for change in &changes { (change_html(change, sides)) } }
                }
            }
            @for note in &object.notes { p class="quiet" { b { "Note: " } (line(&note.to_string())) } }
        }
    }
}

/// The changes of an object; the one of a deleted object member by member.
fn whole(changes: &[Change]) -> Vec<Change> {
    let [change] = changes else { return changes.to_vec() };
    let Some(members) = change.before.as_ref().and_then(|it| it.as_object()) else {
        return changes.to_vec();
    };
    if !change.pointer.is_empty() || change.after.is_some() {
        return changes.to_vec();
    }
    let member = |(key, value): (&String, &serde_json::Value)| {
        let mut member = change.clone();
        member.pointer = format!("/{}", sps_validate::json::escape_pointer_segment(key));
        member.before = Some(value.clone());
        member
    };
    members.iter().map(member).collect()
}

/// Which values an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    Both,
    Old,
    New,
}

fn change_html(change: &Change, sides: Sides) -> Markup {
    let place = if change.pointer.is_empty() { "(the whole body)" } else { &change.pointer };
    let reason = change.reason.as_ref().map(|it| line(&it.to_string()));
    html! {
        tr {
            @if sides == Sides::Both { td class="op" { (change.op.as_str()) } }
            th scope="row" class="member" {
                code { (cut(&line(place), MAX_CHARS)) }
                @if let Some(reason) = reason { br; span class="quiet" { (reason) } }
            }
            (values(change, sides))
        }
    }
}

fn values(change: &Change, sides: Sides) -> Markup {
    let [before, after] = match change.shown() {
        Shown::Values { before, after } => [before, after]
            .map(|value| value.map(|it| html! { span class="value" { (cut(&it, MAX_CHARS)) } })),
        Shown::Lines(lines) if change.before.is_some() && change.after.is_some() => {
            return html! { td colspan="2" data-name="Old and new" { (lines_html(&lines, true)) } };
        }
        Shown::Lines(lines) => {
            let lines = lines_html(&lines, false);
            if change.after.is_some() { [None, Some(lines)] } else { [Some(lines), None] }
        }
        _ => [None, None],
    };
    let missing = html! { span class="quiet" { "none" } };
    let [before, after] = [before, after].map(|it| it.unwrap_or_else(|| missing.clone()));
    html! {
        @if sides != Sides::New { td data-name="Old" { (before) } }
        @if sides != Sides::Old { td data-name="New" { (after) } }
    }
}

/// The lines of a value; each of two values says whose it is.
fn lines_html(lines: &[ShownLine], both: bool) -> Markup {
    let more = lines.len().saturating_sub(MAX_LINES);
    html! {
        pre {
            @for it in lines.iter().take(MAX_LINES) {
                @match it.side {
                    Side::Before if both => del { span class="side" { "old " } (cut(&it.text, MAX_CHARS)) },
                    Side::After if both => ins { span class="side" { "new " } (cut(&it.text, MAX_CHARS)) },
                    _ => { @if both { "    " } (cut(&it.text, MAX_CHARS)) }
                }
                "\n"
            }
        }
        @if more > 0 { p class="cut" { (count(more, "more line")) } }
    }
}

fn order(plan: &Plan) -> Markup {
    let more = plan.steps().len().saturating_sub(MAX_LISTED);
    html! {
        section aria-label="Order of the requests" {
            h2 id="order" { "Order of the requests" }
            p { "One transaction: everything or nothing. What others refer to comes first, and is deleted last." }
            ol { @for (kind, label) in plan.steps().take(MAX_LISTED) { li { (kind.as_str()) " " code { (line(&label.to_string())) } } } }
            @if more > 0 { p class="quiet" { "and " (count(more, "more request")) } }
        }
    }
}

fn references(graph: &Graph) -> Markup {
    let sentences = graph.sentences("refers to", "no longer refers to");
    let more = sentences.len().saturating_sub(MAX_LISTED);
    html! {
        section aria-label="Graph of references" {
            h2 id="graph" { "Graph of references" }
            p { "An arrow leads from an object to one that it refers to; a dashed arrow goes away. Objects that stay as they are appear only beside others." }
            @for note in &graph.left_out { p class="quiet" { (note) } }
            div class="drawing" role="region" aria-label="Graph of references" tabindex="0" {
                (drawing(graph, "Graph of references", "The list below says the same in words."))
            }
            @if sentences.is_empty() { p { "None of these objects refers to another one." } }
            @else {
                details open {
                    summary { "In words" }
                    ul { @for sentence in sentences.iter().take(MAX_LISTED) { li { (line(sentence)) } } }
                    @if more > 0 { p class="quiet" { "and " (count(more, "more reference")) } }
                }
            }
        }
    }
}

/// What the plan does not say.
fn unchecked(plan: &Plan, facts: &PlanFacts) -> Markup {
    let secrets: Vec<_> = plan.not_compared().collect();
    let saved = |note: &&Note| matches!(note, Note::Saved(_));
    let has_saved = plan.objects().iter().flat_map(|it| &it.notes).any(|it| saved(&it));
    html! {
        section aria-label="Not checked" {
            h2 id="unchecked" { "Not checked" }
            ul {
                li { "What the tree does not describe was not compared, and is left alone." }
                @for note in plan.notes() { li { (line(note)) } }
                @for (label, pointer) in secrets.iter().take(MAX_LISTED) {
                    li { "The secret at " code { (line(&format!("{label}{pointer}"))) } " cannot be compared, and is left alone." }
                }
                @if secrets.len() > MAX_LISTED { li { "and " (secrets.len() - MAX_LISTED) " more secrets" } }
                @if has_saved { li { "A saved plan has its remarks beside its objects." } }
                @for note in facts.unchecked.iter().take(MAX_LISTED) { li { (prose(note)) } }
                @if facts.unchecked.len() > MAX_LISTED { li { "and " (facts.unchecked.len() - MAX_LISTED) " more, which " code { "sps check" } " lists" } }
            }
        }
    }
}
