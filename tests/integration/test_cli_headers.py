"""Headers of a chain's own: fields behind the digest, digest items of a further kind, numbers of a fixed width, as the
metadata describes them; and states whose block has to be said (--parent)."""
import hashlib
import json
import pathlib
import re
import tempfile
import unittest

import wat
from command import scexec
from test_cli_block import compact, hexadecimal
from test_cli_state_code import BLOCK_HASH, CODE, NUMBER, escaped, text

U32, U8, HASH, COMPACT, BYTES, ITEM, ITEMS, DIGEST, EXTENSION, HEADER, ENGINE, UNIT, U64 = range(13)


def field(name, kind):
    return (b"\1" + text(name) if name else b"\0") + compact(kind) + b"\0\0"


def variant(name, index, *fields):
    return text(name) + compact(len(fields)) + b"".join(fields) + bytes([index]) + b"\0"


def plain(definition):
    return b"\0\0" + definition + b"\0"


def named(path, definition):
    return compact(len(path)) + b"".join(map(text, path)) + b"\0" + definition + b"\0"


def composite(*fields):
    return b"\0" + compact(len(fields)) + b"".join(fields)


def metadata(number=COMPACT, more=(("extension", EXTENSION),)):
    """V14 without pallets; a header as a chain of its own may have it."""
    engine_items = [variant(name, index, field(None, ENGINE), field(None, BYTES))
                    for name, index in (("Consensus", 4), ("Seal", 5), ("PreRuntime", 6))]
    items = [variant("Other", 0, field(None, BYTES)), *engine_items, variant("RuntimeEnvironmentUpdated", 8),
             variant("Own", 9, field(None, U32))]
    types = {
        U32: plain(b"\5\5"), U8: plain(b"\5\3"), HASH: plain(b"\3\x20\0\0\0" + compact(U8)),
        COMPACT: plain(b"\6" + compact(U32)),
        BYTES: plain(b"\2" + compact(U8)), ITEM: plain(b"\1" + compact(len(items)) + b"".join(items)),
        ITEMS: plain(b"\2" + compact(ITEM)), DIGEST: plain(composite(field("logs", ITEMS))),
        EXTENSION: plain(b"\1" + compact(2) + variant("V2", 2, field("app_lookup", BYTES), field("rows", U32)) +
                         variant("V1", 1, field("commitments", BYTES))),
        HEADER: named(("own", "header", "Header"), composite(
            field("parent_hash", HASH), field("number", number), field("state_root", HASH),
            field("extrinsics_root", HASH), field("digest", DIGEST), *(field(*one) for one in more))),
        ENGINE: plain(b"\3\4\0\0\0" + compact(U8)), UNIT: plain(b"\4\0"), U64: plain(b"\5\6")}
    registry = compact(len(types)) + b"".join(compact(i) + types[i] for i in sorted(types))
    scale = b"meta\x0e" + registry + compact(0) + compact(UNIT) + b"\x04" + b"\0" + compact(UNIT)
    return compact(len(scale)) + scale


# The parent's hash and the number take FRONT bytes of a header. Initializing keeps them under "h", for the header at the
# end; executing keeps what stands behind the extrinsics root under "i". A header that ends too early is a trap.
RUNTIME = r"""
(module
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_storage_root_version_2" (func $root (param i32) (result i64)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (data (i32.const 16) "h")
  (data (i32.const 24) "i")
  (data (i32.const 128) "\10test\10test\01\00\00\00\01\00\00\00\00\00\00\00\08\df\6a\cb\68\99\07\60\9b\04\00\00\00\40\fe\3a\d4\01\f8\95\9a\06\00\00\00\01\00\00\00\00")
  (data (i32.const 256) "EXTRA")
  (data (i32.const 1024) "METADATA")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func $copy (param $to i32) (param $from i32) (param $len i32)
    (loop $next (if (local.get $len) (then
      (local.set $len (i32.sub (local.get $len) (i32.const 1)))
      (i32.store8 (i32.add (local.get $to) (local.get $len))
                  (i32.load8_u (i32.add (local.get $from) (local.get $len))))
      (br $next)))))
  (func $fill (param $to i32) (param $byte i32) (param $len i32)
    (loop $next (if (local.get $len) (then
      (local.set $len (i32.sub (local.get $len) (i32.const 1)))
      (i32.store8 (i32.add (local.get $to) (local.get $len)) (local.get $byte))
      (br $next)))))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 128) (i32.const 52)))
  (func (export "Metadata_metadata") (param i32 i32) (result i64)
    (call $span (i32.const 1024) (i32.const METADATA_SIZE)))
  (func (export "Core_initialize_block") (param $at i32) (param $len i32) (result i64)
    (if (i32.ne (local.get $len) (i32.const WHOLE)) (then unreachable))
    (call $set (call $span (i32.const 16) (i32.const 1)) (call $span (local.get $at) (i32.const FRONT)))
    (i64.const 0))
  (func (export "BlockBuilder_inherent_extrinsics") (param i32 i32) (result i64)
    (call $span (i32.const 12) (i32.const 1)))
  (func (export "BlockBuilder_apply_extrinsic") (param i32 i32) (result i64) (call $span (i32.const 12) (i32.const 2)))
  (func (export "BlockBuilder_finalize_block") (param i32 i32) (result i64)
    ;; behind the option's variant and the length
    (call $copy (i32.const 32768)
                 (i32.add (i32.const 2) (i32.wrap_i64 (call $get (call $span (i32.const 16) (i32.const 1)))))
                 (i32.const FRONT))
    (call $set (call $span (i32.const 24) (i32.const 1)) (call $span (i32.const 256) (i32.const 4)))
    (call $copy (i32.add (i32.const 32768) (i32.const FRONT)) (i32.wrap_i64 (call $root (i32.const 0))) (i32.const 32))
    (call $fill (i32.add (i32.const 32800) (i32.const FRONT)) (i32.const 0) (i32.const 33))
    (call $copy (i32.add (i32.const 32833) (i32.const FRONT)) (i32.const 256) (i32.const EXTRA_SIZE))
    (call $span (i32.const 32768) (i32.const BUILT)))
  (func (export "Core_execute_block") (param $at i32) (param $len i32) (result i64)
    (call $set (call $span (i32.const 24) (i32.const 1))
      (call $span (i32.add (local.get $at) (i32.add (i32.const FRONT) (i32.const 64)))
                  (i32.sub (local.get $len) (i32.add (i32.const FRONT) (i32.const 64)))))
    (i64.const 0)))
"""


