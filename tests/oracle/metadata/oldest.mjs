// oldest.mjs > tests/data/metadata/oldest.json: metadata of V0 to V7, cut down to a few pallets and without documentation,
// and what @polkadot/types 0.90.1 reads in it (August 2019; its package has whole metadata of each version, as nodes of
// 2018 and 2019 gave it). package.json beside this file has a newer one, which reads none of these, so:
//   mkdir old && cd old && npm install @polkadot/types@0.90.1 && node …/oldest.mjs > …/oldest.json
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/');
const { Metadata, Compact, Struct, Vec, Option, Enum, Tuple, Text, Type } = require('@polkadot/types');

Type.decodeType = (text) => text; // types as the runtime wrote them, which encode again

const kept = ['system', 'timestamp', 'staking', 'democracy'];
const bytes = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)));
const vec = (items) => bytes(Compact.encodeU8a(items.length), ...items);

// SCALE of a value without the documentation in it.
function encode(x) {
  if (x instanceof Option) return x.isNone ? bytes([0]) : bytes([1], encode(x.unwrap()));
  if (x instanceof Enum) return bytes([x.index], x.value === undefined ? [] : encode(x.value));
  if (x instanceof Vec) return vec([...x].map(encode));
  if (x instanceof Struct) return bytes(...[...x.entries()].map(([k, v]) => (k === 'documentation' ? [0] : encode(v))));
  if (x instanceof Tuple) return bytes(...[...x].map(encode));
  return Buffer.from(x instanceof Type ? new Text(x.toString()).toU8a() : x.toU8a());
}

function entry(s) {
  const t = s.type.toJSON(), kind = Object.keys(t)[0], map = t[kind];
  const out = { name: s.name.toString(), optional: s.modifier.toString() !== 'Default', fallback: s.fallback.toHex() };
  if (kind === 'Type') return { ...out, value: map, keys: [], hashers: [] };
  if (kind === 'Map') return { ...out, value: map.value, keys: [map.key], hashers: [map.hasher ?? 'Blake2_256'], linked: map.linked ?? false };
  return { ...out, value: map.value, keys: [map.key1, map.key2], hashers: [map.hasher ?? 'Twox128', map.key2Hasher] };
}
const calls = (list) => list.map((f) => ({ name: f.name.toString(), args: f.args.map((a) => [a.name.toString(), a.type.toString()]) }));
const events = (list) => list.map((e) => ({ name: e.name.toString(), args: e.args.map(String) }));
const constants = (list) => list.map((c) => ({ name: c.name.toString(), type: c.type.toString(), value: c.value.toHex() }));

const out = [];
for (let version = 0; version <= 7; version++) {
  const all = new Metadata(require(`@polkadot/types/Metadata/v${version}/static`).default)[`asV${version}`];
  const id = (m) => (version === 0 ? m.prefix : m.name).toString().toLowerCase();
  const modules = all.modules.filter((m) => kept.includes(id(m)));
  let scale, outer = null;
  if (version === 0) {
    const outerEvents = all.outerEvent.events.filter((e) => kept.includes(e[0].toString()));
    const dispatch = all.outerDispatch.calls.filter((c) => kept.includes(c.prefix.toString()));
    outer = { events: new Map(outerEvents.map((e) => [e[0].toString(), e[1]])), dispatch };
    scale = bytes(encode(all.outerEvent.name), vec(outerEvents.map(encode)), vec(modules.map(encode)),
      encode(all.outerDispatch.name), vec(dispatch.map(encode)));
  } else {
    scale = bytes('meta', [version], vec(modules.map(encode)));
  }
  out.push({ version, scale: '0x' + scale.toString('hex'), pallets: modules.map((m) => {
    const storage = version === 0 || version === 7 ? m.storage.unwrapOr(null) : m.storage.isSome ? { items: m.storage.unwrap() } : null;
    const named = version === 0 ? calls(m.module.call.functions) : calls(m.calls.unwrapOr([]));
    return {
      name: id(m),
      prefix: storage === null ? null : (version === 0 || version === 7 ? storage : m).prefix.toString(),
      storage: storage === null ? [] : [...(storage.functions ?? storage.items)].map(entry),
      calls: named,
      events: events(version === 0 ? outer.events.get(id(m)) ?? [] : m.events.unwrapOr([])),
      constants: version < 6 ? [] : constants(m.constants),
      ...(version === 0 && named.length > 0
        ? { index: Number(outer.dispatch.find((c) => c.prefix.toString() === id(m)).index) } : {}),
    };
  }) });
}
const lines = out.map((m) => `{"version":${m.version},"scale":"${m.scale}","pallets":[\n${m.pallets.map((p) => JSON.stringify(p)).join(',\n')}]}`);
console.log(`{"origin":"@polkadot/types 0.90.1, tests/oracle/metadata/oldest.mjs","metadata":[\n${lines.join(',\n')}]}`);
