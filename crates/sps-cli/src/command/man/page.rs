//! One page of the manual, from the help of its command.

use anyhow::{Context as _, Result};
use clap::{Arg, Command};
use clap_mangen::{
    Man,
    roff::{Inline, Roff, bold, italic, roman},
};

/// The first line of each page.
pub(super) const MARK: &str = ".\\\" From `sps man`.\n";

/// Characters that `man` prints as others, and how to write them.
const SPECIAL: [(char, &str); 3] = [('`', r"\(ga"), ('^', r"\(ha"), ('~', r"\(ti")];

/// The names and texts of the pages of a command and those below it. The command was built.
pub(super) fn all(
    command: &Command,
    parent: Option<&str>,
    day: &str,
) -> Result<Vec<(String, String)>> {
    let name = name(command);
    let mut pages = vec![(format!("{name}.1"), page(command, parent, day)?)];
    for command in subcommands(command) {
        pages.extend(all(command, Some(name), day)?);
    }
    Ok(pages)
}

/// The commands below a command, without `help`, which has the same as the pages.
fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help")
}

/// The name of the page of a command, such as `sps-check`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command, parent: Option<&str>, day: &str) -> Result<String> {
    let version = format!("sps {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone())
        .title(name(command).to_uppercase())
        .date(day)
        .source(version)
        .manual("sps Manual");
    let mut head = Vec::new();
    man.render_title(&mut head).context("cannot make a page")?;
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]);
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    roff.text([prose(&format!("{} - {about}", name(command)))]);
    roff.control("SH", ["SYNOPSIS"]);
    let usage = command.clone().render_usage().to_string();
    synopsis(&mut roff, usage.trim_start_matches("Usage:"));
    roff.control("SH", ["DESCRIPTION"]);
    let description = command.get_long_about().or_else(|| command.get_about());
    paragraphs(&mut roff, &description.map(ToString::to_string).unwrap_or_default(), "PP");
    arguments(&mut roff, command);
    if subcommands(command).next().is_some() {
        roff.control("SH", ["COMMANDS"]);
    }
    for it in subcommands(command) {
        roff.control("TP", []);
        roff.text([bold(name(it)), roman("(1)")]);
        roff.text([prose(&it.get_about().map(ToString::to_string).unwrap_or_default())]);
    }
    let after = command.get_after_long_help().or_else(|| command.get_after_help());
    blocks(&mut roff, &after.map(ToString::to_string).unwrap_or_default());
    if let Some(parent) = parent {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold(parent), roman("(1)")]);
    }
    // Each part that is rendered begins with the definitions of the first.
    let head = String::from_utf8(head).context("cannot make a page")?;
    let body = roff.to_roff().replace('\'', r"\(aq");
    let title = head.lines().last().unwrap_or_default();
    // No word is hyphenated, for a search would miss it, and lines are not stretched.
    let mut text = format!("{MARK}{title}\n.nh\n.ad l\n");
    for character in body.chars() {
        match SPECIAL.iter().find(|(it, _)| *it == character) {
            Some((_, escaped)) => text.push_str(escaped),
            None => text.push(character),
        }
    }
    Ok(text)
}

/// A text in lines of at most 80 bytes, which `man` fills again.
fn prose(text: &str) -> Inline {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|it| !it.is_empty()) {
        // Escapes make a line longer; those of letters beyond ASCII are made by `man`.
        let length = |text: &str| {
            let escaped = text.matches(['-', '`', '~', '\'', '\\']).count();
            text.len() + 3 * escaped + 8 * text.matches(|it: char| !it.is_ascii()).count()
        };
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if length(line) + length(word) < 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    roman(lines.join("\n"))
}

/// The lines of the usage, in which the values are set apart.
fn synopsis(roff: &mut Roff, usage: &str) {
    for (number, line) in usage.lines().map(str::trim).filter(|it| !it.is_empty()).enumerate() {
        if number > 0 {
            roff.control("br", []);
        }
        let words = line.split(' ').map(|word| {
            let is_name = word.starts_with(|it: char| it.is_ascii_lowercase());
            if is_name { bold(word) } else { roman(word) }
        });
        let mut inlines: Vec<Inline> = words.flat_map(|word| [word, roman(" ")]).collect();
        inlines.pop();
        roff.text(inlines);
    }
}

