/* known_api_types.c: what the names in known_apis.c mean. Data. A type that the pallets have, too, is taken from the
 * runtime's own metadata, wherever it stands there; the expressions are for runtimes without it, and for V8 to V13.
 * Sources: the crates named in known_apis.c; ethereum and fp-evm for the EVM; xcm and staging-xcm. */
#include "metadata/registry.h"

#define NOWHERE NULL
#define UNKNOWN NULL /* without a place it stays hex */

#define VERSION_V2                                                                                                     \
  "spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "                     \
  "apis: Vec<([u8; 8], u32)>"
#define BABE_CONFIGURATION                                                                                             \
  "slot_duration: u64, epoch_length: u64, c: (u64, u64), authorities: Vec<([u8; 32], u64)>, randomness: [u8; 32], "
#define COLLATION_V1                                                                                                   \
  "upward_messages: Vec<Vec<u8>>, horizontal_messages: Vec<{recipient: u32, data: Vec<u8>}>, "                         \
  "new_validation_code: Option<Vec<u8>>, processed_downward_messages: u32, hrmp_watermark: u32"
#define MMR_ERRORS                                                                                                     \
  "Push, GetRoot, Commit, GenerateProof, Verify, LeafNotFound, PalletNotIncluded, InvalidLeafIndex, "                  \
  "InvalidBestKnownBlock"
#define SESSION_V1                                                                                                     \
  "validators: Vec<[u8; 32]>, discovery_keys: Vec<[u8; 32]>, assignment_keys: Vec<[u8; 32]>, "                         \
  "validator_groups: Vec<Vec<u32>>, n_cores: u32, zeroth_delay_tranche_width: u32, relay_vrf_modulo_samples: u32, "    \
  "n_delay_tranches: u32, no_show_slots: u32, needed_approvals: u32"
#define CONSTRAINTS(head_data)                                                                                         \
  "{min_relay_parent_number: BlockNumber, max_pov_size: u32, max_code_size: u32, " head_data                           \
  "ump_remaining: u32, ump_remaining_bytes: u32, max_ump_num_per_candidate: u32, "                                     \
  "dmp_remaining_messages: Vec<BlockNumber>, hrmp_inbound: {valid_watermarks: Vec<BlockNumber>}, "                     \
  "hrmp_channels_out: Vec<(u32, {bytes_remaining: u32, messages_remaining: u32})>, max_hrmp_num_per_candidate: u32, "  \
  "required_parent: Vec<u8>, validation_code_hash: Hash, upgrade_restriction: Option<enum {Present}>, "                \
  "future_validation_code: Option<(BlockNumber, Hash)>}"
#define CONTRACT_RESULT(weight, value)                                                                                 \
  "{gas_consumed: " weight ", gas_required: " weight ", "                                                              \
  "storage_deposit: enum {Refund(Balance), Charge(Balance)}, debug_message: Vec<u8>, "                                 \
  "result: Result<" value ", DispatchError>"
#define CONTRACT_RETURN "{flags: u32, data: Vec<u8>}"
#define CONTRACT_MADE "{result: " CONTRACT_RETURN ", account_id: AccountId}"
#define CONTRACT_EVENTS ", events: Option<Events>"

