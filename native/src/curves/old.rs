//! With arkworks 0.4: what `Result<Vec<u8>, ()>` of the old form holds. Source: sp-crypto-ec-utils 0.16, utils.rs (0.4
//! to 0.18 do the same), and ark-scale 0.0.12, hazmat.rs, for projective coordinates.

use super::{room, Curve, Failure, Op, Out, Outcome, Watch, Work, MILLER_ROOM, MSM_ROOM, PAIRS};
use old_ec::{
    pairing::{MillerLoopOutput, Pairing},
    short_weierstrass::{Affine as SwAffine, Projective as SwProjective, SWCurveConfig},
    twisted_edwards::{Affine as TeAffine, Projective as TeProjective, TECurveConfig},
    Group, VariableBaseMSM,
};
use old_ff::{BitIteratorBE, Field};
use old_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};

/// Takes the value at the start of `bytes`; what follows the last value is ignored.
fn take<T: CanonicalDeserialize>(bytes: &mut &[u8]) -> Result<T, Failure> {
    T::deserialize_with_mode(bytes, Compress::No, Validate::No).map_err(|_| Failure::Decode)
}

fn put<T: CanonicalSerialize>(out: &mut Out, value: &T) -> Outcome {
    let end = out.len + value.serialized_size(Compress::No);
    let bytes = out.bytes.get_mut(out.len..end).ok_or(Failure::Encode)?;
    value
        .serialize_with_mode(bytes, Compress::No)
        .map_err(|_| Failure::Encode)?;
    out.len = end;
    Ok(())
}

fn take_list<T: CanonicalDeserialize>(bytes: &mut &[u8], watch: &Watch) -> Result<Vec<T>, Failure> {
    let mut list = Vec::new();
    let len: u64 = take(bytes)?;
    for index in 0..len {
        watch.item(index as usize)?;
        list.push(take(bytes)?);
    }
    Ok(list)
}

/// The loop of many pairs is the product of the loops of some, as elements of a field.
fn multi_miller_loop<T: Pairing>(mut a: &[u8], mut b: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    room(a, b, MILLER_ROOM)?;
    let g1 = take_list::<T::G1Affine>(&mut a, watch)?;
    let g2 = take_list::<T::G2Affine>(&mut b, watch)?;
    if g1.len() != g2.len() {
        return Err(Failure::Panic); // of zip_eq
    }
    if g1.len() <= PAIRS {
        return put(out, &T::multi_miller_loop(g1, g2).0);
    }
    let mut product = T::TargetField::ONE;
    for (g1, g2) in g1.chunks(PAIRS).zip(g2.chunks(PAIRS)) {
        watch.check()?;
        product *= T::multi_miller_loop(g1.iter().copied(), g2.iter().copied()).0;
    }
    put(out, &product)
}

/// What `mul_projective` of all these curves does (ark-ec 0.4), and looks at `watch` now and then.
fn multiple<G: Group>(base: &G, limbs: &[u64], watch: &Watch) -> Result<G, Failure> {
    let mut result = G::zero();
    for (index, bit) in BitIteratorBE::without_leading_zeros(limbs).enumerate() {
        watch.item(index)?;
        result.double_in_place();
        if bit {
            result += base;
        }
    }
    Ok(result)
}

fn final_exponentiation<T: Pairing>(mut f: &[u8], _: &[u8], out: &mut Out, _: &Watch) -> Outcome {
    let target = take::<T::TargetField>(&mut f)?;
    put(
        out,
        &T::final_exponentiation(MillerLoopOutput(target))
            .ok_or(Failure::Unknown)?
            .0,
    )
}

fn put_sw<T: SWCurveConfig>(out: &mut Out, point: &SwProjective<T>) -> Outcome {
    [&point.x, &point.y, &point.z]
        .into_iter()
        .try_for_each(|field| put(out, field))
}

fn put_te<T: TECurveConfig>(out: &mut Out, point: &TeProjective<T>) -> Outcome {
    [&point.x, &point.y, &point.t, &point.z]
        .into_iter()
        .try_for_each(|field| put(out, field))
}

fn msm_sw<T: SWCurveConfig>(mut bases: &[u8], mut scalars: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    room(bases, scalars, MSM_ROOM)?;
    let bases = take_list::<SwAffine<T>>(&mut bases, watch)?;
    let scalars = take_list::<T::ScalarField>(&mut scalars, watch)?;
    watch.check()?;
    put_sw(
        out,
        &SwProjective::<T>::msm(&bases, &scalars).map_err(|_| Failure::LengthMismatch)?,
    )
}

fn mul_sw<T: SWCurveConfig>(mut base: &[u8], mut scalar: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    let (x, y, z) = (take(&mut base)?, take(&mut base)?, take(&mut base)?);
    let limbs = take_list::<u64>(&mut scalar, watch)?;
    put_sw(out, &multiple(&SwProjective::<T> { x, y, z }, &limbs, watch)?)
}

fn msm_te<T: TECurveConfig>(mut bases: &[u8], mut scalars: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    room(bases, scalars, MSM_ROOM)?;
    let bases = take_list::<TeAffine<T>>(&mut bases, watch)?;
    let scalars = take_list::<T::ScalarField>(&mut scalars, watch)?;
    watch.check()?;
    put_te(
        out,
        &TeProjective::<T>::msm(&bases, &scalars).map_err(|_| Failure::LengthMismatch)?,
    )
}

fn mul_te<T: TECurveConfig>(mut base: &[u8], mut scalar: &[u8], out: &mut Out, watch: &Watch) -> Outcome {
    let (x, y, t, z) = (take(&mut base)?, take(&mut base)?, take(&mut base)?, take(&mut base)?);
    let limbs = take_list::<u64>(&mut scalar, watch)?;
    put_te(out, &multiple(&TeProjective::<T> { x, y, t, z }, &limbs, watch)?)
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
        Curve::Bls12_377 => pairing::<old_bls12_377::Bls12_377>(op),
        Curve::Bls12_377G1 => sw::<old_bls12_377::g1::Config>(op),
        Curve::Bls12_377G2 => sw::<old_bls12_377::g2::Config>(op),
        Curve::Bls12_381 => pairing::<old_bls12_381::Bls12_381>(op),
        Curve::Bls12_381G1 => sw::<old_bls12_381::g1::Config>(op),
        Curve::Bls12_381G2 => sw::<old_bls12_381::g2::Config>(op),
        Curve::Bw6_761 => pairing::<old_bw6_761::BW6_761>(op),
        Curve::Bw6_761G1 => sw::<old_bw6_761::g1::Config>(op),
        Curve::Bw6_761G2 => sw::<old_bw6_761::g2::Config>(op),
        Curve::EdOnBls12_377 => te::<old_ed_on_bls12_377::EdwardsConfig>(op),
        Curve::BandersnatchTe => te::<old_bandersnatch::EdwardsConfig>(op),
        Curve::BandersnatchSw => sw::<old_bandersnatch::SWConfig>(op),
        Curve::Pallas | Curve::Vesta => None,
    }
}
