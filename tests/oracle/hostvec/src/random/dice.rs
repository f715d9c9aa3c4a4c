//! Random choices.

use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaChaRng,
};

pub struct Dice(ChaChaRng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(ChaChaRng::seed_from_u64(seed))
    }

    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Below `count`, which is not 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.number() % count as u64) as usize
    }

    /// True once in `count` times.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Up to `most` bytes.
    pub fn some_bytes(&mut self, most: usize) -> Vec<u8> {
        let len = self.below(most + 1);
        self.bytes(len)
    }

    /// A key of few letters, so that keys meet: equal, prefixes of each other, neighbours.
    pub fn key(&mut self) -> Vec<u8> {
        let len = *self.pick(&[0, 1, 1, 2, 2, 2, 3, 3, 4, 6]);
        (0..len).map(|_| *self.pick(&[0x00, 0x01, 0x10, 0x11, 0xfe, 0xff])).collect()
    }

    /// A value, often of a length where its place in the trie changes.
    pub fn value(&mut self) -> Vec<u8> {
        let len = *self.pick(&[0, 1, 2, 20, 30, 31, 32, 33, 34, 60]);
        let byte = self.number() as u8;
        vec![byte; len]
    }

    /// Flips a bit, cuts off the end, or adds a byte.
    pub fn damage(&mut self, bytes: &mut Vec<u8>) {
        match self.below(4) {
            0 => bytes.truncate(self.below(bytes.len() + 1)),
            1 => bytes.push(self.number() as u8),
            _ => self.flip(bytes),
        }
    }

    /// Flips one bit, if there is any.
    pub fn flip(&mut self, bytes: &mut [u8]) {
        if !bytes.is_empty() {
            let at = self.below(bytes.len());
            bytes[at] ^= 1 << self.below(8);
        }
    }

    pub fn text(&mut self, most: usize) -> String {
        let len = self.below(most + 1);
        (0..len).map(|_| *self.pick(&['a', 'Z', '0', ' ', '\n', 'é', '\u{0}', '中', '🦀'])).collect()
    }
}
