//! Compares a dump of ours, lines of "key, explained key, value in JSON" separated by tabs and raw values by key, with
//! what scale-value makes of the same bytes under the same metadata. Names must be the same to the letter; where our JSON
//! leaves out what the type says (newtypes, options, eras), scale-value's fuller form is folded the same way.
use frame_metadata::{v14, v15, RuntimeMetadata, RuntimeMetadataPrefixed};
use scale_info::{form::PortableForm, PortableRegistry};
use scale_value::{Composite, Primitive, Value, ValueDef};
use serde_json::Value as Json;
use std::collections::HashMap;

type P = PortableForm;

/// 32 bytes of an SS58 address, without a look at its checksum.
fn account(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes: Vec<u8> = vec![];
    for c in text.bytes() {
        let mut carry = ALPHABET.iter().position(|a| *a == c)? as u32;
        for b in bytes.iter_mut().rev() {
            carry += *b as u32 * 58;
            *b = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.insert(0, carry as u8);
        }
    }
    let zeros = text.bytes().take_while(|c| *c == b'1').count();
    let raw: Vec<u8> = vec![0; zeros].into_iter().chain(bytes).collect();
    let start = if *raw.first()? < 64 { 1 } else { 2 };
    (raw.len() == start + 34).then(|| raw[start..start + 32].to_vec())
}

fn bytes_of<T>(value: &Value<T>) -> Option<Vec<u8>> {
    match &value.value {
        ValueDef::Composite(c) if c.len() == 1 => {
            let inner = c.values().next().unwrap();
            match &inner.value {
                ValueDef::Primitive(Primitive::U128(n)) => Some(vec![u8::try_from(*n).ok()?]),
                _ => bytes_of(inner),
            }
        }
        ValueDef::Composite(c) => c
            .values()
            .map(|v| match &v.value {
                ValueDef::Primitive(Primitive::U128(n)) => u8::try_from(*n).ok(),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn integer(json: &Json) -> Option<String> {
    match json {
        Json::Number(n) => Some(n.to_string()),
        Json::String(s) if s.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) && !s.is_empty() => {
            Some(s.clone())
        }
        _ => None,
    }
}

fn same_fields<T>(ours: &Json, theirs: &Composite<T>) -> bool {
    match theirs {
        _ if theirs.is_empty() => ours.is_null() || ours.as_array().is_some_and(|a| a.is_empty()),
        Composite::Named(fields) => {
            let Some(object) = ours.as_object() else { return false };
            object.len() == fields.len() && fields.iter().all(|(k, v)| object.get(k).is_some_and(|x| same(x, v)))
        }
        Composite::Unnamed(items) => {
            let elements = ours.as_array().is_some_and(|a| {
                a.len() == items.len() && a.iter().zip(items).all(|(x, y)| same(x, y))
            });
            elements || (items.len() == 1 && same(ours, &items[0]))
        }
    }
}

fn same<T>(ours: &Json, theirs: &Value<T>) -> bool {
    if let Some(text) = ours.as_str() {
        if let (Some(hex), Some(bytes)) = (text.strip_prefix("0x"), bytes_of(theirs)) {
            return hex == hex::encode(bytes);
        }
        if let (Some(account), Some(bytes)) = (account(text), bytes_of(theirs)) {
            return account == bytes;
        }
    }
    match &theirs.value {
        ValueDef::Primitive(Primitive::Bool(b)) => ours == &Json::Bool(*b),
        ValueDef::Primitive(Primitive::Char(c)) => ours.as_str() == Some(&c.to_string()),
        ValueDef::Primitive(Primitive::String(s)) => ours.as_str() == Some(s),
        ValueDef::Primitive(Primitive::U128(n)) => integer(ours) == Some(n.to_string()),
        ValueDef::Primitive(Primitive::I128(n)) => integer(ours) == Some(n.to_string()),
        ValueDef::Primitive(_) => false,
        ValueDef::BitSequence(bits) => {
            let text: String = bits.iter().map(|b| if b { '1' } else { '0' }).collect();
            ours.as_str() == Some(&format!("0b{text}"))
        }
        ValueDef::Composite(c) => same_fields(ours, c),
        ValueDef::Variant(v) => match (v.name.as_str(), ours) {
            ("None", Json::Null) => true,
            (name, Json::String(s)) if v.values.is_empty() => s == name,
            (name, Json::Object(o)) if o.len() == 1 && o.contains_key(name) => same_fields(&o[name], &v.values),
            ("Some", _) => same_fields(ours, &v.values),
            _ => false,
        },
    }
}

struct Entry {
    value: u32,
}

fn prefix(pallet: &str, entry: &str) -> String {
    hex::encode([twox_128(pallet.as_bytes()), twox_128(entry.as_bytes())].concat())
}

fn twox_128(data: &[u8]) -> Vec<u8> {
    use std::hash::Hasher;
    [0u64, 1].iter().flat_map(|seed| {
        let mut h = twox_hash::XxHash::with_seed(*seed);
        h.write(data);
        h.finish().to_le_bytes()
    }).collect()
}

fn entries<'a>(
    pallets: impl Iterator<Item = (&'a str, Option<&'a v14::PalletStorageMetadata<P>>)>,
) -> HashMap<String, Entry> {
    let mut out = HashMap::new();
    for (_, storage) in pallets {
        let Some(storage) = storage else { continue };
        for e in &storage.entries {
            let value = match &e.ty {
                v14::StorageEntryType::Plain(t) => t.id,
                v14::StorageEntryType::Map { value, .. } => value.id,
            };
            out.insert(prefix(&storage.prefix, &e.name), Entry { value });
        }
    }
    out
}

fn split(metadata: &RuntimeMetadata) -> (&PortableRegistry, HashMap<String, Entry>) {
    match metadata {
        RuntimeMetadata::V14(m) => {
            (&m.types, entries(m.pallets.iter().map(|p: &v14::PalletMetadata<P>| (p.name.as_str(), p.storage.as_ref()))))
        }
        RuntimeMetadata::V15(m) => {
            (&m.types, entries(m.pallets.iter().map(|p: &v15::PalletMetadata<P>| (p.name.as_str(), p.storage.as_ref()))))
        }
        _ => panic!("V14 or V15 is wanted"),
    }
}

pub fn compare(metadata: RuntimeMetadataPrefixed, dump: &str) {
    let (types, entries) = split(&metadata.1);
    let (mut compared, mut different) = (0, 0);
    for line in std::fs::read_to_string(dump).unwrap().lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let Some(entry) = parts[0].get(2..66).and_then(|p| entries.get(p)) else { continue };
        let bytes = hex::decode(&parts[3][2..]).unwrap();
        let theirs = scale_value::scale::decode_as_type(&mut &bytes[..], entry.value, types).unwrap();
        let mut again = vec![];
        scale_value::scale::encode_as_type(&theirs, entry.value, types, &mut again).unwrap();
        assert_eq!(again, bytes, "scale-value itself");
        compared += 1;
        if !same(&serde_json::from_str(parts[2]).unwrap(), &theirs) {
            different += 1;
            println!("differs {}\n  {}\n  {theirs}", parts[1], parts[2]);
        }
    }
    println!("compared {compared} different {different}");
    std::process::exit((different > 0) as i32);
}
