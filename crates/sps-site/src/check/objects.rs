//! The objects of a tree, as references look them up.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use sps_model::{
    Secret,
    validate::{
        OtherFile, Related, Resolver, Span, is_like_a_key,
        span::{LineIndex, Position},
        suggest,
    },
};

use crate::{
    file_name,
    label::Label,
    load::{SiteFile, Tree},
    place::{Places, short},
    resolve::{Spot, What},
    settings::Settings,
};

/// The labels of a tree, and the uses of what serves one user.
pub(super) struct Index<'t> {
    settings: &'t Settings,
    /// The names in each collection, with the numbers of their files.
    names: BTreeMap<&'t str, BTreeMap<&'t str, usize>>,
    files: &'t [Arc<SiteFile>],
    /// The objects of files with an error that hides their names; that error is enough.
    hidden: BTreeSet<Label>,
    /// The first use of each object that serves one user.
    uses: HashMap<String, Use<'t>>,
}

/// A use of an object.
struct Use<'t> {
    /// The number of the file.
    number: usize,
    spot: &'t Spot,
    /// The place in words.
    place: String,
}

/// What a tree knows about a label.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known<'t> {
    /// A file has the object.
    Here,
    /// Only the appliance can tell.
    Elsewhere,
    /// The label has probably a slip; these are the nearest ones.
    Unknown(Vec<&'t str>),
    /// Several objects have this name, told apart by their keys.
    Several(Vec<&'t str>),
}

impl<'t> Index<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut names: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        let mut uses = HashMap::new();
        for (number, file) in tree.files.iter().enumerate() {
            if let Some(label) = &file.label
                && let Some(name) = label.name()
            {
                names.entry(label.endpoint()).or_default().entry(name).or_insert(number);
            }
            for spot in &file.spots {
                // Everything else has many users.
                if let What::Ref { label, endpoint, .. } = &spot.what
                    && let Some(name) = label.name().filter(|it| is_like_a_key(it))
                {
                    let place = || {
                        let place = format!("{} at {}", file.path.display(), spot.pointer);
                        Use { number, spot, place }
                    };
                    uses.entry(format!("{}/{name}", endpoint.path)).or_insert_with(place);
                }
            }
        }
        let without_label = tree.files.iter().filter(|it| it.label.is_none()).map(|it| &it.path);
        let hidden = without_label.chain(tree.unreadable.iter().map(|it| &it.file));
        let hidden = hidden.filter_map(|path| label_of_path(path, &tree.places)).collect();
        Self { settings: &tree.settings, names, files: &tree.files, hidden, uses }
    }

    /// Looks a label up.
    pub(super) fn find(&self, label: &Label) -> Known<'_> {
        let Some(name) = label.name() else { return Known::Here };
        let names = self.names.get(label.endpoint());
        let all = || names.into_iter().flatten().map(|(name, _)| *name);
        if names.is_some_and(|names| names.contains_key(name)) || self.hidden.contains(label) {
            return Known::Here;
        }
        let with_key = |it: &&str| {
            it.strip_prefix(name).and_then(|it| it.strip_prefix('~')).is_some_and(is_like_a_key)
        };
        let several: Vec<_> = all().filter(with_key).collect();
        if !several.is_empty() {
            return Known::Several(several);
        }
        if is_like_a_key(name) {
            return Known::Elsewhere;
        }
        let near = suggest::nearest(name, all());
        if near.is_empty() && !self.settings.is_owned(label) {
            return Known::Elsewhere;
        }
        Known::Unknown(near)
    }

    /// The place in another file that uses an object first.
    pub(super) fn used_by(&self, path: &str, number: usize) -> Option<&str> {
        let user = self.uses.get(path)?;
        (user.number != number).then_some(&*user.place)
    }

    /// The place in another file that uses an object first, to point at.
    pub(super) fn first_use(&self, path: &str, number: usize) -> Option<Related> {
        let user = self.uses.get(path).filter(|it| it.number != number)?;
        let file = self.files.get(user.number)?;
        let at = LineIndex::new(&file.text).position(user.spot.span.start);
        let related = Related::new(user.spot.pointer.clone(), user.spot.span, "first used here");
        Some(related.in_file(OtherFile::new(file.path.display().to_string(), at)))
    }

    /// The file of an object, to point at.
    pub(super) fn described(&self, collection: &str, name: &str) -> Option<Related> {
        let file = self.files.get(*self.names.get(collection)?.get(name)?)?;
        let label = Label::of_object(collection, name);
        let related = Related::new(String::new(), Span::at(0), format!("`{label}` is here"));
        let at = Position { line: 1, column: 1 };
        Some(related.in_file(OtherFile::new(file.path.display().to_string(), at)))
    }
}

/// The label that the file of an object should have by its path.
pub(crate) fn label_of_path(path: &Path, places: &Places) -> Option<Label> {
    let folder: Vec<_> = path.parent()?.iter().map(|it| it.to_str()).collect::<Option<_>>()?;
    let collection = places.collection(&folder.join("/"))?;
    let name = file_name::name(path.file_stem()?.to_str()?)?;
    Some(Label::of_object(short(collection), &name))
}

/// The objects that one file refers to, by their paths in the request that it becomes.
#[derive(Default)]
pub(super) struct Objects<'i> {
    facts: HashMap<String, Facts<'i>>,
}

/// What is known about one object.
#[derive(Default)]
struct Facts<'i> {
    exists: Option<bool>,
    plain: Option<Secret>,
    used_by: Option<&'i str>,
}

impl<'i> Objects<'i> {
    /// Adds an object that exists, or of which only the appliance knows.
    pub(super) fn add(&mut self, path: String, exists: Option<bool>, used_by: Option<&'i str>) {
        self.facts.insert(path, Facts { exists, plain: None, used_by });
    }

    /// Adds a password that is made with its user.
    pub(super) fn add_password(&mut self, path: String, plain: Option<Secret>) {
        self.facts.insert(path, Facts { exists: Some(true), plain, used_by: None });
    }
}

impl Resolver for Objects<'_> {
    fn exists(&self, path: &str) -> Option<bool> {
        self.facts.get(path)?.exists
    }

    fn plain(&self, path: &str) -> Option<&str> {
        self.facts.get(path)?.plain.as_ref().map(Secret::expose)
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        self.facts.get(path)?.used_by
    }
}
