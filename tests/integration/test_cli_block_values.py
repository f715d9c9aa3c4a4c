"""Blocks as values: extrinsics, digest, events and storage changes of Polkadot's and Kusama's first blocks."""
import json
import pathlib
import tempfile
import unittest

from command import DATA, INPUTS, scexec


class BlockValues(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)

    def execute(self, chain, *options):
        done = scexec("block", "execute", "--chain", INPUTS / f"{chain}.json", "--cache", self.folder, "--compiler",
                      "winch", f"@{DATA}/blocks/{chain}-1.hex", "--diff", *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def test_lines(self):
        lines = self.execute("polkadot").splitlines()
        for line in ("+ System.Number = 1", "+ Timestamp.Now = 1590507378000",
                     '~ Staking.ActiveEra = {"index":0,"start":null} => {"index":0,"start":1590507378000}',
                     '  0 bare Timestamp.set {"now": 1590507378000}', '  1 bare Parachains.set_heads {"heads": []}',
                     '  extrinsic 0 System.ExtrinsicSuccess {"weight": 158000000, "class": "Mandatory", "pays_fee": "Yes"}'):
            self.assertIn(line, lines)
        digest = lines[lines.index("digest") + 1:lines.index("events")]
        self.assertEqual([line.split()[:2] for line in digest],
                         [["PreRuntime", "BABE"], ["Consensus", "BABE"], ["Seal", "BABE"]])

    def test_document(self):
        document = json.loads(self.execute("kusama", "--json"))
        values = document["values"]
        self.assertEqual([list(x["call"].items())[0][0] for x in values["extrinsics"]], ["Timestamp", "Parachains"])
        self.assertEqual(values["events"][1], {"phase": {"ApplyExtrinsic": 1}, "event": {"System": {"ExtrinsicSuccess": {
            "weight": 1000000, "class": "Normal", "pays_fee": True}}}, "topics": []})
        self.assertEqual([next(iter(item)) for item in values["digest"]], ["PreRuntime", "Consensus", "Seal"])
        now = [change for phase in document["phases"] for change in phase["changes"] if change["name"] == "Timestamp.Now"]
        self.assertEqual(now[0]["valueAfter"], 1574962074000)
        for phase in document["phases"]:  # a change for each difference, in the same order
            self.assertEqual([change["key"] for change in phase["changes"]], [row[0] for row in phase["storageDiff"]])

    def test_differences_of_a_database(self):
        database = self.folder / "polkadot.db"
        block = f"@{DATA}/blocks/polkadot-1.hex"
        for command in (["state", "import", INPUTS / "polkadot.json", database],
                        ["block", "execute", "--state", database, block, "--commit", "--compiler", "winch"]):
            done = scexec(*command)
            self.assertEqual(done.returncode, 0, done.stderr.decode())

        def differences(*prefix):
            done = scexec("state", "diff", INPUTS / "polkadot.json", database, *prefix)
            return done.returncode, done.stdout.decode().splitlines() or done.stderr.decode()

        self.assertEqual(differences("Timestamp"), (0, ["+ Timestamp.Now = 1590507378000"]))
        code, lines = differences()
        self.assertIn('~ Staking.ActiveEra = {"index":0,"start":null} => {"index":0,"start":1590507378000}', lines)
        author = "12H7nsDUrJUSCQQJrTKAFfyCWSactiSdjoVUixqcd9CZHTGt"  # with Polkadot's prefix, though no spec says it
        self.assertEqual(differences("ImOnline.AuthoredBlocks", "0", author), (0, [f"+ ImOnline.AuthoredBlocks(0, {author}) = 1"]))
        self.assertEqual(differences("0x26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746", "--hex")[0], 0)
        self.assertEqual(differences("Timestam"), (3, "error: no pallet `Timestam`; the nearest: Timestamp\n"))

    def test_bytes(self):
        document = json.loads(self.execute("polkadot", "--json", "--hex"))
        self.assertNotIn("values", document)
        self.assertNotIn("changes", document["phases"][0])
        self.assertNotIn("events", self.execute("polkadot", "--hex"))

    def test_building(self):
        done = scexec("block", "build", "--chain", INPUTS / "polkadot.json", "--cache", self.folder, "--compiler", "winch",
                      "--timestamp", "1590507378000", "--diff", "--json")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        document = json.loads(done.stdout)
        self.assertEqual(document["extrinsics"][0]["outcomeValue"], {"Ok": {"Ok": None}})
        self.assertEqual(document["values"]["extrinsics"][0]["call"], {"Timestamp": {"set": {"now": 1590507378000}}})
        self.assertEqual(len(document["values"]["events"]), len(document["extrinsics"]))


if __name__ == "__main__":
    unittest.main()