def runtime(described, made, built, width=1):
    """`made`: bytes of the own fields of a header that is to be initialized; `built`: those that the runtime gives."""
    code = RUNTIME
    for name, value in (("METADATA_SIZE", len(described)), ("METADATA", escaped(described)), ("EXTRA_SIZE", len(built)),
                        ("EXTRA", escaped(built)), ("WHOLE", 32 + width + 64 + 1 + made),
                        ("BUILT", 32 + width + 64 + 1 + len(built)), ("FRONT", 32 + width)):
        code = code.replace(name, str(value))
    return wat.assemble(code)


def blake2(data):
    return "0x" + hashlib.blake2b(data, digest_size=32).hexdigest()


class Headers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dir = self.folder / "state"

    def run_command(self, *arguments, code=0):
        done = scexec(*arguments)
        self.assertEqual(done.returncode, code, done.stderr.decode() + done.stdout.decode(errors="replace")[:2000])
        return done

    def document(self, *arguments, code=0):
        return json.loads(self.run_command(*arguments, "--json", code=code).stdout)

    def write_spec(self, top):
        file = self.folder / "spec.json"
        file.write_text(json.dumps({"name": "n", "id": "i", "genesis": {"raw": {
            "top": {f"0x{key}": hexadecimal(value) for key, value in top.items()}, "childrenDefault": {}}}}))
        return file

    def import_spec(self, code):
        self.run_command("state", "import", "-q", self.write_spec({CODE: code}), self.dir)
        return ["--state", self.dir]

    def make_block(self, source, front, rest, *more):
        """A block with the root that executing it gives: the message about a wrong one says it."""
        message = self.document("block", "execute", *source, hexadecimal(front + bytes(64) + rest), *more,
                                code=1)["error"]["message"]
        root = re.search("the state root after it is 0x([0-9a-f]{64})", message)[1]
        return front + bytes.fromhex(root) + bytes(32) + rest

    def check_execution(self, source, number, digest, extra):
        """A block with a digest and a seal behind it: the seal is taken off, everything else arrives."""
        parent = self.document("state", "history", self.dir)["states"][0]["hash"]
        seal = b"\5ownS" + compact(3) + b"abc"
        body = compact(2) + compact(3) + b"xyz" + compact(0)
        items = digest[1:] if digest else b""
        count = digest[0] >> 2 if digest else 0
        rest = compact(count + 1) + items + seal + extra
        block = self.make_block(source, bytes.fromhex(parent[2:]) + number, rest + body)
        found = self.document("block", "execute", *source, hexadecimal(block), "--commit")
        self.assertEqual(found["hash"], blake2(block[:len(block) - len(body)]))
        self.assertEqual((found["extrinsics"], found["parentHash"]), (2, parent))
        stored = self.run_command("state", "get", *source, "0x" + b"i".hex()).stdout.decode().strip()
        self.assertEqual(stored, hexadecimal(compact(count) + items + extra + body))
        return block

    def test_fields_behind_the_digest(self):
        extra = b"\2" + compact(5) + b"looks" + b"\7\0\0\0"
        # To be initialized there is the shorter variant, V1 of nothing: two bytes.
        source = self.import_spec(runtime(metadata(), 2, extra))
        first = self.check_execution(source, compact(1), b"", extra)
        second = self.check_execution(source, compact(2), compact(2) + b"\x09\1\2\3\4" + b"\x08", extra)
        third = self.check_execution(source, compact(3), b"", b"\1" + compact(1) + b"c")
        # Building: the header that comes out is the runtime's, and what it hashes to is the next block's parent.
        found = self.document("block", "build", *source, "--extrinsic", "0x0102", "--commit")
        built = bytes.fromhex(found["block"][2:])
        self.assertTrue(built.endswith(extra + compact(1) + compact(2) + b"\1\2"))
        self.assertEqual(found["hash"], blake2(built[:-4]))
        fifth = self.check_execution(source, compact(5), b"", extra)
        # All of them, one after the other; and the export of the last state goes on.
        file = self.folder / "blocks"
        file.write_text("\n".join(map(hexadecimal, (first, second, third))))
        done = self.run_command("block", "replay", "--chain", self.folder / "spec.json", file, "--json")
        total = json.loads(done.stdout.splitlines()[-1])["total"]
        self.assertEqual((total["blocks"], total["extrinsics"]), (3, 6))
        exported = self.folder / "exported.json"
        self.run_command("state", "export", *source, "-o", exported)
        found = self.document("state", "import", exported, self.folder / "other")
        self.assertEqual((found["number"], found["hash"]), (5, blake2(fifth[:-6])))
        # What is cut off is no block.
        for wrong in (first[:-1], first + b"\0", first[:110]):
            self.document("block", "execute", *source, hexadecimal(wrong), code=3)

    def test_items_of_a_further_kind(self):
        """Upstream's header, but for the items of its digest."""
        source = self.import_spec(runtime(metadata(more=()), 0, b""))
        self.check_execution(source, compact(1), compact(2) + b"\x09\1\2\3\4" + b"\x06ownP" + compact(1) + b"p", b"")
        self.check_execution(source, compact(2), b"", b"")
        self.assertEqual(self.document("block", "build", *source)["number"], 3)

    def test_numbers_of_a_fixed_width(self):
        source = self.import_spec(runtime(metadata(U64, ()), 0, b"", 8))
        self.check_execution(source, (1).to_bytes(8, "little"), b"", b"")
        self.assertEqual(self.document("block", "build", *source, "--commit")["number"], 2)
        self.check_execution(source, (3).to_bytes(8, "little"), b"", b"")

    def test_digest_items_of_2020(self):
        """The changes trie: its root, and a signal of a new configuration, without and with one."""
        source = self.import_spec(runtime(metadata(more=()), 0, b""))
        digest = compact(3) + b"\2" + bytes(range(32)) + b"\7\0\0" + b"\7\0\1" + bytes(8)
        self.check_execution(source, compact(1), digest, b"")

    # ---- --parent ----

    def test_the_parent_is_said(self):
        top = {CODE: runtime(metadata(more=()), 0, b""), NUMBER: b"\6\0\0\0", BLOCK_HASH + "00": b"\1"}
        spec = self.write_spec(top)
        root = bytes.fromhex(self.document("state", "root", "--chain", spec)["stateRoot"][2:])
        header = bytes(32) + compact(6) + root + bytes(32) + b"\0"
        self.run_command("state", "import", "-q", spec, self.dir)
        answer = json.dumps({"result": {
            "parentHash": hexadecimal(bytes(32)), "number": "0x6", "stateRoot": hexadecimal(root),
            "extrinsicsRoot": hexadecimal(bytes(32)), "digest": {"logs": []}}})
        for source in (["--chain", spec], ["--state", self.dir]):
            message = self.document("block", "build", *source, code=2)["error"]["message"]
            self.assertIn("only the number is known, 6", message)
            self.assertIn("--parent HEADER", message)
            for given in (hexadecimal(header), answer):
                found = self.document("block", "build", *source, "--parent", given)
                self.assertEqual((found["number"], found["parentHash"]), (7, blake2(header)))
            # Executing needs no parent, but one that is said is held to.
            for parent, more in ((bytes(32), []), (bytes.fromhex(blake2(header)[2:]), ["--parent", answer])):
                block = self.make_block(source, parent + compact(7), b"\0\0", *more)
                self.document("block", "execute", *source, hexadecimal(block), *more)
            wrong = hexadecimal(bytes(32) + compact(7) + bytes(64) + b"\0\0")
            self.assertIn("its parent is", self.document("block", "execute", *source, wrong, "--parent", answer,
                                                         code=1)["error"]["message"])
            self.assertIn("another state", self.document("block", "build", *source, "--parent", hexadecimal(
                bytes(32) + compact(6) + bytes(65)), code=3)["error"]["message"])
        # With it a database goes on.
        built = self.document("block", "build", *source, "--parent", answer, "--commit")
        self.assertEqual(self.document("block", "build", *source)["parentHash"], built["hash"])
        other = hexadecimal(bytes(32) + compact(7) + bytes.fromhex(built["stateRoot"][2:]) + bytes(32) + b"\0")
        self.assertIn(f"the state is known to be that of block 7, {built['hash']}", self.document(
            "block", "build", *source, "--parent", other, code=3)["error"]["message"])
        self.assertIn("another state", self.document("block", "build", *source, "--parent", answer,
                                                     code=3)["error"]["message"])


if __name__ == "__main__":
    unittest.main()
