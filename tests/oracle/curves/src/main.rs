//! Known answers for the elliptic curve functions: chosen and random operands, by a seed.
//!
//!     curves-oracle FILE SEED
//!
//! FILE is a JSON array compressed with zstd, a record a line, as tests/oracle/hostvec writes calls, with `signature`
//! beside `function`, since one name had two types. Each call is made with 1, 2, 3 and 8 threads: what the reference
//! answers otherwise by the number of its threads (sums of points that are not on the curve) is left out, and counted.

mod host;
mod operands;

use host::{Memory, Row, ARGUMENTS};
use operands::{below, Group};
use rand_chacha::{rand_core::RngCore, rand_core::SeedableRng, ChaCha20Rng};
use serde_json::{json, Value as Json};

/// Cases of each function.
const CASES: usize = 64;
const THREADS: [usize; 4] = [1, 2, 3, 8];

fn list(count: u64, items: &[Vec<u8>]) -> Vec<u8> {
    [count.to_le_bytes().to_vec(), items.concat()].concat()
}

/// A list as it should be.
fn whole(items: &[Vec<u8>]) -> Vec<u8> {
    list(items.len() as u64, items)
}

/// Something wrong with a list.
fn spoilt(items: &[Vec<u8>], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let count = items.len() as u64;
    let bytes = whole(items);
    match below(rng, 9) {
        0 => vec![],
        1 => bytes[..7].to_vec(),
        2 => list(count + 1, items),
        3 => list(1 << 32, items),
        4 => list(1 << 63, items),
        5 => list(u64::MAX, items),
        6 => list(count.saturating_sub(1), items),
        7 => [bytes, vec![0xab; 5]].concat(),
        _ => bytes[..bytes.len() - 1].to_vec(),
    }
}

fn some(from: &[Vec<u8>], count: usize, rng: &mut ChaCha20Rng) -> Vec<Vec<u8>> {
    (0..count).map(|_| from[below(rng, from.len())].clone()).collect()
}

/// A list of points: mostly good ones.
fn points(group: &Group, count: usize, case: usize, rng: &mut ChaCha20Rng) -> Vec<Vec<u8>> {
    let mut items = some(&group.good, count, rng);
    if count > 0 {
        let at = below(rng, count);
        match case % 8 {
            3 => items[at] = some(&group.astray, 1, rng).remove(0),
            5 => items = some(&group.astray, count, rng),
            6 => items[at] = group.bad[case / 8 % group.bad.len()].clone(),
            7 if count > 1 => items[at] = items[(at + 1) % count].clone(),
            _ => (),
        }
    }
    items
}

/// Lengths of lists: the first ones small, two long enough for other windows.
fn length(case: usize, rng: &mut ChaCha20Rng) -> usize {
    match case {
        0..=2 => case,
        40 | 41 => 33 + below(rng, 20),
        _ => 1 + below(rng, 5),
    }
}

fn msm(group: &Group, case: usize, rng: &mut ChaCha20Rng) -> (Vec<u8>, Vec<u8>) {
    let count = length(case, rng);
    let bases = points(group, count, case, rng);
    let mut scalars = some(&group.scalars, count, rng);
    match case {
        44 => (spoilt(&bases, rng), whole(&scalars)),
        45 => (whole(&bases), spoilt(&scalars, rng)),
        46 => (vec![], vec![]),
        47 => (list(1 << 40, &bases), list(1 << 40, &scalars)),
        48 => (whole(&bases), whole(&scalars[1..])),
        49 => (whole(&bases[1..]), whole(&scalars)),
        50 => {
            scalars[0] = vec![0xff; scalars[0].len()];
            (whole(&bases), whole(&scalars))
        }
        51..=54 => (spoilt(&bases, rng), spoilt(&scalars, rng)),
        _ => (whole(&bases), whole(&scalars)),
    }
}

/// Limbs of a factor: none, one, the order, longer than any field, zeros on top.
fn limbs(group: &Group, case: usize, rng: &mut ChaCha20Rng) -> Vec<Vec<u8>> {
    let random = |count: usize, rng: &mut ChaCha20Rng| (0..count).map(|_| rng.next_u64()).collect::<Vec<_>>();
    let limbs = match case % 16 {
        0 => vec![],
        1 => vec![0],
        2 => vec![1],
        3 => vec![2],
        4 => group.order.clone(),
        5 => [&group.order[..], &[0, 0]].concat(),
        6 => group.order.iter().enumerate().map(|(i, limb)| limb ^ (i == 0) as u64).collect(),
        7 => random(group.order.len() + 3, rng),
        8 => [random(2, rng), vec![0; 5]].concat(),
        9 => vec![u64::MAX; 4],
        _ => random(1 + below(rng, group.order.len()), rng),
    };
    limbs.into_iter().map(|limb| limb.to_le_bytes().to_vec()).collect()
}

