//! With arkworks 0.6. Source: sp-crypto-ec-utils 0.24, utils.rs (the function of the same name) and which curve each
//! host function names.

use super::{room, Curve, Failure, Op, Out, Outcome, Work, MILLER_ROOM, MSM_ROOM};
use ark_ec::{
    pairing::{MillerLoopOutput, Pairing},
    short_weierstrass::{Affine as SwAffine, SWCurveConfig},
    twisted_edwards::{Affine as TeAffine, Projective as TeProjective, TECurveConfig},
    CurveGroup,
};
use ark_ff::Zero;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};

/// `ArkScale` with "not compressed, not validated": bytes after the value are ignored.
fn decode<T: CanonicalDeserialize>(bytes: &[u8]) -> Result<T, Failure> {
    T::deserialize_with_mode(bytes, Compress::No, Validate::No).map_err(|_| Failure::Decode)
}

fn encode<T: CanonicalSerialize>(value: &T, out: &mut Out) -> Outcome {
    let len = value.serialized_size(Compress::No);
    if len > out.cap {
        return Err(Failure::Encode);
    }
    let bytes = out.bytes.get_mut(..len).ok_or(Failure::Encode)?;
    value
        .serialize_with_mode(bytes, Compress::No)
        .map_err(|_| Failure::Encode)?;
    out.len = len;
    Ok(())
}

fn multi_miller_loop<T: Pairing>(a: &[u8], b: &[u8], out: &mut Out) -> Outcome {
    room(a, b, MILLER_ROOM)?;
    let g1 = decode::<Vec<T::G1Affine>>(a)?;
    let g2 = decode::<Vec<T::G2Affine>>(b)?;
    if g1.len() != g2.len() {
        return Err(Failure::Panic); // of zip_eq
    }
    encode(&T::multi_miller_loop(g1, g2).0, out)
}

fn final_exponentiation<T: Pairing>(f: &[u8], _: &[u8], out: &mut Out) -> Outcome {
    let target = decode::<T::TargetField>(f)?;
    let result = T::final_exponentiation(MillerLoopOutput(target)).ok_or(Failure::Unknown)?;
    encode(&result.0, out)
}

fn msm_sw<T: SWCurveConfig>(bases: &[u8], scalars: &[u8], out: &mut Out) -> Outcome {
    room(bases, scalars, MSM_ROOM)?;
    let bases = decode::<Vec<SwAffine<T>>>(bases)?;
    let scalars = decode::<Vec<T::ScalarField>>(scalars)?;
    let sum = T::msm(&bases, &scalars).map_err(|_| Failure::LengthMismatch)?;
    encode(&sum.into_affine(), out)
}

fn mul_sw<T: SWCurveConfig>(base: &[u8], scalar: &[u8], out: &mut Out) -> Outcome {
    let base = decode::<SwAffine<T>>(base)?;
    let limbs = decode::<Vec<u64>>(scalar)?;
    encode(&T::mul_affine(&base, &limbs).into_affine(), out)
}

/// A point with z = 0, which formulas that are not complete can give, has no affine form.
fn encode_te<T: TECurveConfig>(point: TeProjective<T>, out: &mut Out) -> Outcome {
    if point.z.is_zero() {
        return Err(Failure::DegeneratePoint);
    }
    encode(&point.into_affine(), out)
}

fn msm_te<T: TECurveConfig>(bases: &[u8], scalars: &[u8], out: &mut Out) -> Outcome {
    room(bases, scalars, MSM_ROOM)?;
    let bases = decode::<Vec<TeAffine<T>>>(bases)?;
    let scalars = decode::<Vec<T::ScalarField>>(scalars)?;
    encode_te(T::msm(&bases, &scalars).map_err(|_| Failure::LengthMismatch)?, out)
}

fn mul_te<T: TECurveConfig>(base: &[u8], scalar: &[u8], out: &mut Out) -> Outcome {
    let base = decode::<TeAffine<T>>(base)?;
    let limbs = decode::<Vec<u64>>(scalar)?;
    encode_te(T::mul_affine(&base, &limbs), out)
}

fn pairing<T: Pairing>(op: Op) -> Option<Work> {
    match op {
        Op::MultiMillerLoop => Some(multi_miller_loop::<T>),
        Op::FinalExponentiation => Some(final_exponentiation::<T>),
        _ => None,
    }
}

fn sw<T: SWCurveConfig>(op: Op) -> Option<Work> {
    match op {
        Op::Msm => Some(msm_sw::<T>),
        Op::Mul => Some(mul_sw::<T>),
        _ => None,
    }
}

fn te<T: TECurveConfig>(op: Op) -> Option<Work> {
    match op {
        Op::Msm => Some(msm_te::<T>),
        Op::Mul => Some(mul_te::<T>),
        _ => None,
    }
}

pub fn work(op: Op, curve: Curve) -> Option<Work> {
    match curve {
        Curve::Bls12_377 => pairing::<ark_bls12_377::Bls12_377>(op),
        Curve::Bls12_377G1 => sw::<ark_bls12_377::g1::Config>(op),
        Curve::Bls12_377G2 => sw::<ark_bls12_377::g2::Config>(op),
        Curve::Bls12_381 => pairing::<ark_bls12_381::Bls12_381>(op),
        Curve::Bls12_381G1 => sw::<ark_bls12_381::g1::Config>(op),
        Curve::Bls12_381G2 => sw::<ark_bls12_381::g2::Config>(op),
        Curve::Bw6_761 => pairing::<ark_bw6_761::BW6_761>(op),
        Curve::Bw6_761G1 => sw::<ark_bw6_761::g1::Config>(op),
        Curve::Bw6_761G2 => sw::<ark_bw6_761::g2::Config>(op),
        Curve::EdOnBls12_377 => te::<ark_ed_on_bls12_377::EdwardsConfig>(op),
        Curve::BandersnatchTe => te::<ark_ed_on_bls12_381_bandersnatch::EdwardsConfig>(op),
        Curve::BandersnatchSw => None,
        Curve::Pallas => sw::<ark_pallas::PallasConfig>(op),
        Curve::Vesta => sw::<ark_vesta::VestaConfig>(op),
    }
}
