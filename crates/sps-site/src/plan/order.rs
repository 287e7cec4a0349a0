//! The order of the requests: what is referred to comes before what refers to it, and is deleted after it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Problem,
    walk::{Fill, FillWith},
};
use crate::label::Label;

/// One request of a plan.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    pub(crate) label: Label,
    pub(crate) kind: OperationKind,
    /// The path of the request: that of the collection for a new object.
    pub(crate) path: String,
    /// The body, with null in the places of `fills`; null for [`OperationKind::Clear`], which starts from what is there.
    pub(crate) body: Value,
    pub(crate) fills: Vec<Fill>,
    /// The places that become null, for [`OperationKind::Clear`].
    pub(crate) clears: Vec<String>,
    /// The requests that come before, because it refers to their objects or because those have to be gone, by their place in the list.
    pub(crate) after: Vec<usize>,
}

impl Operation {
    /// The body with a value in each place that is filled while the plan is applied.
    ///
    /// # Errors
    /// The first error of `value`.
    pub(crate) fn filled<E>(
        &self,
        mut value: impl FnMut(&Fill) -> Result<Value, E>,
    ) -> Result<Value, E> {
        let mut body = self.body.clone();
        for fill in &self.fills {
            let value = value(fill)?;
            if let Some(place) = body.pointer_mut(&fill.pointer) {
                *place = value;
            }
        }
        Ok(body)
    }
}

/// The kind of a request.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperationKind {
    /// Creates an object.
    Create,
    /// Replaces an object.
    Replace,
    /// Completes an object that was created in the same plan.
    Complete,
    /// Sets references of an object to null that is deleted afterwards.
    Clear,
    /// Deletes an object.
    Delete,
}

impl OperationKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Complete => "complete",
            Self::Clear => "clear",
            Self::Delete => "delete",
        }
    }
}

/// A request before its place is known.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) operation: Operation,
    /// The label that the object has on the appliance, if it is there.
    pub(crate) old_label: Option<Label>,
    /// For a deletion, the objects of the appliance to which the object refers.
    pub(crate) refers_to: Vec<Reference>,
    /// The labels to which objects refer that are made with this one.
    pub(crate) needs: Vec<String>,
}

/// A reference of an object that is deleted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    pub(crate) pointer: String,
    pub(crate) label: String,
    pub(crate) is_nullable: bool,
}

/// The requests in their order, and the objects whose references are set in a second request.
#[derive(Debug, Default)]
pub(crate) struct Ordered {
    pub(crate) operations: Vec<Operation>,
    /// For each object whose circle is broken: the places that are null at first.
    pub(crate) broken: BTreeMap<Label, Vec<String>>,
    pub(crate) problems: Vec<Problem>,
}

/// Puts the requests in an order in which none refers to what does not exist, and none deletes what is referred to.
pub(crate) fn order(tasks: Vec<Task>) -> Ordered {
    Sorter::new(tasks).sort()
}

struct Sorter {
    tasks: Vec<Task>,
    /// For each task: the tasks that come before it, and whether only taste says so.
    before: Vec<BTreeMap<usize, bool>>,
    result: Ordered,
}

impl Sorter {
    fn new(tasks: Vec<Task>) -> Self {
        let mut creates: BTreeMap<String, usize> = BTreeMap::new();
        let mut deletes: BTreeMap<String, usize> = BTreeMap::new();
        let mut vacated: BTreeMap<String, usize> = BTreeMap::new();
        for (at, task) in tasks.iter().enumerate() {
            let label = task.operation.label.to_string();
            match task.operation.kind {
                OperationKind::Create => drop(creates.insert(label, at)),
                OperationKind::Delete => drop(deletes.insert(label, at)),
                _ => {
                    let old = task.old_label.as_ref().filter(|it| **it != task.operation.label);
                    if let Some(old) = old {
                        vacated.insert(old.to_string(), at);
                    }
                }
            }
        }
        let mut before = vec![BTreeMap::new(); tasks.len()];
        for (at, task) in tasks.iter().enumerate() {
            let needs = task.needs.iter().map(String::as_str);
            for label in new_objects(&task.operation.fills).chain(needs) {
                if let Some(first) = creates.get(label) {
                    before[at].insert(*first, false);
                }
            }
            // An object goes before those to which it refers.
            for reference in &task.refers_to {
                if let Some(later) = deletes.get(&reference.label).filter(|it| **it != at) {
                    before[*later].insert(at, false);
                }
            }
            // A name is free before another object gets it, where that is possible.
            let gets = task.operation.label.to_string();
            if let Some(first) = vacated.get(&gets).filter(|it| **it != at) {
                before[at].entry(*first).or_insert(true);
            }
        }
        Self { tasks, before, result: Ordered::default() }
    }

