//! Values of runtime APIs, encoded by the upstream crates that declare their types, beside what they are: one JSON document
//! with the crates and, a line each, API, its version, method, output in SCALE, and the value as scexec shows it.
use codec::Encode;
use polkadot_primitives as pp;
use serde_json::{json, Value};
use sp_core::{crypto::Ss58Codec, ByteArray, H256};
use sp_runtime::{transaction_validity as tv, DispatchError};

fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// Bytes that are encoded already.
struct Bytes(Vec<u8>);

impl Encode for Bytes {
    fn using_encoded<R, F: FnOnce(&[u8]) -> R>(&self, f: F) -> R {
        f(&self.0)
    }
}

fn row(api: &str, version: u32, method: &str, output: impl Encode, value: Value) -> Value {
    json!({"api": api, "version": version, "method": method, "output": hex_of(output.encode()), "value": value})
}

fn hash(byte: u8) -> H256 {
    H256::repeat_byte(byte)
}

fn hash_json(byte: u8) -> Value {
    json!(hex_of([byte; 32]))
}

fn payment() -> Vec<Value> {
    use pallet_transaction_payment::{FeeDetails, InclusionFee, RuntimeDispatchInfo};
    let class = frame_support::dispatch::DispatchClass::Operational;
    let fee = InclusionFee {
        base_fee: 1u128,
        len_fee: 2,
        adjusted_weight_fee: u128::MAX,
    };
    let weight = sp_weights::Weight::from_parts(1 << 40, 3);
    vec![
        row(
            "TransactionPaymentApi",
            4,
            "query_fee_details",
            FeeDetails {
                inclusion_fee: Some(fee),
                tip: 7u128,
            },
            json!({"inclusion_fee": {"base_fee": 1, "len_fee": 2, "adjusted_weight_fee": u128::MAX.to_string()}, "tip": 7}),
        ),
        row(
            "TransactionPaymentApi",
            4,
            "query_info",
            RuntimeDispatchInfo {
                weight,
                class,
                partial_fee: 9u128,
            },
            json!({"weight": {"ref_time": 1u64 << 40, "proof_size": 3}, "class": "Operational", "partial_fee": 9}),
        ),
    ]
}

fn mmr() -> Vec<Value> {
    use sp_mmr_primitives::{EncodableOpaqueLeaf, Error, Proof};
    let proof = Proof {
        leaf_indices: vec![1, 2],
        leaf_count: 3,
        items: vec![hash(4)],
    };
    let leaves = vec![EncodableOpaqueLeaf(vec![5, 6]), EncodableOpaqueLeaf(vec![])];
    let errors = [
        (Error::InvalidNumericOp, "InvalidNumericOp"),
        (Error::Push, "Push"),
        (Error::GetRoot, "GetRoot"),
        (Error::Commit, "Commit"),
        (Error::GenerateProof, "GenerateProof"),
        (Error::Verify, "Verify"),
        (Error::LeafNotFound, "LeafNotFound"),
        (Error::PalletNotIncluded, "PalletNotIncluded"),
        (Error::InvalidLeafIndex, "InvalidLeafIndex"),
        (Error::InvalidBestKnownBlock, "InvalidBestKnownBlock"),
    ];
    let mut rows = vec![row(
        "MmrApi",
        2,
        "generate_proof",
        Ok::<_, Error>((leaves, proof)),
        json!({"Ok": [["0x0506", "0x"], {"leaf_indices": [1, 2], "leaf_count": 3, "items": [hash_json(4)]}]}),
    )];
    for (error, name) in errors {
        rows.push(row(
            "MmrApi",
            2,
            "verify_proof",
            Err::<(), _>(error),
            json!({"Err": name}),
        ));
    }
    rows
}

