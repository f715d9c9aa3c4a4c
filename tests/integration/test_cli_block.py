"""`scexec block …`: real blocks on their genesis, blocks that are refused, databases, building, replaying, upgrades."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest

import wat
from command import DATA, INPUTS, SCEXEC, scexec
from sanitizer import without_note

POLKADOT = ["--chain", INPUTS / "polkadot.json"]
KUSAMA = ["--chain", INPUTS / "kusama.json"]
ROCOCO = ["--chain", INPUTS / "rococo.json"]
BLOCK_1 = DATA / "blocks" / "polkadot-1.hex"  # as the network has it
HASH_1 = "0xc0096358534ec8d21d01d34b836eed476a1c343f8724fa2153dc0725ad797a90"
ROOT_1 = "0xc56fcd6e7a757926ace3e1ecff9b4010fc78b90d459202a339266a7f6360002f"
GENESIS = "0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3"
GENESIS_ROOT = "0x29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17"
FIRST_TIME = "1700000000000"
EXTRINSIC_INDEX = "0x" + b":extrinsic_index".hex()


def block_1():
    return bytearray.fromhex(BLOCK_1.read_text().strip()[2:])


def hexadecimal(data):
    return "0x" + bytes(data).hex()


def compact(number):
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    return (number << 2 | 2).to_bytes(4, "little")


def take_compact(data, at):
    """The number there, and where it ends."""
    size = 1 << (data[at] & 3)
    return int.from_bytes(data[at:at + size], "little") >> 2, at + size


def json_block(data):
    """A block as chain_getBlock gives it."""
    number, at = take_compact(data, 32)
    roots, at = [data[at:at + 32], data[at + 32:at + 64]], at + 64
    logs, (count, at) = [], take_compact(data, at)
    for _ in range(count):  # all have an engine
        size, end = take_compact(data, at + 5)
        logs.append(hexadecimal(data[at:end + size]))
        at = end + size
    extrinsics, (count, at) = [], take_compact(data, at)
    for _ in range(count):
        size, end = take_compact(data, at)
        extrinsics.append(hexadecimal(data[at:end + size]))
        at = end + size
    header = {"parentHash": hexadecimal(data[:32]), "number": hex(number), "stateRoot": hexadecimal(roots[0]),
              "extrinsicsRoot": hexadecimal(roots[1]), "digest": {"logs": logs}}
    return {"block": {"header": header, "extrinsics": extrinsics}, "justifications": None}


def small_block(parent, number, root, extrinsics):
    """A block without digest whose extrinsics nobody hashes."""
    header = bytes.fromhex(parent[2:]) + compact(number) + bytes.fromhex(root[2:]) + bytes(32) + b"\0"
    return header + compact(len(extrinsics)) + b"".join(compact(len(x)) + x for x in extrinsics)


# Executes blocks: the first extrinsic becomes the code, "k" gets a byte that says which code ran, and where FINAL stands
# more may be written.
UPGRADING = r"""
(module
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 65536))
  (data (i32.const 16) ":code")
  (data (i32.const 32) ":heappages")
  (data (i32.const 48) "k")
  (data (i32.const 64) "NAME")
  (data (i32.const 80) "\11\00\00\00\00\00\00\00")
  (data (i32.const 128) "\10test\10test\01\00\00\00SPEC\01\00\00\00\04\df\6a\cb\68\99\07\60\9b\04\00\00\00\01\00\00\00\00")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "Core_version") (param i32 i32) (result i64) (call $span (i32.const 128) (i32.const 40)))
  (func (export "Core_execute_block") (param $at i32) (param $len i32) (result i64)
    ;; a header without digest takes 98 bytes, then comes the number of extrinsics, then the length of the first: 4 bytes
    (if (i32.load8_u offset=98 (local.get $at))
      (then (call $set (call $span (i32.const 16) (i32.const 5))
        (call $span (i32.add (local.get $at) (i32.const 103)) (i32.sub (local.get $len) (i32.const 103))))))
    (call $set (call $span (i32.const 48) (i32.const 1)) (call $span (i32.const 64) (i32.const 1)))
    FINAL
    (i64.const 0)))
