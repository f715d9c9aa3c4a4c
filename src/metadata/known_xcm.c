/* known_xcm.c: the cross-consensus messages (XCM) of V12 and V13 metadata, versions 0 to 2, which went under the same
 * names one after the other. Data; see known_types.c. Sources: the registry of the V14 runtime asset-hub-rococo
 * (December 2021), which describes the three versions of the messages, and for what it lacks (errors, outcomes and
 * asset instances of versions 0 and 1) @polkadot/types 16.5, interfaces/xcm, and paritytech/polkadot, xcm/src/v0 and
 * v1. */
#include "metadata/registry.h"

#define ANY NULL
#define MD(first, last) first, last

#define X1_TO_X8(j)                                                                                                    \
  "X1(" j "), X2(" j ", " j "), X3(" j ", " j ", " j "), X4(" j ", " j ", " j ", " j "), X5(" j ", " j ", " j ", " j   \
  ", " j "), X6(" j ", " j ", " j ", " j ", " j ", " j "), X7(" j ", " j ", " j ", " j ", " j ", " j ", " j "), X8(" j \
  ", " j ", " j ", " j ", " j ", " j ", " j ", " j ")"
#define JUNCTION_REST                                                                                                  \
  "AccountId32 {network: NetworkId, id: [u8; 32]}, AccountIndex64 {network: NetworkId, index: Compact<u64>}, "         \
  "AccountKey20 {network: NetworkId, key: [u8; 20]}, PalletInstance(u8), GeneralIndex(Compact<u128>), "                \
  "GeneralKey(Vec<u8>), OnlyChild, Plurality {id: BodyId, part: BodyPart}"

/* The version that the pallet speaks: with 2 it keeps the versions of others, with 1 transfers name the asset that pays
 * the fee. Relay chains and parachains give the pallet different names. Without the pallet the version is not known. */
#define SPOKEN(name, v2, v1, v0)                                                                                       \
  {name, v2, "XcmPallet.SafeXcmVersion", MD(12, 13)}, {name, v2, "PolkadotXcm.SafeXcmVersion", MD(12, 13)},            \
      {name, v1, "XcmPallet.reserve_transfer_assets(fee_asset_item)", MD(12, 13)},                                     \
      {name, v1, "PolkadotXcm.reserve_transfer_assets(fee_asset_item)", MD(12, 13)},                                   \
      {name, v0, "XcmPallet", MD(12, 13)}, {                                                                           \
    name, v0, "PolkadotXcm", MD(12, 13)                                                                                \
  }

