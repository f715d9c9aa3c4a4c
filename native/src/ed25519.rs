//! Ed25519: verification by ZIP-215 (crate ed25519-zebra), which is what the network accepts, and by the rule before it
//! (crate ed25519-dalek). sp-core 43, ed25519.rs; sp-io 49, `ed25519_verify`.

use crate::bytes::{guard, slice};
use ed25519_zebra::{Signature, SigningKey, VerificationKey};
use zeroize::Zeroize;

#[no_mangle]
pub unsafe extern "C" fn scn_ed25519_verify(
    signature: *const [u8; 64],
    public: *const [u8; 32],
    message: *const u8,
    len: usize,
) -> bool {
    let (signature, public, message) = (&*signature, &*public, slice(message, len));
    guard(false, || {
        VerificationKey::try_from(*public).is_ok_and(|key| key.verify(&Signature::from(*signature), message).is_ok())
    })
}

#[no_mangle]
pub unsafe extern "C" fn scn_ed25519_verify_dalek(
    signature: *const [u8; 64],
    public: *const [u8; 32],
    message: *const u8,
    len: usize,
) -> bool {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let (signature, public, message) = (&*signature, &*public, slice(message, len));
    guard(false, || {
        VerifyingKey::from_bytes(public).is_ok_and(|key| key.verify(message, &Signature::from_bytes(signature)).is_ok())
    })
}

/// Runs `work` with the signing key of `seed` and wipes the key.
fn with_key(seed: &[u8; 32], work: impl FnOnce(&SigningKey)) -> bool {
    guard(false, || {
        let mut key = SigningKey::from(*seed);
        work(&key);
        key.zeroize();
        true
    })
}

#[no_mangle]
pub unsafe extern "C" fn scn_ed25519_public(public: *mut [u8; 32], seed: *const [u8; 32]) -> bool {
    let (public, seed) = (&mut *public, &*seed);
    with_key(seed, |key| *public = VerificationKey::from(key).into())
}

#[no_mangle]
pub unsafe extern "C" fn scn_ed25519_sign(
    signature: *mut [u8; 64],
    seed: *const [u8; 32],
    message: *const u8,
    len: usize,
) -> bool {
    let (signature, seed, message) = (&mut *signature, &*seed, slice(message, len));
    with_key(seed, |key| *signature = key.sign(message).into())
}
