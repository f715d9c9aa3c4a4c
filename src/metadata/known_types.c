/* known_types.c: what type names mean where metadata does not say: everything that V0 to V13 name, and types of runtime
 * APIs that a V14 registry need not have. Data; the syntax is that of expr.c. Sources: the runtimes' own code of the
 * time (paritytech/substrate and paritytech/polkadot, v0.6 to v0.9.11; crates frame-* and pallet-* 2.0.0-alpha.2 to
 * 3.0.0), and for what a chain chose for itself the spec versions that polkadot-js's types-known 16.5 has found by
 * reading the chains.
 *
 * The first row that fits wins. Where a layout changed, the metadata mostly tells which one it is, by an item that came
 * or went with the change or by the length of a default; such rows come first, whatever the chain. Rows for a chain are
 * for what metadata is silent about, and the last rows of a name take what was usual in the metadata's time. Names that
 * are left out stay hex: origins and proxies' filters (each chain has its own). Messages of XCM are in known_xcm.c. */
#include "metadata/registry.h"

#include "base/buf.h"

#include <string.h>

#define ANY NULL
#define ALL_MD 0, 0
#define MD(first, last) first, last

/* A column of the compact solution: NPoS votes with `n` targets. */
#define VOTES_OLD(n, m) "votes" #n ": Vec<(u32, [(u16, u16); " #m "], u16)>, "
#define VOTES(n, m) "votes" #n ": Vec<(Compact<u32>, [(Compact<u16>, Compact<u16>); " #m "], Compact<u16>)>, "
#define VOTES_3_TO_16                                                                                                  \
  VOTES(3, 2)                                                                                                          \
  VOTES(4, 3)                                                                                                          \
  VOTES(5, 4)                                                                                                          \
  VOTES(6, 5)                                                                                                          \
  VOTES(7, 6)                                                                                                          \
  VOTES(8, 7)                                                                                                          \
  VOTES(9, 8) VOTES(10, 9) VOTES(11, 10) VOTES(12, 11) VOTES(13, 12) VOTES(14, 13) VOTES(15, 14) VOTES(16, 15)
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
#define THREE_REFS "{nonce: Index, consumers: RefCount, providers: RefCount, sufficients: RefCount, data: AccountData}"
#define PAYS_BOOL "{weight: Weight, class: DispatchClass, pays_fee: bool}"
#define HEARTBEAT_4                                                                                                    \
  "{block_number: BlockNumber, network_state: OpaqueNetworkState, session_index: SessionIndex, authority_index: "      \
  "AuthIndex"
#define IDENTITY_INFO                                                                                                  \
  "{additional: Vec<(Data, Data)>, display: Data, legal: Data, web: Data, riot: Data, email: Data, "                   \
  "pgp_fingerprint: Option<[u8; 20]>, image: Data"
#define LEDGER "{stash: AccountId, total: Compact<Balance>, active: Compact<Balance>, unlocking: Vec<UnlockChunk>"
#define SESSION_KEYS(n) "[[u8; 32]; " n "]"
#define REFERENDUM                                                                                                     \
  "enum {Ongoing({end: BlockNumber, proposal_hash: Hash, threshold: VoteThreshold, delay: BlockNumber, "               \
  "tally: {ayes: Balance, nays: Balance, turnout: Balance}}), Finished {approved: bool, end: BlockNumber}}"
#define TIP                                                                                                            \
  "{reason: Hash, who: AccountId, finder: AccountId, deposit: Balance, closes: Option<BlockNumber>, "                  \
  "tips: Vec<(AccountId, Balance)>, finders_fee: bool}"
#define VOTES_OF_COLLECTIVE "{index: ProposalIndex, threshold: MemberCount, ayes: Vec<AccountId>, nays: Vec<AccountId>"
#define PROXY_POLKADOT "enum {Any, NonTransfer, Governance, Staking, IdentityJudgement = 5, CancelProxy, Auction}"

#define RUNTIME_VERSION                                                                                                \
  "{spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32, "                    \
  "apis: Vec<([u8; 8], u32)>"

