//! Slots for firmware: the running one, the one of the next boot, and uploads.

/// Number of slots for firmware.
const SLOTS: usize = 5;

/// Length of the start of an image that is searched for a version.
pub(crate) const HEAD_BYTES: usize = 64 << 10;

/// Place of the volume label in an ISO image: ECMA-119, section 8.4.
const LABEL: std::ops::Range<usize> = 32_808..32_840;

/// The slots: the version in each of them. Numbers start at 1.
#[derive(Debug)]
pub(crate) struct Slots {
    versions: [Option<String>; SLOTS],
    current: usize,
    next: usize,
}

impl Slots {
    /// Creates slots with the running firmware in the first.
    pub(crate) fn new(version: String) -> Self {
        let mut versions = [const { None }; SLOTS];
        versions[0] = Some(version);
        Self { versions, current: 1, next: 1 }
    }

    /// The numbers of all slots.
    pub(crate) fn numbers() -> impl Iterator<Item = usize> {
        1..=SLOTS
    }

    /// The version in a slot; `None` if it is empty or does not exist.
    pub(crate) fn version(&self, number: usize) -> Option<&str> {
        self.versions.get(number.checked_sub(1)?)?.as_deref()
    }

    /// The slot of the running firmware.
    pub(crate) fn current(&self) -> usize {
        self.current
    }

    /// The slot of the next boot.
    pub(crate) fn next(&self) -> usize {
        self.next
    }

    pub(crate) fn number_of_empty(&self) -> usize {
        self.versions.iter().filter(|it| it.is_none()).count()
    }

    /// Fills the first empty slot, and returns its number.
    pub(crate) fn fill(&mut self, version: String) -> Option<usize> {
        let at = self.versions.iter().position(Option::is_none)?;
        self.versions[at] = Some(version);
        Some(at + 1)
    }

    /// Empties a slot.
    pub(crate) fn clear(&mut self, number: usize) {
        if let Some(slot) = number.checked_sub(1).and_then(|at| self.versions.get_mut(at)) {
            *slot = None;
        }
    }

    /// Makes a slot the one of the next boot.
    pub(crate) fn choose(&mut self, number: usize) {
        self.next = number;
    }

    /// Boots the chosen slot.
    pub(crate) fn boot(&mut self) {
        self.current = self.next;
    }

    /// Gives up the chosen slot: the running firmware stays.
    pub(crate) fn stay(&mut self) {
        self.next = self.current;
    }
}

/// Finds the version of an image: in the name of its file, in a line such as `version: 8.0.1` at its start, or in the
/// volume label of an ISO image.
pub(crate) fn image_version(file_name: Option<&str>, head: &[u8]) -> Option<String> {
    let of_lines = || {
        let mut lines = head.split(|it| *it == b'\n').filter_map(|it| std::str::from_utf8(it).ok());
        lines.find_map(|line| {
            let (name, value) = line.trim().split_once([':', '='])?;
            let is_version = name.trim_end().eq_ignore_ascii_case("version");
            is_version.then(|| version_in(value)).flatten()
        })
    };
    let of_label = || {
        let label = std::str::from_utf8(head.get(LABEL)?).ok()?;
        version_in(&label.replace('_', "."))
    };
    file_name.and_then(version_in).or_else(of_lines).or_else(of_label)
}

/// Finds the first numbers with dots between them.
fn version_in(text: &str) -> Option<String> {
    let is_part = |it: char| it.is_ascii_digit() || it == '.';
    let mut runs = text.split(|it: char| !is_part(it)).map(|it| it.trim_matches('.'));
    let is_version =
        |it: &&str| it.contains('.') && it.split('.').all(|number| number.parse::<u32>().is_ok());
    runs.find(is_version).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_version_of_an_image() {
        let mut label = vec![b' '; 40 << 10];
        label[LABEL.start..LABEL.start + 9].copy_from_slice(b"SPS_8_0_1");
        for (name, head, expected) in [
            (Some("sps-7.5.1.iso"), &b""[..], Some("7.5.1")),
            (Some("SPS 7.0.5.1 LTS (x64).iso"), b"version: 8.0", Some("7.0.5.1")),
            (Some("firmware.iso"), b"CD\nVersion = 8.0.2\n\xFF\xFE", Some("8.0.2")),
            (None, &label, Some("8.0.1")),
            (Some("image-7.iso"), b"version: new\nversion: 7.3\n", Some("7.3")),
            (Some("a..b-99999999999.1.iso"), b"inversion: 1.2", None),
            (None, b"", None),
        ] {
            assert_eq!(image_version(name, head).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn fills_clears_and_boots_slots() {
        let mut slots = Slots::new("7.0".to_owned());
        for number in 2..=5 {
            assert_eq!(slots.fill("7.1".to_owned()), Some(number));
        }
        assert_eq!(slots.fill("7.2".to_owned()), None);
        slots.clear(3);
        slots.clear(9);
        assert_eq!((slots.number_of_empty(), slots.version(3), slots.version(9)), (1, None, None));
        assert_eq!(slots.fill("7.3".to_owned()), Some(3));
        slots.choose(3);
        assert_eq!((slots.current(), slots.next()), (1, 3));
        slots.boot();
        assert_eq!((slots.current(), slots.version(3)), (3, Some("7.3")));
        slots.choose(2);
        slots.stay();
        assert_eq!(slots.next(), 3);
    }
}