/// Paragraphs, each behind this macro but for the first; lines that are indented stay as they are.
fn paragraphs(roff: &mut Roff, text: &str, between: &str) {
    for (number, paragraph) in text.split("\n\n").map(str::trim_end).enumerate() {
        if paragraph.is_empty() {
            continue;
        }
        if number > 0 {
            roff.control(between, []);
        }
        let mut is_list = false;
        for line in paragraph.lines() {
            let is_indented = line.starts_with(' ');
            if is_indented != is_list {
                let macros = if is_indented { ["RS", "nf"] } else { ["fi", "RE"] };
                for it in macros {
                    roff.control(it, []);
                }
                is_list = is_indented;
            }
            roff.text([if is_indented { roman(line.trim()) } else { prose(line) }]);
        }
        if is_list {
            roff.control("fi", []).control("RE", []);
        }
    }
}

/// The arguments, below the headings that they have in the help.
fn arguments(roff: &mut Roff, command: &Command) {
    let shown: Vec<&Arg> = command.get_arguments().filter(|it| !it.is_hide_set()).collect();
    let mut headings: Vec<String> = Vec::new();
    let heading = |it: &Arg| match it.get_help_heading() {
        _ if it.is_positional() => "ARGUMENTS".to_owned(),
        Some(heading) => heading.to_uppercase(),
        None => "OPTIONS".to_owned(),
    };
    for it in shown.iter().filter(|it| it.is_positional()).chain(&shown) {
        let heading = heading(it);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for name in headings {
        roff.control("SH", [name.as_str()]);
        for it in shown.iter().filter(|it| heading(it) == name) {
            argument(roff, it);
        }
    }
}

fn argument(roff: &mut Roff, argument: &Arg) {
    roff.control("TP", []);
    let mut header = Vec::new();
    if argument.is_positional() {
        header.push(italic(argument.to_string()));
    } else {
        if let Some(short) = argument.get_short() {
            header.push(bold(format!("-{short}")));
        }
        if let Some(long) = argument.get_long() {
            if !header.is_empty() {
                header.push(roman(", "));
            }
            header.push(bold(format!("--{long}")));
            let whole = argument.to_string();
            let value = whole.strip_prefix(&format!("--{long}")).unwrap_or_default();
            if !value.is_empty() {
                header.push(italic(value));
            }
        }
    }
    roff.text(header);
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let mut help = help.map(ToString::to_string).unwrap_or_default();
    let defaults = argument.get_default_values();
    let takes_values = argument.get_num_args().is_some_and(|it| it.takes_values());
    if takes_values && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        let defaults: Vec<_> = defaults.iter().map(|it| it.to_string_lossy()).collect();
        help = format!("{help} [default: {}]", defaults.join(" "));
    }
    paragraphs(roff, &help, "IP");
    let values = argument.get_possible_values();
    let mut shown = values.iter().filter(|it| !it.is_hide_set()).peekable();
    if !takes_values || shown.peek().is_none() || argument.is_hide_possible_values_set() {
        return;
    }
    roff.control("RS", []);
    for value in shown {
        roff.control("TP", []);
        roff.text([bold(value.get_name())]);
        roff.text([prose(&value.get_help().map(ToString::to_string).unwrap_or_default())]);
    }
    roff.control("RE", []);
}

/// The blocks behind the help, such as `Examples:`, whose lines stay as they are.
fn blocks(roff: &mut Roff, text: &str) {
    let mut is_open = false;
    for line in text.lines() {
        if let Some(heading) = line.strip_suffix(':').filter(|it| !it.starts_with(' ')) {
            if is_open {
                roff.control("fi", []);
            }
            roff.control("SH", [heading.to_uppercase().as_str()]);
            roff.control("nf", []);
            is_open = true;
        } else if !line.trim().is_empty() {
            if !is_open {
                roff.control("SH", ["NOTES"]);
                roff.control("nf", []);
                is_open = true;
            }
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
    }
    if is_open {
        roff.control("fi", []);
    }
}