fn mul(group: &Group, new: bool, case: usize, rng: &mut ChaCha20Rng) -> (Vec<u8>, Vec<u8>) {
    let affine = match case {
        0..=1 => group.good[case].clone(),
        2..=25 => group.bad[case % group.bad.len()].clone(),
        26..=35 => group.astray[case % group.astray.len()].clone(),
        _ => some(&group.good, 1, rng).remove(0),
    };
    let mut base = if new { affine } else { (group.projective)(&affine, rng) };
    match case {
        60 => base.push(7),
        61 => base.truncate(base.len() - group.field),
        62 if !new => base = vec![0; base.len()],
        63 if !new => base = [&base[..base.len() - group.field], &vec![0; group.field][..]].concat(), // z = 0
        _ => (),
    }
    let factor = limbs(group, case, rng);
    (base, if case >= 56 && case < 60 { spoilt(&factor, rng) } else { whole(&factor) })
}

fn pairs(g1: &Group, g2: &Group, case: usize, rng: &mut ChaCha20Rng) -> (Vec<u8>, Vec<u8>) {
    let count = match case {
        40 => 9,
        41 => 4,
        _ => length(case, rng).min(3),
    };
    let a = points(g1, count, case, rng);
    let b = points(g2, count, if case % 3 == 0 { case / 8 } else { 0 }, rng);
    match case {
        44..=47 => (spoilt(&a, rng), whole(&b)),
        48..=51 => (whole(&a), spoilt(&b, rng)),
        52 => (vec![], vec![]),
        53 => (whole(&a), whole(&b[1..])),
        54 => (whole(&[vec![0; a[0].len()]]), whole(&[vec![0; b[0].len()]])),
        55 => (whole(&[a[0].clone()]), whole(&[vec![0; b[0].len()]])),
        56 => (whole(&[vec![0; a[0].len()]]), whole(&[b[0].clone()])),
        _ => (whole(&a), whole(&b)),
    }
}

fn target(targets: &[Vec<u8>], case: usize, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut f = targets[case % targets.len()].clone();
    let len = f.len();
    match case {
        40 => f.clear(),
        41 => f.truncate(len - 1),
        42 => f.extend([1, 2, 3]),
        43 => f = vec![0xff; len],
        44..=50 => f[len - 1 - below(rng, 3)] |= 0x80,
        51..=56 => f[below(rng, len)] ^= 1 << below(rng, 8),
        _ => (),
    }
    f
}

/// Length of the buffer for a value of `len` bytes.
fn room(len: usize, case: usize) -> usize {
    match case {
        36 => 0,
        37 => len - 1,
        38 => len + 1,
        39 => 700,
        _ => len,
    }
}

/// A pairing's name and operands, or a group's.
struct Curve {
    name: &'static str,
    groups: Vec<Group>,
    targets: Vec<Vec<u8>>,
}

macro_rules! pairing {
    ($name:literal, $curve:ident, $pairing:ident, $rng:expr) => {
        Curve {
            name: $name,
            groups: vec![operands::sw::<$curve::g1::Config>($rng), operands::sw::<$curve::g2::Config>($rng)],
            targets: operands::targets::<$curve::$pairing>($rng),
        }
    };
}

fn curves(rng: &mut ChaCha20Rng) -> Vec<Curve> {
    let one = |name, group| Curve { name, groups: vec![group], targets: vec![] };
    let te = operands::te::<ark_ed_on_bls12_381_bandersnatch::EdwardsConfig>;
    vec![
        pairing!("bls12_377", ark_bls12_377, Bls12_377, rng),
        pairing!("bls12_381", ark_bls12_381, Bls12_381, rng),
        pairing!("bw6_761", ark_bw6_761, BW6_761, rng),
        one("ed_on_bls12_377", operands::te::<ark_ed_on_bls12_377::EdwardsConfig>(rng)),
        one("ed_on_bls12_381_bandersnatch_sw", operands::sw::<ark_ed_on_bls12_381_bandersnatch::SWConfig>(rng)),
        one("ed_on_bls12_381_bandersnatch", te(rng)),
        one("pallas", operands::sw::<ark_pallas::PallasConfig>(rng)),
        one("vesta", operands::sw::<ark_vesta::VestaConfig>(rng)),
    ]
}

/// Operands of a case, and the length of the new form's value.
fn case_operands(row: &Row, curve: &Curve, case: usize, rng: &mut ChaCha20Rng) -> (Vec<Vec<u8>>, usize) {
    let group = &curve.groups[row.name.contains("_g2_") as usize];
    let len = group.good[0].len();
    if row.name.contains("multi_miller_loop") {
        let (a, b) = pairs(&curve.groups[0], &curve.groups[1], case, rng);
        (vec![a, b], curve.targets[0].len())
    } else if row.name.contains("final_exponentiation") {
        (vec![target(&curve.targets, case, rng)], curve.targets[0].len())
    } else if row.name.contains("msm") {
        let (a, b) = msm(group, case, rng);
        (vec![a, b], len)
    } else {
        let (a, b) = mul(group, row.new, case, rng);
        (vec![a, b], len)
    }
}