static const sce_known_type_t rows[] = {
    /* ---- what changed with time ---- */
    {"AccountInfo", THREE_REFS, "System.UpgradedToTripleRefCount", ALL_MD},
    {"AccountInfo", TWO_REFS, "System.UpgradedToDualRefCount", ALL_MD},
    {"AccountInfo", ONE_REF, "System.Account", MD(0, 12)},
    {"AccountInfo", THREE_REFS, ANY, ALL_MD},
    {"RefCount", "u32", "System.UpgradedToTripleRefCount", ALL_MD},
    {"RefCount", "u32", "System.UpgradedToDualRefCount", ALL_MD},
    {"RefCount", "u32", "System.UpgradedToU32RefCount", ALL_MD},
    {"RefCount", "u8", "System.Account", MD(0, 12)},
    {"RefCount", "u32", ANY, ALL_MD},
    /* Runtimes without balances have nothing in an account but counts. */
    {"AccountData", "()", "System.UpgradedToTripleRefCount System.Account=16", MD(0, 13)},
    {"AccountData", "()", "System.UpgradedToDualRefCount !System.UpgradedToTripleRefCount System.Account=12",
     MD(0, 13)},
    {"AccountData", "()", "System.UpgradedToU32RefCount !System.UpgradedToDualRefCount System.Account=8", MD(0, 12)},
    {"AccountData", "()", "!System.UpgradedToU32RefCount !System.UpgradedToDualRefCount System.Account=5", MD(0, 12)},
    {"AccountData", "{free: Balance, reserved: Balance, misc_frozen: Balance, fee_frozen: Balance}", ANY, ALL_MD},
    /* The sizes of a runtime's basic types. */
    {"AccountId", "[u8; 20]", "Sudo.Key=20", MD(0, 13)},
    {"AccountId", "AccountId32", ANY, ALL_MD},
    {"Balance", "u64", "Balances.TotalIssuance=8", MD(0, 13)},
    {"Balance", "u128", ANY, ALL_MD},
    {"BlockNumber", "u64", "System.Number=8", MD(0, 13)},
    {"BlockNumber", "u32", ANY, ALL_MD},
    {"Index", "u64", "System.AccountNonce=8", MD(0, 13)},
    {"Index", "u64", "System.UpgradedToTripleRefCount System.Account=84", MD(0, 13)},
    {"Index", "u64", "System.UpgradedToDualRefCount !System.UpgradedToTripleRefCount System.Account=80", MD(0, 13)},
    {"Index", "u64", "System.UpgradedToU32RefCount !System.UpgradedToDualRefCount System.Account=76", MD(0, 12)},
    {"Index", "u64", "!System.UpgradedToU32RefCount !System.UpgradedToDualRefCount System.Account=73", MD(0, 12)},
    {"Index", "u32", ANY, ALL_MD},
    /* How an account is called by is the runtime's own choice; the rest goes by what most runtimes of a period took. */
    {"LookupSource", "AccountId", "kusama:1046-2027", ALL_MD},
    {"LookupSource", "AccountId", "polkadot:0-27", ALL_MD},
    {"LookupSource", "AccountId", "westend:0-47", ALL_MD},
    {"LookupSource", "AccountId", "rococo:0-200", ALL_MD},
    {"LookupSource", "MultiAddress", "System.UpgradedToTripleRefCount", MD(0, 13)},
    {"LookupSource", "MultiAddress", "System.UpgradedToDualRefCount", MD(0, 13)},
    {"LookupSource", "@lookup", ANY, MD(0, 10)},
    {"LookupSource", "@lookup", "Indices", MD(0, 12)},
    {"LookupSource", "AccountId", ANY, MD(0, 11)},
    {"LookupSource", "AccountId", "System.Account", MD(0, 12)},
    {"LookupSource", "MultiAddress", ANY, MD(12, 13)},
    /* A lock's reasons became an enum in January 2020, shortly before accounts moved into System. */
    {"BalanceLock", "{id: LockIdentifier, amount: Balance, until: BlockNumber, reasons: u8}", "!System.Account",
     MD(0, 11)},
    {"BalanceLock", "{id: LockIdentifier, amount: Balance, reasons: Reasons}", ANY, MD(0, 13)},
    {"DispatchError", "{module: Option<u8>, error: u8}", ANY, MD(0, 9)},
    {"IdentityInfo", IDENTITY_INFO "}", ANY, MD(0, 9)},
    /* 2.0.0-alpha.7 has weights of 64 bits, Pays, and the count of validators in heartbeats, and shows the weight of an
       empty block among its constants. Kusama took the first of them earlier. */
    {"Weight", "u32", "System.MaximumBlockWeight=4", MD(0, 13)},
    {"Weight", "u64", "System.MaximumBlockWeight=8", MD(0, 13)},
    {"Weight", "u32", ANY, MD(0, 11)}, /* nothing about weights among the constants: older, as Westend at genesis */
    {"Weight", "u64", ANY, MD(12, 13)},
    /* Of runtime APIs, and of definitions that call Weight so: the same without going through the name. */
    {"WeightV1", "u32", "System.MaximumBlockWeight=4", MD(0, 13)},
    {"WeightV1", "u64", "System.MaximumBlockWeight=8", MD(0, 13)},
    {"WeightV1", "u32", ANY, MD(0, 11)},
    {"WeightV1", "u64", ANY, MD(12, 13)},
    {"DispatchInfo", PAYS_BOOL, "kusama:0-1061", MD(0, 13)},
    {"DispatchInfo", PAYS_BOOL, "System.MaximumBlockWeight !System.BlockExecutionWeight", MD(0, 13)},
    {"DispatchInfo", PAYS_BOOL, "!System.MaximumBlockWeight", MD(0, 11)},
    {"DispatchInfo", "{weight: Weight, class: DispatchClass, pays_fee: Pays}", ANY, MD(0, 13)},
    {"Heartbeat", HEARTBEAT_4 "}", "kusama:0-1061", MD(0, 13)},
    {"Heartbeat", HEARTBEAT_4 "}", "System.MaximumBlockWeight !System.BlockExecutionWeight", MD(0, 13)},
    {"Heartbeat", HEARTBEAT_4 "}", ANY, MD(0, 10)},
    {"Heartbeat", HEARTBEAT_4 ", validators_len: u32}", ANY, MD(0, 13)},
    {"Multiplier", "i64", "TransactionPayment.NextFeeMultiplier=8", MD(0, 13)},
    {"Multiplier", "i64", ANY, MD(0, 10)},
    {"Multiplier", "i128", ANY, MD(11, 11)},
    {"Multiplier", "u128", ANY, ALL_MD},
    /* Tips of the first form ended with 2.0.0-rc5. What else changed then is not in the metadata. */
    {"OpenTip", TIP_WITH_FINDER, "polkadot:0-12", ALL_MD},
    {"OpenTip", TIP_WITH_FINDER, "kusama:0-2012", ALL_MD},
    {"OpenTip", TIP_WITH_FINDER, "westend:0-22", ALL_MD},
    {"OpenTip", TIP_WITH_FINDER, "!System.BlockWeight", MD(0, 11)},
    {"OpenTip", TIP, ANY, MD(0, 13)},
    {"ReferendumInfo", "{end: BlockNumber, proposal_hash: Hash, threshold: VoteThreshold, delay: BlockNumber}",
     "Democracy !Democracy.VotingOf", MD(0, 13)},
    {"ReferendumInfo", REFERENDUM, ANY, MD(0, 13)},
    {"Scheduled", "{maybe_id: Option<Vec<u8>>, priority: u8, call: Call, maybe_periodic: Option<Period>}",
     "Scheduler !Scheduler.StorageVersion", MD(0, 13)},
    {"Scheduled",
     "{maybe_id: Option<Vec<u8>>, priority: u8, call: Call, maybe_periodic: Option<Period>, origin: OriginCaller}",
     "Scheduler.StorageVersion", MD(12, 13)},
    {"SlashingSpans", "{span_index: SpanIndex, last_start: EraIndex, prior: Vec<EraIndex>}",
     "Staking !Staking.StorageVersion", MD(0, 10)},
    {"SlashingSpans",
     "{span_index: SpanIndex, last_start: EraIndex, last_nonzero_slash: EraIndex, prior: Vec<EraIndex>}", ANY,
     MD(0, 13)},
    {"StakingLedger", LEDGER "}", "Staking !Staking.ErasStakers", MD(0, 13)},
    {"StakingLedger", LEDGER ", last_reward: Option<EraIndex>}", "Staking !Staking.payout_stakers", MD(0, 13)},
    {"StakingLedger", LEDGER ", claimed_rewards: Vec<EraIndex>}", ANY, MD(0, 13)},
    {"Votes", VOTES_OF_COLLECTIVE "}", "!System.Account", MD(0, 11)},
    {"Votes", VOTES_OF_COLLECTIVE ", end: BlockNumber}", ANY, MD(0, 13)},
    {"ValidatorPrefs", "{commission: Compact<Perbill>}", "Staking.Validators=1", MD(0, 13)},
    {"ValidatorPrefs", "{unstake_threshold: Compact<u32>, validator_payment: Compact<Balance>}",
     "Staking.ValidatorPreferences=2", MD(0, 2)},
    {"ValidatorPrefs", "{unstake_threshold: Compact<u32>, validator_payment: Compact<Balance>}", "Staking.Validators=2",
     MD(0, 8)},
    {"ValidatorPrefs", "{commission: Compact<Perbill>, blocked: bool}", "Staking.Validators=2", MD(0, 13)},
    {"ValidatorPrefs", "{commission: Compact<Perbill>}", ANY, MD(0, 11)},
    {"ValidatorPrefs", "{commission: Compact<Perbill>, blocked: bool}", ANY, MD(0, 13)},
    {"ElectionResult",
     "{elected_stashes: Vec<AccountId>, exposures: Vec<(AccountId, Exposure)>, compute: ElectionCompute}", ANY, ALL_MD},
    {"EventRecord", "{phase: Phase, event: Event}", "System !System.EventTopics", MD(0, 7)},
    {"EventRecord", "{phase: Phase, event: Event, topics: Vec<Hash>}", ANY, MD(0, 13)},

    /* ---- what each runtime chose for itself ---- */
    {"Keys", session_keys_5, "polkadot:0-27", ALL_MD},
    {"Keys", session_keys_5, "kusama:0-2027", ALL_MD},
    {"Keys", session_keys_5, "westend:0-47", ALL_MD},
    {"Keys", session_keys_6, "polkadot:28-", ALL_MD},
    {"Keys", session_keys_6, "kusama:2028-", ALL_MD},
    {"Keys", session_keys_6, "westend:48-", ALL_MD},
    {"CompactAssignments", assignments_old, "polkadot:0-22", ALL_MD},
    {"CompactAssignments", assignments_old, "kusama:0-2022", ALL_MD},
    {"CompactAssignments", assignments_old, "westend:0-42", ALL_MD},
    {"CompactAssignments", assignments_24, "kusama:9010-", ALL_MD},
    {"CompactAssignments", assignments_16, "polkadot:23-", ALL_MD},
    {"CompactAssignments", assignments_16, "kusama:2023-", ALL_MD},
    {"CompactAssignments", assignments_16, "westend:43-", ALL_MD},
    {"RawSolution", "{compact: CompactAssignments, score: [u128; 3], round: u32}", ANY, MD(0, 13)},
    {"Staking::Compact", "CompactAssignments", ANY, MD(0, 13)},
    {"ProxyType", PROXY_POLKADOT, "polkadot:0-", ALL_MD},
    {"ProxyType", "enum {Any, NonTransfer, Governance, Staking, IdentityJudgement, CancelProxy, Auction}", "kusama:0-",
     ALL_MD},
    {"ProxyType", "enum {Any, NonTransfer, Staking, SudoBalances, IdentityJudgement, CancelProxy}", "westend:0-",
     ALL_MD},

    /* ---- names with another meaning in one pallet ---- */
    {"Assets::Approval", "{amount: TAssetBalance, deposit: Balance}", ANY, MD(0, 13)},
    {"Assets::ApprovalKey", "{owner: AccountId, delegate: AccountId}", ANY, MD(0, 13)},
    {"Assets::Balance", "TAssetBalance", ANY, MD(0, 13)},
    {"Assets::DestroyWitness", "{accounts: Compact<u32>, sufficients: Compact<u32>, approvals: Compact<u32>}", ANY,
     MD(0, 13)},
    {"Babe::EquivocationProof", "{offender: [u8; 32], slot: u64, first_header: Header, second_header: Header}", ANY,
     MD(0, 13)},
    {"ElectionProviderMultiPhase::Phase", "enum {Off, Signed, Unsigned(bool, BlockNumber), Emergency}", ANY, MD(0, 13)},
    {"Balances::Status", "enum {Free, Reserved}", ANY, MD(0, 13)},
    {"Identity::Judgement", "enum {Unknown, FeePaid(Balance), Reasonable, KnownGood, OutOfDate, LowQuality, Erroneous}",
     ANY, MD(0, 13)},
    {"Society::Judgement", "enum {Rebid, Reject, Approve}", ANY, MD(0, 13)},
    {"Society::Vote", "enum {Skeptic, Reject, Approve}", ANY, MD(0, 13)},
    {"Treasury::Proposal", "{proposer: AccountId, value: Balance, beneficiary: AccountId, bond: Balance}", ANY,
     MD(0, 13)},
    {"Proxy::Announcement", "{real: AccountId, call_hash: Hash, height: BlockNumber}", ANY, MD(0, 13)},
    {"Parachains::Id", "ParaId", ANY, MD(0, 13)},

    /* ---- the chain's basic types ---- */
    {"AccountId32", "[u8; 32]", ANY, ALL_MD},
    {"AccountIndex", "u32", ANY, ALL_MD},
    {"Address", "LookupSource", ANY, MD(0, 13)},
    {"MultiAddress", "enum {Id(AccountId), Index(Compact<()>), Raw(Vec<u8>), Address32([u8; 32]), Address20([u8; 20])}",
     ANY, ALL_MD},
    {"BalanceOf", "Balance", ANY, ALL_MD},
    {"DepositBalanceOf", "u128", ANY, MD(0, 13)},
    {"TAssetBalance", "u128", "Assets.Account=18", MD(0, 13)},
    {"TAssetBalance", "u64", "Assets.Account=10", MD(0, 13)},
    {"TAssetBalance", "u128", "Assets.TotalSupply=16", MD(0, 13)},
    {"TAssetBalance", "u64", ANY, MD(0, 13)},
    {"AssetId", "u64", "Assets.NextAssetId=8", MD(0, 13)},
    {"AssetId", "u128", "Assets.NextAssetId=16", MD(0, 13)},
    {"AssetId", "u32", ANY, MD(0, 13)},
    {"Hash", "[u8; 32]", ANY, ALL_MD},
    {"H64", "[u8; 8]", ANY, ALL_MD},
    {"H128", "[u8; 16]", ANY, ALL_MD},
    {"H160", "[u8; 20]", ANY, ALL_MD},
    {"AccountId20", "[u8; 20]", ANY, ALL_MD},
    {"H256", "[u8; 32]", ANY, ALL_MD},
    {"H512", "[u8; 64]", ANY, ALL_MD},
    {"U256", "u256", ANY, ALL_MD},
    {"CallHash", "[u8; 32]", ANY, ALL_MD},
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
    {"LockIdentifier", "[u8; 8]", ANY, ALL_MD},
    {"ModuleId", "[u8; 8]", ANY, ALL_MD},
    {"PalletId", "[u8; 8]", ANY, ALL_MD},
    {"RuntimeVersion", RUNTIME_VERSION "}", ANY, MD(0, 10)},
    {"RuntimeVersion", RUNTIME_VERSION ", transaction_version: u32}", ANY, MD(11, 13)},
    {"KeyTypeId", "[u8; 4]", ANY, ALL_MD},
    {"ConsensusEngineId", "[u8; 4]", ANY, ALL_MD},
    {"WeightMultiplier", "i64", ANY, MD(0, 7)},
    {"Releases", "enum {V1, V2, V3, V4, V5, V6, V7, V8, V9, V10}", ANY, MD(0, 13)},
    {"MultiSignature", "enum {Ed25519([u8; 64]), Sr25519([u8; 64]), Ecdsa([u8; 65])}", ANY, ALL_MD},
    /* Before version 4 with MultiSignature the extrinsic had a bare sr25519 signature; Kusama began with
       MultiSignature. */
    {"ExtrinsicSignature", "MultiSignature", ANY, ALL_MD},

    /* ---- names that definitions for polkadot-js use ---- */
    {"Null", "()", ANY, ALL_MD},
    {"Bool", "bool", ANY, ALL_MD},
    {"Raw", "Vec<u8>", ANY, ALL_MD},
    {"StorageKey", "Vec<u8>", ANY, ALL_MD},
    {"Signature", "[u8; 64]", ANY, MD(0, 13)},
    {"Fixed64", "i64", ANY, ALL_MD},
    {"FixedI64", "i64", ANY, ALL_MD},
    {"FixedU64", "u64", ANY, ALL_MD},
    {"Fixed128", "i128", ANY, ALL_MD},
    {"FixedI128", "i128", ANY, ALL_MD},
    {"FixedU128", "u128", ANY, ALL_MD},
    {"IndicesLookupSource", "@lookup", ANY, ALL_MD},
    {"GenericLookupSource", "@lookup", ANY, ALL_MD},
    {"GenericAccountId", "AccountId32", ANY, ALL_MD},
    {"RefCountTo259", "u8", ANY, ALL_MD},
    {"AccountInfoWithRefCountU8", "{nonce: Index, refcount: u8, data: AccountData}", ANY, ALL_MD},
    {"AccountInfoWithRefCount", ONE_REF, ANY, ALL_MD},
    {"AccountInfoWithDualRefCount", TWO_REFS, ANY, ALL_MD},
    {"AccountInfoWithProviders", TWO_REFS, ANY, ALL_MD},
    {"AccountInfoWithTripleRefCount", THREE_REFS, ANY, ALL_MD},
    {"ValidatorPrefsWithCommission", "{commission: Compact<Perbill>}", ANY, ALL_MD},
    {"ValidatorPrefsWithBlocked", "{commission: Compact<Perbill>, blocked: bool}", ANY, ALL_MD},
    {"EthereumAccountId", "[u8; 20]", ANY, MD(0, 13)},
    {"EthereumSignature", "[u8; 65]", ANY, MD(0, 13)},
    {"SessionKeys1", SESSION_KEYS("1"), ANY, ALL_MD},
    {"SessionKeys2", SESSION_KEYS("2"), ANY, ALL_MD},
    {"SessionKeys3", SESSION_KEYS("3"), ANY, ALL_MD},
    {"SessionKeys4", SESSION_KEYS("4"), ANY, ALL_MD},
    {"SessionKeys5", SESSION_KEYS("5"), ANY, ALL_MD},
    {"SessionKeys6", SESSION_KEYS("6"), ANY, ALL_MD},
    {"SessionKeys7", SESSION_KEYS("7"), ANY, ALL_MD},
    {"SessionKeys8", SESSION_KEYS("8"), ANY, ALL_MD},
    {"SessionKeys9", SESSION_KEYS("9"), ANY, ALL_MD},
    {"SessionKeys10", SESSION_KEYS("10"), ANY, ALL_MD},
    {"OrmlAccountData", "{free: Balance, reserved: Balance, frozen: Balance}", ANY, MD(0, 13)},
    {"Amount", "i128", ANY, MD(0, 13)},
    {"AmountOf", "Amount", ANY, MD(0, 13)},

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
    {"DigestOf", "Digest", ANY, MD(0, 13)},
    {"DigestItem",
     "enum {Other(Vec<u8>), AuthoritiesChange(Vec<[u8; 32]>), ChangesTrieRoot(Hash), SealV0((u64, [u8; 64])), "
     "Consensus([u8; 4], Vec<u8>), Seal([u8; 4], Vec<u8>), PreRuntime([u8; 4], Vec<u8>), "
     "ChangesTrieSignal(ChangesTrieSignal), RuntimeEnvironmentUpdated}",
     ANY, ALL_MD},
    {"ChangesTrieSignal", "enum {NewConfiguration(Option<ChangesTrieConfiguration>)}", ANY, ALL_MD},
    {"ChangesTrieConfiguration", "{digest_interval: u32, digest_levels: u32}", ANY, ALL_MD},
    {"events", "Vec<EventRecord>", ANY, MD(0, 13)},
    {"EventIndex", "u32", ANY, MD(0, 13)},
    {"Phase", "enum {ApplyExtrinsic(u32), Finalization, Initialization}", ANY, MD(0, 13)},
    {"DispatchClass", "enum {Normal, Operational, Mandatory}", ANY, ALL_MD},
    {"Pays", "enum {Yes, No}", ANY, ALL_MD},
    {"DispatchError",
     "enum {Other, CannotLookup, BadOrigin, Module(ModuleError), ConsumerRemaining, NoProviders, Token(TokenError), "
     "Arithmetic(ArithmeticError)}",
     ANY, MD(0, 13)},
    {"ModuleError", "{index: u8, error: u8}", ANY, MD(0, 13)},
    {"TokenError", "enum {NoFunds, WouldDie, BelowMinimum, CannotCreate, UnknownAsset, Frozen, Unsupported}", ANY,
     ALL_MD},
    {"ArithmeticError", "enum {Underflow, Overflow, DivisionByZero}", ANY, ALL_MD},
    {"DispatchResult", "Result<(), DispatchError>", ANY, ALL_MD},
    {"DispatchOutcome", "Result<(), DispatchError>", ANY, ALL_MD},

    /* ---- system, balances, indices, timestamp, transaction payment ---- */
    {"LastRuntimeUpgradeInfo", "{spec_version: Compact<u32>, spec_name: str}", ANY, ALL_MD},
    {"ExtrinsicsWeight", "{normal: Weight, operational: Weight}", ANY, MD(0, 13)},
    {"ConsumedWeight", "{normal: Weight, operational: Weight, mandatory: Weight}", ANY, MD(0, 13)},
    {"RuntimeDbWeight", "{read: Weight, write: Weight}", ANY, MD(0, 13)},
    {"BlockLength", "{max: {normal: u32, operational: u32, mandatory: u32}}", ANY, MD(0, 13)},
    {"BlockWeights",
     "{base_block: Weight, max_block: Weight, per_class: {normal: WeightsPerClass, operational: WeightsPerClass, "
     "mandatory: WeightsPerClass}}",
     ANY, MD(0, 13)},
    {"WeightsPerClass",
     "{base_extrinsic: Weight, max_extrinsic: Option<Weight>, max_total: Option<Weight>, reserved: Option<Weight>}",
     ANY, MD(0, 13)},
    {"WeightToFeeCoefficient", "{coeff_integer: Balance, coeff_frac: Perbill, negative: bool, degree: u8}", ANY,
     MD(0, 13)},
    {"Reasons", "enum {Fee, Misc, All}", ANY, MD(0, 13)},
    {"ReserveData", "{id: [u8; 8], amount: Balance}", ANY, MD(0, 13)},
    {"ReserveIdentifier", "[u8; 8]", ANY, MD(0, 13)},
    {"VestingSchedule", "{offset: Balance, per_block: Balance, starting_block: BlockNumber}", ANY, MD(0, 13)},
    {"VestingInfo", "{locked: Balance, per_block: Balance, starting_block: BlockNumber}", ANY, MD(0, 13)},

    /* ---- staking, sessions, offences, elections ---- */
    {"EraIndex", "u32", ANY, MD(0, 13)},
    {"SessionIndex", "u32", ANY, ALL_MD},
    {"AuthIndex", "u32", ANY, MD(0, 13)},
    {"SpanIndex", "u32", ANY, MD(0, 13)},
    {"ValidatorId", "AccountId", ANY, MD(0, 13)},
    {"ValidatorIndex", "u32", "ParasShared", MD(12, 13)},
    {"ValidatorIndex", "u16", ANY, MD(0, 13)},
    {"ActiveEraInfo", "{index: EraIndex, start: Option<Moment>}", ANY, MD(0, 13)},
    {"EraPoints", "{total: u32, individual: Vec<u32>}", ANY, MD(0, 13)},
    {"PairOf", "(Balance, Balance)", ANY, MD(0, 3)}, /* in Staking.StakeRange */
    {"EraRewards", "{total: u32, rewards: Vec<u32>}", ANY, MD(0, 8)},
    {"EraRewardPoints", "{total: u32, individual: BTreeMap<AccountId, u32>}", ANY, MD(0, 13)},
    {"ElectionCompute", "enum {OnChain, Signed, Unsigned}", ANY, MD(0, 13)},
    {"ElectionStatus", "enum {Closed, Open(BlockNumber)}", ANY, MD(0, 13)},
    {"ElectionSize", "{validators: Compact<u16>, nominators: Compact<u32>}", ANY, MD(0, 13)},
    {"PhragmenScore", "[u128; 3]", ANY, MD(0, 13)},
    {"ElectionScore", "[u128; 3]", ANY, MD(0, 13)},
    {"SubmissionIndicesOf", "BTreeMap<ElectionScore, u32>", ANY, MD(0, 13)},
    {"SignedSubmissionOf", "{who: AccountId, deposit: Balance, solution: RawSolution, reward: Balance}", ANY,
     MD(13, 13)},
    {"SolutionOrSnapshotSize", "{voters: Compact<u32>, targets: Compact<u32>}", ANY, MD(0, 13)},
    {"RoundSnapshot", "{voters: Vec<(AccountId, u64, Vec<AccountId>)>, targets: Vec<AccountId>}", ANY, MD(0, 13)},
    {"ReadySolution", "{supports: Supports, score: ElectionScore, compute: ElectionCompute}", ANY, MD(0, 13)},
    {"Supports", "Vec<(AccountId, {total: Balance, voters: Vec<(AccountId, Balance)>})>", ANY, MD(0, 13)},
    {"Exposure", "{total: Compact<Balance>, own: Compact<Balance>, others: Vec<IndividualExposure>}", ANY, ALL_MD},
    {"IndividualExposure", "{who: AccountId, value: Compact<Balance>}", ANY, ALL_MD},
    {"Forcing", "enum {NotForcing, ForceNew, ForceNone, ForceAlways}", ANY, MD(0, 13)},
    {"Nominations", "{targets: Vec<AccountId>, submitted_in: EraIndex, suppressed: bool}", ANY, MD(0, 13)},
    {"RewardDestination", "enum {Staked, Stash, Controller, Account(AccountId), None}", ANY, MD(0, 13)},
    {"SpanRecord", "{slashed: Balance, paid_out: Balance}", ANY, MD(0, 13)},
    {"UnlockChunk", "{value: Compact<Balance>, era: Compact<EraIndex>}", ANY, MD(0, 13)},
    {"UnappliedSlash",
     "{validator: AccountId, own: Balance, others: Vec<(AccountId, Balance)>, reporters: Vec<AccountId>, payout: "
     "Balance}",
     ANY, MD(0, 13)},
    {"IdentificationTuple", "(ValidatorId, Exposure)", ANY, MD(0, 13)},
    {"KeyOwnerProof", "{session: SessionIndex, trie_nodes: Vec<Vec<u8>>, validator_count: u32}", ANY, MD(0, 13)},
    {"Kind", "[u8; 16]", ANY, MD(0, 13)},
    {"OpaqueTimeSlot", "Vec<u8>", ANY, MD(0, 13)},
    {"OffenceDetails", "{offender: IdentificationTuple, reporters: Vec<AccountId>}", ANY, MD(0, 13)},
    {"ReportIdOf", "Hash", ANY, MD(0, 13)},
    {"DeferredOffenceOf", "(Vec<OffenceDetails>, Vec<Perbill>, SessionIndex)", ANY, MD(0, 13)},
    {"OpaqueNetworkState", "{peer_id: Vec<u8>, external_addresses: Vec<Vec<u8>>}", ANY, MD(0, 13)},
    {"UncleEntryItem", "enum {InclusionHeight(BlockNumber), Uncle(Hash, Option<AccountId>)}", ANY, MD(0, 13)},
    {"Renouncing", "enum {Member, RunnerUp, Candidate(Compact<u32>)}", ANY, MD(0, 13)},
    {"DefunctVoter", "{who: LookupSource, vote_count: Compact<u32>, candidate_count: Compact<u32>}", ANY, MD(0, 13)},

    /* ---- babe, grandpa, and the keys of authorities ---- */
    {"AuthorityId", "[u8; 32]", ANY, ALL_MD},
    {"AuthorityList", "Vec<(AuthorityId, u64)>", ANY, ALL_MD},
    {"AuthorityWeight", "u64", ANY, ALL_MD},
    {"BabeAuthorityWeight", "u64", ANY, ALL_MD},
    {"SetId", "u64", ANY, ALL_MD},
    {"Slot", "u64", ANY, ALL_MD},
    {"Randomness", "[u8; 32]", ANY, ALL_MD},
    {"RawVRFOutput", "[u8; 32]", ANY, MD(0, 13)},
    {"MaybeRandomness", "Option<[u8; 32]>", ANY, MD(0, 13)},
    {"MaybeVrf", "Option<[u8; 32]>", ANY, MD(0, 13)},
    {"NextConfigDescriptor", "enum {V1 {c: (u64, u64), allowed_slots: AllowedSlots} = 1}", ANY, MD(0, 13)},
    {"AllowedSlots", "enum {PrimarySlots, PrimaryAndSecondaryPlainSlots, PrimaryAndSecondaryVRFSlots}", ANY, ALL_MD},
    {"StoredPendingChange",
     "{scheduled_at: BlockNumber, delay: BlockNumber, next_authorities: AuthorityList, forced: Option<BlockNumber>}",
     ANY, MD(0, 13)},
    {"StoredState",
     "enum {Live, PendingPause {scheduled_at: BlockNumber, delay: BlockNumber}, Paused, "
     "PendingResume {scheduled_at: BlockNumber, delay: BlockNumber}}",
     ANY, MD(0, 13)},

    /* ---- governance, identity, treasury, claims, scheduler, utility ---- */
    {"PropIndex", "u32", ANY, MD(0, 13)},
    {"ReferendumIndex", "u32", ANY, MD(0, 13)},
    {"ProposalIndex", "u32", ANY, MD(0, 13)},
    {"MemberCount", "u32", ANY, MD(0, 13)},
    {"RegistrarIndex", "u32", ANY, MD(0, 13)},
    {"LockPeriods", "u8", ANY, MD(0, 3)},
    {"VoteIndex", "u32", ANY, MD(0, 13)},
    {"SetIndex", "u32", ANY, MD(0, 13)},
    {"ApprovalFlag", "u32", ANY, MD(0, 13)},
    {"VoterInfo", "{last_active: VoteIndex, last_win: VoteIndex, pot: Balance, stake: Balance}", ANY, MD(0, 13)},
    {"StrikeCount", "u32", ANY, MD(0, 13)},
    {"Bid", "{who: AccountId, kind: BidKind, value: Balance}", ANY, MD(0, 13)},
    {"BidKind", "enum {Deposit(Balance), Vouch(AccountId, Balance)}", ANY, MD(0, 13)},
    {"VouchingStatus", "enum {Vouching, Banned}", ANY, MD(0, 13)},
    {"Voter", "{votes: Vec<AccountId>, stake: Balance, deposit: Balance}", ANY, MD(0, 13)},
    {"SeatHolder", "{who: AccountId, stake: Balance, deposit: Balance}", ANY, MD(0, 13)},
    {"BountyIndex", "u32", ANY, MD(0, 13)},
    {"Bounty",
     "{proposer: AccountId, value: Balance, fee: Balance, curator_deposit: Balance, bond: Balance, status: "
     "BountyStatus}",
     ANY, MD(0, 13)},
    {"BountyStatus",
     "enum {Proposed, Approved, Funded, CuratorProposed {curator: AccountId}, "
     "Active {curator: AccountId, update_due: BlockNumber}, "
     "PendingPayout {curator: AccountId, beneficiary: AccountId, unlock_at: BlockNumber}}",
     ANY, MD(0, 13)},
    {"ActiveIndex", "u32", ANY, MD(0, 13)},
    {"ActiveGiltsTotal", "{frozen: Balance, proportion: Perquintill, index: ActiveIndex, target: Perquintill}", ANY,
     MD(0, 13)},
    {"ActiveGilt", "{proportion: Perquintill, amount: Balance, who: AccountId, expiry: BlockNumber}", ANY, MD(0, 13)},
    {"GiltBid", "{amount: Balance, who: AccountId}", ANY, MD(0, 13)},
    {"ProxyDefinition", "{delegate: AccountId, proxy_type: ProxyType, delay: BlockNumber}", "Proxy.announce",
     MD(0, 13)},
    {"ProxyDefinition", "(AccountId, ProxyType)", ANY, MD(0, 11)},
    {"Conviction", "enum {None, Locked1x, Locked2x, Locked3x, Locked4x, Locked5x, Locked6x}", ANY, MD(0, 13)},
    {"Vote", "u8", ANY, MD(0, 13)},
    {"AccountVote", "enum {Standard {vote: Vote, balance: Balance}, Split {aye: Balance, nay: Balance}}", ANY,
     MD(0, 13)},
    {"VoteThreshold", "enum {SuperMajorityApprove, SuperMajorityAgainst, SimpleMajority}", ANY, MD(0, 13)},
    {"ProxyState", "enum {Open(AccountId), Active(AccountId)}", ANY, MD(0, 13)},
    {"PreimageStatus",
     "enum {Missing(BlockNumber), Available {data: Vec<u8>, provider: AccountId, deposit: Balance, since: BlockNumber, "
     "expiry: Option<BlockNumber>}}",
     ANY, MD(0, 13)},
    {"Delegations", "{votes: Balance, capital: Balance}", ANY, MD(0, 13)},
    {"Voting",
     "enum {Direct {votes: Vec<(ReferendumIndex, AccountVote)>, delegations: Delegations, prior: (BlockNumber, "
     "Balance)}, "
     "Delegating {balance: Balance, target: AccountId, conviction: Conviction, delegations: Delegations, "
     "prior: (BlockNumber, Balance)}}",
     ANY, MD(0, 13)},
    {"Data", identity_data, ANY, MD(0, 13)},
    {"IdentityFields", "u64", ANY, MD(0, 13)},
    {"IdentityInfo", IDENTITY_INFO ", twitter: Data}", ANY, MD(0, 13)},
    {"RegistrarInfo", "{account: AccountId, fee: Balance, fields: IdentityFields}", ANY, MD(0, 13)},
    {"Identity::Registration", "{judgements: Vec<(RegistrarIndex, Judgement)>, deposit: Balance, info: IdentityInfo}",
     ANY, MD(0, 13)},
    {"Gas", "u64", ANY, MD(0, 11)},
    {"EthereumAddress", "[u8; 20]", ANY, MD(0, 13)},
    {"EcdsaSignature", "[u8; 65]", ANY, MD(0, 13)},
    {"StatementKind", "enum {Regular, Saft}", ANY, MD(0, 13)},
    {"CallHashOf", "Hash", ANY, MD(0, 13)},
    {"OpaqueCall", "Vec<u8>", ANY, MD(0, 13)},
    {"TransactionPriority", "u64", ANY, MD(0, 13)},
    {"MultiSigner", "enum {Ed25519([u8; 32]), Sr25519([u8; 32]), Ecdsa([u8; 33])}", ANY, MD(0, 13)},
    {"Period", "(BlockNumber, u32)", ANY, MD(0, 13)},
    {"Priority", "u8", ANY, MD(0, 13)},
    {"TaskAddress", "(BlockNumber, u32)", ANY, MD(0, 13)},
    {"Timepoint", "{height: BlockNumber, index: u32}", ANY, MD(0, 13)},
    {"Multisig", "{when: Timepoint, deposit: Balance, depositor: AccountId, approvals: Vec<AccountId>}", ANY,
     MD(0, 13)},
    {"RecoveryConfig", "{delay_period: BlockNumber, deposit: Balance, friends: Vec<AccountId>, threshold: u16}", ANY,
     MD(0, 13)},
    {"ActiveRecovery", "{created: BlockNumber, deposit: Balance, friends: Vec<AccountId>}", ANY, MD(0, 13)},
    /* Until approvals came (April 2021) zombies were counted, and metadata was not frozen. */
    {"AssetBalance", "{balance: TAssetBalance, is_frozen: bool, is_zombie: bool}", "Assets !Assets.Approvals",
     MD(0, 13)},
    {"AssetBalance", "{balance: TAssetBalance, is_frozen: bool, sufficient: bool, extra: ()}", ANY, MD(0, 13)},
    {"AssetDetails",
     "{owner: AccountId, issuer: AccountId, admin: AccountId, freezer: AccountId, supply: TAssetBalance, deposit: "
     "Balance, max_zombies: u32, min_balance: TAssetBalance, zombies: u32, accounts: u32, is_frozen: bool}",
     "Assets !Assets.Approvals", MD(0, 13)},
    {"AssetDetails",
     "{owner: AccountId, issuer: AccountId, admin: AccountId, freezer: AccountId, supply: TAssetBalance, deposit: "
     "Balance, "
     "min_balance: TAssetBalance, is_sufficient: bool, accounts: u32, sufficients: u32, approvals: u32, is_frozen: "
     "bool}",
     ANY, MD(0, 13)},
    {"AssetMetadata", "{deposit: Balance, name: Vec<u8>, symbol: Vec<u8>, decimals: u8}", "Assets.Metadata=19",
     MD(0, 13)},
    {"AssetMetadata", "{deposit: Balance, name: Vec<u8>, symbol: Vec<u8>, decimals: u8, is_frozen: bool}", ANY,
     MD(0, 13)},

    /* ---- parachains of relay chains since 2021 ---- */
    {"ParathreadClaimQueue", "{queue: Vec<QueuedParathread>, next_core_offset: u32}", ANY, MD(12, 13)},
    {"QueuedParathread", "{claim: ParathreadEntry, core_offset: u32}", ANY, MD(12, 13)},
    {"ParathreadEntry", "{claim: (ParaId, CollatorId), retries: u32}", ANY, MD(12, 13)},
    {"ParaLifecycle",
     "enum {Onboarding, Parathread, Parachain, UpgradingParathread, DowngradingParachain, OffboardingParathread, "
     "OffboardingParachain}",
     ANY, MD(12, 13)},
    {"ParaGenesisArgs", "{genesis_head: HeadData, validation_code: ValidationCode, parachain: bool}", ANY, MD(12, 13)},
    {"ValidationCodeHash", "[u8; 32]", ANY, MD(12, 13)},
    {"UpgradeGoAhead", "enum {Abort, GoAhead}", ANY, MD(12, 13)},
    {"UpgradeRestriction", "enum {Present}", ANY, MD(12, 13)},
    {"CoreIndex", "u32", ANY, MD(12, 13)},
    {"GroupIndex", "u32", ANY, MD(12, 13)},
    {"CoreOccupied", "enum {Parathread(ParathreadEntry), Parachain}", ANY, MD(12, 13)},
    {"CoreAssignment", "{core: CoreIndex, para_id: ParaId, kind: AssignmentKind, group_idx: GroupIndex}", ANY,
     MD(12, 13)},
    {"AssignmentKind", "enum {Parachain, Parathread(CollatorId, u32)}", ANY, MD(12, 13)},
    {"HrmpChannelId", "{sender: ParaId, recipient: ParaId}", ANY, MD(12, 13)},
    {"HrmpChannel",
     "{max_capacity: u32, max_total_size: u32, max_message_size: u32, msg_count: u32, total_size: u32, mqc_head: "
     "Option<Hash>, sender_deposit: Balance, recipient_deposit: Balance}",
     ANY, MD(12, 13)},
    {"InboundDownwardMessage", "{sent_at: BlockNumber, msg: Vec<u8>}", ANY, MD(12, 13)},
    {"InboundHrmpMessage", "{sent_at: BlockNumber, data: Vec<u8>}", ANY, MD(12, 13)},
    {"BufferedSessionChange", "{validators: Vec<AccountId>, queued: Vec<AccountId>, session_index: SessionIndex}", ANY,
     MD(12, 13)},

    /* ---- parachains of the first kind (Polkadot and Kusama until 2021), and Cumulus ---- */
    {"ParaId", "u32", ANY, ALL_MD},
    {"AuctionIndex", "u32", ANY, MD(0, 13)},
    {"LeasePeriod", "BlockNumber", ANY, MD(0, 13)},
    {"LeasePeriodOf", "BlockNumber", ANY, MD(0, 13)},
    {"SubId", "u32", ANY, MD(0, 13)},
    {"NewBidder", "{who: AccountId, sub: SubId}", ANY, MD(0, 13)},
    {"Bidder", "enum {New(NewBidder), Existing(ParaId)}", ANY, MD(0, 13)},
    {"SlotRange",
     "enum {ZeroZero, ZeroOne, ZeroTwo, ZeroThree, OneOne, OneTwo, OneThree, TwoTwo, TwoThree, ThreeThree}",
     "!Auctions", MD(0, 13)},
    {"WinningData", "[Option<(AccountId, ParaId, Balance)>; 36]", "Auctions", MD(0, 13)},
    {"WinningData", "[Option<(AccountId, ParaId, Balance)>; 10]", ANY, MD(0, 13)},
    {"CollatorId", "[u8; 32]", ANY, MD(0, 13)},
    {"Retriable", "enum {Never, WithRetries(u32)}", ANY, MD(0, 13)},
    {"HeadData", "Vec<u8>", ANY, MD(0, 13)},
    {"ValidationCode", "Vec<u8>", ANY, MD(0, 13)},
    {"UpwardMessage", "{origin: enum {Signed, Parachain, Root}, data: Vec<u8>}", "Parachains", MD(0, 12)},
    {"UpwardMessage", "Vec<u8>", ANY, MD(12, 13)},
    {"UpwardMessage", "{origin: enum {Signed, Parachain, Root}, data: Vec<u8>}", ANY, MD(0, 11)},
    {"ParaInfo", "{scheduling: enum {Always, Dynamic}}", "Registrar.Parachains", MD(0, 12)},
    {"ParaInfo", "{manager: AccountId, deposit: Balance, locked: bool}", ANY, MD(12, 13)},
    {"ParaInfo", "{scheduling: enum {Always, Dynamic}}", ANY, MD(0, 11)},
    {"ParaPastCodeMeta",
     "{upgrade_times: Vec<{expected_at: BlockNumber, activated_at: BlockNumber}>, last_pruned: Option<BlockNumber>}",
     "Paras", MD(0, 13)},
    {"ParaPastCodeMeta", "{upgrade_times: Vec<BlockNumber>, last_pruned: Option<BlockNumber>}", ANY, MD(0, 12)},
    {"IncludedBlocks",
     "{actual_number: BlockNumber, session: SessionIndex, random_seed: Hash, active_parachains: Vec<ParaId>, "
     "para_blocks: Vec<Hash>}",
     ANY, MD(0, 13)},
    {"MoreAttestations", "()", ANY, MD(0, 13)},
    {"RelayChainBlockNumber", "u32", ANY, MD(0, 13)},
    {"RelayBlockNumber", "u32", ANY, MD(0, 13)},
    {"MessageQueueChain", "[u8; 32]", ANY, MD(0, 13)},
    {"MessageId", "[u8; 32]", ANY, MD(0, 13)},
    {"OverweightIndex", "u64", ANY, MD(0, 13)},
    {"PageCounter", "u32", ANY, MD(0, 13)},
    {"PageIndexData", "{begin_used: PageCounter, end_used: PageCounter, overweight_count: OverweightIndex}", ANY,
     MD(0, 13)},
    {"ConfigData", "{max_individual: Weight}", ANY, MD(0, 13)},
    {"QueueConfigData",
     "{suspend_threshold: u32, drop_threshold: u32, resume_threshold: u32, threshold_weight: Weight, "
     "weight_restrict_decay: Weight}",
     ANY, MD(0, 13)},
    {"InboundStatus", "enum {Ok, Suspended}", ANY, MD(0, 13)},
    {"OutboundStatus", "enum {Ok, Suspended}", ANY, MD(0, 13)},
    {"XcmpMessageFormat", "enum {ConcatenatedVersionedXcm, ConcatenatedEncodedBlob, Signals}", ANY, MD(0, 13)},
    {"OutboundHrmpMessage", "{recipient: u32, data: Vec<u8>}", ANY, MD(0, 13)},
    {"PersistedValidationData",
     "{parent_head: HeadData, relay_parent_number: u32, relay_parent_storage_root: Hash, max_pov_size: u32}", ANY,
     MD(0, 13)},
    {"StorageProof", "{trie_nodes: Vec<Vec<u8>>}", ANY, MD(0, 13)},
    {"ParachainInherentData",
     "{validation_data: PersistedValidationData, relay_chain_state: StorageProof, "
     "downward_messages: Vec<{sent_at: u32, msg: Vec<u8>}>, "
     "horizontal_messages: BTreeMap<ParaId, Vec<{sent_at: u32, data: Vec<u8>}>>}",
     ANY, MD(0, 13)},
    {"AbridgedHostConfiguration",
     "{max_code_size: u32, max_head_data_size: u32, max_upward_queue_count: u32, max_upward_queue_size: u32, "
     "max_upward_message_size: u32, max_upward_message_num_per_candidate: u32, "
     "hrmp_max_message_num_per_candidate: u32, validation_upgrade_frequency: u32, validation_upgrade_delay: u32}",
     ANY, MD(0, 13)},
    {"AbridgedHrmpChannel",
     "{max_capacity: u32, max_total_size: u32, max_message_size: u32, msg_count: u32, total_size: u32, "
     "mqc_head: Option<Hash>}",
     ANY, MD(0, 13)},
    /* The head came with the state proof of February 2021 (cumulus#317), days after LastDmqMqcHead (#308). */
    {"MessagingStateSnapshot",
     "{dmq_mqc_head: Hash, relay_dispatch_queue_size: (u32, u32), "
     "ingress_channels: Vec<(ParaId, AbridgedHrmpChannel)>, egress_channels: Vec<(ParaId, AbridgedHrmpChannel)>}",
     "*.LastDmqMqcHead", MD(0, 13)},
    {"MessagingStateSnapshot",
     "{dmq_mqc_head: Hash, relay_dispatch_queue_size: (u32, u32), "
     "ingress_channels: Vec<(ParaId, AbridgedHrmpChannel)>, egress_channels: Vec<(ParaId, AbridgedHrmpChannel)>}",
     ANY, MD(13, 13)},
    {"MessagingStateSnapshot",
     "{relay_dispatch_queue_size: (u32, u32), egress_channels: Vec<(ParaId, AbridgedHrmpChannel)>}", ANY, MD(0, 12)},
};

