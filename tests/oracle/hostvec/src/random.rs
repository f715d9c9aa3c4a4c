//! Random cases from a seed, at least 200 of every deterministic function. Not here: what answers by chance (sr25519_sign,
//! random_seed), by the clock or the network, or only once (max_level).

mod calls;
mod dice;
mod signatures;
mod states;
mod tries;

use crate::script::Output;
use dice::Dice;

/// Cases of each function that stands alone.
const CASES: usize = 200;

pub fn vectors(out: &mut Output, seed: u64) {
    let mut dice = Dice::new(seed);
    calls::vectors(out, &mut dice);
    tries::vectors(out, &mut dice);
    signatures::vectors(out, &mut dice);
    states::vectors(out, &mut dice);
}
