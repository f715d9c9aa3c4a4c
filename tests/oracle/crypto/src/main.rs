//! Prints tests/data/crypto/reference.txt: a record a line, fields separated by blanks, bytes in hexadecimal ("-" for
//! none), always the same ones.
//!
//!   uri SCHEME URI PASSWORD PUBLIC       Pair::from_string; PUBLIC "-" when it refuses
//!   sign SCHEME URI MESSAGE SIGNATURE    Pair::sign (not sr25519, which is randomised)
//!   verify SCHEME SIGNATURE MESSAGE PUBLIC NEW OLD
//!     ed25519: NEW Pair::verify (ZIP-215), OLD ed25519-dalek; sr25519 and ecdsa: NEW verify, OLD verify_deprecated

use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use std::panic::catch_unwind;

const CASES: usize = 250;

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        "-".into()
    } else {
        array_bytes::bytes2hex("", bytes)
    }
}

struct Source(ChaCha20Rng);

impl Source {
    fn below(&mut self, n: usize) -> usize {
        self.0.next_u64() as usize % n
    }
    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
    fn message(&mut self) -> Vec<u8> {
        let len = self.below(48);
        self.bytes(len)
    }
}

fn phrase(source: &mut Source) -> String {
    let words = |source: &mut Source, len| bip39::Mnemonic::from_entropy(&source.bytes(len)).unwrap().to_string();
    match source.below(12) {
        0 | 1 => String::new(),
        2 => words(source, 20),
        3 => words(source, 24),
        4 => words(source, 28),
        5 => words(source, 32),
        6 => format!("0x{}", hex(&source.bytes(32))),
        7 => format!("0x0x{}", hex(&source.bytes(32)).to_uppercase()),
        8 => format!("0x{}", hex(&source.bytes(31))),
        9 => words(source, 16).replace(' ', "  ").to_string(),
        10 => words(source, 16).replacen(' ', " zoo ", 1),
        _ => words(source, 16),
    }
}

fn junction(source: &mut Source) -> String {
    let slash = source.pick(&["/", "//", "//", "//", "//", "//"]);
    let long = "long junction names are hashed with blake2b".repeat(1 + source.below(3));
    let name = match source.below(12) {
        0 => source.0.next_u64().to_string(),
        1 => format!("000{}", source.below(1000)),
        2 => format!("+{}", source.below(1000)),
        3 => "18446744073709551615".into(),
        4 => "18446744073709551616".into(),
        5 => "+".into(),
        6 => "-1".into(),
        7 => long,
        8 => "x".repeat(28 + source.below(8)),
        9 => "y".repeat(60 + source.below(8)),
        10 => "Ünï\ncode".into(),
        _ => source.pick(&["Alice", "Bob", "stash", "polkadot", "0x01"]).into(),
    };
    format!("{slash}{name}")
}

fn uri(source: &mut Source) -> String {
    let mut text = phrase(source);
    for _ in 0..source.below(4) {
        text += &junction(source);
    }
    if source.below(3) == 0 {
        text += "///";
        text += source.pick(&[
            "",
            "password",
            "/slashes//in///it",
            "pässwörd",
            "two\nlines",
            "correct horse",
        ]);
    }
    if source.below(20) == 0 {
        text += source.pick(&["/", "//", "\n", "é", "\\"]);
    }
    text
}

fn print_uri<P: Pair>(scheme: &str, text: &str, password: Option<&str>) {
    // A secret out of the group's range makes sp-core panic; a host call then traps, as for an error.
    let made = catch_unwind(|| P::from_string(text, password).ok().map(|pair| pair.public()));
    let public = made.ok().flatten().map_or("-".into(), |key| hex(key.as_ref()));
    println!(
        "uri {scheme} {} {} {public}",
        hex(text.as_bytes()),
        hex(password.unwrap_or("").as_bytes())
    );
}

fn uris(source: &mut Source) {
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let mut texts: Vec<String> = [
        "",
        "/",
        "//",
        "///",
        "////",
        "//Alice",
        "//Bob",
        "//Charlie",
        "//Dave",
        "//Eve",
        "//Ferdie",
        "/Alice",
    ]
    .into_iter()
    .map(String::from)
    .collect();
    texts.push(format!("0x{}", "0".repeat(64)));
    texts.push(format!("0x{order}"));
    texts.push(format!("0x{}0", &order[..63]));
    texts.push("x".repeat(300));
    texts.extend((0..CASES).map(|_| uri(source)));
    for text in &texts {
        let password = (source.below(6) == 0).then_some("keystore password");
        print_uri::<ed25519::Pair>("ed25519", text, password);
        print_uri::<sr25519::Pair>("sr25519", text, password);
        print_uri::<ecdsa::Pair>("ecdsa", text, password);
    }
}