fn consensus() -> Vec<Value> {
    use sp_consensus_babe::{
        AllowedSlots, AuthorityId, BabeConfiguration, BabeConfigurationV1, BabeEpochConfiguration, Epoch,
    };
    use sp_consensus_beefy::{crypto::AuthorityId as BeefyId, mmr::BeefyAuthoritySet, ValidatorSet};
    let id = AuthorityId::from_slice(&[1; 32]).expect("32 bytes");
    let beefy = BeefyId::from_slice(&[2; 33]).expect("33 bytes");
    let authorities = vec![(id, 1)];
    let listed = json!([[hex_of([1; 32]), 1]]);
    let epoch_config = BabeEpochConfiguration {
        c: (1, 4),
        allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
    };
    vec![
        row(
            "BabeApi",
            2,
            "configuration",
            BabeConfiguration {
                slot_duration: 6000,
                epoch_length: 600,
                c: (1, 4),
                authorities: authorities.clone(),
                randomness: [3; 32],
                allowed_slots: AllowedSlots::PrimaryAndSecondaryPlainSlots,
            },
            json!({"slot_duration": 6000, "epoch_length": 600, "c": [1, 4], "authorities": listed,
                   "randomness": hash_json(3), "allowed_slots": "PrimaryAndSecondaryPlainSlots"}),
        ),
        row(
            "BabeApi",
            1,
            "configuration",
            BabeConfigurationV1 {
                slot_duration: 6000,
                epoch_length: 600,
                c: (1, 4),
                authorities: authorities.clone(),
                randomness: [3; 32],
                secondary_slots: true,
            },
            json!({"slot_duration": 6000, "epoch_length": 600, "c": [1, 4], "authorities": listed,
                   "randomness": hash_json(3), "secondary_slots": true}),
        ),
        row(
            "BabeApi",
            2,
            "next_epoch",
            Epoch {
                epoch_index: 5,
                start_slot: 6.into(),
                duration: 7,
                authorities,
                randomness: [8; 32],
                config: epoch_config,
            },
            json!({"epoch_index": 5, "start_slot": 6, "duration": 7, "authorities": listed, "randomness": hash_json(8),
                   "config": {"c": [1, 4], "allowed_slots": "PrimaryAndSecondaryVRFSlots"}}),
        ),
        row(
            "BeefyApi",
            2,
            "validator_set",
            ValidatorSet::new(vec![beefy], 9),
            json!({"validators": [hex_of([2; 33])], "id": 9}),
        ),
        row(
            "BeefyMmrApi",
            1,
            "next_authority_set_proof",
            BeefyAuthoritySet {
                id: 1,
                len: 2,
                root: hash(3),
            },
            json!({"id": 1, "len": 2, "root": hash_json(3)}),
        ),
    ]
}

fn descriptor() -> (pp::CandidateDescriptor, Value) {
    let d = pp::CandidateDescriptor {
        para_id: 2000.into(),
        relay_parent: hash(1),
        collator: pp::CollatorId::from_slice(&[2; 32]).expect("32 bytes"),
        persisted_validation_data_hash: hash(3),
        pov_hash: hash(4),
        erasure_root: hash(5),
        signature: pp::CollatorSignature::from(sp_core::sr25519::Signature([6; 64])),
        para_head: hash(7),
        validation_code_hash: hash(8).into(),
    };
    let value = json!({"para_id": 2000, "relay_parent": hash_json(1), "collator": hash_json(2),
        "persisted_validation_data_hash": hash_json(3), "pov_hash": hash_json(4), "erasure_root": hash_json(5),
        "signature": hex_of([6; 64]), "para_head": hash_json(7), "validation_code_hash": hash_json(8)});
    (d, value)
}

fn validators() -> Vec<pp::ValidatorId> {
    vec![pp::ValidatorId::from_slice(&[9; 32]).expect("32 bytes")]
}

