// vectors.mjs PASEO_V15_METADATA > tests/data/metadata/vectors.json: SCALE bytes that @polkadot/types makes of values, for
// the tests to decode and to make again; and SS58 addresses by @polkadot/util-crypto. `json` is the value in the library's
// conventions (value.h), written by hand.
import fs from 'node:fs';
import { Metadata, TypeRegistry, expandMetadata } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';
import { encodeAddress } from '@polkadot/util-crypto';

const registry = new TypeRegistry();
const metadata = new Metadata(registry, u8aToHex(fs.readFileSync(process.argv[2])));
registry.setMetadata(metadata);
registry.setChainProperties(registry.createType('ChainProperties', { ss58Format: 0 }));

const alice = '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d';
const bob = '0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48';
const ALICE = encodeAddress(alice, 0), BOB = encodeAddress(bob, 0);
const lookup = (path) => {
  const found = registry.lookup.types.find((t) => t.type.path.map(String).join('::') === path);
  if (!found) throw new Error(path);
  return registry.createLookupType(found.id);
};
const values = [];
function add(type, name, value, json) {
  const made = registry.createTypeUnsafe(name, [value]);
  values.push({ type, hex: u8aToHex(made.toU8a()), json });
}
const tx = expandMetadata(registry, metadata).tx;

add('u8', 'u8', 255, 255);
add('u64', 'u64', '9007199254740992', 9007199254740992);
add('u64', 'u64', '9007199254740993', '9007199254740993');
add('u128', 'u128', '340282366920938463463374607431768211455', '340282366920938463463374607431768211455');
add('i64', 'i64', -5, -5);
add('i128', 'i128', '-170141183460469231731687303715884105728', '-170141183460469231731687303715884105728');
add('i8', 'i8', -128, -128);
add('Compact<u32>', 'Compact<u32>', 1073741824, 1073741824);
add('Compact<u128>', 'Compact<u128>', '340282366920938463463374607431768211455', '340282366920938463463374607431768211455');
add('Compact<u8>', 'Compact<u8>', 63, 63);
add('bool', 'bool', true, true);
add('str', 'Text', 'grüße "x"\n', 'grüße "x"\n');
add('Vec<u8>', 'Bytes', '0x00ff10', '0x00ff10');
add('[u8; 4]', '[u8;4]', '0x42414245', '0x42414245');
add('H256', 'H256', bob, bob);
add('AccountId', 'AccountId', alice, ALICE);
add('(u8, bool, AccountId)', '(u8,bool,AccountId)', [1, false, bob], [1, false, BOB]);
add('[u16; 3]', '[u16;3]', [1, 2, 3], [1, 2, 3]);
add('Vec<Option<u32>>', 'Vec<Option<u32>>', [null, 7], [null, 7]);
values.push({ type: 'Option<Option<u8>>', hex: '0x00', json: null });
values.push({ type: 'Option<Option<u8>>', hex: '0x0100', json: { Some: null } });
values.push({ type: 'Option<Option<u8>>', hex: '0x010107', json: { Some: 7 } });
values.push({ type: 'Option<()>', hex: '0x01', json: { Some: null } });
add('Result<u8, str>', 'Result<u8,Text>', { Err: 'no' }, { Err: 'no' });
add('BTreeMap<u8, bool>', 'BTreeMap<u8,bool>', new Map([[1, true], [2, false]]), [[1, true], [2, false]]);
add('MultiAddress', lookup('sp_runtime::multiaddress::MultiAddress'), { Id: alice }, { Id: ALICE });
add('MultiAddress', lookup('sp_runtime::multiaddress::MultiAddress'), { Raw: '0x0102' }, { Raw: '0x0102' });
add('MultiAddress', lookup('sp_runtime::multiaddress::MultiAddress'), { Address20: '0x' + '11'.repeat(20) },
  { Address20: '0x' + '11'.repeat(20) });
for (const [era, json] of [
  [{ MortalEra: '0xc500' }, { Mortal: { period: 64, phase: 12 } }],
  [{ period: 32768, current: 20000 }, { Mortal: { period: 32768, phase: 20000 } }],
  [{ period: 4, current: 3 }, { Mortal: { period: 4, phase: 3 } }],
  [{ period: 200, current: 1400 }, { Mortal: { period: 256, phase: 120 } }],
]) values.push({ type: 'Era', hex: registry.createType('ExtrinsicEra', era).toHex(), json });
values.push({ type: 'Era', hex: '0x00', json: 'Immortal' });

