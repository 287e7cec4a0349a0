//! Files that describe one object, or names that some systems take for one.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use sps_model::validate::{OtherFile, Related, Span, span::Position};

use super::SiteFile;
use crate::{code, label::Label, problem::error};

/// Reports files of one object, and of objects whose labels differ in letter case only. Returns the labels of all of them.
pub(super) fn duplicates(files: &mut [Arc<SiteFile>]) -> Vec<Label> {
    let lower = |file: &SiteFile| file.path.to_string_lossy().to_lowercase();
    let with_label = files.iter().filter(|it| it.label.is_some());
    let paths: BTreeMap<_, _> = with_label.map(|it| (lower(it), it.path.clone())).collect();
    for file in files.iter_mut().filter(|it| it.label.is_none()) {
        let Some(other) = paths.get(&lower(file)) else { continue };
        if let Some(problem) = Arc::make_mut(file).problems.first_mut() {
            let other = other.display();
            // Writing to a String cannot fail.
            let _ = write!(problem.message, "; `{other}` has the same name in other letters");
        }
    }
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut twice = Vec::new();
    for index in 0..files.len() {
        let Some(label) = files[index].label.clone() else { continue };
        let Some(&other) = first.get(&label.to_string().to_lowercase()) else {
            first.insert(label.to_string().to_lowercase(), index);
            continue;
        };
        let path = files[other].path.display().to_string();
        let other_label = files[other].label.clone().unwrap_or_else(|| label.clone());
        let (message, help) = if other_label == label {
            let message = format!("`{label}` is described by `{path}` as well");
            (message, "keep one of the files")
        } else {
            let message =
                format!("`{label}` and `{other_label}` in `{path}` differ in letter case only");
            (message, "rename one of them: some systems take both files for one")
        };
        let span = Span::at(0);
        let mut problem = error(code::DUPLICATE_LABEL, "", span, message, help);
        let first = Related::new(String::new(), span, "the first file");
        problem.related.push(first.in_file(OtherFile::new(path, Position { line: 1, column: 1 })));
        Arc::make_mut(&mut files[index]).problems.push(problem);
        twice.extend([label, other_label]);
    }
    twice
}
