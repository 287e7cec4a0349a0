//! Repairs of the files of a tree that leave no choice.

use std::sync::Arc;

use sps_model::validate::{Copied, Fix, Form, fix_with, fix_yaml_with};

use crate::{
    check::{CheckOptions, Checker, waived},
    code,
    load::{SiteFile, Tree, read_object},
    place::is_collection,
    read::{self, Format},
    report::FileReport,
    resolve::Surroundings,
};

/// A file of a tree that can be repaired.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Repair {
    /// The file as it is, with its report.
    pub before: FileReport,
    /// The file as it would be, with its report.
    pub after: FileReport,
    /// The repairs, in the order in which they were made.
    pub fixes: Vec<Fix>,
    /// The parts of the text that stay.
    pub copied: Vec<Copied>,
}

/// Finds the repairs of every file. Nothing is written.
pub(crate) fn repairs(tree: &Tree, options: &CheckOptions<'_>) -> Vec<Repair> {
    let waived = waived(tree, options);
    let checker = Checker::new(tree, options, &waived);
    let files = tree.files.iter().enumerate();
    files.filter_map(|(number, file)| repair(tree, &checker, number, file, None)).collect()
}

/// Finds the repairs of the file with this number: all, or that of the problem with this code and pointer.
pub(crate) fn repair_of(
    tree: &Tree,
    options: &CheckOptions<'_>,
    number: usize,
    only: Option<(&str, &str)>,
) -> Option<Repair> {
    let waived = waived(tree, options);
    repair(tree, &Checker::new(tree, options, &waived), number, tree.files.get(number)?, only)
}

fn repair(
    tree: &Tree,
    checker: &Checker<'_>,
    number: usize,
    file: &SiteFile,
    only: Option<(&str, &str)>,
) -> Option<Repair> {
    // A text that could not be read is in the format of its ending.
    let format = file.format.or_else(|| Format::of_ending(file.path.extension()?.to_str()?))?;
    let subject = file.endpoint?.subject(Form::Request)?;
    let with_text = |text: &str| with_text(tree, file, format, text);
    let check = |text: &str| checker.whole_file(number, &with_text(text));
    let fixed = match format {
        Format::Json => fix_with(&file.text, &subject, &tree.limits, only, &check),
        Format::Yaml => fix_yaml_with(&file.text, &subject, &tree.limits, only, &check),
    }?;
    let after = with_text(&fixed.text);
    Some(Repair {
        before: file.reported(checker.file(number, file)),
        after: after.reported(checker.file(number, &after)),
        fixes: fixed.fixes,
        copied: fixed.copied,
    })
}

/// The file with another text. Its name, and with it what other files say about it, stays.
fn with_text(tree: &Tree, file: &SiteFile, format: Format, text: &str) -> SiteFile {
    let mut problems = file.problems.clone();
    problems.retain(|it| matches!(it.code, code::DUPLICATE_LABEL | code::LONG_PATH));
    let mut copy = SiteFile {
        path: file.path.clone(),
        text: Arc::from(text),
        format: None,
        endpoint: file.endpoint,
        label: file.label.clone(),
        spots: Vec::new(),
        sensitive: Vec::new(),
        problems,
    };
    let Some(endpoint) = file.endpoint else { return copy };
    let surroundings = Surroundings { places: &tree.places, texts: &tree.texts, file: &file.path };
    let stem = file.path.file_stem().and_then(|it| it.to_str()).filter(|_| is_collection(endpoint));
    let read = read::with_root(format, text, &tree.limits, |root, marks| {
        read_object(root, marks, endpoint, stem, surroundings)
    });
    match read {
        Err(problems) => copy.problems.extend(problems),
        Ok((named, resolved)) => {
            copy.format = Some(format);
            if let Err(problem) = named {
                copy.problems.push(*problem);
            }
            copy.problems.extend(resolved.problems);
            copy.spots = resolved.spots;
            copy.sensitive = resolved.sensitive;
        }
    }
    copy
}