const transfer = tx.balances.transferKeepAlive({ Id: bob }, '12345678901234567890');
const transferJson = { Balances: { transfer_keep_alive: { dest: { Id: BOB }, value: '12345678901234567890' } } };
values.push({ type: 'RuntimeCall', hex: transfer.toHex(), json: transferJson });
const batch = tx.utility.batch([transfer, tx.system.remark('0x68690a')]);
values.push({ type: 'call', hex: batch.toHex(),
  json: { Utility: { batch: { calls: [transferJson, { System: { remark: { remark: '0x68690a' } } }] } } } });
const proxy = tx.proxy.proxy({ Id: alice }, 'Staking', transfer);
values.push({ type: 'call', hex: proxy.toHex(),
  json: { Proxy: { proxy: { real: { Id: ALICE }, force_proxy_type: 'Staking', call: transferJson } } } });

const header = { parentHash: alice, number: 1000000, stateRoot: bob, extrinsicsRoot: alice,
  digest: { logs: [{ PreRuntime: ['BABE', '0x0102'] }, { Seal: ['BABE', '0xff'] }] } };
add('header', 'Header', header, { parent_hash: alice, number: 1000000, state_root: bob, extrinsics_root: alice,
  digest: { logs: [{ PreRuntime: ['0x42414245', '0x0102'] }, { Seal: ['0x42414245', '0xff'] }] } });

add('DispatchError', lookup('sp_runtime::DispatchError'), { Module: { index: 5, error: '0x02000000' } },
  { Module: { index: 5, error: '0x02000000' } });
add('DispatchError', lookup('sp_runtime::DispatchError'), 'BadOrigin', 'BadOrigin');
// Events by hand: Balances.Transfer, and System.ExtrinsicFailed with Balances.InsufficientBalance; they read them back.
const eventBytes = '0x08' + '0001000000' + '0502' + alice.slice(2) + bob.slice(2) + '00e40b54020000000000000000000000' + '00' +
  '01' + '0001' + '030502000000' + '0001010100' + '04' + bob.slice(2);
const events = registry.createType('Vec<EventRecord>', eventBytes);
const names = events.map((e) => `${e.event.section}.${e.event.method}`).join();
if (events.toHex() !== eventBytes || names !== 'balances.Transfer,system.ExtrinsicFailed') throw new Error('events');
values.push({ type: 'events', hex: events.toHex(), json: [
  { phase: { ApplyExtrinsic: 1 }, event: { Balances: { Transfer: { from: ALICE, to: BOB, amount: 10000000000 } } },
    topics: [] },
  { phase: 'Finalization', event: { System: { ExtrinsicFailed: {
    dispatch_error: { Module: { index: 5, error: '0x02000000' } },
    dispatch_info: { weight: { ref_time: 0, proof_size: 64 }, class: 'Operational', pays_fee: 'Yes' } } } },
    topics: [bob] },
] });

// Extrinsics: the signature is any 64 bytes.
const signature = '0x01' + 'ab'.repeat(64);
function signed(options, json) {
  const x = registry.createType('Extrinsic', { method: transfer }, { version: 4 });
  x.addSignature(alice, signature, { blockHash: bob, era: options.era, genesisHash: bob, method: x.method.toHex(),
    nonce: options.nonce, specVersion: 1, tip: options.tip, transactionVersion: 1 });
  values.push({ type: 'extrinsic', hex: x.toHex(), json: { version: 4, type: 'signed', address: { Id: ALICE },
    signature: { Sr25519: '0x' + 'ab'.repeat(64) }, extensions: json, call: transferJson } });
}
signed({ era: '0x00', nonce: 0, tip: 0 },
  { CheckMortality: 'Immortal', CheckNonce: 0, ChargeTransactionPayment: 0 });
signed({ era: '0xc500', nonce: 300, tip: '20000000000000000' },
  { CheckMortality: { Mortal: { period: 64, phase: 12 } }, CheckNonce: 300, ChargeTransactionPayment: '20000000000000000' });
const bare = registry.createType('Extrinsic', { method: tx.timestamp.set(1600000000000) }, { version: 4 });
values.push({ type: 'extrinsic', hex: bare.toHex(),
  json: { version: 4, type: 'bare', call: { Timestamp: { set: { now: 1600000000000 } } } } });

const ss58 = [];
const bytes32 = alice, bytes33 = '0x02' + alice.slice(2);
for (const prefix of [0, 2, 42, 63, 64, 65, 255, 256, 1000, 16383])
  for (const hex of [bytes32, bytes33, '0x' + '00'.repeat(32)]) ss58.push({ prefix, hex, text: encodeAddress(hex, prefix) });
for (const hex of ['0x01', '0x0102', '0x01020304', '0x0102030405060708'])
  ss58.push({ prefix: 42, hex, text: encodeAddress(hex, 42) });

console.log(JSON.stringify({ origin: '@polkadot/types 16.5.6, tests/oracle/metadata/vectors.mjs', values, ss58 }, null, 1));