fn cores() -> Vec<Value> {
    let (d, d_value) = descriptor();
    let scheduled = pp::ScheduledCore {
        para_id: 1.into(),
        collator: None,
    };
    let occupied = pp::OccupiedCore {
        next_up_on_available: Some(scheduled.clone()),
        occupied_since: 2,
        time_out_at: 3,
        next_up_on_time_out: None,
        availability: bitvec::bitvec![u8, bitvec::order::Lsb0; 1, 0, 1],
        group_responsible: pp::GroupIndex(4),
        candidate_hash: pp::CandidateHash(hash(5)),
        candidate_descriptor: d.clone(),
    };
    let receipt = pp::CandidateReceipt {
        descriptor: d,
        commitments_hash: hash(10),
    };
    let receipt_value = json!({"descriptor": d_value, "commitments_hash": hash_json(10)});
    let head = pp::HeadData(vec![11]);
    let state: Vec<pp::CoreState<H256, u32>> = vec![
        pp::CoreState::Occupied(occupied),
        pp::CoreState::Scheduled(scheduled),
        pp::CoreState::Free,
    ];
    let events = vec![
        pp::CandidateEvent::CandidateBacked(receipt.clone(), head.clone(), pp::CoreIndex(1), pp::GroupIndex(2)),
        pp::CandidateEvent::CandidateIncluded(receipt.clone(), head.clone(), pp::CoreIndex(3), pp::GroupIndex(4)),
        pp::CandidateEvent::CandidateTimedOut(receipt, head, pp::CoreIndex(5)),
    ];
    let groups = vec![vec![pp::ValidatorIndex(1), pp::ValidatorIndex(2)]];
    let rotation = pp::GroupRotationInfo {
        session_start_block: 3u32,
        group_rotation_frequency: 4,
        now: 5,
    };
    vec![
        row(
            "ParachainHost",
            5,
            "availability_cores",
            state,
            json!([
            {"Occupied": {"next_up_on_available": {"para_id": 1, "collator": null}, "occupied_since": 2,
                "time_out_at": 3, "next_up_on_time_out": null, "availability": "0b101", "group_responsible": 4,
                "candidate_hash": hash_json(5), "candidate_descriptor": d_value}},
            {"Scheduled": {"para_id": 1, "collator": null}}, "Free"]),
        ),
        row(
            "ParachainHost",
            5,
            "candidate_events",
            events,
            json!([
            {"CandidateBacked": [receipt_value, "0x0b", 1, 2]}, {"CandidateIncluded": [receipt_value, "0x0b", 3, 4]},
            {"CandidateTimedOut": [receipt_value, "0x0b", 5]}]),
        ),
        row(
            "ParachainHost",
            5,
            "validator_groups",
            (groups, rotation),
            json!([[[1, 2]], {"session_start_block": 3, "group_rotation_frequency": 4, "now": 5}]),
        ),
    ]
}

fn candidates() -> Vec<Value> {
    let (d, d_value) = descriptor();
    let commitments = pp::CandidateCommitments {
        upward_messages: vec![vec![1]].try_into().expect("few"),
        horizontal_messages: vec![pp::OutboundHrmpMessage {
            recipient: 2.into(),
            data: vec![3],
        }]
        .try_into()
        .expect("few"),
        new_validation_code: Some(pp::ValidationCode(vec![4])),
        head_data: pp::HeadData(vec![5]),
        processed_downward_messages: 6,
        hrmp_watermark: 7,
    };
    let committed = pp::CommittedCandidateReceipt {
        descriptor: d,
        commitments,
    };
    let data = pp::PersistedValidationData {
        parent_head: pp::HeadData(vec![1]),
        relay_parent_number: 2u32,
        relay_parent_storage_root: hash(3),
        max_pov_size: 4,
    };
    vec![
        row(
            "ParachainHost",
            5,
            "candidate_pending_availability",
            Some(committed),
            json!({"descriptor": d_value,
            "commitments": {"upward_messages": ["0x01"], "horizontal_messages": [{"recipient": 2, "data": "0x03"}],
                "new_validation_code": "0x04", "head_data": "0x05", "processed_downward_messages": 6,
                "hrmp_watermark": 7}}),
        ),
        row(
            "ParachainHost",
            5,
            "persisted_validation_data",
            Some(data),
            json!({"parent_head": "0x01",
            "relay_parent_number": 2, "relay_parent_storage_root": hash_json(3), "max_pov_size": 4}),
        ),
    ]
}

