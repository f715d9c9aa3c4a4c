//! ECDSA on secp256k1: libsecp256k1 itself, in the copy that the crate secp256k1-sys builds (newer, and faster, than what
//! distributions have; sp-core's crate wraps an older one of the same library).
//!
//! The library answers misuse by a callback that panics. It cannot come to that: lengths are in the types, the recovery id
//! is checked here.

use secp256k1_sys as ffi;
use secp256k1_sys::recovery as ffi_recovery;
use std::ffi::c_void;
use std::ptr::{null, NonNull};

/// Codes of sp_io::EcdsaVerifyError, and one for success (`sce_ecdsa_outcome_t`).
const BAD_RS: i32 = 0;
const BAD_V: i32 = 1;
const BAD_SIGNATURE: i32 = 2;
const RECOVERED: i32 = 3;

unsafe fn serialize(out: *mut u8, len: usize, key: &ffi::PublicKey) {
    let mut written = len;
    let form = if len == 33 {
        ffi::SECP256K1_SER_COMPRESSED
    } else {
        ffi::SECP256K1_SER_UNCOMPRESSED
    };
    ffi::secp256k1_ec_pubkey_serialize(ffi::secp256k1_context_static, out, &mut written, key, form);
}

#[no_mangle]
pub unsafe extern "C" fn scn_ecdsa_recover(
    compressed: *mut [u8; 33],
    full: *mut [u8; 65],
    rs: *const [u8; 64],
    v: u8,
    hash: *const [u8; 32],
) -> i32 {
    if v > 3 {
        return BAD_V;
    }
    let context = ffi::secp256k1_context_static;
    let mut signature = ffi_recovery::RecoverableSignature::new();
    let parse = ffi_recovery::secp256k1_ecdsa_recoverable_signature_parse_compact;
    if parse(context, &mut signature, rs.cast(), v.into()) != 1 {
        return BAD_RS;
    }
    let mut key = ffi::PublicKey::new();
    if ffi_recovery::secp256k1_ecdsa_recover(context, &mut key, &signature, hash.cast()) != 1 {
        return BAD_SIGNATURE;
    }
    if !compressed.is_null() {
        serialize(compressed.cast(), 33, &key);
    }
    if !full.is_null() {
        serialize(full.cast(), 65, &key);
    }
    RECOVERED
}

#[no_mangle]
pub unsafe extern "C" fn scn_ecdsa_context_size() -> usize {
    ffi::secp256k1_context_preallocated_size(ffi::SECP256K1_START_SIGN)
}

#[no_mangle]
pub unsafe extern "C" fn scn_ecdsa_context_init(memory: NonNull<c_void>, blinding: *const [u8; 32]) -> bool {
    let context = ffi::secp256k1_context_preallocated_create(memory, ffi::SECP256K1_START_SIGN);
    ffi::secp256k1_context_randomize(context, blinding.cast()) == 1
}

#[no_mangle]
pub unsafe extern "C" fn scn_ecdsa_public(
    context: *const c_void,
    public: *mut [u8; 33],
    secret: *const [u8; 32],
) -> bool {
    let mut key = ffi::PublicKey::new();
    if ffi::secp256k1_ec_pubkey_create(context.cast(), &mut key, secret.cast()) != 1 {
        return false;
    }
    serialize(public.cast(), 33, &key);
    true
}

#[no_mangle]
pub unsafe extern "C" fn scn_ecdsa_sign(
    context: *const c_void,
    signature: *mut [u8; 65],
    secret: *const [u8; 32],
    hash: *const [u8; 32],
) -> bool {
    let mut made = ffi_recovery::RecoverableSignature::new();
    let nonce = ffi::secp256k1_nonce_function_rfc6979;
    let sign = ffi_recovery::secp256k1_ecdsa_sign_recoverable;
    if sign(context.cast(), &mut made, hash.cast(), secret.cast(), nonce, null()) != 1 {
        return false;
    }
    let mut v = 0;
    let write = ffi_recovery::secp256k1_ecdsa_recoverable_signature_serialize_compact;
    write(context.cast(), signature.cast(), &mut v, &made);
    (*signature)[64] = v as u8;
    true
}
