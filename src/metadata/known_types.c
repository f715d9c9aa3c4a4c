/* known_types.c: what type names mean where metadata does not say: everything that V8 to V13 name, and types of runtime
 * APIs that a V14 registry need not have. Data; the syntax is that of expr.c. Sources: the runtimes' own code of the
 * time (paritytech/substrate and paritytech/polkadot, v0.6 to v0.9.11), and for when a chain changed from one layout to
 * the next the spec versions that polkadot-js's types-known 16.5 has found by reading the chains.
 *
 * The first row that fits wins, so rows for a chain come before those for all. Rows for a range of metadata versions
 * are for callers that don't say which chain it is. Names that are left out stay hex: origins and proxies' filters
 * (each chain has its own), XCM before V14 (two versions went under the same names). */
#include "metadata/registry.h"

#include "base/buf.h"

#include <string.h>

#define ANY NULL, 0, 0
#define CHAIN(name, first, last) name, first, last
#define ALL_MD 0, 0
#define MD(first, last) first, last

/* A column of the compact solution: NPoS votes with `n` targets. */
#define VOTES_OLD(n, m) "votes" #n ": Vec<(u32, [(u16, u16); " #m "], u16)>, "
#define VOTES(n, m) "votes" #n ": Vec<(Compact<u32>, [(Compact<u16>, Compact<u16>); " #m "], Compact<u16>)>, "
#define VOTES_3_TO_16                                                                                                  \
  VOTES(3, 2)                                                                                                          \
  VOTES(4, 3)                                                                                                          \
  VOTES(5, 4) VOTES(6, 5) VOTES(7, 6) VOTES(8, 7) VOTES(9, 8) VOTES(10, 9) VOTES(11, 10) VOTES(12, 11) VOTES(13, 12)   \
      VOTES(14, 13) VOTES(15, 14) VOTES(16, 15)
#define VOTES_1_AND_2                                                                                                  \
  "votes1: Vec<(Compact<u32>, Compact<u16>)>, votes2: Vec<(Compact<u32>, (Compact<u16>, Compact<u16>), "               \
  "Compact<u16>)>, "

static const char assignments_old[] = "{votes1: Vec<(u32, u16)>, votes2: Vec<(u32, (u16, u16), u16)>, " VOTES_OLD(3, 2)
    VOTES_OLD(4, 3) VOTES_OLD(5, 4) VOTES_OLD(6, 5) VOTES_OLD(7, 6) VOTES_OLD(8, 7) VOTES_OLD(9, 8) VOTES_OLD(10, 9)
        VOTES_OLD(11, 10) VOTES_OLD(12, 11) VOTES_OLD(13, 12) VOTES_OLD(14, 13) VOTES_OLD(15, 14) VOTES_OLD(16, 15) "}";
static const char assignments_16[] = "{" VOTES_1_AND_2 VOTES_3_TO_16 "}";
static const char assignments_24[] = "{" VOTES_1_AND_2 VOTES_3_TO_16 VOTES(17, 16) VOTES(18, 17) VOTES(19, 18)
    VOTES(20, 19) VOTES(21, 20) VOTES(22, 21) VOTES(23, 22) VOTES(24, 23) "}";

static const char identity_data[] =
    "enum {None, Raw0([u8; 0]), Raw1([u8; 1]), Raw2([u8; 2]), Raw3([u8; 3]), Raw4([u8; 4]), Raw5([u8; 5]), "
    "Raw6([u8; 6]), Raw7([u8; 7]), Raw8([u8; 8]), Raw9([u8; 9]), Raw10([u8; 10]), Raw11([u8; 11]), Raw12([u8; 12]), "
    "Raw13([u8; 13]), Raw14([u8; 14]), Raw15([u8; 15]), Raw16([u8; 16]), Raw17([u8; 17]), Raw18([u8; 18]), "
    "Raw19([u8; 19]), Raw20([u8; 20]), Raw21([u8; 21]), Raw22([u8; 22]), Raw23([u8; 23]), Raw24([u8; 24]), "
    "Raw25([u8; 25]), Raw26([u8; 26]), Raw27([u8; 27]), Raw28([u8; 28]), Raw29([u8; 29]), Raw30([u8; 30]), "
    "Raw31([u8; 31]), Raw32([u8; 32]), BlakeTwo256([u8; 32]), Sha256([u8; 32]), Keccak256([u8; 32]), "
    "ShaThree256([u8; 32])}";

static const char session_keys_5[] = "{grandpa: [u8; 32], babe: [u8; 32], im_online: [u8; 32], "
                                     "parachain_validator: [u8; 32], authority_discovery: [u8; 32]}";
static const char session_keys_6[] =
    "{grandpa: [u8; 32], babe: [u8; 32], im_online: [u8; 32], para_validator: [u8; 32], "
    "para_assignment: [u8; 32], authority_discovery: [u8; 32]}";

#define ONE_REF "{nonce: Index, refcount: RefCount, data: AccountData}"
#define TWO_REFS "{nonce: Index, consumers: RefCount, providers: RefCount, data: AccountData}"
#define TIP_WITH_FINDER                                                                                                \
  "{reason: Hash, who: AccountId, finder: Option<(AccountId, Balance)>, closes: Option<BlockNumber>, "                 \
  "tips: Vec<(AccountId, Balance)>}"
#define PAYS_BOOL "{weight: Weight, class: DispatchClass, pays_fee: bool}"
#define HEARTBEAT_4                                                                                                    \
  "{block_number: BlockNumber, network_state: OpaqueNetworkState, session_index: SessionIndex, authority_index: "      \
  "AuthIndex"
