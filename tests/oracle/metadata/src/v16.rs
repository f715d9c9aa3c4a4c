//! A small V16 for the tests: another version's pallets and types, without documentation, with deprecations, associated
//! types, view functions and two versions of the transaction extensions, which no runtime at hand has all of.
use codec::{Compact, Encode};
use frame_metadata::{v14, v15, v16, RuntimeMetadata, RuntimeMetadataPrefixed};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef};
use std::io::Write;

type P = PortableForm;

fn strip(types: &mut PortableRegistry) {
    for t in &mut types.types {
        t.ty.docs.clear();
        match &mut t.ty.type_def {
            TypeDef::Composite(c) => c.fields.iter_mut().for_each(|f| f.docs.clear()),
            TypeDef::Variant(v) => v.variants.iter_mut().for_each(|v| {
                v.docs.clear();
                v.fields.iter_mut().for_each(|f| f.docs.clear());
            }),
            _ => (),
        }
    }
}

fn note(i: usize) -> v16::ItemDeprecationInfo<P> {
    match i % 3 {
        0 => v16::ItemDeprecationInfo::NotDeprecated,
        1 => v16::ItemDeprecationInfo::DeprecatedWithoutNote,
        _ => v16::ItemDeprecationInfo::Deprecated {
            note: format!("item {i} is old"),
            since: if i % 2 == 0 { Some("1.2.3".into()) } else { None },
        },
    }
}

fn notes(i: usize) -> v16::EnumDeprecationInfo<P> {
    let old = v16::VariantDeprecationInfo::Deprecated { note: format!("variant of {i}"), since: None };
    let entries = [(0, v16::VariantDeprecationInfo::DeprecatedWithoutNote), (1, old)];
    v16::EnumDeprecationInfo(entries.into_iter().take(i % 3).collect())
}

fn entry(i: usize, e: v14::StorageEntryMetadata<P>) -> v16::StorageEntryMetadata<P> {
    v16::StorageEntryMetadata {
        name: e.name,
        modifier: e.modifier,
        ty: e.ty,
        default: e.default,
        docs: vec![],
        deprecation_info: note(i),
    }
}

fn pallet(i: usize, p: v15::PalletMetadata<P>) -> v16::PalletMetadata<P> {
    v16::PalletMetadata {
        name: p.name,
        storage: p.storage.map(|s| v16::PalletStorageMetadata {
            prefix: s.prefix,
            entries: s.entries.into_iter().enumerate().map(|(j, e)| entry(i + j, e)).collect(),
        }),
        calls: p.calls.map(|c| v16::PalletCallMetadata { ty: c.ty, deprecation_info: notes(i) }),
        event: p.event.map(|c| v16::PalletEventMetadata { ty: c.ty, deprecation_info: notes(i + 1) }),
        constants: p
            .constants
            .into_iter()
            .map(|c| v16::PalletConstantMetadata {
                name: c.name,
                ty: c.ty,
                value: c.value,
                docs: vec![],
                deprecation_info: note(i),
            })
            .collect(),
        error: p.error.map(|c| v16::PalletErrorMetadata { ty: c.ty, deprecation_info: notes(i + 2) }),
        associated_types: vec![v16::PalletAssociatedTypeMetadata {
            name: format!("Assoc{i}"),
            ty: (i as u32).into(),
            docs: vec![format!("type {i}")],
        }],
        view_functions: vec![v16::PalletViewFunctionMetadata {
            id: [i as u8; 32],
            name: format!("view_{i}"),
            inputs: vec![v16::FunctionParamMetadata { name: "who".into(), ty: 0.into() }],
            output: (i as u32).into(),
            docs: vec!["A view.".into()],
            deprecation_info: note(i + 1),
        }],
        index: p.index,
        docs: vec![],
        deprecation_info: note(i),
    }
}

pub fn make(metadata: RuntimeMetadataPrefixed) {
    let RuntimeMetadata::V15(mut m) = metadata.1 else { panic!("V15 is wanted") };
    strip(&mut m.types);
    let extensions: Vec<_> = m
        .extrinsic
        .signed_extensions
        .into_iter()
        .map(|e| v16::TransactionExtensionMetadata {
            identifier: e.identifier,
            ty: e.ty,
            implicit: e.additional_signed,
        })
        .collect();
    let all: Vec<Compact<u32>> = (0..extensions.len() as u32).map(Compact).collect();
    let even: Vec<Compact<u32>> = (0..extensions.len() as u32).step_by(2).map(Compact).collect();
    let apis = m.apis.into_iter().enumerate().map(|(i, a)| v16::RuntimeApiMetadata {
        name: a.name,
        version: Compact(i as u32),
        methods: a
            .methods
            .into_iter()
            .enumerate()
            .map(|(j, x)| v16::RuntimeApiMethodMetadata {
                name: x.name,
                inputs: x.inputs,
                output: x.output,
                docs: vec![],
                deprecation_info: note(i + j),
            })
            .collect(),
        docs: vec![],
        deprecation_info: note(i),
    });
    let made = v16::RuntimeMetadataV16 {
        types: m.types,
        pallets: m.pallets.into_iter().enumerate().map(|(i, p)| pallet(i, p)).collect(),
        extrinsic: v16::ExtrinsicMetadata {
            versions: vec![4, 5],
            address_ty: m.extrinsic.address_ty,
            call_ty: m.extrinsic.call_ty,
            signature_ty: m.extrinsic.signature_ty,
            transaction_extensions_by_version: [(0, all), (7, even)].into(),
            transaction_extensions: extensions,
        },
        apis: apis.collect(),
        outer_enums: m.outer_enums,
        custom: v15::CustomMetadata {
            map: [("answer".to_string(), v15::CustomValueMetadata { ty: 4.into(), value: vec![42, 0, 0, 0] })].into(),
        },
    };
    let prefixed: RuntimeMetadataPrefixed = made.into();
    std::io::stdout().write_all(&prefixed.encode()).unwrap();
}
