// types.mjs > tests/data/metadata/types.json: definitions of types in the forms that @polkadot/types takes, and SCALE bytes
// that it makes of values with them. `json` is the value in the library's conventions (value.h), written by hand.
import { TypeRegistry } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';
import { getSpecAlias, getSpecTypes } from '@polkadot/types-known';

const alice = '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d';
const out = [];

// `values`: [type, value for polkadot-js, value for us, pallet (only there the name means this)].
function add(file, specName, specVersion, values) {
  const registry = new TypeRegistry();
  registry.setKnownTypes(file.types || file.typesBundle || file.spec || file.typesSpec
    ? { ...file, typesBundle: file.typesBundle ?? (file.spec && { spec: file.spec }),
        types: Array.isArray(file.types) ? undefined : file.types }
    : { types: file });
  registry.register(getSpecTypes(registry, 'Example', specName, specVersion));
  out.push({ file, spec_name: specName, spec_version: specVersion, values: values.map(([type, value, json, pallet]) => {
    const name = pallet ? getSpecAlias(registry, 'Example', specName)[pallet][type] : type;
    return { type, hex: u8aToHex(registry.createType(name, value).toU8a()), json, ...(pallet ? { pallet } : {}) };
  }) });
}

add({
  Name: 'Vec<u8>',
  Pair: '(u8, Option<u16>)',
  Kitty: { id: 'H256', price: 'Balance', tags: 'Vec<Name>', shape: '[u8; 3]', owner: 'AccountId' },
  Mood: { _enum: ['Calm', 'Cross', 'Curious'] },
  Place: { _enum: { Nowhere: 'Null', Shelf: 'u8', Room: '(u8, u16)', House: { street: 'Text', number: 'Compact<u32>' } } },
  Level: { _enum: { Low: 1, High: 5 } },
  Rights: { _set: { _bitLength: 32, Read: 1, Write: 2, Run: 4 } },
  Few: { _set: { A: 1, B: 2 } },
  Tree: { _enum: { Leaf: 'u8', Node: 'Vec<Tree>' } },
  Inline: '{"a": "u8", "b": "Mood"}',
  Table: 'BTreeMap<u16, bool>',
  Outcome: 'Result<u8, Mood>',
  Renamed: { _alias: { hash_: 'hash' }, hash_: 'u16', size_: 'u8' },
  Marked: { _fallback: 'u8', _reserved: 'u8', value: 'u16' },
  Labelled: '([u8; 2; Two], UInt<64, Height>, UInt<8>, Int<16, Offset>, Int<128>)',
  Fixed: '(H64, H128, AccountId20)',
}, 'example', 1, [
  ['Name', '0x0102', '0x0102'],
  ['Pair', [7, 300], [7, 300]],
  ['Kitty', { id: '0x' + '11'.repeat(32), price: 5, tags: ['0x61', '0x6263'], shape: '0x010203', owner: alice },
    { id: '0x' + '11'.repeat(32), price: 5, tags: ['0x61', '0x6263'], shape: '0x010203',
      owner: '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5' }],
  ['Mood', 'Curious', 'Curious'],
  ['Place', 'Nowhere', 'Nowhere'],
  ['Place', { Shelf: 3 }, { Shelf: 3 }],
  ['Place', { Room: [1, 2] }, { Room: [1, 2] }],
  ['Place', { House: { street: 'Elm', number: 70 } }, { House: { street: 'Elm', number: 70 } }],
  ['Level', 'High', 'High'],
  ['Rights', ['Read', 'Run'], 5],
  ['Few', ['B'], 2],
  ['Tree', { Node: [{ Leaf: 1 }, { Node: [{ Leaf: 2 }] }] }, { Node: [{ Leaf: 1 }, { Node: [{ Leaf: 2 }] }] }],
  ['Inline', { a: 1, b: 'Cross' }, { a: 1, b: 'Cross' }],
  ['Table', new Map([[1, true], [300, false]]), [[1, true], [300, false]]],
  ['Outcome', { Err: 'Calm' }, { Err: 'Calm' }],
  ['Renamed', { hash_: 1, size_: 2 }, { hash_: 1, size_: 2 }],
  ['Marked', { _reserved: 1, value: 2 }, { _reserved: 1, value: 2 }],
  ['Labelled', ['0x0102', 3, 4, -5, -6], ['0x0102', 3, 4, -5, -6]],
  ['Fixed', ['0x' + '11'.repeat(8), '0x' + '22'.repeat(16), '0x' + '33'.repeat(20)],
    ['0x' + '11'.repeat(8), '0x' + '22'.repeat(16), '0x' + '33'.repeat(20)]],
]);
// What is known already can be defined anew.
add({ types: { Balance: 'u64', Address: 'AccountId', LookupSource: 'AccountId', Weight: 'u32',
  AccountInfo: 'AccountInfoWithDualRefCount', Keys: 'SessionKeys2' } }, 'example', 1, [
  ['Balance', 5, 5],
  ['Weight', 7, 7],
  ['Keys', [alice, '0x' + '22'.repeat(32)], [alice, '0x' + '22'.repeat(32)]],
  ['AccountInfo', { nonce: 1, consumers: 2, providers: 3, data: { free: 4, reserved: 5, miscFrozen: 6, feeFrozen: 7 } },
    { nonce: 1, consumers: 2, providers: 3, data: { free: 4, reserved: 5, misc_frozen: 6, fee_frozen: 7 } }],
]);
// By runtime and spec_version; `types` stands above the bundle.
const bundle = { spec: { example: {
  types: [
    { minmax: [0, 9], types: { Thing: 'u8', Other: 'u8' } },
    { minmax: [10, 19], types: { Thing: 'u16' } },
    { minmax: [15, undefined], types: { Other: 'u32' } },
    { minmax: [20, null], types: { Thing: 'u64' } },
  ],
  alias: { tokens: { AccountData: 'TokenData' } },
}, another: { types: [{ minmax: [0, null], types: { Thing: 'bool' } }] } } };
const plainBundle = JSON.parse(JSON.stringify(bundle));
for (const [version, thing, other] of [[5, 'u8', 'u8'], [10, 'u16', null], [17, 'u16', 'u32'], [40, 'u64', 'u32']])
  add({ typesBundle: plainBundle, types: { TokenData: { free: 'u8' } } }, 'example', version, [
    ['Thing', 200, 200],
    ...(other ? [['Other', 9, 9]] : []),
    ['AccountData', { free: 3 }, { free: 3 }, 'tokens'],
  ]);
add(plainBundle, 'another', 3, [['Thing', true, true]]);
add({ typesBundle: plainBundle, types: { Thing: '[u8; 2]' } }, 'example', 5, [['Thing', '0x0102', '0x0102']]);
add({ typesSpec: { example: { Thing: 'u16' }, another: { Thing: 'u8' } }, types: { Last: 'Thing' } }, 'example', 1,
  [['Last', 7, 7]]);

console.log(JSON.stringify({ origin: '@polkadot/types 16.5.6, tests/oracle/metadata/types.mjs', cases: out }, null, 1));
