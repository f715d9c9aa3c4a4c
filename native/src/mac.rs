//! Keyed BLAKE3 (crate blake3: SIMD found at run time), which runs at the speed of memory: the MAC of artifacts.

use crate::bytes::slice;

#[no_mangle]
pub unsafe extern "C" fn scn_blake3_keyed(out: *mut [u8; 32], key: *const [u8; 32], data: *const u8, len: usize) {
    *out = *blake3::keyed_hash(&*key, slice(data, len)).as_bytes();
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake3_equal(a: *const [u8; 32], b: *const [u8; 32]) -> bool {
    blake3::Hash::from_bytes(*a) == blake3::Hash::from_bytes(*b)
}
