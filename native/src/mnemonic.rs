//! BIP-39 phrases (crate bip39, English) and Substrate's seeds from them (crate substrate-bip39: PBKDF2 over the entropy,
//! not over the phrase). sp-core 43, crypto.rs, `Pair::from_phrase`.

use crate::bytes::{guard, slice};
use bip39::{Language, Mnemonic};
use std::fmt::Write;
use std::str::from_utf8;
use zeroize::{Zeroize, Zeroizing};

#[no_mangle]
pub unsafe extern "C" fn scn_mnemonic_seed(
    seed: *mut [u8; 32],
    phrase: *const u8,
    phrase_len: usize,
    password: *const u8,
    password_len: usize,
) -> bool {
    let seed = &mut *seed;
    let (Ok(phrase), Ok(password)) = (
        from_utf8(slice(phrase, phrase_len)),
        from_utf8(slice(password, password_len)),
    ) else {
        return false;
    };
    guard(false, || {
        // `parse_in` would bring the text to Unicode form NFKD first: no change, as a phrase is ASCII.
        let Ok(mnemonic) = Mnemonic::parse_in_normalized(Language::English, phrase).map(Zeroizing::new) else {
            return false;
        };
        let (entropy, len) = mnemonic.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let Ok(mut long_seed) = substrate_bip39::seed_from_entropy(&entropy[..len], password) else {
            return false;
        };
        seed.copy_from_slice(&long_seed[..32]);
        long_seed.zeroize();
        true
    })
}

/// Takes text while there is room.
struct Room<'a> {
    buf: &'a mut [u8],
    len: usize,
}

impl Write for Room<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        let target = self.buf.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        target.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[no_mangle]
pub unsafe extern "C" fn scn_mnemonic_phrase(out: *mut u8, cap: usize, entropy: *const [u8; 16]) -> usize {
    let (buf, entropy) = (std::slice::from_raw_parts_mut(out, cap), &*entropy);
    guard(0, || {
        let Ok(mnemonic) = Mnemonic::from_entropy_in(Language::English, entropy).map(Zeroizing::new) else {
            return 0;
        };
        let mut text = Room { buf, len: 0 };
        match write!(text, "{}", *mnemonic) {
            Ok(()) => text.len,
            Err(_) => 0,
        }
    })
}
