//! What the editor has open.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::text::Text;

/// A file that the editor has open.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) text: Text,
    /// The version that the editor gave the text.
    pub(crate) version: i32,
}

/// All files that the editor has open, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: HashMap<PathBuf, Document>,
}

impl Documents {
    pub(crate) fn open(&mut self, path: PathBuf, version: i32, text: Text) {
        self.open.insert(path, Document { text, version });
    }

    pub(crate) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    pub(crate) fn get_mut(&mut self, path: &Path) -> Option<&mut Document> {
        self.open.get_mut(path)
    }

    pub(crate) fn close(&mut self, path: &Path) -> Option<Document> {
        self.open.remove(path)
    }

    /// The paths and texts of the files below a folder.
    pub(crate) fn below<'d>(
        &'d self,
        folder: &'d Path,
    ) -> impl Iterator<Item = (&'d Path, &'d Document)> {
        let all = self.open.iter().map(|(path, document)| (path.as_path(), document));
        all.filter(move |(path, _)| path.starts_with(folder))
    }
}