fn sessions() -> Vec<Value> {
    use pp::{ExecutorParam, ExecutorParams, PvfExecTimeoutKind};
    let info = pp::SessionInfo {
        active_validator_indices: vec![pp::ValidatorIndex(1)],
        random_seed: [2; 32],
        dispute_period: 3,
        validators: validators().into(),
        discovery_keys: vec![],
        assignment_keys: vec![],
        validator_groups: vec![vec![pp::ValidatorIndex(4)]].into(),
        n_cores: 5,
        zeroth_delay_tranche_width: 6,
        relay_vrf_modulo_samples: 7,
        n_delay_tranches: 8,
        no_show_slots: 9,
        needed_approvals: 10,
    };
    let params = ExecutorParams::from(
        &[
            ExecutorParam::MaxMemoryPages(1),
            ExecutorParam::StackLogicalMax(2),
            ExecutorParam::StackNativeMax(3),
            ExecutorParam::PrecheckingMaxMemory(4),
            ExecutorParam::PvfExecTimeout(PvfExecTimeoutKind::Approval, 5),
            ExecutorParam::WasmExtBulkMemory,
        ][..],
    );
    let dispute = pp::DisputeState {
        validators_for: bitvec::bitvec![u8, bitvec::order::Lsb0; 1, 1, 0],
        validators_against: bitvec::bitvec![u8, bitvec::order::Lsb0; 0, 0, 1],
        start: 1u32,
        concluded_at: Some(2),
    };
    vec![
        row(
            "ParachainHost",
            5,
            "session_info",
            Some(info),
            json!({"active_validator_indices": [1],
            "random_seed": hash_json(2), "dispute_period": 3, "validators": [hash_json(9)], "discovery_keys": [],
            "assignment_keys": [], "validator_groups": [[4]], "n_cores": 5, "zeroth_delay_tranche_width": 6,
            "relay_vrf_modulo_samples": 7, "n_delay_tranches": 8, "no_show_slots": 9, "needed_approvals": 10}),
        ),
        row(
            "ParachainHost",
            5,
            "session_executor_params",
            Some(params),
            json!([{"MaxMemoryPages": 1},
            {"StackLogicalMax": 2}, {"StackNativeMax": 3}, {"PrecheckingMaxMemory": 4},
            {"PvfExecTimeout": ["Approval", 5]}, "WasmExtBulkMemory"]),
        ),
        row(
            "ParachainHost",
            5,
            "disputes",
            vec![(1u32, pp::CandidateHash(hash(2)), dispute)],
            json!([[1, hash_json(2),
            {"validators_for": "0b110", "validators_against": "0b001", "start": 1, "concluded_at": 2}]]),
        ),
    ]
}

fn votes() -> Vec<Value> {
    let (descriptor, d_value) = descriptor();
    let signature = pp::ValidatorSignature::from(sp_core::sr25519::Signature([1; 64]));
    let statements = [
        pp::DisputeStatement::Valid(pp::ValidDisputeStatementKind::Explicit),
        pp::DisputeStatement::Valid(pp::ValidDisputeStatementKind::BackingSeconded(hash(2))),
        pp::DisputeStatement::Valid(pp::ValidDisputeStatementKind::BackingValid(hash(3))),
        pp::DisputeStatement::Valid(pp::ValidDisputeStatementKind::ApprovalChecking),
        pp::DisputeStatement::Invalid(pp::InvalidDisputeStatementKind::Explicit),
    ];
    let votes = pp::ScrapedOnChainVotes {
        session: 4,
        backing_validators_per_candidate: vec![(
            pp::CandidateReceipt {
                descriptor,
                commitments_hash: hash(5),
            },
            vec![
                (
                    pp::ValidatorIndex(6),
                    pp::ValidityAttestation::Implicit(signature.clone()),
                ),
                (
                    pp::ValidatorIndex(7),
                    pp::ValidityAttestation::Explicit(signature.clone()),
                ),
            ],
        )],
        disputes: vec![pp::DisputeStatementSet {
            candidate_hash: pp::CandidateHash(hash(8)),
            session: 9,
            statements: statements
                .into_iter()
                .map(|s| (s, pp::ValidatorIndex(10), signature.clone()))
                .collect(),
        }],
    };
    let signed = json!(hex_of([1; 64]));
    let kinds = [
        json!({"Valid": "Explicit"}),
        json!({"Valid": {"BackingSeconded": hash_json(2)}}),
        json!({"Valid": {"BackingValid": hash_json(3)}}),
        json!({"Valid": "ApprovalChecking"}),
        json!({"Invalid": "Explicit"}),
    ];
    let kinds: Vec<Value> = kinds.iter().map(|kind| json!([kind, 10, signed])).collect();
    let value = json!({"session": 4,
        "backing_validators_per_candidate": [[{"descriptor": d_value, "commitments_hash": hash_json(5)},
            [[6, {"Implicit": signed}], [7, {"Explicit": signed}]]]],
        "disputes": [{"candidate_hash": hash_json(8), "session": 9, "statements": kinds}]});
    vec![row("ParachainHost", 5, "on_chain_votes", Some(votes), value)]
}