static const sce_known_type_t rows[] = {
    /* ---- what the versions share ---- */
    {"NetworkId", "enum {Any, Named(Vec<u8>), Polkadot, Kusama}", ANY, MD(0, 13)},
    {"BodyId", "enum {Unit, Named(Vec<u8>), Index(Compact<u32>), Executive, Technical, Legislative, Judicial}", ANY,
     MD(0, 13)},
    {"BodyPart",
     "enum {Voice, Members {count: Compact<u32>}, Fraction {nom: Compact<u32>, denom: Compact<u32>}, AtLeastProportion "
     "{nom: Compact<u32>, denom: Compact<u32>}, MoreThanProportion {nom: Compact<u32>, denom: Compact<u32>}}",
     ANY, MD(0, 13)},
    {"XcmOriginKind", "enum {Native, SovereignAccount, Superuser, Xcm}", ANY, MD(0, 13)},
    {"DoubleEncodedCall", "{encoded: Vec<u8>}", ANY, MD(0, 13)},

    /* ---- version 0 ---- */
    {"JunctionV0", "enum {Parent, Parachain(Compact<u32>), " JUNCTION_REST "}", ANY, MD(0, 13)},
    {"MultiLocationV0", "enum {Null, " X1_TO_X8("JunctionV0") "}", ANY, MD(0, 13)},
    {"AssetInstanceV0",
     "enum {Undefined, Index8(u8), Index16(Compact<u16>), Index32(Compact<u32>), Index64(Compact<u64>), "
     "Index128(Compact<u128>), Array4([u8; 4]), Array8([u8; 8]), Array16([u8; 16]), Array32([u8; 32]), Blob(Vec<u8>)}",
     ANY, MD(0, 13)},
    {"MultiAssetV0",
     "enum {None, All, AllFungible, AllNonFungible, AllAbstractFungible {id: Vec<u8>}, AllAbstractNonFungible {class: "
     "Vec<u8>}, AllConcreteFungible {id: MultiLocationV0}, AllConcreteNonFungible {class: MultiLocationV0}, "
     "AbstractFungible {id: Vec<u8>, amount: Compact<u128>}, AbstractNonFungible {class: Vec<u8>, instance: "
     "AssetInstanceV0}, ConcreteFungible {id: MultiLocationV0, amount: Compact<u128>}, ConcreteNonFungible {class: "
     "MultiLocationV0, instance: AssetInstanceV0}}",
     ANY, MD(0, 13)},
    {"ResponseV0", "enum {Assets(Vec<MultiAssetV0>)}", ANY, MD(0, 13)},
    {"XcmV0",
     "enum {WithdrawAsset {assets: Vec<MultiAssetV0>, effects: Vec<XcmOrderV0>}, ReserveAssetDeposit {assets: "
     "Vec<MultiAssetV0>, effects: Vec<XcmOrderV0>}, TeleportAsset {assets: Vec<MultiAssetV0>, effects: "
     "Vec<XcmOrderV0>}, QueryResponse {query_id: Compact<u64>, response: ResponseV0}, TransferAsset {assets: "
     "Vec<MultiAssetV0>, dest: MultiLocationV0}, TransferReserveAsset {assets: Vec<MultiAssetV0>, dest: "
     "MultiLocationV0, effects: Vec<XcmOrderV0>}, Transact {origin_type: XcmOriginKind, require_weight_at_most: u64, "
     "call: DoubleEncodedCall}, HrmpNewChannelOpenRequest {sender: Compact<u32>, max_message_size: Compact<u32>, "
     "max_capacity: Compact<u32>}, HrmpChannelAccepted {recipient: Compact<u32>}, HrmpChannelClosing {initiator: "
     "Compact<u32>, sender: Compact<u32>, recipient: Compact<u32>}, RelayedFrom {who: MultiLocationV0, message: "
     "XcmV0}}",
     ANY, MD(0, 13)},
    {"XcmOrderV0",
     "enum {Null, DepositAsset {assets: Vec<MultiAssetV0>, dest: MultiLocationV0}, DepositReserveAsset {assets: "
     "Vec<MultiAssetV0>, dest: MultiLocationV0, effects: Vec<XcmOrderV0>}, ExchangeAsset {give: Vec<MultiAssetV0>, "
     "receive: Vec<MultiAssetV0>}, InitiateReserveWithdraw {assets: Vec<MultiAssetV0>, reserve: MultiLocationV0, "
     "effects: Vec<XcmOrderV0>}, InitiateTeleport {assets: Vec<MultiAssetV0>, dest: MultiLocationV0, effects: "
     "Vec<XcmOrderV0>}, QueryHolding {query_id: Compact<u64>, dest: MultiLocationV0, assets: Vec<MultiAssetV0>}, "
     "BuyExecution {fees: MultiAssetV0, weight: u64, debt: u64, halt_on_error: bool, xcm: Vec<XcmV0>}}",
     ANY, MD(0, 13)},
    {"XcmErrorV0",
     "enum {Undefined, Overflow, Unimplemented, UnhandledXcmVersion, UnhandledXcmMessage, UnhandledEffect, "
     "EscalationOfPrivilege, UntrustedReserveLocation, UntrustedTeleportLocation, DestinationBufferOverflow, "
     "SendFailed, CannotReachDestination(MultiLocationV0, XcmV0), MultiLocationFull, FailedToDecode, BadOrigin, "
     "ExceedsMaxMessageSize, FailedToTransactAsset, WeightLimitReached(u64), Wildcard, TooMuchWeightRequired, "
     "NotHoldingFees, WeightNotComputable, Barrier, NotWithdrawable, LocationCannotHold, TooExpensive, AssetNotFound, "
     "RecursionLimitReached}",
     ANY, MD(0, 13)},
    {"OutcomeV0", "enum {Complete(u64), Incomplete(u64, XcmErrorV0), Error(XcmErrorV0)}", ANY, MD(0, 13)},

    /* ---- version 1 ---- */
    {"JunctionV1", "enum {Parachain(Compact<u32>), " JUNCTION_REST "}", ANY, MD(0, 13)},
    {"JunctionsV1", "enum {Here, " X1_TO_X8("JunctionV1") "}", ANY, MD(0, 13)},
    {"MultiLocationV1", "{parents: u8, interior: JunctionsV1}", ANY, MD(0, 13)},
    {"AssetInstanceV1",
     "enum {Undefined, Index(Compact<u128>), Array4([u8; 4]), Array8([u8; 8]), Array16([u8; 16]), Array32([u8; 32]), "
     "Blob(Vec<u8>)}",
     ANY, MD(0, 13)},
    {"FungibilityV1", "enum {Fungible(Compact<u128>), NonFungible(AssetInstanceV1)}", ANY, MD(0, 13)},
    {"XcmAssetId", "enum {Concrete(MultiLocationV1), Abstract(Vec<u8>)}", ANY, MD(0, 13)},
    {"MultiAssetV1", "{id: XcmAssetId, fun: FungibilityV1}", ANY, MD(0, 13)},
    {"MultiAssetsV1", "Vec<MultiAssetV1>", ANY, MD(0, 13)},
    {"WildFungibilityV1", "enum {Fungible, NonFungible}", ANY, MD(0, 13)},
    {"WildMultiAssetV1", "enum {All, AllOf {id: XcmAssetId, fun: WildFungibilityV1}}", ANY, MD(0, 13)},
    {"MultiAssetFilterV1", "enum {Definite(MultiAssetsV1), Wild(WildMultiAssetV1)}", ANY, MD(0, 13)},
    {"ResponseV1", "enum {Assets(MultiAssetsV1), Version(u32)}", ANY, MD(0, 13)},
    {"XcmV1",
     "enum {WithdrawAsset {assets: MultiAssetsV1, effects: Vec<XcmOrderV1>}, ReserveAssetDeposited {assets: "
     "MultiAssetsV1, effects: Vec<XcmOrderV1>}, ReceiveTeleportedAsset {assets: MultiAssetsV1, effects: "
     "Vec<XcmOrderV1>}, QueryResponse {query_id: Compact<u64>, response: ResponseV1}, TransferAsset {assets: "
     "MultiAssetsV1, beneficiary: MultiLocationV1}, TransferReserveAsset {assets: MultiAssetsV1, dest: "
     "MultiLocationV1, effects: Vec<XcmOrderV1>}, Transact {origin_type: XcmOriginKind, require_weight_at_most: u64, "
     "call: DoubleEncodedCall}, HrmpNewChannelOpenRequest {sender: Compact<u32>, max_message_size: Compact<u32>, "
     "max_capacity: Compact<u32>}, HrmpChannelAccepted {recipient: Compact<u32>}, HrmpChannelClosing {initiator: "
     "Compact<u32>, sender: Compact<u32>, recipient: Compact<u32>}, RelayedFrom {who: JunctionsV1, message: XcmV1}, "
     "SubscribeVersion {query_id: Compact<u64>, max_response_weight: Compact<u64>}, UnsubscribeVersion}",
     ANY, MD(0, 13)},
    {"XcmOrderV1",
     "enum {Noop, DepositAsset {assets: MultiAssetFilterV1, max_assets: u32, beneficiary: MultiLocationV1}, "
     "DepositReserveAsset {assets: MultiAssetFilterV1, max_assets: u32, dest: MultiLocationV1, effects: "
     "Vec<XcmOrderV1>}, ExchangeAsset {give: MultiAssetFilterV1, receive: MultiAssetsV1}, InitiateReserveWithdraw "
     "{assets: MultiAssetFilterV1, reserve: MultiLocationV1, effects: Vec<XcmOrderV1>}, InitiateTeleport {assets: "
     "MultiAssetFilterV1, dest: MultiLocationV1, effects: Vec<XcmOrderV1>}, QueryHolding {query_id: Compact<u64>, "
     "dest: MultiLocationV1, assets: MultiAssetFilterV1}, BuyExecution {fees: MultiAssetV1, weight: u64, debt: u64, "
     "halt_on_error: bool, instructions: Vec<XcmV1>}}",
     ANY, MD(0, 13)},
    {"XcmErrorV1",
     "enum {Undefined, Overflow, Unimplemented, UnhandledXcmVersion, UnhandledXcmMessage, UnhandledEffect, "
     "EscalationOfPrivilege, UntrustedReserveLocation, UntrustedTeleportLocation, DestinationBufferOverflow, "
     "SendFailed, CannotReachDestination(MultiLocationV1, XcmV1), MultiLocationFull, FailedToDecode, BadOrigin, "
     "ExceedsMaxMessageSize, FailedToTransactAsset, WeightLimitReached(u64), Wildcard, TooMuchWeightRequired, "
     "NotHoldingFees, WeightNotComputable, Barrier, NotWithdrawable, LocationCannotHold, TooExpensive, AssetNotFound, "
     "DestinationUnsupported, RecursionLimitReached}",
     ANY, MD(0, 13)},
    {"OutcomeV1", "enum {Complete(u64), Incomplete(u64, XcmErrorV1), Error(XcmErrorV1)}", ANY, MD(0, 13)},

    /* ---- version 2 ---- */
    {"WeightLimitV2", "enum {Unlimited, Limited(Compact<u64>)}", ANY, MD(0, 13)},
    {"ResponseV2", "enum {Null, Assets(MultiAssetsV1), ExecutionResult(Option<(u32, XcmErrorV2)>), Version(u32)}", ANY,
     MD(0, 13)},
    {"XcmV2", "Vec<InstructionV2>", ANY, MD(0, 13)},
    {"InstructionV2",
     "enum {WithdrawAsset(MultiAssetsV1), ReserveAssetDeposited(MultiAssetsV1), ReceiveTeleportedAsset(MultiAssetsV1), "
     "QueryResponse {query_id: Compact<u64>, response: ResponseV2, max_weight: Compact<u64>}, TransferAsset {assets: "
     "MultiAssetsV1, beneficiary: MultiLocationV1}, TransferReserveAsset {assets: MultiAssetsV1, dest: "
     "MultiLocationV1, xcm: XcmV2}, Transact {origin_type: XcmOriginKind, require_weight_at_most: Compact<u64>, call: "
     "DoubleEncodedCall}, HrmpNewChannelOpenRequest {sender: Compact<u32>, max_message_size: Compact<u32>, "
     "max_capacity: Compact<u32>}, HrmpChannelAccepted {recipient: Compact<u32>}, HrmpChannelClosing {initiator: "
     "Compact<u32>, sender: Compact<u32>, recipient: Compact<u32>}, ClearOrigin, DescendOrigin(JunctionsV1), "
     "ReportError {query_id: Compact<u64>, dest: MultiLocationV1, max_response_weight: Compact<u64>}, DepositAsset "
     "{assets: MultiAssetFilterV1, max_assets: Compact<u32>, beneficiary: MultiLocationV1}, DepositReserveAsset "
     "{assets: MultiAssetFilterV1, max_assets: Compact<u32>, dest: MultiLocationV1, xcm: XcmV2}, ExchangeAsset {give: "
     "MultiAssetFilterV1, receive: MultiAssetsV1}, InitiateReserveWithdraw {assets: MultiAssetFilterV1, reserve: "
     "MultiLocationV1, xcm: XcmV2}, InitiateTeleport {assets: MultiAssetFilterV1, dest: MultiLocationV1, xcm: XcmV2}, "
     "QueryHolding {query_id: Compact<u64>, dest: MultiLocationV1, assets: MultiAssetFilterV1, max_response_weight: "
     "Compact<u64>}, BuyExecution {fees: MultiAssetV1, weight_limit: WeightLimitV2}, RefundSurplus, "
     "SetErrorHandler(XcmV2), SetAppendix(XcmV2), ClearError, ClaimAsset {assets: MultiAssetsV1, ticket: "
     "MultiLocationV1}, Trap(Compact<u64>), SubscribeVersion {query_id: Compact<u64>, max_response_weight: "
     "Compact<u64>}, UnsubscribeVersion}",
     ANY, MD(0, 13)},
    {"XcmErrorV2",
     "enum {Overflow, Unimplemented, UntrustedReserveLocation, UntrustedTeleportLocation, MultiLocationFull, "
     "MultiLocationNotInvertible, BadOrigin, InvalidLocation, AssetNotFound, FailedToTransactAsset, NotWithdrawable, "
     "LocationCannotHold, ExceedsMaxMessageSize, DestinationUnsupported, Transport, Unroutable, UnknownClaim, "
     "FailedToDecode, MaxWeightInvalid, NotHoldingFees, TooExpensive, Trap(u64), UnhandledXcmVersion, "
     "WeightLimitReached(u64), Barrier, WeightNotComputable}",
     ANY, MD(0, 13)},
    {"OutcomeV2", "enum {Complete(u64), Incomplete(u64, XcmErrorV2), Error(XcmErrorV2)}", ANY, MD(0, 13)},

    /* ---- messages that say their version ---- */
    {"VersionedMultiAsset", "enum {V0(MultiAssetV0), V1(MultiAssetV1)}", ANY, MD(0, 13)},
    {"VersionedMultiAssets", "enum {V0(Vec<MultiAssetV0>), V1(MultiAssetsV1)}", ANY, MD(0, 13)},
    {"VersionedMultiLocation", "enum {V0(MultiLocationV0), V1(MultiLocationV1)}", ANY, MD(0, 13)},
    {"VersionedResponse", "enum {V0(ResponseV0), V1(ResponseV1), V2(ResponseV2)}", ANY, MD(0, 13)},
    {"VersionedXcm", "enum {V0(XcmV0), V1(XcmV1), V2(XcmV2)}", ANY, MD(0, 13)},
    {"XcmVersion", "u32", ANY, MD(0, 13)},
    {"QueryId", "u64", ANY, MD(0, 13)},
    {"QueryStatus",
     "enum {Pending {responder: VersionedMultiLocation, maybe_notify: Option<(u8, u8)>, timeout: BlockNumber}, "
     "VersionNotifier {origin: VersionedMultiLocation, is_active: bool}, Ready {response: VersionedResponse, at: "
     "BlockNumber}}",
     ANY, MD(0, 13)},
    {"VersionMigrationStage",
     "enum {MigrateSupportedVersion, MigrateVersionNotifiers, NotifyCurrentTargets(Option<Vec<u8>>), "
     "MigrateAndNotifyOldTargets}",
     ANY, MD(0, 13)},

    /* ---- names of the version that the runtime speaks ---- */
    SPOKEN("MultiLocation", "MultiLocationV1", "MultiLocationV1", "MultiLocationV0"),
    SPOKEN("InteriorMultiLocation", "JunctionsV1", "JunctionsV1", "MultiLocationV0"),
    SPOKEN("Junction", "JunctionV1", "JunctionV1", "JunctionV0"),
    SPOKEN("AssetInstance", "AssetInstanceV1", "AssetInstanceV1", "AssetInstanceV0"),
    SPOKEN("MultiAsset", "MultiAssetV1", "MultiAssetV1", "MultiAssetV0"),
    SPOKEN("MultiAssets", "MultiAssetsV1", "MultiAssetsV1", "Vec<MultiAssetV0>"),
    SPOKEN("Response", "ResponseV2", "ResponseV1", "ResponseV0"),
    SPOKEN("Xcm", "XcmV2", "XcmV1", "XcmV0"),
    SPOKEN("XcmError", "XcmErrorV2", "XcmErrorV1", "XcmErrorV0"),
    SPOKEN("Outcome", "OutcomeV2", "OutcomeV1", "OutcomeV0"),
};

const sce_known_type_t *sce_known_xcm_types(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