"""
SET_HEAP_PAGES = "(call $set (call $span (i32.const 32) (i32.const 10)) (call $span (i32.const 80) (i32.const 8)))"


def upgrading(name, spec, final=""):
    text = UPGRADING.replace("NAME", name).replace("SPEC", rf"\{spec:02x}\00\00\00").replace("FINAL", final)
    code = wat.assemble(text)
    # Long enough for its length to take four bytes before an extrinsic, whatever it holds.
    return code + wat.custom_section("padding", bytes(1 << 14))


def holds(pid, file):
    """Whether the process has the file open."""
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if descriptor.readlink() == file:
                return True
    return False


def drain(pipe):
    while not os.read(pipe, 65536).endswith(b"end"):
        pass


class Blocks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dir = self.folder / "state"

    def run_command(self, *arguments, code=0, **options):
        done = scexec(*arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode() + done.stdout.decode()[:2000])
        return done

    def document(self, *arguments, code=0, **options):
        return json.loads(self.run_command(*arguments, "--json", code=code, **options).stdout)

    def refused(self, *arguments, code=1):
        stdout = self.run_command(*arguments, "--json", code=code).stdout
        lines = arguments[:2] == ("block", "replay")  # a line each, and the error is the last
        return json.loads(stdout.splitlines()[-1] if lines else stdout)["error"]

    def replay(self, *arguments, **options):
        """The lines of a replay, and what was done in all."""
        lines = list(map(json.loads, self.run_command("block", "replay", *arguments, "--json", **options).stdout.splitlines()))
        return lines, lines[-1]["total"]

    def import_polkadot(self, *more):
        self.run_command("state", "import", INPUTS / "polkadot.json", self.dir, *more)
        return ["--state", self.dir]

    def numbers(self):
        return [state["number"] for state in self.document("state", "history", self.dir)["states"]]

    # ---- executing ----

    def test_execute(self):
        found = self.document("block", "execute", *POLKADOT, f"@{BLOCK_1}")
        self.assertEqual((found["number"], found["hash"], found["parentHash"], found["stateRoot"], found["extrinsics"],
                          found["committed"]), (1, HASH_1, GENESIS, ROOT_1, 2, False))
        self.assertIn("executeMs", found["times"])
        self.assertNotIn("phases", found)

    def test_forms_of_a_block(self):
        raw = self.folder / "block"
        raw.write_bytes(block_1())
        text = BLOCK_1.read_text().strip()
        for argument, stdin in ((text, b""), (f"@{raw}", b""), ("-", text.encode()), ("-", bytes(block_1()))):
            done = self.run_command("block", "execute", *POLKADOT, argument, stdin=stdin).stdout.decode()
            self.assertIn(HASH_1, done)
            self.assertIn(ROOT_1, done)

    def test_a_block_as_nodes_give_it(self):
        block = json_block(block_1())
        answer = {"jsonrpc": "2.0", "result": block, "id": 1}
        exported = (1).to_bytes(8, "little") + block_1() + b"\0"
        contents = [json.dumps(form).encode() for form in (answer, block, block["block"], [block])]
        contents += [b"\xef\xbb\xbf" + json.dumps(answer, indent=2).encode(), exported,
                     compact(len(block_1())) + block_1()]
        for content in contents:
            file = self.folder / "block"
            file.write_bytes(content)
            for argument, stdin in ((f"@{file}", b""), ("-", content)):
                self.assertEqual(self.document("block", "execute", *POLKADOT, argument, stdin=stdin)["hash"], HASH_1)
        self.assertEqual(self.document("block", "execute", *POLKADOT, json.dumps(block))["hash"], HASH_1)
        file.write_text(json.dumps(block) * 2)
        self.assertIn("has more than one block", self.refused("block", "execute", *POLKADOT, f"@{file}", code=3)["message"])
        file.write_text('{"jsonrpc":"2.0","id":1,"result":null}')
        self.assertIn("whose result is null",
                      self.refused("block", "execute", *POLKADOT, f"@{file}", code=3)["message"])

    def test_a_block_that_begins_like_hexadecimal(self):
        raw, encoded = self.folder / "raw", self.folder / "encoded"
        block = b"0x" + block_1()[2:]  # of a parent that does not exist
        raw.write_bytes(block)
        self.assertIn("its parent is 0x3078", self.refused("block", "execute", *POLKADOT, f"@{raw}")["message"])
        encoded.write_bytes(compact(len(block)) + block)
        self.assertIn("its parent is 0x3078", self.refused("block", "replay", *POLKADOT, encoded)["message"])

    def test_phases(self):
        phases = self.document("block", "execute", *POLKADOT, f"@{BLOCK_1}", "--diff")["phases"]
        self.assertEqual([phase["phase"] for phase in phases],
                         ["Initialization", {"ApplyExtrinsic": 0}, {"ApplyExtrinsic": 1}, "Finalization"])
        for phase in phases:
            self.assertLessEqual({"phase", "storageDiff", "logs"}, phase.keys())
            for key, value in phase["storageDiff"]:
                self.assertRegex(key, "^0x([0-9a-f]{2})*$")
                self.assertTrue(value is None or re.fullmatch("0x([0-9a-f]{2})*", value))
        of = [dict(phase["storageDiff"]) for phase in phases]
        self.assertEqual(of[1][EXTRINSIC_INDEX], "0x01000000")
        self.assertEqual(of[2][EXTRINSIC_INDEX], "0x02000000")
        self.assertIsNone(of[3][EXTRINSIC_INDEX])
        # Applied one after the other they make the state after the block.
        self.run_command("block", "execute", *self.import_polkadot(), f"@{BLOCK_1}", "--commit")
        after = {}
        for phase in of:
            after.update(phase)
        changed = {row["key"]: row["after"] for row in
                   self.document("state", "diff", INPUTS / "polkadot.json", self.dir, "--hex")["differences"]}
        self.assertLessEqual(changed.items(), after.items())
        self.assertTrue(all(value is None for key, value in after.items() if key not in changed
                            and key == EXTRINSIC_INDEX))

    def test_phases_as_text(self):
        done = self.run_command("block", "execute", *POLKADOT, f"@{BLOCK_1}", "--diff", "--hex").stdout.decode()
        self.assertEqual([line for line in done.splitlines() if line[0] not in "+-~"][:4],
                         ["initialization", "extrinsic 0", "extrinsic 1", "finalization"])
        self.assertIn(f"~ {EXTRINSIC_INDEX} = 0x00000000 => 0x01000000"[2:].split(" = ")[0], done)
        named = self.run_command("block", "execute", *POLKADOT, f"@{BLOCK_1}", "--diff").stdout.decode()
        self.assertIn("Timestamp.Now = 1590507378000", named)

    def test_kusama(self):
        found = self.document("block", "execute", *KUSAMA, f"@{DATA}/blocks/kusama-1.hex")
        self.assertEqual(found["hash"], "0xcd9b8e2fc2f57c4570a86319b005832080e0c478ab41ae5d44e23705872f5ad3")
        self.assertEqual(found["stateRoot"], "0xfabb0c6e92d29e8bb2167f3c6fb0ddeb956a4278a3cf853661af74a076fc9cb7")

    # ---- blocks that are refused ----

    def test_wrong_blocks(self):
        source = self.import_polkadot()
        for offset, text in ((0, "its parent is 0x90b171bb"),
                             (33, f"the state root after it is {ROOT_1}, but the header says 0xc46fcd6e"),
                             (65, "the root of its extrinsics is 0x9a87f6af")):
            block = block_1()
            block[offset] ^= 1
            error = self.refused("block", "execute", *source, hexadecimal(block), "--commit")
            self.assertEqual(error["kind"], "bad-block")
            self.assertIn(text, error["message"])
        wrong_number = block_1()
        wrong_number[32] = 8
        self.assertIn("its number is 2",
                      self.refused("block", "execute", *source, hexadecimal(wrong_number))["message"])
        self.assertEqual(self.document("state", "root", self.dir)["stateRoot"], GENESIS_ROOT)
        self.assertEqual(self.numbers(), [0])

    def test_a_bad_signature(self):
        # System.remark, signed by nobody's key with zeros; the extrinsics root is made right with what the message says.
        signed = b"\x84" + bytes(32) + b"\x01" + bytes(64) + b"\0\0\0" + b"\0\1\0"
        block = block_1()
        at = len(block) - 17
        self.assertEqual(block[at], 8)  # two extrinsics
        block = block[:at] + b"\x0c" + block[at + 1:] + compact(len(signed)) + signed
        message = self.refused("block", "execute", *POLKADOT, hexadecimal(block))["message"]
        right = re.search("the root of its extrinsics is 0x([0-9a-f]{64})", message)[1]
        block[65:97] = bytes.fromhex(right)
        error = self.refused("block", "execute", *POLKADOT, hexadecimal(block))
        self.assertEqual(error["kind"], "trap")
        self.assertIn("extrinsic 2", error["message"])
        self.assertIn("bad signature", error["panic"])

    def test_broken_input(self):
        block = block_1()
        for broken in (block[:-1], block + b"\0", block[:50], b""):
            self.refused("block", "execute", *POLKADOT, hexadecimal(broken), code=3)
        for text in ("0x1", "0xzz", "block"):
            self.refused("block", "execute", *POLKADOT, text, code=3)
        self.refused("block", "execute", *POLKADOT, "@/dev/null/nothing", code=4)

    def test_wrong_usage(self):
        for more in (["--commit"], ["--keep", "3"], ["--hex"]):
            self.refused("block", "execute", *POLKADOT, f"@{BLOCK_1}", *more, code=2)
        self.refused("block", "execute", f"@{BLOCK_1}", code=2)
        self.assertIn("a state is missing: --chain SPEC.json or --state DIR",
                      self.refused("block", "build", "--runtime", BLOCK_1, code=2)["message"])
        self.refused("block", "execute", *POLKADOT, code=2)

    # ---- databases ----

    def test_commit_at_and_keep(self):
        source = self.import_polkadot()
        self.assertFalse(self.document("block", "execute", *source, f"@{BLOCK_1}")["committed"])
        self.assertEqual(self.numbers(), [0])
        self.assertTrue(self.document("block", "execute", *source, f"@{BLOCK_1}", "--commit")["committed"])
        self.assertEqual(self.numbers(), [1, 0])
        self.assertIn("its parent is", self.refused("block", "execute", *source, f"@{BLOCK_1}", "--commit")["message"])
        self.document("block", "execute", *source, "--at", "0", f"@{BLOCK_1}")
        for command in (["execute", f"@{BLOCK_1}"], ["replay", BLOCK_1], ["build"]):
            error = self.refused("block", *command, *source, "--at", "0", "--commit", code=2)
            self.assertEqual(error["message"], "--commit needs the newest state: leave --at out")
        first = ["state", "diff", self.dir, self.dir]
        self.assertEqual(self.document(*first, "--hex"), {"differences": []})
        changed = self.document(*first, "--at-a", 0, "--hex")
        self.assertEqual(changed, self.document("state", "diff", INPUTS / "polkadot.json", self.dir, "--hex"))
        self.assertEqual(changed, self.document(*first, "--at-a", GENESIS, "--at-b", "1", "--hex"))
        self.assertEqual(len(self.document(*first, "--at-b", 0, "--hex")["differences"]), len(changed["differences"]))
        self.refused(*first, "--at-b", 7, code=3)
        self.assertIn('--at-b needs a whole number, not "x"', self.refused(*first, "--at-b", "x", code=2)["message"])
        self.refused("state", "diff", self.dir, INPUTS / "polkadot.json", "--at-b", "0", code=2)
        for number in (2, 3, 4):
            built = self.document("block", "build", *source, "--commit", "--keep", 2)
            self.assertEqual(built["number"], number)
        self.assertEqual(self.numbers(), [4, 3, 2])
        self.assertEqual(self.document("state", "root", *source, "--at", built["hash"])["stateRoot"], built["stateRoot"])
        self.refused("state", "root", *source, "--at", "1", code=3)
        self.assertTrue(self.document("state", "verify", self.dir)["valid"])

    # ---- building ----

    def test_build(self):
        file = self.folder / "block"
        found = self.document("block", "build", *ROCOCO, "--timestamp", FIRST_TIME, "-o", file)
        self.assertEqual(file.read_bytes(), bytes.fromhex(found["block"][2:]))
        self.assertEqual((found["number"], found["timestamp"], found["slot"]), (1, int(FIRST_TIME), 283333333))
        self.assertEqual([(row["inherent"], row["dispatched"]) for row in found["extrinsics"]], [(True, True)] * 2)
        self.assertTrue(all(row["outcome"].startswith("0x0000") for row in found["extrinsics"]))
        executed = self.document("block", "execute", *ROCOCO, f"@{file}")
        self.assertEqual((executed["hash"], executed["stateRoot"]), (found["hash"], found["stateRoot"]))
        printed = self.run_command("block", "build", *ROCOCO, "--slot", found["slot"]).stdout.decode()
        self.assertRegex(printed, "^0x[0-9a-f]+\n$")
        # Inherents given are those of the block.
        given = [word for row in found["extrinsics"] for word in ("--inherent", row["extrinsic"])]
        again = self.document("block", "build", *ROCOCO, "--timestamp", FIRST_TIME, *given)
        self.assertEqual(again["block"], found["block"])
        phases = self.document("block", "build", *ROCOCO, "--timestamp", FIRST_TIME, "--diff")["phases"]
        self.assertEqual([phase["phase"] for phase in phases],
                         ["Initialization", {"ApplyExtrinsic": 0}, {"ApplyExtrinsic": 1}, "Finalization"])

    def test_build_writes_before_it_commits(self):
        self.run_command("state", "import", INPUTS / "rococo.json", self.dir)
        source = ["--state", self.dir, "--timestamp", FIRST_TIME, "--commit"]
        self.refused("block", "build", *source, "-o", "/dev/null/nothing/block", code=4)
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SCEXEC, "block", "build", *map(str, source)], stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(self.numbers(), [0])

    def test_build_whose_commit_fails(self):
        """The block is there, and nothing says that it is part of the database."""
        self.run_command("state", "import", INPUTS / "rococo.json", self.dir)
        source = ["--state", self.dir, "--timestamp", FIRST_TIME, "--commit"]
        file = self.folder / "fifo"
        os.mkfifo(file)
        pipe = os.open(file, os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, pipe)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(pipe, bytes(4096))
        slow = subprocess.Popen([SCEXEC, *map(str, ["block", "build", *source, "-o", file, "--json"])],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while not holds(slow.pid, file):  # it waits for room in the pipe: the block is made, and not committed
            self.assertIsNone(slow.poll())
            time.sleep(0.01)
        self.run_command("block", "build", *source, "-o", self.folder / "block")
        os.set_blocking(pipe, True)
        threading.Thread(target=drain, args=[pipe]).start()
        document = json.loads(slow.communicate()[0])
        os.write(pipe, b"end")
        self.assertIn(f"the block is in {file}, but not committed: {self.dir}: another process has changed the database",
                      document["error"]["message"])
        self.assertEqual(document["block"][2:], (self.folder / "block").read_bytes().hex())
        self.assertNotIn("committed", document)
        self.assertEqual((slow.returncode, self.numbers()), (4, [1, 0]))

    def test_build_to_standard_output(self):
        file = self.folder / "block"
        self.run_command("block", "build", *ROCOCO, "--timestamp", FIRST_TIME, "-o", file)
        for more in ([], ["--json"]):
            done = scexec("block", "build", *ROCOCO, "--timestamp", FIRST_TIME, "-o", "-", *more)
            self.assertEqual(done.stdout, file.read_bytes())
            self.assertIn(b"2 extrinsics", done.stderr)
        self.refused("block", "build", *ROCOCO, "-o", "-", "--diff", code=2)

    def test_build_with_other_inherent_data(self):
        time = (int(FIRST_TIME) + 6000).to_bytes(8, "little")
        found = self.document("block", "build", *ROCOCO, "--timestamp", int(FIRST_TIME) + 6000)
        other = self.document("block", "build", *ROCOCO, "--slot", 283333334, "--timestamp", FIRST_TIME,
                              "--inherent-data", f"timstap0={hexadecimal(time)}")
        self.assertEqual(other["block"], found["block"])
        for text in ("timstap0", "time=0x00", "=0x", "timstap00=0x00"):
            self.refused("block", "build", *ROCOCO, "--inherent-data", text, code=2)
        self.refused("block", "build", *ROCOCO, "--inherent-data", "timstap0=00", code=3)

    def test_build_refuses_what_is_not_valid(self):
        signed = b"\x84\0" + bytes(32) + b"\x01" + bytes(64) + b"\0\0\0" + b"\0\1\0"
        for extrinsic in (signed, compact(len(signed)) + signed):
            error = self.refused("block", "build", *ROCOCO, "--timestamp", FIRST_TIME, "-x", hexadecimal(extrinsic))
            self.assertIn("--extrinsic 1: the extrinsic is refused: invalid: BadProof", error["message"])
        self.refused("block", "build", *ROCOCO, "-x", "@/dev/null/nothing", code=4)
        self.refused("block", "build", *ROCOCO, "-x", "nothing", code=3)

    # ---- replaying ----

    def build_three(self):
        """Three blocks on Rococo's genesis."""
        self.run_command("state", "import", INPUTS / "rococo.json", self.dir)
        blocks = []
        for number in range(3):
            built = self.document("block", "build", "--state", self.dir, "--commit", "--slot", 283333333 + 5 * number)
            blocks.append(bytes.fromhex(built["block"][2:]))
        return blocks, built

    def test_replay(self):
        blocks, last = self.build_three()
        lines, encoded = self.folder / "lines", self.folder / "encoded"
        lines.write_text("".join(f"{hexadecimal(block)}\n" for block in blocks))
        encoded.write_bytes(b"".join(compact(len(block)) + block for block in blocks))
        exported, binary = self.folder / "exported", self.folder / "binary"
        exported.write_text("".join(json.dumps(json_block(block)) for block in blocks))  # without line breaks
        binary.write_bytes((3).to_bytes(8, "little") + b"".join(block + b"\0" for block in blocks))
        for file in (lines, encoded, exported, binary):
            lines_out, total = self.replay(*ROCOCO, file)
            self.assertEqual([line["number"] for line in lines_out], [1, 2, 3])
            self.assertEqual([line["total"]["blocks"] for line in lines_out], [1, 2, 3])
            self.assertEqual((lines_out[2]["hash"], lines_out[2]["stateRoot"]), (last["hash"], last["stateRoot"]))
            self.assertEqual((total["blocks"], total["extrinsics"], total["compiles"]), (3, 6, 1))
            self.assertGreater(total["blocksPerSecond"], 0)
            self.assertGreater(total["extrinsicsPerSecond"], 0)
            self.assertNotIn("values", lines_out[0])
        printed = self.run_command("block", "replay", *ROCOCO, "-", stdin=lines.read_bytes()).stdout.decode()
        self.assertRegex(printed, r"^3 blocks with 6 extrinsics in .*: [0-9.]+ blocks/s, [0-9.]+ extrinsics/s\n")
        # On a database: what was replayed is there.
        other = self.folder / "other"
        self.run_command("state", "import", INPUTS / "rococo.json", other)
        self.refused("block", "replay", "--state", other, encoded, code=2)
        self.run_command("block", "replay", "--state", other, encoded, "--commit", "--no-sync")
        self.assertEqual(self.run_command("state", "diff", self.dir, other).stdout, b"")
        self.assertEqual(self.document("state", "history", other), self.document("state", "history", self.dir))

    def test_batch_at_a_block(self):
        """Each request is answered on the state that its block made, values as well."""
        self.build_three()
        method, places = "BabeApi_current_epoch_start", [0, 1, 3, 0, None]
        calls = [self.document("call", "--state", self.dir, *([] if at is None else ["--at", at]), method) for at in places]
        outputs = [call["output"] for call in calls]
        self.assertNotEqual(outputs[0], outputs[1])
        lines = "\n".join(json.dumps({"id": n, "method": method, "at": at, "args": []}) for n, at in enumerate(places))
        done = self.run_command("batch", "--state", self.dir, "--values", "--threads", "2", stdin=lines.encode())
        answers = list(map(json.loads, done.stdout.splitlines()))
        self.assertEqual([answer["output"] for answer in answers], outputs)
        self.assertEqual([answer["value"] for answer in answers], [call["value"] for call in calls])
        def error(source, at):
            done = self.run_command("batch", *source, stdin=json.dumps({"method": method, "at": at}).encode())
            return json.loads(done.stdout)["error"]
        self.assertEqual(error(ROCOCO, 1)["kind"], "misuse")
        for at in ("", "x", "0x", "0x00", "0x" + "0" * 63 + "g", "1 ", -1, [1], True, 1.5, "1\0", 1 << 32, 10 ** 30):
            self.assertEqual(error(["--state", self.dir], at), {"kind": "bad-input", "message":
                             'line 1: at: it must be a block\'s number or its hash "0x…", which has 32 bytes'}, at)
        self.assertEqual(error(["--state", self.dir], "0x" + "Aa" * 32)["kind"], "not-found")
        self.assertEqual(error(["--state", self.dir], 7)["kind"], "not-found")

    def test_replay_streams(self):
        """A line is there before the next block is read; whoever reads no more ends it, quietly."""
        block = compact(len(block_1())) + block_1()
        command = [SCEXEC, "block", "replay", *map(str, POLKADOT), "-", "--json", "--events"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdin.write(block)
            process.stdin.flush()
            line = json.loads(process.stdout.readline())
            self.assertEqual((line["hash"], line["stateRoot"]), (HASH_1, ROOT_1))
            self.assertEqual([event["event"] for event in line["values"]["events"]],
                             [{"System": {"ExtrinsicSuccess": event["event"]["System"]["ExtrinsicSuccess"]}}
                              for event in line["values"]["events"]])
            process.stdin.write(block)  # not the next
            process.stdin.close()
            error = json.loads(process.stdout.readline())["error"]
            self.assertIn("1 block was executed, then: block 2 of the file", error["message"])
            process.stderr.read()
        self.assertEqual(process.returncode, 1)
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(command, input=block, stdout=writer, stderr=subprocess.PIPE, check=False)
        os.close(writer)
        self.assertEqual((done.returncode, without_note(done.stderr)), (4, b""))

    def test_replay_stops_at_the_first_bad_block(self):
        blocks, _ = self.build_three()
        wrong = bytearray(blocks[1])
        wrong[33] ^= 1
        other = self.folder / "other"
        self.run_command("state", "import", INPUTS / "rococo.json", other)
        file = self.folder / "file"
        file.write_text("\n".join(hexadecimal(block) for block in (blocks[0], wrong, blocks[2])))
        error = self.refused("block", "replay", "--state", other, file, "--commit")
        self.assertIn("1 block was executed, then: block 2 of the file: block 2 (0x", error["message"])
        states = self.document("state", "history", other)["states"]
        self.assertEqual([state["number"] for state in states], [1, 0])
        self.assertTrue(self.document("state", "verify", other)["valid"])

    def test_replay_of_broken_files(self):
        file = self.folder / "file"
        block = bytes(block_1())
        good = compact(len(block)) + block
        for content in (good[:-1], good + b"\x04", good + b"\xff" * 5, good + b"\x01", b"0x12", b"0xzz\n", b"0 x",
                        b"\x03\xff\xff\xff\xff"):
            file.write_bytes(content)
            self.refused("block", "replay", *POLKADOT, file, code=3)
        file.write_bytes(b"")
        (found,), total = self.replay(*POLKADOT, file)
        self.assertEqual((total["blocks"], found["hash"], found["stateRoot"]), (0, GENESIS, GENESIS_ROOT))
        for unreadable in (self.folder / "nothing", self.folder):
            self.refused("block", "replay", *POLKADOT, unreadable, code=4)
        done = subprocess.run([SCEXEC, "block", "replay", *map(str, POLKADOT), "-"], preexec_fn=lambda: os.close(0),
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(b"cannot read standard input", done.stderr)

    # ---- runtime upgrades ----

    def make_block(self, source, parent, number, extrinsics=()):
        """A block with the root that executing it gives: the message about a wrong one says it."""
        block = small_block(parent, number, "0x" + "00" * 32, extrinsics)
        message = self.refused("block", "execute", *source, hexadecimal(block))["message"]
        root = re.search("the state root after it is (0x[0-9a-f]{64})", message)[1]
        return small_block(parent, number, root, extrinsics)

    def test_an_upgrade_takes_effect_in_the_next_block(self):
        first, second = upgrading("A", 1), upgrading("B", 2, SET_HEAP_PAGES)
        spec = self.folder / "spec.json"
        spec.write_text(json.dumps({"name": "u", "id": "u", "genesis": {"raw": {
            "top": {"0x" + b":code".hex(): hexadecimal(first)}, "childrenDefault": {}}}}))
        self.run_command("state", "import", spec, self.dir)
        source = ["--state", self.dir]
        parent = self.document("state", "root", self.dir)["genesisHash"]
        key = "0x" + b"k".hex()
        blocks = []
        # The code that runs in each block: A, A (which brings B), B (which sets :heappages), B.
        for number, (extrinsics, ran) in enumerate((([], b"A"), ([second], b"A"), ([], b"B"), ([], b"B")), 1):
            block = self.make_block(source, parent, number, extrinsics)
            parent = self.document("block", "execute", *source, hexadecimal(block), "--commit")["hash"]
            self.assertEqual(self.run_command("state", "get", *source, key).stdout.decode().strip(), hexadecimal(ran))
            blocks.append(block)
        self.assertEqual(self.document("inspect", *source)["version"]["specVersion"], 2)
        # In one run the same, and nothing is compiled but what changed: A, B, and B for another heap.
        file = self.folder / "blocks"
        file.write_text("\n".join(map(hexadecimal, blocks)))
        lines, total = self.replay("--chain", spec, file)
        self.assertEqual((total["blocks"], lines[-1]["hash"], total["compiles"]), (4, parent, 3))
        lines, total = self.replay("--chain", spec, file, "--heap-pages", 64)
        self.assertEqual((lines[-1]["hash"], total["compiles"]), (parent, 2))


if __name__ == "__main__":
    unittest.main()