fn collations() -> Vec<Value> {
    use cumulus_primitives_core::{CollationInfo, CollationInfoV1};
    let messages = vec![vec![1]];
    let horizontal = vec![pp::OutboundHrmpMessage {
        recipient: 2.into(),
        data: vec![3],
    }];
    let v1 = json!({"upward_messages": ["0x01"], "horizontal_messages": [{"recipient": 2, "data": "0x03"}],
        "new_validation_code": "0x04", "processed_downward_messages": 5, "hrmp_watermark": 6});
    let mut v2 = v1.clone();
    v2["head_data"] = json!("0x07");
    vec![
        row(
            "CollectCollationInfo",
            1,
            "collect_collation_info",
            CollationInfoV1 {
                upward_messages: messages.clone(),
                horizontal_messages: horizontal.clone(),
                new_validation_code: Some(pp::ValidationCode(vec![4])),
                processed_downward_messages: 5,
                hrmp_watermark: 6,
            },
            v1,
        ),
        row(
            "CollectCollationInfo",
            2,
            "collect_collation_info",
            CollationInfo {
                upward_messages: messages,
                horizontal_messages: horizontal,
                new_validation_code: Some(pp::ValidationCode(vec![4])),
                processed_downward_messages: 5,
                hrmp_watermark: 6,
                head_data: pp::HeadData(vec![7]),
            },
            v2,
        ),
    ]
}

fn contracts() -> Vec<Value> {
    use pallet_contracts_primitives::{
        ContractAccessError, ContractExecResult, ContractInstantiateResult, ExecReturnValue, InstantiateReturnValue,
        ReturnFlags, StorageDeposit,
    };
    let weight = sp_weights::Weight::from_parts(1, 2);
    let returned = || ExecReturnValue {
        flags: ReturnFlags::REVERT,
        data: vec![7],
    };
    let made = InstantiateReturnValue {
        result: returned(),
        account_id: hash(8),
    };
    let called = ContractExecResult::<u128, u8> {
        gas_consumed: weight,
        gas_required: weight,
        storage_deposit: StorageDeposit::Charge(3),
        debug_message: vec![4],
        result: Ok(returned()),
        events: None,
    };
    let instantiated = ContractInstantiateResult::<H256, u128, u8> {
        gas_consumed: weight,
        gas_required: weight,
        storage_deposit: StorageDeposit::Refund(3),
        debug_message: vec![4],
        result: Ok(made),
        events: None,
    };
    let weight = json!({"ref_time": 1, "proof_size": 2});
    let value = json!({"flags": 1, "data": "0x07"});
    // Without the events, None, which are the last byte and came with migrations in steps.
    let before = |encoded: Vec<u8>| encoded[..encoded.len() - 1].to_vec();
    vec![
        row(
            "ContractsApi",
            2,
            "call",
            Bytes(before(called.encode())),
            json!({"gas_consumed": weight,
            "gas_required": weight, "storage_deposit": {"Charge": 3}, "debug_message": "0x04",
            "result": {"Ok": value}}),
        ),
        row(
            "ContractsApi",
            2,
            "instantiate",
            Bytes(before(instantiated.encode())),
            json!({"gas_consumed": weight,
            "gas_required": weight, "storage_deposit": {"Refund": 3}, "debug_message": "0x04",
            "result": {"Ok": {"result": value, "account_id": sp_core::crypto::AccountId32::from([8; 32]).to_ss58check()}}}),
        ),
        row(
            "ContractsApi",
            2,
            "get_storage",
            Err::<Option<Vec<u8>>, _>(ContractAccessError::KeyDecodingFailed),
            json!({"Err": "KeyDecodingFailed"}),
        ),
    ]
}

