/* known_api_types.c: types of the runtime APIs in known_apis.c that a runtime's registry need not have. Data; see
 * known_types.c. Source: polkadot-sdk, the crates that declare the APIs, as of V14 metadata (2021 to 2023). */
#include "metadata/registry.h"

#define ANY NULL
#define ALL_MD 0, 0
#define MD(first, last) first, last

static const sce_known_type_t rows[] = {
    /* ---- primitives of sp-* ---- */
    {"RuntimeVersion",
     "{spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "
     "apis: Vec<([u8; 8], u32)>, transaction_version: u32, state_version: u8}",
     ANY, MD(14, 0)},
    {"RuntimeVersion",
     "{spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "
     "apis: Vec<([u8; 8], u32)>, transaction_version: u32}",
     ANY, MD(11, 13)},
    {"RuntimeVersion",
     "{spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "
     "apis: Vec<([u8; 8], u32)>}",
     ANY, MD(8, 10)},
    {"RuntimeVersionV3",
     "{spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "
     "apis: Vec<([u8; 8], u32)>, transaction_version: u32}",
     ANY, ALL_MD},
    {"RuntimeVersionV2",
     "{spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "
     "apis: Vec<([u8; 8], u32)>}",
     ANY, ALL_MD},
    {"OpaqueMetadata", "Vec<u8>", ANY, ALL_MD},
    {"ExtrinsicInclusionMode", "enum {AllExtrinsics, OnlyInherents}", ANY, ALL_MD},
    {"InherentData", "{data: BTreeMap<[u8; 8], Vec<u8>>}", ANY, ALL_MD},
    {"CheckInherentsResult", "{okay: bool, fatal_error: bool, errors: sp_inherents::InherentData}", ANY, ALL_MD},
    {"InvalidTransaction",
     "enum {Call, Payment, Future, Stale, BadProof, AncientBirthBlock, ExhaustsResources, Custom(u8), BadMandatory, "
     "MandatoryValidation, BadSigner, IndeterminateImplicit, UnknownOrigin}",
     ANY, ALL_MD},
    {"UnknownTransaction", "enum {CannotLookup, NoUnsignedValidator, Custom(u8)}", ANY, ALL_MD},
    {"TransactionValidityError", "enum {Invalid(InvalidTransaction), Unknown(UnknownTransaction)}", ANY, ALL_MD},
    {"ValidTransaction",
     "{priority: u64, requires: Vec<Vec<u8>>, provides: Vec<Vec<u8>>, longevity: u64, propagate: bool}", ANY, ALL_MD},
    {"TransactionValidity", "Result<ValidTransaction, TransactionValidityError>", ANY, ALL_MD},
    {"TransactionSource", "enum {InBlock, Local, External}", ANY, ALL_MD},
    {"ApplyExtrinsicResult", "Result<Result<(), DispatchError>, TransactionValidityError>", ANY, ALL_MD},
    {"InclusionFee", "{base_fee: Balance, len_fee: Balance, adjusted_weight_fee: Balance}", ANY, ALL_MD},
    {"FeeDetails", "{inclusion_fee: Option<InclusionFee>}", ANY, ALL_MD},
    {"RuntimeDispatchInfo", "{weight: Weight, class: DispatchClass, partial_fee: Balance}", ANY, ALL_MD},
    {"Weight", "{ref_time: Compact<u64>, proof_size: Compact<u64>}", ANY, ALL_MD},
    {"BabeConfiguration",
     "{slot_duration: u64, epoch_length: u64, c: (u64, u64), authorities: Vec<(AuthorityId, u64)>, "
     "randomness: [u8; 32], allowed_slots: AllowedSlots}",
     ANY, ALL_MD},
    {"BabeConfigurationV1",
     "{slot_duration: u64, epoch_length: u64, c: (u64, u64), authorities: Vec<(AuthorityId, u64)>, "
     "randomness: [u8; 32], secondary_slots: bool}",
     ANY, ALL_MD},
    {"BabeEpochConfiguration", "{c: (u64, u64), allowed_slots: AllowedSlots}", ANY, ALL_MD},
    {"BabeEpoch",
     "{epoch_index: u64, start_slot: Slot, duration: u64, authorities: Vec<(AuthorityId, u64)>, randomness: [u8; 32], "
     "config: BabeEpochConfiguration}",
     ANY, ALL_MD},
    {"BabeEquivocationProof", "{offender: [u8; 32], slot: Slot, first_header: Header, second_header: Header}", ANY,
     ALL_MD},
    {"GrandpaEquivocationProof",
     "{set_id: u64, equivocation: enum {Prevote(GrandpaEquivocation), Precommit(GrandpaEquivocation)}}", ANY, ALL_MD},
    {"GrandpaEquivocation",
     "{round_number: u64, identity: [u8; 32], first: ({target_hash: Hash, target_number: BlockNumber}, [u8; 64]), "
     "second: ({target_hash: Hash, target_number: BlockNumber}, [u8; 64])}",
     ANY, ALL_MD},
    {"OpaqueKeyOwnershipProof", "Vec<u8>", ANY, ALL_MD},
    {"BeefyId", "[u8; 33]", ANY, ALL_MD},
    {"BeefyValidatorSet", "{validators: Vec<BeefyId>, id: u64}", ANY, ALL_MD},
    {"BeefyVote",
     "{commitment: {payload: Vec<([u8; 2], Vec<u8>)>, block_number: BlockNumber, validator_set_id: u64}, "
     "id: BeefyId, signature: [u8; 65]}",
     ANY, ALL_MD},
    {"BeefyEquivocationProof", "{first: BeefyVote, second: BeefyVote}", ANY, ALL_MD},
    {"MmrError",
     "enum {InvalidNumericOp, Push, GetRoot, Commit, GenerateProof, Verify, LeafNotFound, PalletNotIncluded, "
     "InvalidLeafIndex, InvalidBestKnownBlock}",
     ANY, ALL_MD},
    {"MmrLeafProof", "{leaf_indices: Vec<u64>, leaf_count: u64, items: Vec<Hash>}", ANY, ALL_MD},
    {"EncodableOpaqueLeaf", "Vec<u8>", ANY, ALL_MD},
    {"CollationInfo",
     "{upward_messages: Vec<Vec<u8>>, horizontal_messages: Vec<{recipient: u32, data: Vec<u8>}>, "
     "new_validation_code: Option<Vec<u8>>, processed_downward_messages: u32, hrmp_watermark: u32, head_data: Vec<u8>}",
     ANY, ALL_MD},
    {"CollationInfoV1",
     "{upward_messages: Vec<Vec<u8>>, horizontal_messages: Vec<{recipient: u32, data: Vec<u8>}>, "
     "new_validation_code: Option<Vec<u8>>, processed_downward_messages: u32, hrmp_watermark: u32}",
     ANY, ALL_MD},

    /* ---- ParachainHost: polkadot-primitives, v5 to v8 ---- */
    {"GroupRotationInfo", "{session_start_block: BlockNumber, group_rotation_frequency: BlockNumber, now: BlockNumber}",
     ANY, ALL_MD},
    {"CoreState", "enum {Occupied(OccupiedCore), Scheduled(ScheduledCore), Free}", ANY, ALL_MD},
    {"ScheduledCore", "{para_id: u32, collator: Option<[u8; 32]>}", ANY, ALL_MD},
    {"OccupiedCore",
     "{next_up_on_available: Option<ScheduledCore>, occupied_since: BlockNumber, time_out_at: BlockNumber, "
     "next_up_on_time_out: Option<ScheduledCore>, availability: BitVec<u8, Lsb0>, group_responsible: u32, "
     "candidate_hash: Hash, candidate_descriptor: CandidateDescriptor}",
     ANY, ALL_MD},
    {"OccupiedCoreAssumption", "enum {Included, TimedOut, Free}", ANY, ALL_MD},
    {"ParaValidationData",
     "{parent_head: Vec<u8>, relay_parent_number: u32, relay_parent_storage_root: Hash, max_pov_size: u32}", ANY,
     ALL_MD},
    {"CandidateDescriptor",
     "{para_id: u32, relay_parent: Hash, collator: [u8; 32], persisted_validation_data_hash: Hash, pov_hash: Hash, "
     "erasure_root: Hash, signature: [u8; 64], para_head: Hash, validation_code_hash: Hash}",
     ANY, ALL_MD},
    {"CandidateCommitments",
     "{upward_messages: Vec<Vec<u8>>, horizontal_messages: Vec<{recipient: u32, data: Vec<u8>}>, "
     "new_validation_code: Option<Vec<u8>>, head_data: Vec<u8>, processed_downward_messages: u32, hrmp_watermark: u32}",
     ANY, ALL_MD},
    {"CandidateReceipt", "{descriptor: CandidateDescriptor, commitments_hash: Hash}", ANY, ALL_MD},
    {"CommittedCandidateReceipt", "{descriptor: CandidateDescriptor, commitments: CandidateCommitments}", ANY, ALL_MD},
    {"CandidateEvent",
     "enum {CandidateBacked(CandidateReceipt, Vec<u8>, u32, u32), CandidateIncluded(CandidateReceipt, Vec<u8>, u32, "
     "u32), "
     "CandidateTimedOut(CandidateReceipt, Vec<u8>, u32)}",
     ANY, ALL_MD},
    {"SessionInfo",
     "{active_validator_indices: Vec<u32>, random_seed: [u8; 32], dispute_period: u32, validators: Vec<[u8; 32]>, "
     "discovery_keys: Vec<[u8; 32]>, assignment_keys: Vec<[u8; 32]>, validator_groups: Vec<Vec<u32>>, n_cores: u32, "
     "zeroth_delay_tranche_width: u32, relay_vrf_modulo_samples: u32, n_delay_tranches: u32, no_show_slots: u32, "
     "needed_approvals: u32}",
     ANY, ALL_MD},
    {"PvfCheckStatement", "{accept: bool, subject: Hash, session_index: u32, validator_index: u32}", ANY, ALL_MD},
    {"DisputeState",
     "{validators_for: BitVec<u8, Lsb0>, validators_against: BitVec<u8, Lsb0>, start: BlockNumber, "
     "concluded_at: Option<BlockNumber>}",
     ANY, ALL_MD},
    {"ScrapedOnChainVotes",
     "{session: u32, backing_validators_per_candidate: Vec<(CandidateReceipt, Vec<(u32, ValidityAttestation)>)>, "
     "disputes: Vec<DisputeStatementSet>}",
     ANY, ALL_MD},
    {"ValidityAttestation", "enum {Implicit([u8; 64]) = 1, Explicit([u8; 64])}", ANY, ALL_MD},
    {"DisputeStatementSet", "{candidate_hash: Hash, session: u32, statements: Vec<(DisputeStatement, u32, [u8; 64])>}",
     ANY, ALL_MD},
    {"DisputeStatement",
     "enum {Valid(enum {Explicit, BackingSeconded(Hash), BackingValid(Hash), ApprovalChecking}), Invalid(enum "
     "{Explicit})}",
     ANY, ALL_MD},
    {"ExecutorParams", "Vec<ExecutorParam>", ANY, ALL_MD},
    {"ExecutorParam",
     "enum {MaxMemoryPages(u32) = 1, StackLogicalMax(u32), StackNativeMax(u32), PrecheckingMaxMemory(u64), "
     "PvfPrepTimeout(enum {Precheck, Prepare}, u64), PvfExecTimeout(enum {Backing, Approval}, u64), WasmExtBulkMemory}",
     ANY, ALL_MD},
    {"PendingSlashes", "{keys: BTreeMap<u32, [u8; 32]>, kind: SlashingOffenceKind}", ANY, ALL_MD},
    {"SlashingOffenceKind", "enum {ForInvalid, AgainstValid}", ANY, ALL_MD},
    {"DisputeProof",
     "{time_slot: {session_index: u32, candidate_hash: Hash}, kind: SlashingOffenceKind, validator_index: u32, "
     "validator_id: [u8; 32]}",
     ANY, ALL_MD},
    {"AsyncBackingParams", "{max_candidate_depth: u32, allowed_ancestry_len: u32}", ANY, ALL_MD},
    {"ApprovalVotingParams", "{max_approval_coalesce_count: u32}", ANY, ALL_MD},
    {"BackingState",
     "{constraints: {min_relay_parent_number: u32, max_pov_size: u32, max_code_size: u32, ump_remaining: u32, "
     "ump_remaining_bytes: u32, max_ump_num_per_candidate: u32, dmp_remaining_messages: Vec<u32>, "
     "hrmp_inbound: {valid_watermarks: Vec<u32>}, "
     "hrmp_channels_out: Vec<(u32, {bytes_remaining: u32, messages_remaining: u32})>, max_hrmp_num_per_candidate: u32, "
     "required_parent: Vec<u8>, validation_code_hash: Hash, upgrade_restriction: Option<enum {Present}>, "
     "future_validation_code: Option<(u32, Hash)>}, "
     "pending_availability: Vec<{candidate_hash: Hash, descriptor: CandidateDescriptor, "
     "commitments: CandidateCommitments, relay_parent_number: u32, max_pov_size: u32}>}",
     ANY, ALL_MD},

    /* ---- XCM: versioned types are the runtime's own ---- */
    {"AssetConversionKind", "MultiLocation", ANY, MD(14, 0)},
    {"VersionedLocation", "VersionedMultiLocation", ANY, MD(14, 0)},
    {"VersionedAssets", "VersionedMultiAssets", ANY, MD(14, 0)},
    {"XcmPaymentApiError",
     "enum {Unimplemented, VersionedConversionFailed, WeightNotComputable, UnhandledXcmVersion, AssetNotFound, "
     "Unroutable}",
     ANY, ALL_MD},
    {"CallDryRunEffects",
     "{execution_result: Result<PostDispatchInfo, {post_info: PostDispatchInfo, error: DispatchError}>, "
     "emitted_events: Vec<RuntimeEvent>, local_xcm: Option<VersionedXcm>, "
     "forwarded_xcms: Vec<(VersionedLocation, Vec<VersionedXcm>)>}",
     ANY, ALL_MD},
    {"PostDispatchInfo", "{actual_weight: Option<Weight>, pays_fee: Pays}", ANY, ALL_MD},
    {"XcmDryRunEffects",
     "{execution_result: Outcome, emitted_events: Vec<RuntimeEvent>, "
     "forwarded_xcms: Vec<(VersionedLocation, Vec<VersionedXcm>)>}",
     ANY, ALL_MD},
};

const sce_known_type_t *sce_known_api_types(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
