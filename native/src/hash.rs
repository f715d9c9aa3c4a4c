//! BLAKE2b (crate blake2b_simd: AVX2 or SSE4.1 found at run time), SHA-256 (crate sha2: SHA extensions found at run
//! time), Keccak with the original padding (crate sha3), BLAKE3 (crate blake3). None of them panics for any input.

use crate::bytes::{slice, GoOn, Span};
use blake2b_simd::many::{hash_many, HashManyJob};
use blake2b_simd::{Params, State};
use sha2::{Digest, Sha256};
use sha3::{Keccak256, Keccak512};
use std::ffi::c_void;

/// Jobs given to `hash_many` at once. Its lanes run dry at the end of each batch, so a batch is much longer than the 4
/// lanes of AVX2; 64 jobs take 13 KiB of stack.
const BATCH: usize = 64;

/// Size of `scn_blake2b_state_t`.
const STATE_SIZE: usize = 256;
const _: () = assert!(size_of::<State>() <= STATE_SIZE && align_of::<State>() <= 16);

unsafe fn blake2b<const N: usize>(out: *mut [u8; N], data: *const u8, len: usize) {
    let hash = Params::new().hash_length(N).hash(slice(data, len));
    (*out).copy_from_slice(hash.as_bytes());
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_128(out: *mut [u8; 16], data: *const u8, len: usize) {
    blake2b(out, data, len)
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_256(out: *mut [u8; 32], data: *const u8, len: usize) {
    blake2b(out, data, len)
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_512(out: *mut [u8; 64], data: *const u8, len: usize) {
    blake2b(out, data, len)
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake3(out: *mut [u8; 32], data: *const u8, len: usize) {
    *out = *blake3::hash(slice(data, len)).as_bytes();
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_256_many(out: *mut [u8; 32], inputs: *const Span, count: usize) {
    if count == 0 {
        return;
    }
    let outs = std::slice::from_raw_parts_mut(out, count);
    let spans = std::slice::from_raw_parts(inputs, count);
    let mut params = Params::new();
    params.hash_length(32);
    for (outs, spans) in outs.chunks_mut(BATCH).zip(spans.chunks(BATCH)) {
        let mut jobs: [HashManyJob; BATCH] =
            std::array::from_fn(|i| HashManyJob::new(&params, spans.get(i).map_or(&[], |span| span.as_slice())));
        let jobs = &mut jobs[..spans.len()];
        hash_many(jobs.iter_mut());
        for (out, job) in outs.iter_mut().zip(jobs.iter()) {
            out.copy_from_slice(job.to_hash().as_bytes());
        }
    }
}

/// `scn_hash_t`.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub enum Hash {
    Blake2b128,
    Blake2b256,
    Sha2_256,
    Keccak256,
    Keccak512,
}

/// Bytes that are hashed at once: some milliseconds.
const PIECE: usize = 1 << 20;

/// Feeds both parts, in pieces; false as soon as `go_on` says so.
unsafe fn feed(parts: [&[u8]; 2], go_on: GoOn, ctx: *mut c_void, mut update: impl FnMut(&[u8])) -> bool {
    for piece in parts.into_iter().flat_map(|part| part.chunks(PIECE)) {
        if !go_on(ctx) {
            return false;
        }
        update(piece);
    }
    true
}

unsafe fn digest<D: Digest>(out: *mut u8, parts: [&[u8]; 2], go_on: GoOn, ctx: *mut c_void) -> bool {
    let mut state = D::new();
    let done = feed(parts, go_on, ctx, |piece| state.update(piece));
    if done {
        let value = state.finalize();
        std::ptr::copy_nonoverlapping(value.as_ptr(), out, value.len());
    }
    done
}

unsafe fn blake2b_pieces(len: usize, out: *mut u8, parts: [&[u8]; 2], go_on: GoOn, ctx: *mut c_void) -> bool {
    let mut state = Params::new().hash_length(len).to_state();
    let done = feed(parts, go_on, ctx, |piece| {
        state.update(piece);
    });
    if done {
        std::ptr::copy_nonoverlapping(state.finalize().as_bytes().as_ptr(), out, len);
    }
    done
}

#[no_mangle]
pub unsafe extern "C" fn scn_hash_pieces(
    out: *mut u8,
    hash: Hash,
    head: Span,
    data: Span,
    go_on: GoOn,
    ctx: *mut c_void,
) -> bool {
    let parts = [head.as_slice(), data.as_slice()];
    match hash {
        Hash::Blake2b128 => blake2b_pieces(16, out, parts, go_on, ctx),
        Hash::Blake2b256 => blake2b_pieces(32, out, parts, go_on, ctx),
        Hash::Sha2_256 => digest::<Sha256>(out, parts, go_on, ctx),
        Hash::Keccak256 => digest::<Keccak256>(out, parts, go_on, ctx),
        Hash::Keccak512 => digest::<Keccak512>(out, parts, go_on, ctx),
    }
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_256_init(state: *mut State) {
    state.write(Params::new().hash_length(32).to_state());
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_256_update(state: *mut State, data: *const u8, len: usize) {
    (*state).update(slice(data, len));
}

#[no_mangle]
pub unsafe extern "C" fn scn_blake2b_256_final(state: *const State, out: *mut [u8; 32]) {
    (*out).copy_from_slice((*state).finalize().as_bytes());
}

#[no_mangle]
pub unsafe extern "C" fn scn_sha2_256(out: *mut [u8; 32], data: *const u8, len: usize) {
    *out = Sha256::digest(slice(data, len)).into();
}

#[no_mangle]
pub unsafe extern "C" fn scn_keccak_256(out: *mut [u8; 32], data: *const u8, len: usize) {
    *out = Keccak256::digest(slice(data, len)).into();
}

#[no_mangle]
pub unsafe extern "C" fn scn_keccak_512(out: *mut [u8; 64], data: *const u8, len: usize) {
    *out = Keccak512::digest(slice(data, len)).into();
}
