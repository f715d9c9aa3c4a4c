//! The oracle for src/metadata: the upstream crates' own reading of the same bytes.
//!
//! metadata-oracle outline METADATA         every item of a metadata, one a line, as frame-metadata decodes it
//! metadata-oracle values METADATA DUMP     compares a dump of ours (dump.c) with what scale-value decodes (V14 and later)
//! metadata-oracle hash METADATA...         the RFC-78 hash of each V15, for several chains' further facts
//! metadata-oracle hash-of METADATA FACTS... the same of one chain
//! metadata-oracle ordered                  BTreeSets and BTreeMaps in a random order, and as the codec encodes them
//! metadata-oracle depth                    how many calls inside each other MAX_EXTRINSIC_DEPTH takes
//! metadata-oracle v16 METADATA             makes V16 of V14, V15 or V16, without docs, with made-up deprecations
mod depth;
mod hash;
mod ordered;
mod outline;
mod v16;
mod values;

use codec::Decode;
use frame_metadata::RuntimeMetadataPrefixed;

fn load(path: &str) -> RuntimeMetadataPrefixed {
    let bytes = std::fs::read(path).expect("metadata file");
    // Bare, as Vec<u8>, or as Option<Vec<u8>>.
    if bytes.starts_with(b"meta") {
        return RuntimeMetadataPrefixed::decode(&mut &bytes[..]).expect("metadata");
    }
    let inner = Vec::<u8>::decode(&mut &bytes[..])
        .ok()
        .filter(|inner| inner.starts_with(b"meta"))
        .unwrap_or_else(|| Option::<Vec<u8>>::decode(&mut &bytes[..]).expect("metadata").expect("None"));
    RuntimeMetadataPrefixed::decode(&mut &inner[..]).expect("metadata")
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args[1].as_str() {
        "outline" => outline::print(load(&args[2])),
        "values" => values::compare(load(&args[2]), &args[3]),
        "hash" => args[2..].iter().for_each(|path| hash::print(path, load(path))),
        "hash-of" => hash::of(load(&args[2]), &args[3..]),
        "ordered" => ordered::print(),
        "depth" => depth::print(),
        "v16" => v16::make(load(&args[2])),
        other => panic!("unknown command {other}"),
    }
}
