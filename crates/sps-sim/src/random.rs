//! Random tokens, keys and numbers, from the system or from a seed.

use std::fmt::Write as _;

use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom as _, SystemRandom},
};

/// Number of digits of the key of a new object.
pub(crate) const KEY_DIGITS: usize = 22;

/// A source of random bytes: a digest of a seed and a counter.
#[derive(Debug)]
pub(crate) struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    /// Creates a source that the system seeds, or a seed that gives the same bytes every time, but others for each name.
    ///
    /// Returns `None` if the system has no random numbers.
    pub(crate) fn new(seed: Option<u64>, name: Option<&str>) -> Option<Self> {
        let mut bytes = [0; 32];
        match seed {
            Some(seed) => {
                bytes[..8].copy_from_slice(&seed.to_le_bytes());
                if let Some(name) = name {
                    bytes[8..].copy_from_slice(&digest(&SHA256, name.as_bytes()).as_ref()[8..]);
                }
            }
            None => SystemRandom::new().fill(&mut bytes).ok()?,
        }
        Some(Self { seed: bytes, counter: 0 })
    }

    /// Draws this many lower-case hexadecimal digits, 64 at most.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = hex(&self.block());
        text.truncate(digits);
        text
    }

    /// Draws a key such as `22222222-2222-4222-8222-222222222222`.
    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.hex(32);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// Draws this many letters and digits, 32 at most.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let block = self.block();
        block.iter().take(count).map(|it| char::from(ALPHABET[usize::from(*it) % 62])).collect()
    }

    /// Draws a number from 0 up to, but not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        let block = self.block();
        let number = u32::from_le_bytes([block[0], block[1], block[2], block[3]]);
        f64::from(number) / (f64::from(u32::MAX) + 1.0)
    }

    fn block(&mut self) -> [u8; 32] {
        let mut input = self.seed.to_vec();
        input.extend(self.counter.to_le_bytes());
        self.counter += 1;
        let mut block = [0; 32];
        block.copy_from_slice(digest(&SHA256, &input).as_ref());
        block
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes() {
        let draw = |seed| {
            let mut random = Random::new(seed, None).unwrap();
            (random.hex(40), random.uuid())
        };
        assert_eq!(draw(Some(7)), draw(Some(7)));
        assert_ne!(draw(Some(7)), draw(Some(8)));
        assert_ne!(draw(None), draw(None));
        let named = |name| Random::new(Some(7), name).unwrap().hex(40);
        assert_ne!(named(Some("sps1")), named(Some("sps2")));
        assert_ne!(named(Some("sps1")), named(None));
        let (token, uuid) = draw(Some(1));
        assert_eq!((token.len(), uuid.len()), (40, 36));
        assert!(
            (0..100).all(|_| (0.0..1.0).contains(&Random::new(None, None).unwrap().fraction()))
        );
    }
}
