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
