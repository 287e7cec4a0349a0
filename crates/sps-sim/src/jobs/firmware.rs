//! Slots for firmware: the running one, and uploads.

/// Number of slots for firmware.
const SLOTS: usize = 5;

/// Uploaded firmware: the names of its versions, in the order of the slots after the first.
#[derive(Debug, Default)]
pub(crate) struct Slots(Vec<String>);

impl Slots {
    /// Fills the next slot, or the last one again, and returns its number.
    pub(crate) fn fill(&mut self, version: String) -> usize {
        if self.0.len() + 1 == SLOTS {
            self.0.pop();
        }
        self.0.push(version);
        self.0.len() + 1
    }

    /// The numbers of all slots. The running firmware is in slot 1.
    pub(crate) fn numbers() -> impl Iterator<Item = usize> {
        1..=SLOTS
    }

    /// The uploaded firmware in a slot.
    pub(crate) fn uploaded(&self, number: usize) -> Option<&String> {
        self.0.get(number.checked_sub(2)?)
    }
}
