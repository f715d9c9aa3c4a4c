#!/usr/bin/env python3
"""Writes the seeds of fuzz_metadata, fuzz_value, fuzz_json_args and fuzz_ss58 into fuzz/corpus/: metadata of V9 to V16 of
one small pallet, types and values of every form, arguments, addresses. The layouts are those of frame-metadata 23 and
scale-info 2.11."""
import os
import struct

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def save(target, name, data):
    folder = os.path.join(CORPUS, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def compact(n):
    if n < 1 << 6:
        return bytes([n << 2])
    if n < 1 << 14:
        return struct.pack("<H", n << 2 | 1)
    return struct.pack("<I", n << 2 | 2)


def text(s):
    return compact(len(s)) + s.encode()


def vec(items):
    return compact(len(items)) + b"".join(items)


def some(data):
    return b"\1" + data


NONE = b"\0"
NO_DOCS = vec([])
DOCS = vec([text(" What it is."), text("")])


def field(name, type_id, type_name=None):
    return ((NONE if name is None else some(text(name))) + compact(type_id)
            + (NONE if type_name is None else some(text(type_name))) + NO_DOCS)


def variant(name, index, fields=()):
    return text(name) + vec(list(fields)) + bytes([index]) + DOCS


def composite(*fields):
    return b"\0" + vec(list(fields))


def enum(*variants):
    return b"\1" + vec(list(variants))


def type_of(number, definition, path=(), params=()):
    params = [text(n) + (NONE if t is None else some(compact(t))) for n, t in params]
    return compact(number) + vec([text(p) for p in path]) + vec(params) + definition + NO_DOCS


def registry():
    """Types by number; what they are says the list."""
    types = [
        (b"\5\3",),                                                            # 0 u8
        (b"\5\5",),                                                            # 1 u32
        (b"\5\7",),                                                            # 2 u128
        (b"\5\0",),                                                            # 3 bool
        (b"\2" + compact(0),),                                                 # 4 Vec<u8>
        (b"\3" + struct.pack("<I", 32) + compact(0),),                         # 5 [u8; 32]
        (composite(field(None, 5)), ("sp_core", "crypto", "AccountId32")),     # 6
        (enum(variant("None", 0), variant("Some", 1, [field(None, 1)])), ("Option",), [("T", 1)]),  # 7
        (b"\6" + compact(2),),                                                 # 8 Compact<u128>
        (b"\4" + vec([compact(0), compact(3), compact(6)]),),                  # 9 (u8, bool, AccountId32)
        (composite(field("a", 1, "u32"), field("the_rest", 14, "Vec<Self>")), ("demo", "Tree")),  # 10
        (composite(), ("bitvec", "order", "Lsb0")),                            # 11
        (b"\7" + compact(0) + compact(11),),                                   # 12 BitVec<u8, Lsb0>
        (enum(variant("transfer", 0, [field("dest", 6, "AccountId"), field("value", 8)]),
              variant("set", 3, [field(None, 9)])), ("demo", "Call")),         # 13
        (b"\2" + compact(10),),                                                # 14 Vec<Tree>
        (enum(variant("Demo", 7, [field(None, 13)])), ("runtime", "RuntimeCall")),  # 15
        (enum(variant("Moved", 0, [field("who", 6), field("amount", 2)])), ("demo", "Event")),  # 16
        (enum(variant("Demo", 7, [field(None, 16)])), ("runtime", "RuntimeEvent")),  # 17
        (enum(variant("TooLow", 0), variant("TooHigh", 1)), ("demo", "Error")),  # 18
        (enum(variant("Demo", 7, [field(None, 18)])), ("runtime", "RuntimeError")),  # 19
        (composite(field("index", 0), field("error", 21)), ("sp_runtime", "ModuleError")),  # 20
        (b"\3" + struct.pack("<I", 4) + compact(0),),                          # 21 [u8; 4]
        (b"\5\2",),                                                            # 22 str
        (composite(field(None, 4)), ("sp_runtime", "generic", "UncheckedExtrinsic"),
         [("Address", 6), ("Call", 15), ("Signature", 5), ("Extra", 8)]),      # 23
        (b"\4" + vec([]),),                                                    # 24 ()
        (b"\2" + compact(24),),                                                # 25 Vec<()>
        (b"\5\1",),                                                            # 26 char
        (b"\5\x0d",),                                                          # 27 i128
        (b"\5\x08",),                                                          # 28 u256
        (enum(variant("Ok", 0, [field(None, 24)]), variant("Err", 1, [field(None, 20)])), ("Result",),
         [("T", 24), ("E", 20)]),                                              # 29
    ]
    return vec([type_of(i, *t) for i, t in enumerate(types)])


def current(version):
    """V14 to V16 with one pallet."""
    deprecation = b"\0" if version >= 16 else b""
    deprecations = vec([b"\0\1"]) if version >= 16 else b""

    def entry(name, modifier, kind, default):
        return text(name) + bytes([modifier]) + kind + compact(len(default)) + default + DOCS + deprecation

    storage = text("Demo") + vec([
        entry("Plain", 1, b"\0" + compact(1), struct.pack("<I", 5)),
        entry("Map", 0, b"\1" + vec([b"\2"]) + compact(6) + compact(9), b""),
        entry("Double", 0, b"\1" + vec([b"\5", b"\6", b"\1"]) + compact(9) + compact(10), b""),
    ])
    constant = text("Most") + compact(2) + compact(16) + bytes(16) + DOCS + deprecation
    pallet = (text("Demo") + some(storage) + some(compact(13) + deprecations) + some(compact(16) + deprecations)
              + vec([constant]) + some(compact(18) + deprecations))
    method = text("ask") + vec([text("who") + compact(6)]) + compact(29) + DOCS + deprecation
    if version >= 16:
        pallet += vec([text("Config") + compact(1) + DOCS]) + vec([bytes(32) + method])
    pallet += b"\7" + (DOCS if version >= 15 else b"") + deprecation
    extension = text("CheckNonce") + compact(8) + compact(24)
    if version == 14:
        extrinsic = compact(23) + b"\4" + vec([extension])
    elif version == 15:
        extrinsic = b"\4" + compact(6) + compact(15) + compact(5) + compact(8) + vec([extension])
    else:
        extrinsic = (vec([b"\4", b"\5"]) + compact(6) + compact(15) + compact(5)
                     + vec([b"\0" + vec([compact(0)])]) + vec([extension]))
    out = b"meta" + bytes([version]) + registry() + vec([pallet]) + extrinsic
    if version <= 15:
        out += compact(24)
    if version >= 15:
        api = text("DemoApi") + vec([method]) + DOCS + (compact(2) + deprecation if version >= 16 else b"")
        out += vec([api]) + compact(15) + compact(17) + compact(19) + vec([text("x") + compact(3) + compact(1) + b"\1"])
    return out


def legacy(version):
    """V9 to V13 with one module."""
    def entry(name, kind, default):
        return text(name) + b"\1" + kind + compact(len(default)) + default + DOCS

    hasher = b"\4" if version <= 9 else b"\5"
    kinds = [
        entry("Plain", b"\0" + text("T::Balance"), bytes(16)),
        entry("Map", b"\1" + hasher + text("T::AccountId") + text("Vec<(T::AccountId, BalanceOf<T>)>") + b"\1", b"\0"),
        entry("Double", b"\2" + hasher + text("EraIndex") + text("<T as Trait>::Made") + text("Option<Exposure<A, B>>")
              + hasher, b"\0"),
    ]
    if version == 13:
        kinds.append(entry("N", b"\3" + vec([text("u32"), text("[u8; 4]")]) + vec([hasher, b"\6"]) + text("()"), b""))
    call = text("set") + vec([text("to") + text("<T::Lookup as StaticLookup>::Source"), text("n") + text("Compact<u32>")])
    out = (text("Demo") + some(text("Demo") + vec(kinds)) + some(vec([call + DOCS]))
           + some(vec([text("Set") + vec([text("AccountId"), text("Unheard")]) + DOCS]))
           + vec([text("Most") + text("u32") + compact(4) + bytes(4) + DOCS]) + vec([text("TooLow") + DOCS]))
    if version >= 12:
        out += b"\7"
    extrinsic = b"\4" + vec([text("CheckEra"), text("CheckNonce")]) if version >= 11 else b""
    return b"meta" + bytes([version]) + vec([out]) + extrinsic


def metadata_seeds():
    for version in (14, 15, 16):
        save("fuzz_metadata", "v%d" % version, current(version))
    for version in (9, 11, 13):
        save("fuzz_metadata", "v%d" % version, legacy(version))
    save("fuzz_metadata", "wrapped", some(compact(len(legacy(13))) + legacy(13)))
    # What must be refused in no time: a type of itself, and arrays of arrays of units, each four thousand million long.
    head = b"meta\x0e"
    tail = vec([]) + compact(0) + b"\4" + vec([]) + compact(0)
    itself = vec([type_of(0, composite(field(None, 1))), type_of(1, b"\4" + vec([compact(0)]))])
    save("fuzz_metadata", "of_itself", head + itself + tail)
    bomb = [type_of(0, b"\4" + vec([]))] + [type_of(i, b"\3\xff\xff\xff\xff" + compact(i - 1)) for i in range(1, 8)]
    save("fuzz_metadata", "arrays", head + vec(bomb) + tail)
    pairs = [type_of(0, b"\5\3")] + [type_of(i, b"\4" + vec([compact(i - 1)] * 2)) for i in range(1, 40)]
    save("fuzz_metadata", "doubling", head + vec(pairs) + tail)
    return current(15), head + vec(bomb) + tail, head + vec(pairs) + tail


def value_seeds(small, bomb, pairs):
    values = {
        "tuple": ("(u8, bool, AccountId32)", b"\7\1" + bytes(range(32))),
        "struct": ("{a: Vec<(u8, Option<bool>)>, b: Compact<u128>}", b"\4\5\1\0\xfe\xff\3\0"),
        "enum": ("enum {A, B(u8, u16), C{x: i128} = 9}", b"\x09" + b"\xff" * 16),
        "options": ("Vec<Option<Option<()>>>", b"\x0c\0\1\0\1\1"),
        "bits": ("BitVec<u16, Msb0>", b"\x0c\xe0\0"),
        "text": ("(str, Vec<u8>, [u8; 3])", text("ü\"\n") + compact(2) + b"ab" + b"xyz"),
        "map": ("BTreeMap<u32, Result<u8, str>>", b"\4\1\0\0\0\1" + text("no")),
        "units": ("Vec<()>", b"\xfe\xff\xff\xff"),
        "array": ("[(); 4000000000]", b""),
        "lookup": ("(LookupSource, LookupSource)", b"\xfc\xf0\1\xff" + bytes(32)),
        "header": ("Header", bytes(32) + b"\4" + bytes(64) + b"\4\6BABE\x0c123"),
        "extrinsic": ("Extrinsic", compact(2) + b"\4\0"),
        "vote": ("Vec<Vote>", b"\x08\x81\2"),
        "era": ("(@era, @era)", b"\0\xc5\0"),
    }
    for name, (expression, data) in values.items():
        save("fuzz_value", name, b"x" + expression.encode() + b"\0" + data)

    def own(name, metadata, number, data):
        save("fuzz_value", name, b"m" + struct.pack("<H", len(metadata)) + metadata + bytes([number]) + data)

    own("own_tree", small, 10, b"\1\0\0\0\4\2\0\0\0\0")
    own("own_call", small, 15, b"\7\0" + bytes(32) + b"\x28")
    own("own_error", small, 29, b"\1\7\1\0\0\0")
    own("own_extrinsic", small, 23, compact(44) + b"\4\7\3\1\1" + bytes(39))
    own("own_units", small, 25, b"\x03\xff\xff\xff\xff")
    own("own_arrays", bomb, 7, b"")
    own("own_doubling", pairs, 12, bytes(1 << 12))


def args_seeds():
    arguments = [
        b'[]', b'[["0x00"],{"a":1}]', b'["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", 12]',
        b'[{"Some":null},"0b01"]', b'["InBlock","0x280403000b10449e8a7701",'
        b'"0x0000000000000000000000000000000000000000000000000000000000000000"]',
        b'[{"parent_hash":"0x0000000000000000000000000000000000000000000000000000000000000000","number":1,'
        b'"stateRoot":"0x0000000000000000000000000000000000000000000000000000000000000000",'
        b'"extrinsics_root":"0x0000000000000000000000000000000000000000000000000000000000000000",'
        b'"digest":{"logs":[{"PreRuntime":["0x42414245","0x00"]},"RuntimeEnvironmentUpdated"]}}]',
        b'[340282366920938463463374607431768211455]', b'["340282366920938463463374607431768211455","0xff"]',
        b'[[1,2,3],null,true,"\\u0000\\ud83d\\ude00"]', b'[1e5,-1,1.5]', b'[' * 3000,
    ]
    for i, arg in enumerate(arguments):
        save("fuzz_json_args", "%02d" % i, struct.pack("<H", i * 3) + arg)
    save("fuzz_json_args", "header", struct.pack("<H", 3) + arguments[5])


def ss58_seeds():
    for i, address in enumerate([
            "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
            "cEaNSpz4PxFcZ7nT1VEKrKewH67rfx6MfcM6yKojyyPz7qaqp", "F7Hs", "1", "11111111111111111111111111111111111111111111111"]):
        save("fuzz_ss58", "%d" % i, address.encode())
    save("fuzz_ss58", "bytes", struct.pack("<H", 1284) + bytes(range(33)))


value_seeds(*metadata_seeds())
args_seeds()
ss58_seeds()
