//! A reproducible stream of random bytes: ChaCha20 (crate rand_chacha).

use crate::bytes::guard;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

#[no_mangle]
pub unsafe extern "C" fn scn_chacha20_stream(out: *mut u8, len: usize, seed: *const [u8; 32], word: u64) -> bool {
    if len == 0 {
        return true;
    }
    let (out, seed) = (std::slice::from_raw_parts_mut(out, len), *seed);
    guard(false, || {
        let mut stream = ChaCha20Rng::from_seed(seed);
        stream.set_word_pos(word.into());
        stream.fill_bytes(out);
        true
    })
}
