//! The metadata hash of RFC-78 (crate merkleized-metadata), one a line: name, spec version, spec name, prefix, decimals,
//! symbol, root of the types' tree, hash of the extrinsic's metadata, hash of the digest.
//! `of` is the last of these for one chain.
use frame_metadata::RuntimeMetadataPrefixed;
use merkleized_metadata::{generate_metadata_digest, types::MetadataDigest, ExtraInfo};

pub fn print(path: &str, metadata: RuntimeMetadataPrefixed) {
    let name = std::path::Path::new(path).file_stem().unwrap().to_str().unwrap();
    for (spec_version, spec_name, base58_prefix, decimals, symbol) in
        [(1, "nice", 1, 1, "lol"), (u32::MAX, "", 16383, 255, ""), (70000, "statemint-\u{e9}", 42, 12, "UNIT UNIT")]
    {
        let extra = ExtraInfo {
            spec_version,
            spec_name: spec_name.into(),
            base58_prefix,
            decimals,
            token_symbol: symbol.into(),
        };
        let digest = generate_metadata_digest(&metadata.1, extra).expect("digest");
        let MetadataDigest::V1 { types_tree_root, extrinsic_metadata_hash, .. } = &digest else { unreachable!() };
        println!(
            "{name}\t{spec_version}\t{spec_name}\t{base58_prefix}\t{decimals}\t{symbol}\t{}\t{}\t{}",
            hex::encode(types_tree_root),
            hex::encode(extrinsic_metadata_hash),
            hex::encode(digest.hash())
        );
    }
}

/// SPEC_VERSION SPEC_NAME PREFIX DECIMALS SYMBOL
pub fn of(metadata: RuntimeMetadataPrefixed, facts: &[String]) {
    let extra = ExtraInfo {
        spec_version: facts[0].parse().unwrap(),
        spec_name: facts[1].clone(),
        base58_prefix: facts[2].parse().unwrap(),
        decimals: facts[3].parse().unwrap(),
        token_symbol: facts[4].clone(),
    };
    println!("0x{}", hex::encode(generate_metadata_digest(&metadata.1, extra).expect("digest").hash()));
}