/// What a call leaves: the number, or the bytes behind the pointer-size, and the buffer.
#[derive(PartialEq)]
struct Outcome {
    output: Option<Vec<u8>>,
    buffer: Option<Vec<u8>>,
}

struct Placed {
    memory: Memory,
    args: Vec<u64>,
    buffer: Option<std::ops::Range<usize>>,
}

fn place(operands: &[Vec<u8>], buffer: Option<usize>) -> Placed {
    let mut placed = Placed { memory: Memory::new(), args: vec![], buffer: None };
    let mut at = ARGUMENTS;
    for (i, data) in operands.iter().enumerate() {
        placed.memory.bytes[at..at + data.len()].copy_from_slice(data);
        placed.args.push((data.len() as u64) << 32 | at as u64);
        if buffer == Some(i) {
            placed.buffer = Some(at..at + data.len());
        }
        at += (data.len() + 15) & !7;
    }
    placed
}

fn call(row: &Row, operands: &[Vec<u8>], buffer: Option<usize>, threads: usize) -> Outcome {
    let mut placed = place(operands, buffer);
    let answer = row.call(&mut placed.memory, &placed.args, threads);
    let output = answer.map(|answer| match row.new {
        true => (answer as u32).to_le_bytes().to_vec(),
        false => placed.memory.bytes[answer as u32 as usize..][..(answer >> 32) as usize].to_vec(),
    });
    Outcome { output, buffer: placed.buffer.map(|range| placed.memory.bytes[range].to_vec()) }
}

/// The record of a case; none when the reference's answer depends on its threads.
fn record(row: &Row, curve: &Curve, case: usize, rng: &mut ChaCha20Rng) -> Option<Json> {
    let (mut operands, len) = case_operands(row, curve, case, rng);
    if row.new && row.params == 3 {
        operands.push(vec![0xaa; room(len, case)]);
    }
    let buffer = row.new.then_some(row.params - 1);
    let outcome = call(row, &operands, buffer, THREADS[0]);
    if THREADS[1..].iter().any(|threads| call(row, &operands, buffer, *threads) != outcome) {
        return None;
    }
    let kinds: Vec<&str> = (0..row.params).map(|i| if buffer == Some(i) { "buffer" } else { "span" }).collect();
    let mut record = json!({
        "function": row.name, "signature": row.signature(), "note": format!("case {case}"), "kinds": kinds,
        "inputs": operands.iter().map(hex::encode).collect::<Vec<_>>(),
        "output_kind": if row.new { "i32" } else { "span" }, "output": outcome.output.map(hex::encode),
    });
    if let Some(bytes) = outcome.buffer {
        record["buffers_after"] = json!([hex::encode(bytes)]);
    }
    Some(record)
}

/// The name of a function of the old form in releases 0.4 and 0.5, whose utils.rs did the same.
fn oldest_name(name: &str) -> String {
    name.replace("ext_host_calls_", "ext_elliptic_curves_").replace("bls12_377_te_", "bls12_377_")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, seed] = &arguments[..] else {
        eprintln!("usage: curves-oracle FILE SEED");
        std::process::exit(2);
    };
    std::panic::set_hook(Box::new(|_| {})); // host functions panic where the runtime traps
    let seed = seed.parse().expect("SEED is a number");
    let curves = curves(&mut ChaCha20Rng::seed_from_u64(seed));
    let (mut oldest, mut lines) = (Vec::new(), Vec::new());
    for row in host::rows() {
        let in_name = |curve: &&Curve| row.name.contains(curve.name);
        let curve = curves.iter().filter(in_name).max_by_key(|curve| curve.name.len()).expect("a curve of each name");
        let mut rng = ChaCha20Rng::seed_from_u64(seed); // like functions get like operands
        let records: Vec<Json> = (0..CASES).filter_map(|case| record(&row, curve, case, &mut rng)).collect();
        let (made, left_out) = (records.len(), CASES - records.len());
        let values = records.iter().filter(|record| !record["output"].is_null()).count();
        println!("{made:4} cases, {values:3} without trap, {left_out:2} left out: {} {}", row.name, row.signature());
        for mut record in records {
            lines.push(record.to_string());
            if !row.new {
                record["function"] = json!(oldest_name(&row.name));
                oldest.push(record.to_string());
            }
        }
    }
    oldest.extend(lines);
    let text = format!("[\n{}\n]\n", oldest.join(",\n"));
    std::fs::write(path, zstd::bulk::compress(text.as_bytes(), 19).expect("compression in memory"))
        .expect("FILE can be written");
}
