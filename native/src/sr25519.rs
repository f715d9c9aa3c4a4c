//! Sr25519: Schnorr signatures on Ristretto (crate schnorrkel), as sp-core 43, sr25519.rs, uses them. `SecretKey` wipes
//! itself when dropped.

use crate::bytes::{guard, slice};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use schnorrkel::context::{attach_rng, signing_context};
use schnorrkel::derive::{ChainCode, Derivation};
use schnorrkel::{ExpansionMode, MiniSecretKey, PublicKey, SecretKey, Signature};
use zeroize::Zeroize;

const CONTEXT: &[u8] = b"substrate";

/// The two forms of `ext_crypto_sr25519_verify`: version 1 takes signatures of schnorrkel 0.1.1 too.
#[no_mangle]
pub unsafe extern "C" fn scn_sr25519_verify(
    signature: *const [u8; 64],
    public: *const [u8; 32],
    message: *const u8,
    len: usize,
    preaudit_too: bool,
) -> bool {
    let (signature, public, message) = (&*signature, &*public, slice(message, len));
    guard(false, || {
        let Ok(key) = PublicKey::from_bytes(public) else {
            return false;
        };
        if preaudit_too {
            return key
                .verify_simple_preaudit_deprecated(CONTEXT, message, signature)
                .is_ok();
        }
        Signature::from_bytes(signature).is_ok_and(|signature| key.verify_simple(CONTEXT, message, &signature).is_ok())
    })
}

fn store(out: &mut [u8; 64], key: &SecretKey) {
    let mut bytes = key.to_bytes();
    out.copy_from_slice(&bytes);
    bytes.zeroize();
}

#[no_mangle]
pub unsafe extern "C" fn scn_sr25519_from_seed(secret: *mut [u8; 64], seed: *const [u8; 32]) -> bool {
    let (secret, seed) = (&mut *secret, &*seed);
    guard(false, || {
        let Ok(mini) = MiniSecretKey::from_bytes(seed) else {
            return false;
        };
        store(secret, &mini.expand(ExpansionMode::Ed25519));
        true
    })
}

#[no_mangle]
pub unsafe extern "C" fn scn_sr25519_derive(
    secret: *mut [u8; 64],
    chain_code: *const [u8; 32],
    hard: bool,
    entropy: *const [u8; 32],
) -> bool {
    let (secret, code, entropy) = (&mut *secret, ChainCode(*chain_code), &*entropy);
    guard(false, || {
        let Ok(key) = SecretKey::from_bytes(secret) else {
            return false;
        };
        let child = if hard {
            key.hard_derive_mini_secret_key(Some(code), b"")
                .0
                .expand(ExpansionMode::Ed25519)
        } else {
            key.derived_key_simple_rng(code, [], ChaCha20Rng::from_seed(*entropy)).0
        };
        store(secret, &child);
        true
    })
}

#[no_mangle]
pub unsafe extern "C" fn scn_sr25519_public(public: *mut [u8; 32], secret: *const [u8; 64]) -> bool {
    let (public, secret) = (&mut *public, &*secret);
    guard(false, || {
        let Ok(key) = SecretKey::from_bytes(secret) else {
            return false;
        };
        *public = key.to_public().to_bytes();
        true
    })
}

#[no_mangle]
pub unsafe extern "C" fn scn_sr25519_sign(
    signature: *mut [u8; 64],
    secret: *const [u8; 64],
    public: *const [u8; 32],
    message: *const u8,
    len: usize,
    entropy: *const [u8; 32],
) -> bool {
    let (signature, secret, public, entropy) = (&mut *signature, &*secret, &*public, &*entropy);
    let message = slice(message, len);
    guard(false, || {
        let (Ok(key), Ok(public)) = (SecretKey::from_bytes(secret), PublicKey::from_bytes(public)) else {
            return false;
        };
        let transcript = attach_rng(
            signing_context(CONTEXT).bytes(message),
            ChaCha20Rng::from_seed(*entropy),
        );
        *signature = key.sign(transcript, &public).to_bytes();
        true
    })
}