#define IDENTITY_INFO                                                                                                  \
  "{additional: Vec<(Data, Data)>, display: Data, legal: Data, web: Data, riot: Data, email: Data, "                   \
  "pgp_fingerprint: Option<[u8; 20]>, image: Data"
#define LEDGER "{stash: AccountId, total: Compact<Balance>, active: Compact<Balance>, unlocking: Vec<UnlockChunk>"
#define VOTES_OF_COLLECTIVE "{index: ProposalIndex, threshold: MemberCount, ayes: Vec<AccountId>, nays: Vec<AccountId>"
#define PROXY_POLKADOT "enum {Any, NonTransfer, Governance, Staking, IdentityJudgement = 5, CancelProxy, Auction}"

static const sce_known_type_t rows[] = {
    /* ---- what changed with time, by chain ---- */
    {"AccountInfo", ONE_REF, CHAIN("polkadot", 0, 27), ALL_MD},
    {"AccountInfo", TWO_REFS, CHAIN("polkadot", 28, 29), ALL_MD},
    {"AccountInfo", ONE_REF, CHAIN("kusama", 0, 2027), ALL_MD},
    {"AccountInfo", TWO_REFS, CHAIN("kusama", 2028, 2029), ALL_MD},
    {"AccountInfo", ONE_REF, CHAIN("westend", 0, 47), ALL_MD},
    {"AccountInfo", TWO_REFS, CHAIN("westend", 48, 49), ALL_MD},
    {"AccountInfo", ONE_REF, ANY, MD(8, 12)},
    {"RefCount", "u8", CHAIN("polkadot", 0, 24), ALL_MD},
    {"RefCount", "u8", CHAIN("kusama", 0, 2024), ALL_MD},
    {"RefCount", "u8", CHAIN("westend", 0, 44), ALL_MD},
    {"RefCount", "u8", ANY, MD(8, 11)},
    {"LookupSource", "@lookup", CHAIN("kusama", 0, 1045), ALL_MD},
    {"LookupSource", "AccountId", CHAIN("kusama", 1046, 2027), ALL_MD},
    {"LookupSource", "AccountId", CHAIN("polkadot", 0, 27), ALL_MD},
    {"LookupSource", "AccountId", CHAIN("westend", 0, 47), ALL_MD},
    {"LookupSource", "@lookup", ANY, MD(8, 10)},
    {"LookupSource", "AccountId", ANY, MD(11, 11)},
    {"BalanceLock", "{id: LockIdentifier, amount: Balance, until: BlockNumber, reasons: u8}", CHAIN("kusama", 0, 1045),
     ALL_MD},
    {"BalanceLock", "{id: LockIdentifier, amount: Balance, until: BlockNumber, reasons: u8}", ANY, MD(8, 9)},
    {"DispatchError", "{module: Option<u8>, error: u8}", CHAIN("kusama", 0, 1031), ALL_MD},
    {"DispatchError", "{module: Option<u8>, error: u8}", ANY, MD(8, 9)},
    {"DispatchInfo", PAYS_BOOL, CHAIN("kusama", 0, 1061), ALL_MD},
    {"DispatchInfo", PAYS_BOOL, CHAIN("westend", 0, 44), ALL_MD},
    {"DispatchInfo", PAYS_BOOL, ANY, MD(8, 10)},
    {"Heartbeat", HEARTBEAT_4 "}", CHAIN("kusama", 0, 1061), ALL_MD},
    {"Heartbeat", HEARTBEAT_4 "}", CHAIN("westend", 0, 44), ALL_MD},
    {"Heartbeat", HEARTBEAT_4 "}", ANY, MD(8, 10)},
    {"IdentityInfo", IDENTITY_INFO "}", CHAIN("kusama", 0, 1031), ALL_MD},
    {"IdentityInfo", IDENTITY_INFO "}", ANY, MD(8, 9)},
    {"Multiplier", "i64", CHAIN("kusama", 0, 1056), ALL_MD},
    {"Multiplier", "i64", CHAIN("westend", 0, 2), ALL_MD},
    {"Multiplier", "i64", ANY, MD(8, 10)},
    {"OpenTip", TIP_WITH_FINDER, CHAIN("polkadot", 0, 12), ALL_MD},
    {"OpenTip", TIP_WITH_FINDER, CHAIN("kusama", 0, 2012), ALL_MD},
    {"OpenTip", TIP_WITH_FINDER, CHAIN("westend", 0, 22), ALL_MD},
    {"OpenTip", TIP_WITH_FINDER, ANY, MD(8, 10)},
    {"ReferendumInfo", "{end: BlockNumber, proposal_hash: Hash, threshold: VoteThreshold, delay: BlockNumber}",
     CHAIN("kusama", 1020, 1054), ALL_MD},
    {"ReferendumInfo", "{end: BlockNumber, proposal_hash: Hash, threshold: VoteThreshold, delay: BlockNumber}", ANY,
     MD(8, 10)},
    {"Scheduled", "{maybe_id: Option<Vec<u8>>, priority: u8, call: Call, maybe_periodic: Option<Period>}",
     CHAIN("kusama", 0, 1061), ALL_MD},
    {"SlashingSpans", "{span_index: SpanIndex, last_start: EraIndex, prior: Vec<EraIndex>}", CHAIN("kusama", 0, 1042),
     ALL_MD},
    {"SlashingSpans", "{span_index: SpanIndex, last_start: EraIndex, prior: Vec<EraIndex>}", ANY, MD(8, 9)},
    {"StakingLedger", LEDGER "}", CHAIN("kusama", 0, 1049), ALL_MD},
    {"StakingLedger", LEDGER ", last_reward: Option<EraIndex>}", CHAIN("kusama", 1050, 1056), ALL_MD},
    {"StakingLedger", LEDGER "}", ANY, MD(8, 10)},
    {"Votes", VOTES_OF_COLLECTIVE "}", CHAIN("kusama", 0, 1045), ALL_MD},
    {"Votes", VOTES_OF_COLLECTIVE "}", ANY, MD(8, 9)},
    {"ElectionResult",
     "{elected_stashes: Vec<AccountId>, exposures: Vec<(AccountId, Exposure)>, compute: ElectionCompute}", ANY, ALL_MD},
    {"Keys", session_keys_5, CHAIN("polkadot", 0, 27), ALL_MD},
    {"Keys", session_keys_5, CHAIN("kusama", 0, 2027), ALL_MD},
    {"Keys", session_keys_5, CHAIN("westend", 0, 47), ALL_MD},
    {"Keys", session_keys_6, CHAIN("polkadot", 28, 0), ALL_MD},
    {"Keys", session_keys_6, CHAIN("kusama", 2028, 0), ALL_MD},
    {"Keys", session_keys_6, CHAIN("westend", 48, 0), ALL_MD},
    {"ValidatorPrefs", "{commission: Compact<Perbill>}", CHAIN("polkadot", 0, 27), ALL_MD},
    {"ValidatorPrefs", "{commission: Compact<Perbill>}", CHAIN("kusama", 0, 2027), ALL_MD},
    {"ValidatorPrefs", "{commission: Compact<Perbill>}", CHAIN("westend", 0, 47), ALL_MD},
    {"ValidatorPrefs", "{commission: Compact<Perbill>}", ANY, MD(8, 11)},
    {"CompactAssignments", assignments_old, CHAIN("polkadot", 0, 22), ALL_MD},
    {"CompactAssignments", assignments_old, CHAIN("kusama", 0, 2022), ALL_MD},
    {"CompactAssignments", assignments_old, CHAIN("westend", 0, 42), ALL_MD},
    {"CompactAssignments", assignments_24, CHAIN("kusama", 9010, 0), ALL_MD},
    {"CompactAssignments", assignments_16, CHAIN("polkadot", 23, 0), ALL_MD},
    {"CompactAssignments", assignments_16, CHAIN("kusama", 2023, 0), ALL_MD},
    {"CompactAssignments", assignments_16, CHAIN("westend", 43, 0), ALL_MD},
    {"RawSolution", "{compact: CompactAssignments, score: [u128; 3], round: u32}", ANY, MD(8, 13)},
    {"Staking::Compact", "CompactAssignments", ANY, MD(8, 13)},
    {"ProxyType", PROXY_POLKADOT, CHAIN("polkadot", 0, 0), ALL_MD},
    {"ProxyType", "enum {Any, NonTransfer, Governance, Staking, IdentityJudgement, CancelProxy, Auction}",
     CHAIN("kusama", 0, 0), ALL_MD},
    {"ProxyType", "enum {Any, NonTransfer, Staking, SudoBalances, IdentityJudgement, CancelProxy}",
     CHAIN("westend", 0, 0), ALL_MD},
    {"Weight", "u32", CHAIN("kusama", 0, 1061), ALL_MD},
    {"Weight", "u32", CHAIN("westend", 0, 2), ALL_MD},
    {"Weight", "u32", ANY, MD(8, 10)},
    {"Weight", "u64", ANY, MD(11, 13)},
    {"WinningData", "[Option<(AccountId, ParaId, Balance)>; 10]", ANY, MD(8, 12)},
    {"WinningData", "[Option<(AccountId, ParaId, Balance)>; 36]", ANY, MD(13, 13)},

    /* ---- names with another meaning in one pallet ---- */
    {"Assets::Approval", "{amount: TAssetBalance, deposit: Balance}", ANY, MD(8, 13)},
    {"Assets::ApprovalKey", "{owner: AccountId, delegate: AccountId}", ANY, MD(8, 13)},
    {"Assets::Balance", "TAssetBalance", ANY, MD(8, 13)},
    {"Assets::DestroyWitness", "{accounts: Compact<u32>, sufficients: Compact<u32>, approvals: Compact<u32>}", ANY,
     MD(8, 13)},
    {"Babe::EquivocationProof", "{offender: [u8; 32], slot: u64, first_header: Header, second_header: Header}", ANY,
     MD(8, 13)},
    {"Balances::Status", "enum {Free, Reserved}", ANY, MD(8, 13)},
    {"Identity::Judgement", "enum {Unknown, FeePaid(Balance), Reasonable, KnownGood, OutOfDate, LowQuality, Erroneous}",
     ANY, MD(8, 13)},
    {"Society::Judgement", "enum {Rebid, Reject, Approve}", ANY, MD(8, 13)},
    {"Society::Vote", "enum {Skeptic, Reject, Approve}", ANY, MD(8, 13)},
    {"Treasury::Proposal", "{proposer: AccountId, value: Balance, beneficiary: AccountId, bond: Balance}", ANY,
     MD(8, 13)},
    {"Proxy::Announcement", "{real: AccountId, call_hash: Hash, height: BlockNumber}", ANY, MD(8, 13)},
    {"Parachains::Id", "ParaId", ANY, MD(8, 13)},

    /* ---- the chain's basic types ---- */
    {"AccountId32", "[u8; 32]", ANY, ALL_MD},
    {"AccountId", "AccountId32", ANY, ALL_MD},
    {"AccountIndex", "u32", ANY, ALL_MD},
    {"Address", "LookupSource", ANY, MD(8, 13)},
    {"LookupSource", "MultiAddress", ANY, MD(12, 13)},
    {"MultiAddress", "enum {Id(AccountId), Index(Compact<()>), Raw(Vec<u8>), Address32([u8; 32]), Address20([u8; 20])}",
     ANY, ALL_MD},
    {"Balance", "u128", ANY, ALL_MD},
    {"BalanceOf", "Balance", ANY, ALL_MD},
    {"DepositBalanceOf", "u128", ANY, MD(8, 13)},
    {"TAssetBalance", "u128", CHAIN("statemint", 0, 0), ALL_MD},
    {"TAssetBalance", "u128", CHAIN("statemine", 0, 0), ALL_MD},
    {"TAssetBalance", "u128", CHAIN("westmint", 0, 0), ALL_MD},
    {"TAssetBalance", "u64", ANY, MD(8, 13)},
    {"AssetId", "u32", ANY, MD(8, 13)},
    {"BlockNumber", "u32", ANY, ALL_MD},
    {"Hash", "[u8; 32]", ANY, ALL_MD},
    {"H160", "[u8; 20]", ANY, ALL_MD},
    {"H256", "[u8; 32]", ANY, ALL_MD},
    {"H512", "[u8; 64]", ANY, ALL_MD},
    {"U256", "u256", ANY, ALL_MD},
    {"CallHash", "[u8; 32]", ANY, ALL_MD},
    {"Index", "u32", ANY, ALL_MD},
    {"Nonce", "u32", ANY, ALL_MD},
    {"Moment", "u64", ANY, ALL_MD},
    {"MomentOf", "u64", ANY, ALL_MD},
    {"String", "str", ANY, ALL_MD},
    {"Text", "str", ANY, ALL_MD},
    {"Bytes", "Vec<u8>", ANY, ALL_MD},
    {"Key", "Vec<u8>", ANY, ALL_MD},
    {"KeyValue", "(Vec<u8>, Vec<u8>)", ANY, ALL_MD},
    {"Perbill", "u32", ANY, ALL_MD},
    {"Permill", "u32", ANY, ALL_MD},
    {"Percent", "u8", ANY, ALL_MD},
    {"PerU16", "u16", ANY, ALL_MD},
    {"Perquintill", "u64", ANY, ALL_MD},
    {"Multiplier", "i128", ANY, MD(11, 11)},
    {"Multiplier", "u128", ANY, ALL_MD},
    {"LockIdentifier", "[u8; 8]", ANY, ALL_MD},
    {"ModuleId", "[u8; 8]", ANY, ALL_MD},
    {"PalletId", "[u8; 8]", ANY, ALL_MD},
    {"KeyTypeId", "[u8; 4]", ANY, ALL_MD},
    {"ConsensusEngineId", "[u8; 4]", ANY, ALL_MD},
    {"Releases", "enum {V1, V2, V3, V4, V5, V6, V7, V8, V9, V10}", ANY, MD(8, 13)},
    {"MultiSignature", "enum {Ed25519([u8; 64]), Sr25519([u8; 64]), Ecdsa([u8; 65])}", ANY, ALL_MD},
    /* Before version 4 with MultiSignature the extrinsic had a bare sr25519 signature; Kusama began with
       MultiSignature. */
    {"ExtrinsicSignature", "MultiSignature", ANY, ALL_MD},

    /* ---- headers, digests, events ---- */
    {"Header",
     "{parent_hash: Hash, number: Compact<BlockNumber>, state_root: Hash, extrinsics_root: Hash, digest: Digest}", ANY,
     ALL_MD},
    {"header", "Header", ANY, ALL_MD},
    {"Block", "{header: Header, extrinsics: Vec<Extrinsic>}", ANY, ALL_MD},
    {"block", "Block", ANY, ALL_MD},
    {"Extrinsic", "@extrinsic", ANY, ALL_MD},
    {"extrinsic", "Extrinsic", ANY, ALL_MD},
    {"UncheckedExtrinsic", "@extrinsic", ANY, ALL_MD},
    {"Digest", "{logs: Vec<DigestItem>}", ANY, ALL_MD},
    {"digest", "Digest", ANY, ALL_MD},
    {"DigestOf", "Digest", ANY, MD(8, 13)},
    {"DigestItem",
     "enum {Other(Vec<u8>), AuthoritiesChange(Vec<[u8; 32]>), ChangesTrieRoot(Hash), SealV0((u64, [u8; 64])), "
     "Consensus([u8; 4], Vec<u8>), Seal([u8; 4], Vec<u8>), PreRuntime([u8; 4], Vec<u8>), "
     "ChangesTrieSignal(ChangesTrieSignal), RuntimeEnvironmentUpdated}",
     ANY, ALL_MD},
    {"ChangesTrieSignal", "enum {NewConfiguration(Option<ChangesTrieConfiguration>)}", ANY, ALL_MD},
    {"ChangesTrieConfiguration", "{digest_interval: u32, digest_levels: u32}", ANY, ALL_MD},
    {"EventRecord", "{phase: Phase, event: Event, topics: Vec<Hash>}", ANY, MD(8, 13)},
    {"events", "Vec<EventRecord>", ANY, MD(8, 13)},
    {"EventIndex", "u32", ANY, MD(8, 13)},
    {"Phase", "enum {ApplyExtrinsic(u32), Finalization, Initialization}", ANY, MD(8, 13)},
    {"DispatchClass", "enum {Normal, Operational, Mandatory}", ANY, ALL_MD},
    {"Pays", "enum {Yes, No}", ANY, ALL_MD},
    {"DispatchInfo", "{weight: Weight, class: DispatchClass, pays_fee: Pays}", ANY, MD(8, 13)},
    {"DispatchError",
     "enum {Other, CannotLookup, BadOrigin, Module(ModuleError), ConsumerRemaining, NoProviders, Token(TokenError), "
     "Arithmetic(ArithmeticError)}",
     ANY, MD(8, 13)},
    {"ModuleError", "{index: u8, error: u8}", ANY, MD(8, 13)},
    {"TokenError", "enum {NoFunds, WouldDie, BelowMinimum, CannotCreate, UnknownAsset, Frozen, Unsupported}", ANY,
     ALL_MD},
    {"ArithmeticError", "enum {Underflow, Overflow, DivisionByZero}", ANY, ALL_MD},
    {"DispatchResult", "Result<(), DispatchError>", ANY, ALL_MD},
    {"DispatchOutcome", "Result<(), DispatchError>", ANY, ALL_MD},

    /* ---- system, balances, indices, timestamp, transaction payment ---- */
    {"AccountInfo",
     "{nonce: Index, consumers: RefCount, providers: RefCount, sufficients: RefCount, data: AccountData}", ANY, ALL_MD},
    {"RefCount", "u32", ANY, ALL_MD},
    {"AccountData", "{free: Balance, reserved: Balance, misc_frozen: Balance, fee_frozen: Balance}", ANY, ALL_MD},
    {"LastRuntimeUpgradeInfo", "{spec_version: Compact<u32>, spec_name: str}", ANY, ALL_MD},
    {"ExtrinsicsWeight", "{normal: Weight, operational: Weight}", ANY, MD(8, 13)},
    {"ConsumedWeight", "{normal: Weight, operational: Weight, mandatory: Weight}", ANY, MD(8, 13)},
    {"RuntimeDbWeight", "{read: Weight, write: Weight}", ANY, MD(8, 13)},
    {"BlockLength", "{max: {normal: u32, operational: u32, mandatory: u32}}", ANY, MD(8, 13)},
    {"BlockWeights",
     "{base_block: Weight, max_block: Weight, per_class: {normal: WeightsPerClass, operational: WeightsPerClass, "
     "mandatory: WeightsPerClass}}",
     ANY, MD(8, 13)},
    {"WeightsPerClass",
     "{base_extrinsic: Weight, max_extrinsic: Option<Weight>, max_total: Option<Weight>, reserved: Option<Weight>}",
     ANY, MD(8, 13)},
    {"WeightToFeeCoefficient", "{coeff_integer: Balance, coeff_frac: Perbill, negative: bool, degree: u8}", ANY,
     MD(8, 13)},
    {"BalanceLock", "{id: LockIdentifier, amount: Balance, reasons: Reasons}", ANY, MD(8, 13)},
    {"Reasons", "enum {Fee, Misc, All}", ANY, MD(8, 13)},
    {"ReserveData", "{id: [u8; 8], amount: Balance}", ANY, MD(8, 13)},
    {"ReserveIdentifier", "[u8; 8]", ANY, MD(8, 13)},
    {"VestingSchedule", "{offset: Balance, per_block: Balance, starting_block: BlockNumber}", ANY, MD(8, 13)},
    {"VestingInfo", "{locked: Balance, per_block: Balance, starting_block: BlockNumber}", ANY, MD(8, 13)},

    /* ---- staking, sessions, offences, elections ---- */
    {"EraIndex", "u32", ANY, MD(8, 13)},
    {"SessionIndex", "u32", ANY, ALL_MD},
    {"AuthIndex", "u32", ANY, MD(8, 13)},
    {"SpanIndex", "u32", ANY, MD(8, 13)},
    {"ValidatorId", "AccountId", ANY, MD(8, 13)},
    {"ValidatorIndex", "u16", ANY, MD(8, 13)},
    {"ActiveEraInfo", "{index: EraIndex, start: Option<Moment>}", ANY, MD(8, 13)},
    {"EraPoints", "{total: u32, individual: Vec<u32>}", ANY, MD(8, 13)},
    {"EraRewardPoints", "{total: u32, individual: BTreeMap<AccountId, u32>}", ANY, MD(8, 13)},
    {"ElectionCompute", "enum {OnChain, Signed, Unsigned}", ANY, MD(8, 13)},
    {"ElectionStatus", "enum {Closed, Open(BlockNumber)}", ANY, MD(8, 13)},
    {"ElectionSize", "{validators: Compact<u16>, nominators: Compact<u32>}", ANY, MD(8, 13)},
    {"PhragmenScore", "[u128; 3]", ANY, MD(8, 13)},
    {"Exposure", "{total: Compact<Balance>, own: Compact<Balance>, others: Vec<IndividualExposure>}", ANY, ALL_MD},
    {"IndividualExposure", "{who: AccountId, value: Compact<Balance>}", ANY, ALL_MD},
    {"Forcing", "enum {NotForcing, ForceNew, ForceNone, ForceAlways}", ANY, MD(8, 13)},
    {"Nominations", "{targets: Vec<AccountId>, submitted_in: EraIndex, suppressed: bool}", ANY, MD(8, 13)},
    {"RewardDestination", "enum {Staked, Stash, Controller, Account(AccountId), None}", ANY, MD(8, 13)},
    {"SlashingSpans",
     "{span_index: SpanIndex, last_start: EraIndex, last_nonzero_slash: EraIndex, prior: Vec<EraIndex>}", ANY,
     MD(8, 13)},
    {"SpanRecord", "{slashed: Balance, paid_out: Balance}", ANY, MD(8, 13)},
    {"StakingLedger", LEDGER ", claimed_rewards: Vec<EraIndex>}", ANY, MD(8, 13)},
    {"UnlockChunk", "{value: Compact<Balance>, era: Compact<EraIndex>}", ANY, MD(8, 13)},
    {"UnappliedSlash",
     "{validator: AccountId, own: Balance, others: Vec<(AccountId, Balance)>, reporters: Vec<AccountId>, payout: "
     "Balance}",
     ANY, MD(8, 13)},
    {"ValidatorPrefs", "{commission: Compact<Perbill>, blocked: bool}", ANY, MD(8, 13)},
    {"IdentificationTuple", "(ValidatorId, Exposure)", ANY, MD(8, 13)},
    {"KeyOwnerProof", "{session: SessionIndex, trie_nodes: Vec<Vec<u8>>, validator_count: u32}", ANY, MD(8, 13)},
    {"Kind", "[u8; 16]", ANY, MD(8, 13)},
    {"OpaqueTimeSlot", "Vec<u8>", ANY, MD(8, 13)},
    {"OffenceDetails", "{offender: IdentificationTuple, reporters: Vec<AccountId>}", ANY, MD(8, 13)},
    {"ReportIdOf", "Hash", ANY, MD(8, 13)},
    {"DeferredOffenceOf", "(Vec<OffenceDetails>, Vec<Perbill>, SessionIndex)", ANY, MD(8, 13)},
    {"Heartbeat", HEARTBEAT_4 ", validators_len: u32}", ANY, MD(8, 13)},
    {"OpaqueNetworkState", "{peer_id: Vec<u8>, external_addresses: Vec<Vec<u8>>}", ANY, MD(8, 13)},
    {"UncleEntryItem", "enum {InclusionHeight(BlockNumber), Uncle(Hash, Option<AccountId>)}", ANY, MD(8, 13)},
    {"Renouncing", "enum {Member, RunnerUp, Candidate(Compact<u32>)}", ANY, MD(8, 13)},
    {"DefunctVoter", "{who: LookupSource, vote_count: Compact<u32>, candidate_count: Compact<u32>}", ANY, MD(8, 13)},

    /* ---- babe, grandpa, and the keys of authorities ---- */
    {"AuthorityId", "[u8; 32]", ANY, ALL_MD},
    {"AuthorityList", "Vec<(AuthorityId, u64)>", ANY, ALL_MD},
    {"AuthorityWeight", "u64", ANY, ALL_MD},
    {"BabeAuthorityWeight", "u64", ANY, ALL_MD},
    {"SetId", "u64", ANY, ALL_MD},
    {"Slot", "u64", ANY, ALL_MD},
    {"Randomness", "[u8; 32]", ANY, ALL_MD},
    {"RawVRFOutput", "[u8; 32]", ANY, MD(8, 13)},
    {"MaybeRandomness", "Option<[u8; 32]>", ANY, MD(8, 13)},
    {"MaybeVrf", "Option<[u8; 32]>", ANY, MD(8, 13)},
    {"NextConfigDescriptor", "enum {V1 {c: (u64, u64), allowed_slots: AllowedSlots} = 1}", ANY, MD(8, 13)},
    {"AllowedSlots", "enum {PrimarySlots, PrimaryAndSecondaryPlainSlots, PrimaryAndSecondaryVRFSlots}", ANY, ALL_MD},
    {"StoredPendingChange",
     "{scheduled_at: BlockNumber, delay: BlockNumber, next_authorities: AuthorityList, forced: Option<BlockNumber>}",
     ANY, MD(8, 13)},
    {"StoredState",
     "enum {Live, PendingPause {scheduled_at: BlockNumber, delay: BlockNumber}, Paused, "
     "PendingResume {scheduled_at: BlockNumber, delay: BlockNumber}}",
     ANY, MD(8, 13)},

    /* ---- governance, identity, treasury, claims, scheduler, utility ---- */
    {"PropIndex", "u32", ANY, MD(8, 13)},
    {"ReferendumIndex", "u32", ANY, MD(8, 13)},
    {"ProposalIndex", "u32", ANY, MD(8, 13)},
    {"MemberCount", "u32", ANY, MD(8, 13)},
    {"RegistrarIndex", "u32", ANY, MD(8, 13)},
    {"Conviction", "enum {None, Locked1x, Locked2x, Locked3x, Locked4x, Locked5x, Locked6x}", ANY, MD(8, 13)},
    {"Vote", "u8", ANY, MD(8, 13)},
    {"AccountVote", "enum {Standard {vote: Vote, balance: Balance}, Split {aye: Balance, nay: Balance}}", ANY,
     MD(8, 13)},
    {"VoteThreshold", "enum {SuperMajorityApprove, SuperMajorityAgainst, SimpleMajority}", ANY, MD(8, 13)},
    {"ProxyState", "enum {Open(AccountId), Active(AccountId)}", ANY, MD(8, 13)},
    {"PreimageStatus",
     "enum {Missing(BlockNumber), Available {data: Vec<u8>, provider: AccountId, deposit: Balance, since: BlockNumber, "
     "expiry: Option<BlockNumber>}}",
     ANY, MD(8, 13)},
    {"ReferendumInfo",
     "enum {Ongoing({end: BlockNumber, proposal_hash: Hash, threshold: VoteThreshold, delay: BlockNumber, "
     "tally: {ayes: Balance, nays: Balance, turnout: Balance}}), Finished {approved: bool, end: BlockNumber}}",
     ANY, MD(8, 13)},
    {"Delegations", "{votes: Balance, capital: Balance}", ANY, MD(8, 13)},
    {"Voting",
     "enum {Direct {votes: Vec<(ReferendumIndex, AccountVote)>, delegations: Delegations, prior: (BlockNumber, "
     "Balance)}, "
     "Delegating {balance: Balance, target: AccountId, conviction: Conviction, delegations: Delegations, "
     "prior: (BlockNumber, Balance)}}",
     ANY, MD(8, 13)},
    {"Votes", VOTES_OF_COLLECTIVE ", end: BlockNumber}", ANY, MD(8, 13)},
    {"OpenTip",
     "{reason: Hash, who: AccountId, finder: AccountId, deposit: Balance, closes: Option<BlockNumber>, "
     "tips: Vec<(AccountId, Balance)>, finders_fee: bool}",
     ANY, MD(8, 13)},
    {"Data", identity_data, ANY, MD(8, 13)},
    {"IdentityFields", "u64", ANY, MD(8, 13)},
    {"IdentityInfo", IDENTITY_INFO ", twitter: Data}", ANY, MD(8, 13)},
    {"RegistrarInfo", "{account: AccountId, fee: Balance, fields: IdentityFields}", ANY, MD(8, 13)},
    {"Identity::Registration", "{judgements: Vec<(RegistrarIndex, Judgement)>, deposit: Balance, info: IdentityInfo}",
     ANY, MD(8, 13)},
    {"EthereumAddress", "[u8; 20]", ANY, MD(8, 13)},
    {"EcdsaSignature", "[u8; 65]", ANY, MD(8, 13)},
    {"StatementKind", "enum {Regular, Saft}", ANY, MD(8, 13)},
    {"Period", "(BlockNumber, u32)", ANY, MD(8, 13)},
    {"Priority", "u8", ANY, MD(8, 13)},
    {"TaskAddress", "(BlockNumber, u32)", ANY, MD(8, 13)},
    {"Timepoint", "{height: BlockNumber, index: u32}", ANY, MD(8, 13)},
    {"Multisig", "{when: Timepoint, deposit: Balance, depositor: AccountId, approvals: Vec<AccountId>}", ANY,
     MD(8, 13)},
    {"RecoveryConfig", "{delay_period: BlockNumber, deposit: Balance, friends: Vec<AccountId>, threshold: u16}", ANY,
     MD(8, 13)},
    {"ActiveRecovery", "{created: BlockNumber, deposit: Balance, friends: Vec<AccountId>}", ANY, MD(8, 13)},
    {"AssetBalance", "{balance: TAssetBalance, is_frozen: bool, sufficient: bool, extra: ()}", ANY, MD(8, 13)},
    {"AssetDetails",
     "{owner: AccountId, issuer: AccountId, admin: AccountId, freezer: AccountId, supply: TAssetBalance, deposit: "
     "Balance, "
     "min_balance: TAssetBalance, is_sufficient: bool, accounts: u32, sufficients: u32, approvals: u32, is_frozen: "
     "bool}",
     ANY, MD(8, 13)},
    {"AssetMetadata", "{deposit: Balance, name: Vec<u8>, symbol: Vec<u8>, decimals: u8, is_frozen: bool}", ANY,
     MD(8, 13)},

    /* ---- parachains of the first kind (Polkadot and Kusama until 2021), and Cumulus ---- */
    {"ParaId", "u32", ANY, ALL_MD},
    {"AuctionIndex", "u32", ANY, MD(8, 13)},
    {"LeasePeriod", "BlockNumber", ANY, MD(8, 13)},
    {"LeasePeriodOf", "BlockNumber", ANY, MD(8, 13)},
    {"SubId", "u32", ANY, MD(8, 13)},
    {"NewBidder", "{who: AccountId, sub: SubId}", ANY, MD(8, 13)},
    {"Bidder", "enum {New(NewBidder), Existing(ParaId)}", ANY, MD(8, 13)},
    {"SlotRange",
     "enum {ZeroZero, ZeroOne, ZeroTwo, ZeroThree, OneOne, OneTwo, OneThree, TwoTwo, TwoThree, ThreeThree}", ANY,
     MD(8, 12)},
    {"CollatorId", "[u8; 32]", ANY, MD(8, 13)},
    {"Retriable", "enum {Never, WithRetries(u32)}", ANY, MD(8, 13)},
    {"HeadData", "Vec<u8>", ANY, MD(8, 13)},
    {"ValidationCode", "Vec<u8>", ANY, MD(8, 13)},
    {"UpwardMessage", "Vec<u8>", ANY, MD(12, 13)},
    {"UpwardMessage", "{origin: enum {Signed, Parachain, Root}, data: Vec<u8>}", ANY, MD(8, 11)},
    {"ParaInfo", "{manager: AccountId, deposit: Balance, locked: bool}", ANY, MD(13, 13)},
    {"ParaInfo", "{scheduling: enum {Always, Dynamic}}", ANY, MD(8, 12)},
    {"ParaPastCodeMeta", "{upgrade_times: Vec<BlockNumber>, last_pruned: Option<BlockNumber>}", ANY, MD(8, 12)},
    {"IncludedBlocks",
     "{actual_number: BlockNumber, session: SessionIndex, random_seed: Hash, active_parachains: Vec<ParaId>, "
     "para_blocks: Vec<Hash>}",
     ANY, MD(8, 13)},
    {"MoreAttestations", "()", ANY, MD(8, 13)},
    {"RelayChainBlockNumber", "u32", ANY, MD(8, 13)},
    {"RelayBlockNumber", "u32", ANY, MD(8, 13)},
    {"MessageQueueChain", "[u8; 32]", ANY, MD(8, 13)},
    {"MessageId", "[u8; 32]", ANY, MD(8, 13)},
    {"OverweightIndex", "u64", ANY, MD(8, 13)},
    {"PageCounter", "u32", ANY, MD(8, 13)},
    {"PageIndexData", "{begin_used: PageCounter, end_used: PageCounter, overweight_count: OverweightIndex}", ANY,
     MD(8, 13)},
    {"ConfigData", "{max_individual: Weight}", ANY, MD(8, 13)},
    {"QueueConfigData",
     "{suspend_threshold: u32, drop_threshold: u32, resume_threshold: u32, threshold_weight: Weight, "
     "weight_restrict_decay: Weight}",
     ANY, MD(8, 13)},
    {"InboundStatus", "enum {Ok, Suspended}", ANY, MD(8, 13)},
    {"OutboundStatus", "enum {Ok, Suspended}", ANY, MD(8, 13)},
    {"XcmpMessageFormat", "enum {ConcatenatedVersionedXcm, ConcatenatedEncodedBlob, Signals}", ANY, MD(8, 13)},
    {"OutboundHrmpMessage", "{recipient: u32, data: Vec<u8>}", ANY, MD(8, 13)},
    {"PersistedValidationData",
     "{parent_head: HeadData, relay_parent_number: u32, relay_parent_storage_root: Hash, max_pov_size: u32}", ANY,
     MD(8, 13)},
    {"StorageProof", "{trie_nodes: Vec<Vec<u8>>}", ANY, MD(8, 13)},
    {"ParachainInherentData",
     "{validation_data: PersistedValidationData, relay_chain_state: StorageProof, "
     "downward_messages: Vec<{sent_at: u32, msg: Vec<u8>}>, "
     "horizontal_messages: BTreeMap<ParaId, Vec<{sent_at: u32, data: Vec<u8>}>>}",
     ANY, MD(8, 13)},
    {"AbridgedHostConfiguration",
     "{max_code_size: u32, max_head_data_size: u32, max_upward_queue_count: u32, max_upward_queue_size: u32, "
     "max_upward_message_size: u32, max_upward_message_num_per_candidate: u32, "
     "hrmp_max_message_num_per_candidate: u32, validation_upgrade_frequency: u32, validation_upgrade_delay: u32}",
     ANY, MD(8, 13)},
    {"AbridgedHrmpChannel",
     "{max_capacity: u32, max_total_size: u32, max_message_size: u32, msg_count: u32, total_size: u32, "
     "mqc_head: Option<Hash>}",
     ANY, MD(8, 13)},
    {"MessagingStateSnapshot",
     "{relay_dispatch_queue_size: (u32, u32), ingress_channels: Vec<(ParaId, AbridgedHrmpChannel)>, "
     "egress_channels: Vec<(ParaId, AbridgedHrmpChannel)>}",
     ANY, MD(8, 13)},
};

