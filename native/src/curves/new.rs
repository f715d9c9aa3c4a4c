//! With arkworks 0.6. Source: sp-crypto-ec-utils 0.24, utils.rs (the function of the same name) and which curve each
//! host function names.

use super::{room, Curve, Failure, Op, Out, Outcome, Watch, Work, MILLER_ROOM, MSM_ROOM, PAIRS, SUM};
use ark_ec::{
    pairing::{MillerLoopOutput, Pairing},
    short_weierstrass::{Affine as SwAffine, SWCurveConfig},
    twisted_edwards::{Affine as TeAffine, Projective as TeProjective, TECurveConfig},
    AffineRepr, CurveGroup,
};
use ark_ff::{AdditiveGroup, BitIteratorBE, Field, Zero};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};

/// `ArkScale` with "not compressed, not validated": bytes after the value are ignored.
fn decode<T: CanonicalDeserialize>(bytes: &[u8]) -> Result<T, Failure> {
    T::deserialize_with_mode(bytes, Compress::No, Validate::No).map_err(|_| Failure::Decode)
}

/// The same for a list, with a look at `watch` now and then.
fn decode_list<T: CanonicalDeserialize>(mut bytes: &[u8], watch: &Watch) -> Result<Vec<T>, Failure> {
    let mut list = Vec::new();
    let len = u64::deserialize_with_mode(&mut bytes, Compress::No, Validate::No).map_err(|_| Failure::Decode)?;
    for index in 0..len {
        watch.item(index as usize)?;
        list.push(T::deserialize_with_mode(&mut bytes, Compress::No, Validate::No).map_err(|_| Failure::Decode)?);
    }
    Ok(list)
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

/// The loop of many pairs is the product of the loops of some, as elements of a field.
fn multi_miller_loop<T: Pairing>(a: &[u8], b: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    room(a, b, MILLER_ROOM)?;
    let g1 = decode_list::<T::G1Affine>(a, watch)?;
    let g2 = decode_list::<T::G2Affine>(b, watch)?;
    if g1.len() != g2.len() {
        return Err(Failure::Panic); // of zip_eq
    }
    if g1.len() <= PAIRS {
        return encode(&T::multi_miller_loop(g1, g2).0, out);
    }
    let mut product = T::TargetField::ONE;
    for (g1, g2) in g1.chunks(PAIRS).zip(g2.chunks(PAIRS)) {
        watch.check()?;
        product *= T::multi_miller_loop(g1.iter().copied(), g2.iter().copied()).0;
    }
    encode(&product, out)
}

/// For BW6, whose loop in arkworks 0.6 gives something else than the product above four pairs. It can't be ended: C has it
/// computed in a thread that can be left alone (src/crypto/curve.c).
fn whole_miller_loop<T: Pairing>(a: &[u8], b: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    room(a, b, MILLER_ROOM)?;
    let g1 = decode_list::<T::G1Affine>(a, watch)?;
    let g2 = decode_list::<T::G2Affine>(b, watch)?;
    if g1.len() != g2.len() {
        return Err(Failure::Panic); // of zip_eq
    }
    encode(&T::multi_miller_loop(g1, g2).0, out)
}

fn final_exponentiation<T: Pairing>(f: &[u8], _: &[u8], out: &mut Out, _: &Watch) -> Outcome {
    let target = decode::<T::TargetField>(f)?;
    let result = T::final_exponentiation(MillerLoopOutput(target)).ok_or(Failure::Unknown)?;
    encode(&result.0, out)
}

/// The sum of multiples of points, by `msm` in pieces.
fn sum<A: AffineRepr>(
    bases: &[u8],
    scalars: &[u8],
    watch: &Watch,
    msm: impl Fn(&[A], &[A::ScalarField]) -> Result<A::Group, usize>,
) -> Result<A::Group, Failure> {
    room(bases, scalars, MSM_ROOM)?;
    let bases = decode_list::<A>(bases, watch)?;
    let scalars = decode_list::<A::ScalarField>(scalars, watch)?;
    if bases.len() != scalars.len() {
        return Err(Failure::LengthMismatch);
    }
    let piece = (SUM * 64 / size_of::<A>()).max(1);
    if bases.len() <= piece {
        return msm(&bases, &scalars).map_err(|_| Failure::LengthMismatch);
    }
    let mut total = A::Group::ZERO;
    for (bases, scalars) in bases.chunks(piece).zip(scalars.chunks(piece)) {
        watch.check()?;
        total += msm(bases, scalars).map_err(|_| Failure::LengthMismatch)?;
    }
    Ok(total)
}

/// What `mul_affine` of all these curves does (ark-ec 0.6, double_and_add_affine), and looks at `watch` now and then:
/// the number may be as long as memory.
fn multiple<A: AffineRepr>(base: &A, limbs: &[u64], watch: &Watch) -> Result<A::Group, Failure> {
    let mut result = A::Group::ZERO;
    for (index, bit) in BitIteratorBE::without_leading_zeros(limbs).enumerate() {
        watch.item(index)?;
        result.double_in_place();
        if bit {
            result += base;
        }
    }
    Ok(result)
}

fn msm_sw<T: SWCurveConfig>(bases: &[u8], scalars: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    encode(&sum::<SwAffine<T>>(bases, scalars, watch, T::msm)?.into_affine(), out)
}

fn mul_sw<T: SWCurveConfig>(base: &[u8], scalar: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    let base = decode::<SwAffine<T>>(base)?;
    let limbs = decode_list::<u64>(scalar, watch)?;
    encode(&multiple(&base, &limbs, watch)?.into_affine(), out)
}

/// A point with z = 0, which formulas that are not complete can give, has no affine form.
fn encode_te<T: TECurveConfig>(point: TeProjective<T>, out: &mut Out) -> Outcome {
    if point.z.is_zero() {
        return Err(Failure::DegeneratePoint);
    }
    encode(&point.into_affine(), out)
}

fn msm_te<T: TECurveConfig>(bases: &[u8], scalars: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    encode_te(sum::<TeAffine<T>>(bases, scalars, watch, T::msm)?, out)
}

fn mul_te<T: TECurveConfig>(base: &[u8], scalar: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    let base = decode::<TeAffine<T>>(base)?;
    let limbs = decode_list::<u64>(scalar, watch)?;
    encode_te(multiple(&base, &limbs, watch)?, out)
}

fn pairing<T: Pairing>(op: Op, whole: bool) -> Option<Work> {
    match op {
        Op::MultiMillerLoop if whole => Some(whole_miller_loop::<T>),
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
        Curve::Bls12_377 => pairing::<ark_bls12_377::Bls12_377>(op, false),
        Curve::Bls12_377G1 => sw::<ark_bls12_377::g1::Config>(op),
        Curve::Bls12_377G2 => sw::<ark_bls12_377::g2::Config>(op),
        Curve::Bls12_381 => pairing::<ark_bls12_381::Bls12_381>(op, false),
        Curve::Bls12_381G1 => sw::<ark_bls12_381::g1::Config>(op),
        Curve::Bls12_381G2 => sw::<ark_bls12_381::g2::Config>(op),
        Curve::Bw6_761 => pairing::<ark_bw6_761::BW6_761>(op, true),
        Curve::Bw6_761G1 => sw::<ark_bw6_761::g1::Config>(op),
        Curve::Bw6_761G2 => sw::<ark_bw6_761::g2::Config>(op),
        Curve::EdOnBls12_377 => te::<ark_ed_on_bls12_377::EdwardsConfig>(op),
        Curve::BandersnatchTe => te::<ark_ed_on_bls12_381_bandersnatch::EdwardsConfig>(op),
        Curve::BandersnatchSw => None,
        Curve::Pallas => sw::<ark_pallas::PallasConfig>(op),
        Curve::Vesta => sw::<ark_vesta::VestaConfig>(op),
    }
}
