//! Encoded operands, good and bad. Both generations of arkworks have the same encodings.

use ark_ec::{
    pairing::Pairing, short_weierstrass::SWCurveConfig, twisted_edwards::TECurveConfig, AffineRepr, CurveConfig,
    CurveGroup,
};
use ark_ff::{One, PrimeField, UniformRand, Zero};
use ark_serialize::CanonicalSerialize;
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};

pub fn encode(value: &impl CanonicalSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.serialize_uncompressed(&mut bytes).expect("memory takes all");
    bytes
}

pub fn below(rng: &mut ChaCha20Rng, end: usize) -> usize {
    rng.next_u64() as usize % end
}

/// Encoded points of one group, what scalars it has, and how a projective point is made of an affine one.
pub struct Group {
    pub good: Vec<Vec<u8>>,
    /// On the curve, most of them outside of the subgroup of prime order.
    pub astray: Vec<Vec<u8>>,
    /// Not on the curve, or such that decoding fails.
    pub bad: Vec<Vec<u8>>,
    pub scalars: Vec<Vec<u8>>,
    /// Order of the subgroup, little endian.
    pub order: Vec<u64>,
    pub field: usize,
    pub projective: Box<dyn Fn(&[u8], &mut ChaCha20Rng) -> Vec<u8>>,
}

/// Bytes that are no point: out of the field, flags, lengths.
fn damaged(point: &[u8], rng: &mut ChaCha20Rng) -> Vec<Vec<u8>> {
    let len = point.len();
    let mut bad = vec![vec![0; len], vec![0xff; len], point[..len - 1].to_vec(), point[..len / 2].to_vec(), vec![]];
    for (at, bits) in
        [(0, 0x80), (0, 0x40), (0, 0x20), (len - 1, 0x80), (len - 1, 0x40), (len - 1, 0xc0), (len / 2, 0x40)]
    {
        let mut flagged = point.to_vec();
        flagged[at] |= bits;
        bad.push(flagged);
        let mut zero = vec![0; len];
        zero[at] = bits;
        bad.push(zero);
    }
    let mut changed = point.to_vec();
    changed[below(rng, len)] ^= 1;
    bad.push(changed);
    bad
}

fn scalars<F: PrimeField>(rng: &mut ChaCha20Rng) -> Vec<Vec<u8>> {
    let mut list: Vec<F> = vec![F::zero(), F::one(), -F::one(), F::from(2u64), -F::from(2u64)];
    for bits in [8, 16, 32, 64] {
        let small = F::from(rng.next_u64() >> (64 - bits));
        list.extend([small, -small]);
    }
    list.extend((0..12).map(|_| F::rand(rng)));
    list.iter().map(encode).collect()
}

pub fn sw<C: SWCurveConfig>(rng: &mut ChaCha20Rng) -> Group {
    use ark_ec::short_weierstrass::{Affine, Projective};
    let mut good = vec![Affine::<C>::generator(), Affine::identity()];
    good.extend((0..38).map(|_| Projective::<C>::rand(rng).into_affine()));
    good.push(-good[2]);
    let mut astray = Vec::new();
    while astray.len() < 6 {
        astray.extend(Affine::<C>::get_point_from_x_unchecked(C::BaseField::rand(rng), false));
    }
    let mut bad: Vec<Vec<u8>> =
        (0..4).map(|_| encode(&Affine::<C>::new_unchecked(C::BaseField::rand(rng), C::BaseField::rand(rng)))).collect();
    bad.extend(damaged(&encode(&good[2]), rng));
    let field = encode(&C::BaseField::one()).len();
    let points = [&good[..], &astray[..]].concat();
    let projective =
        move |point: &[u8], rng: &mut ChaCha20Rng| match points.iter().find(|known| encode(*known) == point) {
            Some(known) if !known.is_zero() => {
                let z = if below(rng, 3) == 0 { C::BaseField::one() } else { C::BaseField::rand(rng) };
                let (x, y) = (known.x * z * z, known.y * z * z * z);
                [encode(&x), encode(&y), encode(&z)].concat()
            }
            Some(_) => [encode(&C::BaseField::one()), encode(&C::BaseField::one()), vec![0; field]].concat(),
            None => [point.to_vec(), encode(&C::BaseField::rand(rng))].concat(),
        };
    Group {
        good: good.iter().map(encode).collect(),
        astray: astray.iter().map(encode).collect(),
        bad,
        scalars: scalars::<C::ScalarField>(rng),
        order: <C as CurveConfig>::ScalarField::MODULUS.as_ref().to_vec(),
        field,
        projective: Box::new(projective),
    }
}

pub fn te<C: TECurveConfig>(rng: &mut ChaCha20Rng) -> Group {
    use ark_ec::twisted_edwards::{Affine, Projective};
    let mut good = vec![Affine::<C>::generator(), Affine::zero()];
    good.extend((0..38).map(|_| Projective::<C>::rand(rng).into_affine()));
    good.push(-good[2]);
    let order = C::ScalarField::MODULUS;
    let mut astray = vec![Affine::<C>::new_unchecked(C::BaseField::zero(), -C::BaseField::one())];
    while astray.len() < 8 {
        let Some(point) = Affine::<C>::get_point_from_y_unchecked(C::BaseField::rand(rng), false) else { continue };
        astray.push(point);
        let small = C::mul_affine(&point, order.as_ref()); // what the cofactor leaves
        if !small.z.is_zero() {
            astray.push(small.into_affine());
        }
    }
    let mut bad: Vec<Vec<u8>> =
        (0..4).map(|_| encode(&Affine::<C>::new_unchecked(C::BaseField::rand(rng), C::BaseField::rand(rng)))).collect();
    bad.extend(damaged(&encode(&good[2]), rng));
    let field = encode(&C::BaseField::one()).len();
    let points = [&good[..], &astray[..]].concat();
    let projective =
        move |point: &[u8], rng: &mut ChaCha20Rng| match points.iter().find(|known| encode(*known) == point) {
            Some(known) => {
                let z = if below(rng, 3) == 0 { C::BaseField::one() } else { C::BaseField::rand(rng) };
                [known.x * z, known.y * z, known.x * known.y * z, z].iter().flat_map(encode).collect()
            }
            None => [point.to_vec(), encode(&C::BaseField::rand(rng)), encode(&C::BaseField::rand(rng))].concat(),
        };
    Group {
        good: good.iter().map(encode).collect(),
        astray: astray.iter().map(encode).collect(),
        bad,
        scalars: scalars::<C::ScalarField>(rng),
        order: order.as_ref().to_vec(),
        field,
        projective: Box::new(projective),
    }
}

/// Elements of the target field of a pairing, the first ones special.
pub fn targets<P: Pairing>(rng: &mut ChaCha20Rng) -> Vec<Vec<u8>> {
    let mut list = vec![P::TargetField::zero(), P::TargetField::one(), -P::TargetField::one()];
    list.extend((0..12).map(|_| P::TargetField::rand(rng)));
    for _ in 0..12 {
        list.push(P::multi_miller_loop([P::G1::rand(rng)], [P::G2::rand(rng)]).0);
    }
    list.iter().map(encode).collect()
}
