"""Which code belongs to a state: substitutes of the chain spec run in its place (sc-service, WasmSubstitutes), pending code
runs the next block (sp-state-machine, TryPendingCode), and values are described by the code that wrote them. Which blocks
the spec refuses (sc-service, BlockRules)."""
import json
import pathlib
import re
import tempfile
import unittest

import wat
from command import INPUTS, scexec
from test_cli_block import BLOCK_1, HASH_1, compact, hexadecimal, small_block

SYSTEM = "26aa394eea5630e07c48ae0c9558cef7"
NUMBER = SYSTEM + "02a5c1b19ab7a04f536c519aca4983ac"
BLOCK_HASH = SYSTEM + "a44704b568d21667356a5a050c118746"
LAST_UPGRADE = SYSTEM + "f9cce9c888469bb1a0dceaa129672ef8"
CODE, PENDING = b":code".hex(), b":pending_code".hex()

# Executes blocks: the first extrinsic, if any, goes under KEY; System.Number gets the byte that the runtime is called by.
RUNTIME = r"""
(module
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_clear_version_1" (func $clear (param i64)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (data (i32.const 16) ":code")
  (data (i32.const 32) ":pending_code")
  (data (i32.const 64) "NAME\00\00\00")
  (data (i32.const 128) "\10test\10test\01\00\00\00SPEC\00\00\00\01\00\00\00\04\df\6a\cb\68\99\07\60\9b\04\00\00\00\01\00\00\00\00")
  (data (i32.const 192) "NUMBER")
  (data (i32.const 1024) "METADATA")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 128) (i32.const 40)))
  (func (export "Test_name") (param i32 i32) (result i64) (call $span (i32.const 64) (i32.const 1)))
  (func (export "Metadata_metadata") (param i32 i32) (result i64) (call $span (i32.const 1024) (i32.const LENGTH)))
  (func (export "Core_execute_block") (param $at i32) (param $len i32) (result i64)
    ;; a header without digest takes 98 bytes, then comes the number of extrinsics, then the length of the first: 4 bytes
    (if (i32.load8_u offset=98 (local.get $at))
      (then (call $set (call $span KEY) (call $span (i32.add (local.get $at) (i32.const 103))
                                                    (i32.sub (local.get $len) (i32.const 103)))))
      (else AFTER))
    (call $set (call $span (i32.const 192) (i32.const 32)) (call $span (i32.const 64) (i32.const 4)))
    (i64.const 0)))
"""


def text(value):
    return compact(len(value)) + value.encode()


def metadata(field):
    """V14 with a pallet System, whose item Number is a structure with one u32 under the name `field`."""
    types = [b"\0\0" + b"\x05\x05" + b"\0",  # u32
             compact(1) + text("Mark") + b"\0" + b"\0" + compact(1) + b"\1" + text(field) + compact(0) + b"\0\0" + b"\0",
             b"\0\0" + b"\x04\0" + b"\0"]  # ()
    registry = compact(len(types)) + b"".join(compact(i) + x for i, x in enumerate(types))
    item = text("Number") + b"\1" + b"\0" + compact(1) + compact(4) + bytes(4) + b"\0"
    pallet = text("System") + b"\1" + text("System") + compact(1) + item + b"\0\0\0\0\0"
    scale = b"meta\x0e" + registry + compact(1) + pallet + compact(2) + b"\x04" + b"\0" + compact(2)
    return compact(len(scale)) + scale


def escaped(data):
    return "".join(f"\\{byte:02x}" for byte in data)


def runtime(name, spec=1, key="(i32.const 16) (i32.const 5)", after="(nop)"):
    described = metadata(f"of_{name.lower()}")
    replaced = RUNTIME.replace("NAME", name).replace("SPEC", f"\\{spec:02x}").replace("LENGTH", str(len(described)))
    replaced = replaced.replace("NUMBER", escaped(bytes.fromhex(NUMBER))).replace("METADATA", escaped(described))
    # Long enough for its length to take four bytes before an extrinsic.
    return wat.assemble(replaced.replace("KEY", key).replace("AFTER", after)) + wat.custom_section("pad", bytes(1 << 14))