fn pool() -> Vec<Value> {
    use tv::{InvalidTransaction as I, TransactionValidityError as E, UnknownTransaction as U, ValidTransaction};
    let valid = ValidTransaction {
        priority: 1,
        requires: vec![vec![2]],
        provides: vec![vec![3]],
        longevity: 4,
        propagate: true,
    };
    let mut rows = vec![row(
        "TaggedTransactionQueue",
        3,
        "validate_transaction",
        Ok::<_, E>(valid),
        json!({"Ok":
        {"priority": 1, "requires": ["0x02"], "provides": ["0x03"], "longevity": 4, "propagate": true}}),
    )];
    let errors = [
        (E::from(I::Call), json!({"Invalid": "Call"})),
        (I::Payment.into(), json!({"Invalid": "Payment"})),
        (I::Future.into(), json!({"Invalid": "Future"})),
        (I::Stale.into(), json!({"Invalid": "Stale"})),
        (I::BadProof.into(), json!({"Invalid": "BadProof"})),
        (I::AncientBirthBlock.into(), json!({"Invalid": "AncientBirthBlock"})),
        (I::ExhaustsResources.into(), json!({"Invalid": "ExhaustsResources"})),
        (I::Custom(5).into(), json!({"Invalid": {"Custom": 5}})),
        (I::BadMandatory.into(), json!({"Invalid": "BadMandatory"})),
        (I::MandatoryValidation.into(), json!({"Invalid": "MandatoryValidation"})),
        (I::BadSigner.into(), json!({"Invalid": "BadSigner"})),
        (U::CannotLookup.into(), json!({"Unknown": "CannotLookup"})),
        (U::NoUnsignedValidator.into(), json!({"Unknown": "NoUnsignedValidator"})),
        (U::Custom(6).into(), json!({"Unknown": {"Custom": 6}})),
    ];
    for (error, value) in errors {
        rows.push(row(
            "BlockBuilder",
            6,
            "apply_extrinsic",
            Err::<Result<(), DispatchError>, E>(error),
            json!({"Err": value}),
        ));
    }
    rows
}

fn main() {
    let groups = [
        payment(),
        mmr(),
        consensus(),
        cores(),
        candidates(),
        sessions(),
        votes(),
        collations(),
        contracts(),
        pool(),
    ];
    let rows: Vec<String> = groups.concat().iter().map(Value::to_string).collect();
    // Lines such as `polkadot-primitives = "=1.0.0"`.
    let dependencies = include_str!("../Cargo.toml")
        .split("[dependencies]\n")
        .nth(1)
        .expect("there are dependencies");
    let crates: Vec<String> = dependencies
        .lines()
        .filter(|line| line.contains("\"="))
        .map(|line| {
            let (name, rest) = line.split_once(" = ").expect("name and version");
            format!(
                "{:?}: {:?}",
                name,
                rest.split("\"=")
                    .nth(1)
                    .and_then(|v| v.split('"').next())
                    .expect("version")
            )
        })
        .collect();
    println!(
        "{{\n\"origin\": \"tests/oracle/apis\",\n\"crates\": {{{}}},\n\"values\": [\n{}\n]\n}}",
        crates.join(", "),
        rows.join(",\n")
    );
}
