// compare.mjs METADATA SPEC.json CHAIN SPEC_NAME SPEC_VERSION DUMP.tsv: every storage entry of a genesis state as
// @polkadot/types reads it, against a dump of ours (key, explained key, value in JSON; dump.c). Prints counts, times and
// the first differences; exit status 1 when there are any.
//
// Where the two write the same value differently on purpose, the comparison goes by what is meant:
//   - field and variant names: theirs in camelCase, ours as the metadata has them;
//   - integers above 2^53: theirs 0x…, ours decimal; fixed-point numbers: both as integers;
//   - accounts: theirs with the prefix of the registry, ours with any: compared as bytes. Keys of authorities, which V8 to
//     V13 give them as accounts, are bytes in ours;
//   - maps: theirs an object, ours [[key, value], …];
//   - session keys of V8 to V13: theirs a tuple, ours a struct with the keys' names;
//   - account indices: theirs SS58, ours numbers;
//   - bit sequences: theirs 0x…, ours 0b…;
//   - bytes that theirs print as text;
//   - structs of one field: theirs at times the field alone;
//   - ElectionStatus: theirs says Close where the runtime's code says Closed.
import fs from 'node:fs';
import { Metadata, TypeRegistry } from '@polkadot/types';
import { getSpecTypes } from '@polkadot/types-known';
import { expandMetadata } from '@polkadot/types';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { decodeAddress } from '@polkadot/util-crypto';

const [metadataFile, specFile, chain, specName, specVersion, dumpFile] = process.argv.slice(2);
const registry = new TypeRegistry();
registry.register(getSpecTypes(registry, chain, specName, Number(specVersion)));
const started = performance.now();
const metadata = new Metadata(registry, u8aToHex(fs.readFileSync(metadataFile)));
registry.setMetadata(metadata);
const decoded = expandMetadata(registry, metadata);
const metadataMs = performance.now() - started;

const entries = new Map();
for (const pallet of Object.values(decoded.query))
  for (const entry of Object.values(pallet)) {
    if (entry.meta.type.isPlain || entry.meta.type.isMap)
      entries.set(u8aToHex(entry.keyPrefix()), entry);
  }

const raw = JSON.parse(fs.readFileSync(specFile)).genesis.raw;
const top = Array.isArray(raw) ? raw[0] : raw.top;

function typeOf(entry) {
  const type = entry.meta.type;
  const name = registry.createLookupType(type.isPlain ? type.asPlain : type.asMap.value);
  return name;
}

const theirs = new Map();
const keys = Object.keys(top);
const begin = performance.now();
for (const key of keys) {
  const entry = entries.get(key.slice(0, 66));
  if (!entry || key.length < 66) continue;
  const value = registry.createTypeUnsafe(typeOf(entry), [hexToU8a(top[key])], { isPedantic: false });
  theirs.set(key, JSON.stringify(value.toJSON()));
}
const valuesMs = performance.now() - begin;

const plain = (name) => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase().replace(/^close$/, 'closed');
const isHex = (x) => typeof x === 'string' && /^0x[0-9a-f]*$/i.test(x);
const isInt = (x) => Number.isInteger(x) || (typeof x === 'string' && /^-?[0-9]+$/.test(x));
const isEmpty = (x) => x === null || (typeof x === 'object' && Object.keys(x).length === 0);

function bytesOf(x) {
  if (isHex(x)) return x.toLowerCase();
  try {
    return u8aToHex(decodeAddress(x));
  } catch {
    return null;
  }
}

function indexOf(x) {
  try {
    return BigInt(u8aToHex(decodeAddress(x).reverse()));
  } catch {
    return null;
  }
}

function bitsOf(hex, count) {
  const bytes = hexToU8a(hex);
  let out = '';
  for (let i = 0; i < count; i++) out += (bytes[i >> 3] >> (i & 7)) & 1;
  return out;
}

// True when `a` (ours) and `b` (theirs) are the same value.
function same(a, b) {
  if (a === b || (isEmpty(a) && isEmpty(b))) return true;
  if (a === null || b === null) return false;
  if (isInt(a) && (isInt(b) || isHex(b))) return BigInt(a) === BigInt(b);
  if (isInt(a) && typeof b === 'string') return indexOf(b) === BigInt(a);
  if (typeof a === 'string' && a.startsWith('0b') && isHex(b)) return bitsOf(b, a.length - 2) === a.slice(2);
  if (typeof a === 'string' && typeof b === 'string') {
    if (plain(a) === plain(b)) return true;
    const x = bytesOf(a), y = bytesOf(b);
    if (x !== null && x === y) return true;
    return isHex(a) && Buffer.from(b).equals(Buffer.from(a.slice(2), 'hex')); // bytes that they print as text
  }
  if (Array.isArray(a)) {
    if (Array.isArray(b)) return a.length === b.length && a.every((x, i) => same(x, b[i]));
    if (typeof b !== 'object') return false;
    const pairs = Object.entries(b);
    return a.length === pairs.length && a.every(([k, v]) => pairs.some(([x, y]) => same(k, x) && same(v, y)));
  }
  if (typeof a === 'string' && typeof b === 'object') {
    const names = Object.keys(b);
    return names.length === 1 && plain(names[0]) === plain(a) && isEmpty(b[names[0]]);
  }
  if (typeof a === 'object' && Array.isArray(b)) return same(Object.values(a), b);
  if (typeof a === 'object' && typeof b !== 'object')
    return Object.keys(a).length === 1 && same(Object.values(a)[0], b);
  if (typeof a === 'object') {
    const x = Object.keys(a), y = new Map(Object.entries(b).map(([k, v]) => [plain(k), v]));
    return x.length === y.size && x.every((k) => y.has(plain(k)) && same(a[k], y.get(plain(k))));
  }
  return false;
}

let compared = 0, different = 0, oursOnly = 0, theirsOnly = 0;
const examples = [];
const seen = new Set();
for (const line of fs.readFileSync(dumpFile, 'utf8').split('\n')) {
  if (!line) continue;
  const [key, where, text] = line.split('\t');
  const ours = JSON.parse(text);
  const item = JSON.parse(where);
  seen.add(key);
  const unknown = ours !== null && typeof ours === 'object' && '$unknown' in ours;
  if (!theirs.has(key)) {
    if (item.pallet && item.item) {
      oursOnly++;
      examples.push(['ours only', where]);
    }
    continue;
  }
  if (unknown) {
    theirsOnly++;
    examples.push(['theirs only', where, text.slice(0, 200), theirs.get(key).slice(0, 200)]);
    continue;
  }
  compared++;
  if (!same(ours, JSON.parse(theirs.get(key)))) {
    different++;
    examples.push(['differs', where.slice(0, 200), text.slice(0, 400), theirs.get(key).slice(0, 400)]);
  }
}
for (const e of examples.slice(0, Number(process.env.SHOW ?? 10))) console.log(e.join('\n  '));
console.log(JSON.stringify({ metadata: metadataFile, keys: keys.length, compared, different, oursOnly, theirsOnly,
  metadataMs: Math.round(metadataMs), valuesMs: Math.round(valuesMs) }));
process.exit(different + theirsOnly > 0 ? 1 : 0);