fn flip(source: &mut Source, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = source.below(bytes.len() * 8);
        bytes[at / 8] ^= 1 << (at % 8);
    }
}

/// A fault in one of the three, or none.
fn damage(source: &mut Source, signature: &mut Vec<u8>, message: &mut Vec<u8>, public: &mut Vec<u8>) {
    match source.below(11) {
        0 => flip(source, signature),
        1 => flip(source, message),
        2 => flip(source, public),
        3 => *signature = source.bytes(signature.len()),
        4 => public.fill(0),
        5 => signature[63] ^= 0x80,
        6 => signature[32..64].fill(0xff),
        _ => (),
    }
}

fn print_verify(scheme: &str, signature: &[u8], message: &[u8], public: &[u8]) {
    let (new, old) = match scheme {
        "ed25519" => {
            let (s, p) = (
                ed25519::Signature::try_from(signature).unwrap(),
                ed25519::Public::try_from(public).unwrap(),
            );
            let dalek = ed25519_dalek::VerifyingKey::from_bytes(public.try_into().unwrap()).is_ok_and(|key| {
                use ed25519_dalek::Verifier;
                key.verify(
                    message,
                    &ed25519_dalek::Signature::from_bytes(signature.try_into().unwrap()),
                )
                .is_ok()
            });
            (ed25519::Pair::verify(&s, message, &p), dalek)
        }
        "sr25519" => {
            let (s, p) = (
                sr25519::Signature::try_from(signature).unwrap(),
                sr25519::Public::try_from(public).unwrap(),
            );
            (
                sr25519::Pair::verify(&s, message, &p),
                sr25519::Pair::verify_deprecated(&s, message, &p),
            )
        }
        _ => {
            let (s, p) = (
                ecdsa::Signature::try_from(signature).unwrap(),
                ecdsa::Public::try_from(public).unwrap(),
            );
            #[allow(deprecated)]
            let old = ecdsa::Pair::verify_deprecated(&s, message, &p);
            (ecdsa::Pair::verify(&s, message, &p), old)
        }
    };
    println!(
        "verify {scheme} {} {} {} {} {}",
        hex(signature),
        hex(message),
        hex(public),
        new as u8,
        old as u8
    );
}

fn signatures(source: &mut Source) {
    for i in 0..CASES {
        let (text, message) = (format!("//{i}"), source.message());
        let ed = ed25519::Pair::from_string(&text, None).unwrap();
        let sr = sr25519::Pair::from_string(&text, None).unwrap();
        let ec = ecdsa::Pair::from_string(&text, None).unwrap();
        let pair: &schnorrkel::Keypair = sr.as_ref();
        let transcript = schnorrkel::signing_context(b"substrate").bytes(&message);
        let noise = ChaCha20Rng::from_seed(source.bytes(32).try_into().unwrap());
        let by_sr = pair.sign(schnorrkel::context::attach_rng(transcript, noise)).to_bytes();
        let (by_ed, by_ec) = (ed.sign(&message).0, ec.sign(&message).0);
        println!(
            "sign ed25519 {} {} {}",
            hex(text.as_bytes()),
            hex(&message),
            hex(&by_ed)
        );
        println!("sign ecdsa {} {} {}", hex(text.as_bytes()), hex(&message), hex(&by_ec));
        for (scheme, signature, public) in [
            ("ed25519", by_ed.to_vec(), ed.public().0.to_vec()),
            ("sr25519", by_sr.to_vec(), sr.public().0.to_vec()),
            ("ecdsa", by_ec.to_vec(), ec.public().0.to_vec()),
        ] {
            let (mut signature, mut message, mut public) = (signature, message.clone(), public);
            damage(source, &mut signature, &mut message, &mut public);
            print_verify(scheme, &signature, &message, &public);
        }
    }
}

/// All encodings of the eight points of small order, also those that are not canonical (ZIP-215, test vectors), as key
/// and as R.
fn small_order() {
    let points = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ]
    .map(|text| array_bytes::hex2bytes_unchecked(text));
    for public in &points {
        for r in &points {
            let mut signature = r.clone();
            signature.resize(64, 0);
            print_verify("ed25519", &signature, b"Zcash", public);
        }
    }
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    let mut source = Source(ChaCha20Rng::from_seed([7; 32]));
    println!("# Answers of sp-core 43.0.0; made by tests/oracle/crypto, whose main.rs describes the records.");
    uris(&mut source);
    signatures(&mut source);
    small_order();
}