    fn sort(mut self) -> Ordered {
        while let Some(circle) = self.circle() {
            if !self.break_circle(&circle) {
                let labels =
                    circle.iter().map(|at| self.tasks[*at].operation.label.clone()).collect();
                self.result.problems.push(Problem::Circle { labels });
                return self.result;
            }
        }
        // Everything else comes before the deletions, each as early as the references allow, by its label.
        let rank = |task: &Task| {
            let operation = &task.operation;
            (operation.kind == OperationKind::Delete, operation.label.clone(), operation.kind)
        };
        let ranks: Vec<_> = self.tasks.iter().map(rank).collect();
        let mut places = vec![None; self.tasks.len()];
        let mut ready: BTreeSet<_> = BTreeSet::new();
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.tasks.len()];
        let mut missing: Vec<usize> = self.before.iter().map(BTreeMap::len).collect();
        for (at, firsts) in self.before.iter().enumerate() {
            for first in firsts.keys() {
                users[*first].push(at);
            }
        }
        for (at, rank) in ranks.iter().enumerate().filter(|(at, _)| missing[*at] == 0) {
            ready.insert((rank.clone(), at));
        }
        let mut order = Vec::with_capacity(self.tasks.len());
        while let Some((_, at)) = ready.pop_first() {
            places[at] = Some(order.len());
            order.push(at);
            for user in &users[at] {
                missing[*user] -= 1;
                if missing[*user] == 0 {
                    ready.insert((ranks[*user].clone(), *user));
                }
            }
        }
        let mut tasks: Vec<Option<Task>> = self.tasks.into_iter().map(Some).collect();
        for at in order {
            let Some(task) = tasks[at].take() else { continue };
            let mut operation = task.operation;
            operation.after = self.before[at].keys().filter_map(|first| places[*first]).collect();
            operation.after.sort_unstable();
            self.result.operations.push(operation);
        }
        self.result
    }

    /// Finds tasks that wait for each other, in the order in which each waits for the next.
    fn circle(&self) -> Option<Vec<usize>> {
        // 0: not seen, 1: on the way, 2: done.
        let mut marks = vec![0_u8; self.tasks.len()];
        for start in 0..self.tasks.len() {
            if marks[start] != 0 {
                continue;
            }
            let mut way = vec![(start, self.before[start].keys().copied().collect::<Vec<_>>())];
            marks[start] = 1;
            while let Some((at, rest)) = way.last_mut() {
                let Some(next) = rest.pop() else {
                    marks[*at] = 2;
                    way.pop();
                    continue;
                };
                match marks[next] {
                    0 => {
                        marks[next] = 1;
                        way.push((next, self.before[next].keys().copied().collect()));
                    }
                    1 => {
                        let from = way.iter().position(|(at, _)| *at == next).unwrap_or(0);
                        return Some(way[from..].iter().map(|(at, _)| *at).collect());
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// Takes one edge out of a circle; `false` if none can go.
    fn break_circle(&mut self, circle: &[usize]) -> bool {
        let mut edges: Vec<(usize, usize)> =
            circle.iter().copied().zip(circle.iter().copied().cycle().skip(1)).collect();
        // An object with a smaller label is the one that is completed later.
        edges.sort_by_key(|(at, _)| self.tasks[*at].operation.label.clone());
        if let Some((at, first)) =
            edges.iter().find(|(at, first)| self.before[*at].get(first) == Some(&true))
        {
            self.before[*at].remove(first);
            return true;
        }
        edges.into_iter().any(|(at, first)| match self.tasks[at].operation.kind {
            OperationKind::Delete => self.clear_first(first, at),
            _ => self.complete_later(at, first),
        })
    }

    /// Sends the references of a new object to another one in a second request.
    fn complete_later(&mut self, at: usize, first: usize) -> bool {
        let target = self.tasks[first].operation.label.to_string();
        let operation = &self.tasks[at].operation;
        let is_kind = matches!(operation.kind, OperationKind::Create | OperationKind::Replace);
        let is_to =
            |fill: &Fill| matches!(&fill.with, FillWith::Object { label, .. } if *label == target);
        let can_wait = |fill: &Fill| match fill.with {
            FillWith::Object { is_nullable, is_optional, .. } => is_nullable || is_optional,
            _ => true,
        };
        let mut later = operation.fills.iter().filter(|it| is_to(it)).peekable();
        if !is_kind || later.peek().is_none() || !later.all(can_wait) {
            return false;
        }
        let mut whole = operation.clone();
        whole.kind = OperationKind::Complete;
        let operation = &mut self.tasks[at].operation;
        let (later, fills) = std::mem::take(&mut operation.fills).into_iter().partition(is_to);
        operation.fills = fills;
        let later: Vec<Fill> = later;
        for fill in &later {
            let leaves_out = matches!(fill.with, FillWith::Object { is_nullable: false, .. });
            if leaves_out {
                remove(&mut operation.body, &fill.pointer);
            }
        }
        let places = self.result.broken.entry(operation.label.clone()).or_default();
        places.extend(later.into_iter().map(|fill| fill.pointer));
        places.sort();
        self.before[at].remove(&first);
        // One second request completes the object, however many circles it was part of.
        let is_second = |task: &Task| {
            task.operation.kind == OperationKind::Complete && task.operation.label == whole.label
        };
        let second = match self.tasks.iter().position(is_second) {
            Some(second) => second,
            None => {
                let refers_to = Vec::new();
                self.tasks.push(Task {
                    operation: whole,
                    old_label: None,
                    refers_to,
                    needs: Vec::new(),
                });
                self.before.push(BTreeMap::new());
                self.tasks.len() - 1
            }
        };
        self.before[second].insert(at, false);
        self.before[second].insert(first, false);
        true
    }

    /// Sets the references of an object to null before both it and their targets are deleted.
    fn clear_first(&mut self, user: usize, target: usize) -> bool {
        let label = self.tasks[target].operation.label.to_string();
        let task = &self.tasks[user];
        let mut places = task.refers_to.iter().filter(|it| it.label == label).peekable();
        let is_delete = task.operation.kind == OperationKind::Delete;
        if !is_delete || places.peek().is_none() || !places.all(|it| it.is_nullable) {
            return false;
        }
        let places: Vec<String> = task
            .refers_to
            .iter()
            .filter(|it| it.label == label)
            .map(|it| it.pointer.clone())
            .collect();
        let owner = task.operation.label.clone();
        let is_clear = |task: &Task| {
            task.operation.kind == OperationKind::Clear && task.operation.label == owner
        };
        let clear = match self.tasks.iter().position(is_clear) {
            Some(clear) => clear,
            None => {
                let operation = Operation {
                    kind: OperationKind::Clear,
                    after: Vec::new(),
                    ..task.operation.clone()
                };
                self.tasks.push(Task {
                    operation,
                    old_label: None,
                    refers_to: Vec::new(),
                    needs: Vec::new(),
                });
                self.before.push(BTreeMap::new());
                self.tasks.len() - 1
            }
        };
        self.tasks[clear].operation.clears.extend(places.iter().cloned());
        let broken = self.result.broken.entry(owner).or_default();
        broken.extend(places);
        broken.sort();
        self.before[target].remove(&user);
        self.before[target].insert(clear, false);
        self.before[user].insert(clear, false);
        true
    }
}

/// The labels of the new objects to which a request refers.
fn new_objects(fills: &[Fill]) -> impl Iterator<Item = &str> {
    fills.iter().filter_map(|it| match &it.with {
        FillWith::Object { label, .. } => Some(label.as_str()),
        _ => None,
    })
}

/// Removes the member at a pointer.
fn remove(body: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    let key = sps_model::validate::json::unescape_pointer_segment(key);
    if let Some(Value::Object(members)) = body.pointer_mut(parent) {
        members.remove(&*key);
    }
}