static bool name_fits(const sce_known_type_t *row, sce_span_t pallet, sce_span_t name) {
  const char *colons = strstr(row->name, "::");
  if (colons == NULL) return sce_text_is(name, row->name);
  return sce_span_equal(pallet, sce_span(row->name, (size_t)(colons - row->name))) && sce_text_is(name, colons + 2);
}

static bool fits(const sce_metadata_t *md, const sce_known_type_t *row) {
  if (row->first_md > md->version || (row->last_md != 0 && row->last_md < md->version)) return false;
  return row->when == NULL || sce_facts_hold(md, row->when);
}

static const sce_known_type_t *find_in(const sce_metadata_t *md, const sce_known_type_t *table, size_t count,
                                       bool in_pallet, sce_span_t pallet, sce_span_t name) {
  for (size_t i = 0; i < count; i++) {
    bool qualified = strchr(table[i].name, ':') != NULL;
    if (qualified == in_pallet && name_fits(&table[i], pallet, name) && fits(md, &table[i])) return &table[i];
  }
  return NULL;
}

const sce_known_type_t *sce_known_type_find(const sce_metadata_t *md, sce_span_t pallet, sce_span_t name) {
  size_t xcm_count, count = sizeof rows / sizeof *rows;
  const sce_known_type_t *xcm = sce_known_xcm_types(&xcm_count), *found = NULL;
  if (pallet.len > 0) found = find_in(md, rows, count, true, pallet, name);
  if (found == NULL) found = find_in(md, rows, count, false, pallet, name);
  return found != NULL ? found : find_in(md, xcm, xcm_count, false, pallet, name);
}