static bool name_fits(const sce_known_type_t *row, sce_span_t pallet, sce_span_t name) {
  const char *colons = strstr(row->name, "::");
  if (colons == NULL) return sce_text_is(name, row->name);
  return sce_span_equal(pallet, sce_span(row->name, (size_t)(colons - row->name))) && sce_text_is(name, colons + 2);
}

static bool chain_fits(const sce_metadata_t *md, const sce_known_type_t *row) {
  if (row->first_md > md->version || (row->last_md != 0 && row->last_md < md->version)) return false;
  if (row->chain == NULL) return true;
  return md->has_version && sce_text_is(md->spec_name, row->chain) && md->spec_version >= row->first_spec &&
         (row->last_spec == 0 || md->spec_version <= row->last_spec);
}

/* True when some row for this chain, by its name, speaks of the type: rows for early metadata are then not for it. */
static bool chain_is_told(const sce_metadata_t *md, const sce_known_type_t *row) {
  if (!md->has_version || row->chain != NULL || row->first_md != 8 || row->last_md >= 13) return false;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].chain != NULL && strcmp(rows[i].name, row->name) == 0 && sce_text_is(md->spec_name, rows[i].chain))
      return true;
  return false;
}

static const sce_known_type_t *find_in(const sce_metadata_t *md, const sce_known_type_t *table, size_t count,
                                       bool in_pallet, sce_span_t pallet, sce_span_t name) {
  for (size_t i = 0; i < count; i++) {
    bool qualified = strchr(table[i].name, ':') != NULL;
    if (qualified != in_pallet || !name_fits(&table[i], pallet, name) || !chain_fits(md, &table[i])) continue;
    if (!chain_is_told(md, &table[i])) return &table[i];
  }
  return NULL;
}

const sce_known_type_t *sce_known_type_find(const sce_metadata_t *md, sce_span_t pallet, sce_span_t name) {
  size_t api_count, count = sizeof rows / sizeof *rows;
  const sce_known_type_t *api_rows = sce_known_api_types(&api_count), *found = NULL;
  if (pallet.len > 0) found = find_in(md, rows, count, true, pallet, name);
  if (found == NULL) found = find_in(md, rows, count, false, pallet, name);
  if (found == NULL) found = find_in(md, api_rows, api_count, false, pallet, name);
  return found;
}