class StateCode(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dir = self.folder / "state"

    def run_command(self, *arguments, code=0, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode() + done.stdout.decode(errors="replace")[:2000])
        return done

    def document(self, *arguments, code=0):
        return json.loads(self.run_command(*arguments, "--json", code=code).stdout)

    def replay(self, *arguments):
        """The last line, which has what was done in all."""
        return json.loads(self.run_command("block", "replay", *arguments, "--json").stdout.splitlines()[-1])

    def write_spec(self, top, **members):
        file = self.folder / "spec.json"
        file.write_text(json.dumps({"name": "n", "id": "i", **members, "genesis": {"raw": {
            "top": {f"0x{key}": hexadecimal(value) for key, value in top.items()}, "childrenDefault": {}}}}))
        return file

    def make_block(self, source, parent, number, extrinsics=()):
        """A block with the root that executing it gives: the message about a wrong one says it."""
        block = small_block(parent, number, "0x" + "00" * 32, extrinsics)
        message = self.document("block", "execute", *source, hexadecimal(block), code=1)["error"]["message"]
        root = re.search("the state root after it is (0x[0-9a-f]{64})", message)[1]
        return small_block(parent, number, root, extrinsics)

    def execute(self, blocks):
        """Each on the one before, in the database; gives the bytes that the runtimes are called by, and the blocks."""
        source = ["--state", self.dir]
        parent, ran, made = self.document("state", "root", self.dir)["genesisHash"], "", []
        for number, extrinsics in enumerate(blocks, 1):
            made.append(self.make_block(source, parent, number, extrinsics))
            parent = self.document("block", "execute", *source, hexadecimal(made[-1]), "--commit")["hash"]
            value = self.run_command("state", "get", *source, "0x" + NUMBER).stdout.decode().strip()
            ran += bytes.fromhex(value[2:])[:1].decode()
        return ran, made

    def name(self, *source):
        return bytes.fromhex(self.run_command("call", *source, "Test_name", "--hex").stdout.decode()[2:]).decode()

    def batch(self, places):
        """The names of the code at several blocks, asked by number and by hash; "!": an error."""
        states = self.document("state", "history", self.dir)["states"]
        hashes = {state["number"]: state["hash"] for state in states}
        found = []
        for choose in (lambda at: at, lambda at: hashes.get(int(at), "0x" + "00" * 32) if at is not None else None):
            lines = [json.dumps({"method": "Test_name", "at": choose(at)}) for at in places]
            for threads in ("1", "3"):
                done = self.run_command("batch", "--state", self.dir, "--threads", threads, stdin="\n".join(lines).encode())
                answers = map(json.loads, done.stdout.splitlines())
                found.append("".join(bytes.fromhex(answer["output"][2:]).decode() if "output" in answer
                                     else {"not-found": "!"}[answer["error"]["kind"]] for answer in answers))
        self.assertEqual(len(set(found)), 1, found)
        return found[0]

    # ---- substitutes ----

    def test_substitutes(self):
        """A from the genesis on, its substitute B from the state of block 2 on, until an upgrade to D, whose version has no
        substitute: C is of a version that no state has. By the way, 9 is above 10 in the text of the spec."""
        spec = self.write_spec({CODE: runtime("A")}, codeSubstitutes={
            "9": hexadecimal(runtime("X")), "10": hexadecimal(runtime("Y")), "2": hexadecimal(runtime("B")),
            "1": hexadecimal(runtime("C", 7))})
        self.assertEqual(self.name("--chain", spec), "A")
        self.run_command("state", "import", "-q", spec, self.dir)
        ran, blocks = self.execute(([], [], [], [runtime("D", 2)], []))
        self.assertEqual(ran, "AABBD")
        names = [self.name("--state", self.dir, "--at", str(at)) for at in range(6)]
        self.assertEqual("".join(names), "AABBDD")
        self.assertEqual(self.batch([0, 1, 2, 3, 4, 5, 2, 0, "3", None, 6]), "AABBDDBABD!")
        # All in one run, from the spec as from the database. Code is looked for where a substitute begins: A, A again
        # where C would, B, D.
        file = self.folder / "blocks"
        file.write_text("\n".join(map(hexadecimal, blocks)))
        found = self.replay("--chain", spec, file)
        self.assertEqual((found["total"]["blocks"], found["total"]["compiles"]), (5, 4))
        other = self.folder / "other"
        self.run_command("state", "import", "-q", spec, other)
        self.assertEqual(self.replay("--state", other, file, "--commit")["hash"], found["hash"])
        # The export of a later state has them too, and knows its block.
        exported = self.folder / "exported.json"
        self.run_command("state", "export", "--state", self.dir, "--at", "2", "-o", exported)
        self.assertEqual(json.loads(exported.read_text())["codeSubstitutes"], json.loads(spec.read_text())["codeSubstitutes"])
        self.assertEqual(self.name("--chain", exported), "B")
        found = self.document("block", "execute", "--chain", exported, hexadecimal(blocks[2]))
        self.assertEqual(found["number"], 3)
        # Code that is given by name is meant.
        code = self.folder / "code.wasm"
        code.write_bytes(runtime("Z"))
        self.assertEqual(self.name("--chain", exported, "--runtime", code), "Z")

    def test_from_the_genesis_on(self):
        spec = self.write_spec({CODE: runtime("A")}, codeSubstitutes={"0": hexadecimal(runtime("B"))})
        self.assertEqual(self.name("--chain", spec), "B")
        self.run_command("state", "import", "-q", spec, self.dir)
        self.assertEqual(self.name("--state", self.dir), "B")
        self.assertEqual(self.execute(([],))[0], "B")
        # The state's own code stays what the genesis is laid out by, and what inspect shows.
        self.assertEqual(self.run_command("state", "get", "--state", self.dir, ":code", "--output", "raw").stdout,
                         runtime("A"))

    def test_by_the_number_in_the_state(self):
        """Of an export by other tools: System.Number tells how far the chain is."""
        for number, ran in ((5, "A"), (6, "B"), (7, "B")):
            spec = self.write_spec({CODE: runtime("A"), NUMBER: bytes([number, 0, 0, 0]), BLOCK_HASH + "00": b"\1"},
                                   codeSubstitutes={"6": hexadecimal(runtime("B"))})
            self.assertEqual(self.name("--chain", spec), ran)

    def test_substitutes_that_cannot_be_read(self):
        for substitutes, message in (({"0x" + "00" * 32: "0x00"}, "its keys must be block numbers"),
                                     ({"0": "0x0061"}, "the code says no version"), ({"0": "00"}, "must begin with 0x"),
                                     ([], "expected an object")):
            spec = self.write_spec({CODE: runtime("A")}, codeSubstitutes=substitutes)
            self.assertEqual(self.document("state", "root", "--chain", spec)["keys"], 1)
            database = self.folder / message.replace(" ", "-")
            self.run_command("state", "import", "-q", spec, database)
            for source in (["--chain", spec], ["--state", database]):
                found = self.document("call", *source, "Test_name", code=3)["error"]
                self.assertEqual(found["kind"], "bad-chain-spec")
                self.assertIn(message, found["message"])

    # ---- pending code ----

    def test_pending_code_runs_the_next_block(self):
        """As frame_system 49 has it from system version 3 on: block 1 leaves B under :pending_code, B runs block 2 and
        moves itself to :code. Calls between them are A's."""
        pending = "(i32.const 32) (i32.const 13)"
        self.run_command("state", "import", "-q", self.write_spec({CODE: runtime("A", key=pending)}), self.dir)
        ran, _ = self.execute(([runtime("B", 2, after=f"(call $clear (call $span {pending}))")], [], []))
        self.assertEqual(ran, "ABA")  # B moved nothing to :code, so A is back when B is gone
        self.assertEqual("".join(self.name("--state", self.dir, "--at", str(at)) for at in range(4)), "AAAA")
        for at, field in (("1", "of_a"), ("2", "of_b"), ("3", "of_a")):
            self.assertIn(field, self.document("state", "get", "--state", self.dir, "--at", at, "System.Number")["value"])

    # ---- the code that wrote a state ----

    def test_values_are_described_by_the_code_that_wrote_them(self):
        spec = self.write_spec({CODE: runtime("A"), NUMBER: bytes(4), BLOCK_HASH + "00": b"\x45" * 32})
        self.run_command("state", "import", "-q", spec, self.dir)
        self.execute(([], [runtime("B", 2)], [], []))
        fields = []
        for at in range(5):
            done = self.run_command("state", "get", "--state", self.dir, "--at", str(at), "System.Number", "--json")
            fields += json.loads(done.stdout)["value"]
            self.assertEqual(done.stderr, b"")
        # Block 2 is A's, though its state has B.
        self.assertEqual(fields, ["of_a", "of_a", "of_a", "of_b", "of_b"])
        listed = self.document("state", "keys", "--state", self.dir, "--at", "2", "System", "--values")["keys"]
        self.assertIn({"of_a": 65}, [key.get("value") for key in listed])
        # A difference has two sides, each in its words.
        found = self.document("state", "diff", self.dir, self.dir, "--at-a", "2", "--at-b", "3", "System")["differences"]
        self.assertEqual([(row["name"], row["valueBefore"], row["valueAfter"]) for row in found],
                         [("System.Number", {"of_a": 65}, {"of_b": 66})])
        text = self.run_command("state", "diff", spec, self.dir, "--at-b", "3", "System.Number").stdout
        self.assertEqual(text, b'~ System.Number = {"of_a":0} => {"of_b":66}\n')

    def test_phases_of_the_first_block_of_new_code(self):
        """What its migrations find was written by the old runtime."""
        spec = self.write_spec({CODE: runtime("A"), NUMBER: bytes(4), BLOCK_HASH + "00": b"\x45" * 32})
        self.run_command("state", "import", "-q", spec, self.dir)
        self.execute(([runtime("B", 2)],))
        source, parent = ["--state", self.dir], self.document("state", "history", self.dir)["states"][0]["hash"]
        block = self.make_block(source, parent, 2)
        found = self.document("block", "execute", *source, hexadecimal(block), "--diff")
        changes = [change for phase in found["phases"] for change in phase["changes"]]
        self.assertEqual([(row["name"], row["valueBefore"], row["valueAfter"]) for row in changes],
                         [("System.Number", {"of_a": 65}, {"of_b": 66})])

    def test_doubts(self):
        """Where the state before is not kept, System.LastRuntimeUpgrade tells, or nobody knows."""
        def last(spec):
            return compact(spec) + text("test")
        cases = ((None, b"it can't be known"), (last(1), b"has upgraded the runtime"), (last(2), None),
                 (compact(2) + text("other"), b"has upgraded the runtime"), (b"", b"it can't be known"))
        for number, (value, doubt) in enumerate(cases):
            top = {CODE: runtime("B", 2), NUMBER: b"\6\0\0\0", BLOCK_HASH + "00": b"\1"}
            if value is not None:
                top[LAST_UPGRADE] = value
            spec = self.write_spec(top)
            database = self.folder / str(number)
            self.run_command("state", "import", "-q", spec, database)
            for source in (["--chain", spec], ["--state", database]):
                done = self.run_command("state", "get", *source, "System.Number")
                self.assertEqual(json.loads(done.stdout), {"of_b": 6})
                self.assertIn(doubt, done.stderr) if doubt else self.assertEqual(done.stderr, b"")
                # Bytes are bytes.
                self.assertEqual(self.run_command("state", "get", *source, "0x" + NUMBER).stderr, b"")
        # A database that keeps nothing but the newest state.
        self.run_command("state", "import", "-q", self.write_spec({CODE: runtime("A"), LAST_UPGRADE: last(1)}), self.dir,
                         "--keep", "0")
        self.execute(([], [runtime("B", 2)]))
        self.assertIn(b"has upgraded the runtime",
                      self.run_command("state", "get", "--state", self.dir, "System.Number").stderr)

    # ---- refused blocks ----

    def test_refused_blocks(self):
        spec = json.loads((INPUTS / "polkadot.json").read_text())
        del spec["codeSubstitutes"]
        file, blocks = self.folder / "rules.json", self.folder / "blocks"
        blocks.write_text(BLOCK_1.read_text())
        other = "0x" + "11" * 32
        cases = ({"badBlocks": [other, HASH_1]}, "it is one of badBlocks"), \
            ({"forkBlocks": [[1, other]]}, "forkBlocks has another block at this height"), \
            ({"forkBlocks": [[1, HASH_1], [2, other]], "badBlocks": [other]}, None), \
            ({"badBlocks": ["0x00"]}, "a block's hash has 32 bytes")
        for number, (rules, message) in enumerate(cases):
            spec.update({"forkBlocks": None, "badBlocks": None, **rules})
            file.write_text(json.dumps(spec))
            database = self.folder / str(number)
            self.run_command("state", "import", "-q", file, database)
            for source in (["--chain", file], ["--state", database]):
                for command in (["block", "execute", *source, f"@{BLOCK_1}"], ["block", "replay", *source, blocks]):
                    commit = ["--commit"] if command[1] == "replay" and "--state" in command else []
                    status = 0 if message is None else 3 if "32 bytes" in message else 1
                    found = self.document(*command, *commit, code=status)
                    if message is not None:
                        self.assertIn(message, found["error"]["message"])
                        self.assertIn("block 1 (" + HASH_1, found["error"]["message"])


if __name__ == "__main__":
    unittest.main()
