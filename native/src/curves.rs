//! The elliptic curve functions of sp-crypto-ec-utils, for `ext_elliptic_curves_*` and `ext_host_calls_*`, in both
//! forms that its releases had: `new` computes with arkworks 0.6 as release 0.24 does, `old` with arkworks 0.4 as 0.4
//! to 0.18 did. The old results are projective coordinates, which tell the algorithm, so each form needs its own
//! arkworks.
//!
//! Nothing checks that a point is on its curve or in the subgroup, as in the reference: whatever the formulas make of
//! it is the result. The reference splits a sum over its threads (ark-ec's `parallel`): for points on the curve that
//! changes nothing, for others the order of additions counts. Here there is one thread, and `new` adds long sums in
//! pieces, between which it asks whether it is to go on. The old sums can't be cut: their coordinates would differ. Nor
//! can the new multi Miller loop of BW6.

mod new;
mod old;

use crate::bytes::{guard, GoOn, Span};
use std::ffi::c_void;

/// `scn_curve_out_t`. The longest value is an element of the target field of BW6-761.
#[repr(C)]
pub struct Out {
    cap: usize,
    len: usize,
    bytes: [u8; 576],
}

/// `scn_curve_status_t`; the positive ones are `Error` of sp-crypto-ec-utils 0.24, utils.rs.
#[repr(i32)]
#[derive(Clone, Copy)]
enum Failure {
    Encode = 1,
    Decode = 2,
    LengthMismatch = 3,
    DegeneratePoint = 4,
    Unknown = 255,
    Panic = -1,
    NoMemory = -2,
    Ended = -3,
}

type Outcome = Result<(), Failure>;
type Work = fn(&[u8], &[u8], &mut Out, &Watch) -> Outcome;

/// Whoever waits for the result: asked about every 10 milliseconds, may end the work.
pub struct Watch {
    go_on: GoOn,
    ctx: *mut c_void,
}

impl Watch {
    fn check(&self) -> Outcome {
        // SAFETY: scn_curve_compute's caller gave both for the time of the call.
        if unsafe { (self.go_on)(self.ctx) } {
            Ok(())
        } else {
            Err(Failure::Ended)
        }
    }

    /// Once for many items.
    fn item(&self, index: usize) -> Outcome {
        if index % ITEMS == ITEMS - 1 {
            self.check()
        } else {
            Ok(())
        }
    }
}

/// Points or scalars that are decoded, or bits that are multiplied by, between two looks.
const ITEMS: usize = 4096;
/// Points that are added at once, of 64 bytes each; fewer of larger ones.
const SUM: usize = 4096;
/// Pairs of points that are paired at once.
const PAIRS: usize = 32;

/// Refuses work whose memory, `factor` times its input, cannot be had: later, a failed allocation ends the process.
fn room(a: &[u8], b: &[u8], factor: usize) -> Outcome {
    let bytes = (a.len() + b.len()).saturating_mul(factor);
    if bytes > 1 << 20 && Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
        return Err(Failure::NoMemory);
    }
    Ok(())
}

/// Bytes of memory for a byte of input: copies, digits of scalars and buckets; prepared coefficients of a pair.
const MSM_ROOM: usize = 16;
const MILLER_ROOM: usize = 256;

#[repr(u32)]
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub enum Op {
    Msm,
    Mul,
    MultiMillerLoop,
    FinalExponentiation,
}

#[repr(u32)]
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub enum Curve {
    Bls12_377,
    Bls12_377G1,
    Bls12_377G2,
    Bls12_381,
    Bls12_381G1,
    Bls12_381G2,
    Bw6_761,
    Bw6_761G1,
    Bw6_761G2,
    EdOnBls12_377,
    BandersnatchTe,
    BandersnatchSw,
    Pallas,
    Vesta,
}

#[no_mangle]
pub unsafe extern "C" fn scn_curve_compute(
    out: *mut Out,
    old: bool,
    op: Op,
    curve: Curve,
    a: Span,
    b: Span,
    go_on: GoOn,
    ctx: *mut c_void,
) -> i32 {
    let watch = Watch { go_on, ctx };
    let (out, a, b) = (&mut *out, a.as_slice(), b.as_slice());
    out.len = 0;
    let work = if old {
        old::work(op, curve)
    } else {
        new::work(op, curve)
    };
    let outcome = match work {
        Some(work) => guard(Err(Failure::Panic), || work(a, b, out, &watch)),
        None => Err(Failure::Unknown),
    };
    outcome.map_or_else(|failure| failure as i32, |()| 0)
}