static const sce_known_api_type_t rows[] = {
    /* ---- primitives of sp-* and frame ---- */
    {"RuntimeVersion", "sp_version::RuntimeVersion", "{" VERSION_V2 ", transaction_version: u32, state_version: u8}"},
    {"RuntimeVersionV3", NOWHERE, "{" VERSION_V2 ", transaction_version: u32}"},
    {"RuntimeVersionV2", NOWHERE, "{" VERSION_V2 "}"},
    {"OpaqueMetadata", NOWHERE, "Vec<u8>"},
    {"ExtrinsicInclusionMode", "sp_runtime::ExtrinsicInclusionMode", "enum {AllExtrinsics, OnlyInherents}"},
    {"InherentData", "sp_inherents::InherentData", "{data: BTreeMap<[u8; 8], Vec<u8>>}"},
    {"CheckInherentsResult", "sp_inherents::CheckInherentsResult",
     "{okay: bool, fatal_error: bool, errors: InherentData}"},
    {"InvalidTransaction", "sp_runtime::InvalidTransaction",
     "enum {Call, Payment, Future, Stale, BadProof, AncientBirthBlock, ExhaustsResources, Custom(u8), BadMandatory, "
     "MandatoryValidation, BadSigner, IndeterminateImplicit, UnknownOrigin}"},
    {"UnknownTransaction", "sp_runtime::UnknownTransaction", "enum {CannotLookup, NoUnsignedValidator, Custom(u8)}"},
    {"TransactionValidityError", "sp_runtime::TransactionValidityError",
     "enum {Invalid(InvalidTransaction), Unknown(UnknownTransaction)}"},
    {"ValidTransaction", "sp_runtime::ValidTransaction",
     "{priority: u64, requires: Vec<Vec<u8>>, provides: Vec<Vec<u8>>, longevity: u64, propagate: bool}"},
    {"TransactionValidity", NOWHERE, "Result<ValidTransaction, TransactionValidityError>"},
    {"TransactionSource", "sp_runtime::TransactionSource", "enum {InBlock, Local, External}"},
    {"DispatchError", "sp_runtime::DispatchError", UNKNOWN},
    {"ApplyExtrinsicResult", NOWHERE, "Result<Result<(), DispatchError>, TransactionValidityError>"},
    {"ApplyResult2019", NOWHERE,
     "Result<Result<(), {module: Option<u8>, error: u8}>, "
     "enum {NoPermission, BadState, Validity(TransactionValidityError)}>"},
    {"DispatchClass", "frame_support::DispatchClass", "enum {Normal, Operational, Mandatory}"},
    {"Pays", "frame_support::Pays", "enum {Yes, No}"},
    {"InclusionFee", NOWHERE, "{base_fee: Balance, len_fee: Balance, adjusted_weight_fee: Balance}"},
    {"FeeDetails", "pallet_transaction_payment::FeeDetails", "{inclusion_fee: Option<InclusionFee>, tip: Balance}"},
    {"RuntimeDispatchInfo", "pallet_transaction_payment::RuntimeDispatchInfo",
     "{weight: Weight, class: DispatchClass, partial_fee: Balance}"},
    /* Before version 2, as upstream's clients take it, unless the runtime says otherwise: Polkadot 0.9.29 to 0.9.32 do.
     */
    {"RuntimeDispatchInfoV1", NOWHERE, "{weight: WeightV1, class: DispatchClass, partial_fee: Balance}"},
    {"WeightV1", "frame_support::DispatchInfo.weight sp_weights::Weight frame_support::Weight", "u64"},
    {"Weight", NOWHERE, "{ref_time: Compact<u64>, proof_size: Compact<u64>}"},
    {"Timestamp", "Timestamp.Now", "u64"},
    {"Difficulty", "Difficulty.CurrentDifficulty", "u256"},
    {"Permill", "sp_arithmetic::Permill", "u32"},

    /* ---- consensus ---- */
    {"Slot", "sp_consensus_slots::Slot", "u64"},
    {"AllowedSlots", "sp_consensus_babe::AllowedSlots",
     "enum {PrimarySlots, PrimaryAndSecondaryPlainSlots, PrimaryAndSecondaryVRFSlots}"},
    {"AuraId", "Aura.Authorities[]", "[u8; 32]"},
    {"BabeConfiguration", NOWHERE, "{" BABE_CONFIGURATION "allowed_slots: AllowedSlots}"},
    {"BabeConfigurationV1", NOWHERE, "{" BABE_CONFIGURATION "secondary_slots: bool}"},
    {"BabeEpochConfiguration", "sp_consensus_babe::BabeEpochConfiguration",
     "{c: (u64, u64), allowed_slots: AllowedSlots}"},
    {"BabeEpoch", NOWHERE,
     "{epoch_index: u64, start_slot: Slot, duration: u64, authorities: Vec<([u8; 32], u64)>, randomness: [u8; 32], "
     "config: BabeEpochConfiguration}"},
    {"BabeEquivocationProof", "Babe.report_equivocation(equivocation_proof)",
     "{offender: [u8; 32], slot: Slot, first_header: Header, second_header: Header}"},
    {"GrandpaEquivocationProof", "Grandpa.report_equivocation(equivocation_proof)",
     "{set_id: u64, equivocation: enum {Prevote(GrandpaEquivocation), Precommit(GrandpaEquivocation)}}"},
    {"GrandpaEquivocation", NOWHERE,
     "{round_number: u64, identity: [u8; 32], first: ({target_hash: Hash, target_number: BlockNumber}, [u8; 64]), "
     "second: ({target_hash: Hash, target_number: BlockNumber}, [u8; 64])}"},
    {"OpaqueKeyOwnershipProof", NOWHERE, "Vec<u8>"},
    {"BeefyId", "Beefy.Authorities[]", "[u8; 33]"},
    {"BeefyValidatorSet", NOWHERE, "{validators: Vec<BeefyId>, id: u64}"},
    {"BeefyVote", "sp_consensus_beefy::VoteMessage sp_beefy::VoteMessage beefy_primitives::VoteMessage",
     "{commitment: {payload: Vec<([u8; 2], Vec<u8>)>, block_number: BlockNumber, validator_set_id: u64}, "
     "id: BeefyId, signature: [u8; 65]}"},
    {"BeefyDoubleVotingProof", NOWHERE, "{first: BeefyVote, second: BeefyVote}"},
    {"BeefyAuthoritySet", "BeefyMmrLeaf.BeefyNextAuthorities MmrLeaf.BeefyNextAuthorities",
     "{id: u64, len: u32, root: Hash}"},
    {"MmrErrorV1", NOWHERE, "enum {" MMR_ERRORS "}"},
    {"MmrError", NOWHERE, "enum {InvalidNumericOp, " MMR_ERRORS "}"},
    {"MmrProofV1", NOWHERE, "{leaf_index: u64, leaf_count: u64, items: Vec<Hash>}"},
    {"MmrLeafProof", NOWHERE, "{leaf_indices: Vec<u64>, leaf_count: u64, items: Vec<Hash>}"},
    {"EncodableOpaqueLeaf", NOWHERE, "Vec<u8>"},
    {"Mixnode", "sp_mixnet::Mixnode", "{kx_public: [u8; 32], peer_id: [u8; 32], external_addresses: Vec<Vec<u8>>}"},
    {"MixnodesError", NOWHERE, "enum {InsufficientRegistrations {num: u32, min: u32}}"},

    /* ---- parachains ---- */
    {"CollationInfo", NOWHERE, "{" COLLATION_V1 ", head_data: Vec<u8>}"},
    {"CollationInfoV1", NOWHERE, "{" COLLATION_V1 "}"},
    {"GlobalValidationData", NOWHERE, "{max_code_size: u32, max_head_data_size: u32, block_number: BlockNumber}"},
    {"GroupRotationInfo", "polkadot_primitives::GroupRotationInfo",
     "{session_start_block: BlockNumber, group_rotation_frequency: BlockNumber, now: BlockNumber}"},
    {"CoreState", NOWHERE, "enum {Occupied(OccupiedCore), Scheduled(ScheduledCore), Free}"},
    {"ScheduledCore", "polkadot_primitives::ScheduledCore", "{para_id: u32, collator: Option<[u8; 32]>}"},
    {"OccupiedCore", NOWHERE,
     "{next_up_on_available: Option<ScheduledCore>, occupied_since: BlockNumber, time_out_at: BlockNumber, "
     "next_up_on_time_out: Option<ScheduledCore>, availability: BitVec<u8, Lsb0>, group_responsible: u32, "
     "candidate_hash: Hash, candidate_descriptor: CandidateDescriptor}"},
    {"OccupiedCoreAssumption", NOWHERE, "enum {Included, TimedOut, Free}"},
    {"ParaValidationData", "polkadot_primitives::PersistedValidationData",
     "{parent_head: Vec<u8>, relay_parent_number: u32, relay_parent_storage_root: Hash, max_pov_size: u32}"},
    {"CandidateDescriptor", "polkadot_primitives::CandidateDescriptorV2 polkadot_primitives::CandidateDescriptor",
     "{para_id: u32, relay_parent: Hash, collator: [u8; 32], persisted_validation_data_hash: Hash, pov_hash: Hash, "
     "erasure_root: Hash, signature: [u8; 64], para_head: Hash, validation_code_hash: Hash}"},
    {"CandidateCommitments", "polkadot_primitives::CandidateCommitments",
     "{upward_messages: Vec<Vec<u8>>, horizontal_messages: Vec<{recipient: u32, data: Vec<u8>}>, "
     "new_validation_code: Option<Vec<u8>>, head_data: Vec<u8>, processed_downward_messages: u32, "
     "hrmp_watermark: u32}"},
    {"CandidateReceipt", "polkadot_primitives::CandidateReceiptV2 polkadot_primitives::CandidateReceipt",
     "{descriptor: CandidateDescriptor, commitments_hash: Hash}"},
    {"CommittedCandidateReceipt",
     "polkadot_primitives::CommittedCandidateReceiptV2 polkadot_primitives::CommittedCandidateReceipt",
     "{descriptor: CandidateDescriptor, commitments: CandidateCommitments}"},
    {"CandidateEvent", NOWHERE,
     "enum {CandidateBacked(CandidateReceipt, Vec<u8>, u32, u32), CandidateIncluded(CandidateReceipt, Vec<u8>, u32, "
     "u32), CandidateTimedOut(CandidateReceipt, Vec<u8>, u32)}"},
    {"SessionInfo", "polkadot_primitives::SessionInfo",
     "{active_validator_indices: Vec<u32>, random_seed: [u8; 32], dispute_period: u32, " SESSION_V1 "}"},
    {"SessionInfoV1", "polkadot_primitives::v1::SessionInfo", "{" SESSION_V1 "}"},
    {"PvfCheckStatement", "polkadot_primitives::PvfCheckStatement",
     "{accept: bool, subject: Hash, session_index: u32, validator_index: u32}"},
    {"DisputeState", "polkadot_primitives::DisputeState",
     "{validators_for: BitVec<u8, Lsb0>, validators_against: BitVec<u8, Lsb0>, start: BlockNumber, "
     "concluded_at: Option<BlockNumber>}"},
    {"ScrapedOnChainVotes", "polkadot_primitives::ScrapedOnChainVotes",
     "{session: u32, backing_validators_per_candidate: Vec<(CandidateReceipt, Vec<(u32, ValidityAttestation)>)>, "
     "disputes: Vec<DisputeStatementSet>}"},
    {"ValidityAttestation", "polkadot_primitives::ValidityAttestation",
     "enum {Implicit([u8; 64]) = 1, Explicit([u8; 64])}"},
    {"DisputeStatementSet", "polkadot_primitives::DisputeStatementSet",
     "{candidate_hash: Hash, session: u32, statements: Vec<(DisputeStatement, u32, [u8; 64])>}"},
    {"DisputeStatement", "polkadot_primitives::DisputeStatement",
     "enum {Valid(enum {Explicit, BackingSeconded(Hash), BackingValid(Hash), ApprovalChecking, "
     "ApprovalCheckingMultipleCandidates(Vec<Hash>)}), Invalid(enum {Explicit})}"},
    {"ExecutorParams", "polkadot_primitives::ExecutorParams", "Vec<ExecutorParam>"},
    {"ExecutorParam", "polkadot_primitives::ExecutorParam",
     "enum {MaxMemoryPages(u32) = 1, StackLogicalMax(u32), StackNativeMax(u32), PrecheckingMaxMemory(u64), "
     "PvfPrepTimeout(enum {Precheck, Prepare}, u64), PvfExecTimeout(enum {Backing, Approval}, u64), "
     "WasmExtBulkMemory}"},
    {"PendingSlashes", NOWHERE, "{keys: BTreeMap<u32, [u8; 32]>, kind: SlashingOffenceKind}"},
    {"SlashingOffenceKind", "polkadot_primitives::SlashingOffenceKind", "enum {ForInvalid, AgainstValid}"},
    {"DisputeProof", NOWHERE, /* the call's is another from 2025 on */
     "{time_slot: {session_index: u32, candidate_hash: Hash}, kind: SlashingOffenceKind, validator_index: u32, "
     "validator_id: [u8; 32]}"},
    {"AsyncBackingParams", "polkadot_primitives::AsyncBackingParams",
     "{max_candidate_depth: u32, allowed_ancestry_len: u32}"},
    {"ApprovalVotingParams", "polkadot_primitives::ApprovalVotingParams", "{max_approval_coalesce_count: u32}"},
    {"BackingState", NOWHERE,
     "{constraints: " CONSTRAINTS(
         "") ", "
             "pending_availability: Vec<{candidate_hash: Hash, descriptor: CandidateDescriptor, "
             "commitments: CandidateCommitments, relay_parent_number: u32, max_pov_size: u32}>}"},
    {"BackingConstraints", NOWHERE, CONSTRAINTS("max_head_data_size: u32, ")},

    /* ---- XCM, assets and NFTs ---- */
    {"AssetConversionKind", NOWHERE, "MultiLocation"},
    {"MultiLocation", "xcm::v3::MultiLocation staging_xcm::v3::MultiLocation", UNKNOWN},
    {"MultiAsset", "xcm::v3::MultiAsset xcm::v2::MultiAsset", UNKNOWN},
    {"VersionedXcm", "xcm::VersionedXcm staging_xcm::VersionedXcm", UNKNOWN},
    {"VersionedLocation",
     "xcm::VersionedLocation staging_xcm::VersionedLocation xcm::VersionedMultiLocation "
     "staging_xcm::VersionedMultiLocation",
     UNKNOWN},
    {"VersionedAssets",
     "xcm::VersionedAssets staging_xcm::VersionedAssets xcm::VersionedMultiAssets staging_xcm::VersionedMultiAssets",
     UNKNOWN},
    {"VersionedAsset", "xcm::VersionedAsset staging_xcm::VersionedAsset", UNKNOWN},
    {"VersionedAssetId", "xcm::VersionedAssetId staging_xcm::VersionedAssetId", UNKNOWN},
    {"XcmPaymentApiError", NOWHERE,
     "enum {Unimplemented, VersionedConversionFailed, WeightNotComputable, UnhandledXcmVersion, AssetNotFound, "
     "Unroutable}"},
    {"XcmDryRunError", NOWHERE, "enum {Unimplemented, VersionedConversionFailed}"},
    {"XcmTrustedQueryError", NOWHERE, "enum {VersionedAssetConversionFailed, VersionedLocationConversionFailed}"},
    {"OriginCaller", "Utility.dispatch_as(as_origin)", UNKNOWN},
    {"CallDryRunEffects", NOWHERE,
     "{execution_result: Result<PostDispatchInfo, {post_info: PostDispatchInfo, error: DispatchError}>, "
     "emitted_events: Vec<RuntimeEvent>, local_xcm: Option<VersionedXcm>, "
     "forwarded_xcms: Vec<(VersionedLocation, Vec<VersionedXcm>)>}"},
    {"PostDispatchInfo", "frame_support::PostDispatchInfo", "{actual_weight: Option<Weight>, pays_fee: Pays}"},
    {"XcmOutcome", "staging_xcm::v5::Outcome staging_xcm::v4::Outcome staging_xcm::v3::Outcome xcm::v3::Outcome",
     UNKNOWN},
    {"XcmDryRunEffects", NOWHERE,
     "{execution_result: XcmOutcome, emitted_events: Vec<RuntimeEvent>, "
     "forwarded_xcms: Vec<(VersionedLocation, Vec<VersionedXcm>)>}"},
    {"FungiblesAccessError", NOWHERE, "enum {AssetIdConversionFailed, AmountToBalanceConversionFailed}"},
    {"AssetId", "Assets.Asset[0]", "u32"},
    {"AssetBalance", "pallet_assets::AssetAccount.balance", "Balance"},
    {"NftCollectionId", "Nfts.Item[0]", "u32"},
    {"NftItemId", "Nfts.Item[1]", "u32"},

    /* ---- contracts ---- */
    {"ContractExecResultU64", NOWHERE, CONTRACT_RESULT("u64", CONTRACT_RETURN) "}"},
    {"ContractInstantiateResultU64", NOWHERE, CONTRACT_RESULT("u64", CONTRACT_MADE) "}"},
    {"ContractExecResult", NOWHERE, CONTRACT_RESULT("Weight", CONTRACT_RETURN) "}"},
    {"ContractInstantiateResult", NOWHERE, CONTRACT_RESULT("Weight", CONTRACT_MADE) "}"},
    {"ContractExecResultWithEvents", NOWHERE, CONTRACT_RESULT("Weight", CONTRACT_RETURN) CONTRACT_EVENTS "}"},
    {"ContractInstantiateResultWithEvents", NOWHERE, CONTRACT_RESULT("Weight", CONTRACT_MADE) CONTRACT_EVENTS "}"},
    {"ContractCodeUploadResult", NOWHERE, "Result<{code_hash: Hash, deposit: Balance}, DispatchError>"},
    {"ContractCode", NOWHERE, "enum {Upload(Vec<u8>), Existing(Hash)}"},
    {"ContractDeterminism", "Contracts.upload_code(determinism)", UNKNOWN},
    {"ContractAccessErrorV1", NOWHERE, "enum {DoesntExist, IsTombstone}"},
    {"ContractAccessError", NOWHERE, "enum {DoesntExist, KeyDecodingFailed, MigrationInProgress}"},

    /* ---- EVM ---- */
    {"EvmExitReason", "evm_core::ExitReason evm::ExitReason", UNKNOWN},
    {"EvmLog", "ethereum::Log", "{address: [u8; 20], topics: Vec<[u8; 32]>, data: Vec<u8>}"},
    {"EvmCallInfo", NOWHERE, "{exit_reason: EvmExitReason, value: Vec<u8>, used_gas: u256, logs: Vec<EvmLog>}"},
    {"EvmCreateInfo", NOWHERE, "{exit_reason: EvmExitReason, value: [u8; 20], used_gas: u256, logs: Vec<EvmLog>}"},
    {"EvmCallInfoV2", NOWHERE,
     "{exit_reason: EvmExitReason, value: Vec<u8>, used_gas: {standard: u256, effective: u256}, "
     "weight_info: Option<EvmWeight>, logs: Vec<EvmLog>}"},
    {"EvmCreateInfoV2", NOWHERE,
     "{exit_reason: EvmExitReason, value: [u8; 20], used_gas: {standard: u256, effective: u256}, "
     "weight_info: Option<EvmWeight>, logs: Vec<EvmLog>}"},
    {"EvmWeight", NOWHERE,
     "{ref_time_limit: Option<u64>, proof_size_limit: Option<u64>, ref_time_usage: Option<u64>, "
     "proof_size_usage: Option<u64>}"},
    {"EthereumBlock", "Ethereum.CurrentBlock", UNKNOWN},
    {"EthereumReceipts", "Ethereum.CurrentReceipts", UNKNOWN},
    {"EthereumStatuses", "Ethereum.CurrentTransactionStatuses", UNKNOWN},
    {"EthereumTransaction", "Ethereum.transact(transaction)", UNKNOWN},

    /* ---- bridges ---- */
    {"LaneId", "*.OutboundLanes[0]", "[u8; 4]"},
    {"BridgeMessage", "BridgeRococoMessages.send_message(payload) BridgeWococoMessages.send_message(payload)", UNKNOWN},
    {"MessageDetails", NOWHERE,
     "{nonce: u64, dispatch_weight: Weight, size: u32, delivery_and_dispatch_fee: Balance, "
     "dispatch_fee_payment: enum {AtSourceChain, AtTargetChain}}"},
    {"OutboundMessageDetails", NOWHERE, "{nonce: u64, dispatch_weight: Weight, size: u32}"},
};

const sce_known_api_type_t *sce_known_api_type_find(sce_span_t name) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (sce_text_is(name, rows[i].name)) return &rows[i];
  return NULL;
}
