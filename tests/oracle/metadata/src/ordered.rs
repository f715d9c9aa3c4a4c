//! BTreeSets and BTreeMaps: the type as an expression, items as JSON in no order, and what parity-scale-codec encodes.
use bitvec::prelude::{BitVec, Lsb0};
use codec::{Compact, Encode};
use std::collections::{BTreeMap, BTreeSet};

/// xorshift64*.
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545f4914f6cdd1d)
    }

    fn below(&mut self, most: u64) -> u64 {
        (self.next() >> 11) % most
    }
}

/// A type that is a key: how it is written as a type and in JSON, and random values that often share a beginning.
trait Key: Ord + Encode + Clone {
    fn name() -> String;
    fn json(&self) -> String;
    fn random(random: &mut Random) -> Self;
}

macro_rules! integers {
    ($($t:ident)*) => {$(
        impl Key for $t {
            fn name() -> String {
                stringify!($t).into()
            }
            fn json(&self) -> String {
                format!("\"{self}\"")
            }
            fn random(random: &mut Random) -> Self {
                let wide = (random.next() as u128) << 64 | random.next() as u128;
                (wide >> random.below(128)) as $t
            }
        }
    )*};
}
integers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);

impl Key for bool {
    fn name() -> String {
        "bool".into()
    }
    fn json(&self) -> String {
        self.to_string()
    }
    fn random(random: &mut Random) -> Self {
        random.below(2) == 1
    }
}

impl Key for String {
    fn name() -> String {
        "str".into()
    }
    fn json(&self) -> String {
        serde_json::to_string(self).unwrap()
    }
    fn random(random: &mut Random) -> Self {
        (0..random.below(4)).map(|_| ['a', 'B', '\u{e9}', '\u{20ac}', '\u{1f980}'][random.below(5) as usize]).collect()
    }
}

impl Key for Compact<u64> {
    fn name() -> String {
        "Compact<u64>".into()
    }
    fn json(&self) -> String {
        self.0.json()
    }
    fn random(random: &mut Random) -> Self {
        Compact(u64::random(random))
    }
}

impl<T: Key> Key for Vec<T> {
    fn name() -> String {
        format!("Vec<{}>", T::name())
    }
    fn json(&self) -> String {
        if T::name() == "u8" {
            return format!("\"0x{}\"", hex::encode(self.encode()[1..].to_vec()));
        }
        format!("[{}]", self.iter().map(T::json).collect::<Vec<_>>().join(","))
    }
    fn random(random: &mut Random) -> Self {
        (0..random.below(4)).map(|_| T::random(random)).collect()
    }
}

impl<T: Key + std::fmt::Debug> Key for [T; 2] {
    fn name() -> String {
        format!("[{}; 2]", T::name())
    }
    fn json(&self) -> String {
        if T::name() == "u8" {
            return format!("\"0x{}\"", hex::encode(self.encode()));
        }
        format!("[{},{}]", self[0].json(), self[1].json())
    }
    fn random(random: &mut Random) -> Self {
        [T::random(random), T::random(random)]
    }
}

impl<A: Key, B: Key> Key for (A, B) {
    fn name() -> String {
        format!("({}, {})", A::name(), B::name())
    }
    fn json(&self) -> String {
        format!("[{},{}]", self.0.json(), self.1.json())
    }
    fn random(random: &mut Random) -> Self {
        (A::random(random), B::random(random))
    }
}

impl<T: Key> Key for Option<T> {
    fn name() -> String {
        format!("Option<{}>", T::name())
    }
    fn json(&self) -> String {
        self.as_ref().map_or("null".into(), |value| format!("{{\"Some\":{}}}", value.json()))
    }
    fn random(random: &mut Random) -> Self {
        (random.below(3) > 0).then(|| T::random(random))
    }
}

impl<T: Key> Key for BTreeSet<T> {
    fn name() -> String {
        format!("BTreeSet<{}>", T::name())
    }
    fn json(&self) -> String {
        format!("[{}]", self.iter().rev().map(T::json).collect::<Vec<_>>().join(","))
    }
    fn random(random: &mut Random) -> Self {
        (0..random.below(4)).map(|_| T::random(random)).collect()
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Encode)]
struct Bits(BitVec<u8, Lsb0>);

impl Key for Bits {
    fn name() -> String {
        "BitVec<u8, Lsb0>".into()
    }
    fn json(&self) -> String {
        format!("\"0b{}\"", self.0.iter().map(|bit| if *bit { '1' } else { '0' }).collect::<String>())
    }
    fn random(random: &mut Random) -> Self {
        Bits((0..random.below(12)).map(|_| random.below(2) == 1).collect())
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Encode)]
enum Choice {
    None,
    One(i8),
    Two { first: u16, second: bool },
}

impl Key for Choice {
    fn name() -> String {
        "enum {Nothing, One(i8), Two {first: u16, second: bool}}".into()
    }
    fn json(&self) -> String {
        match self {
            Choice::None => "\"Nothing\"".into(),
            Choice::One(n) => format!("{{\"One\":{n}}}"),
            Choice::Two { first, second } => format!("{{\"Two\":{{\"first\":{first},\"second\":{second}}}}}"),
        }
    }
    fn random(random: &mut Random) -> Self {
        match random.below(5) {
            0 => Choice::None,
            1 | 2 => Choice::One(i8::random(random)),
            _ => Choice::Two { first: u16::random(random), second: bool::random(random) },
        }
    }
}

/// Distinct keys in the order in which they came.
fn keys<K: Key>(random: &mut Random) -> Vec<K> {
    let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
    for _ in 0..random.below(12) {
        let key = K::random(random);
        if seen.insert(key.clone()) {
            out.push(key);
        }
    }
    out
}

fn sets<K: Key>(random: &mut Random) {
    for _ in 0..4 {
        let keys = keys::<K>(random);
        let json = keys.iter().map(K::json).collect::<Vec<_>>().join(",");
        let set: BTreeSet<K> = keys.into_iter().collect();
        println!("BTreeSet<{}>\t[{json}]\t0x{}", K::name(), hex::encode(set.encode()));
    }
}

fn maps<K: Key>(random: &mut Random) {
    for _ in 0..4 {
        let pairs: Vec<(K, u16)> = keys::<K>(random).into_iter().map(|key| (key, u16::random(random))).collect();
        let json = pairs.iter().map(|pair| pair.json()).collect::<Vec<_>>().join(",");
        let map: BTreeMap<K, u16> = pairs.into_iter().collect();
        println!("BTreeMap<{}, u16>\t[{json}]\t0x{}", K::name(), hex::encode(map.encode()));
    }
}

pub fn print() {
    let random = &mut Random(20201122);
    macro_rules! both {
        ($($t:ty),* $(,)?) => {$(sets::<$t>(random); maps::<$t>(random);)*};
    }
    both!(u16, u32, u64, u128, i8, i16, i32, i64, i128, bool, String, Compact<u64>);
    both!(Vec<u8>, Vec<i16>, Vec<String>, [u8; 2], [u32; 2], (u8, String), (i16, Option<u16>), Option<i32>);
    both!(Option<Option<u8>>, BTreeSet<u16>, Bits, Choice, (Choice, Choice), Vec<Choice>);
}
