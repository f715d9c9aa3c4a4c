"""docs/host-functions.md is what the table of the Host API says."""
import os
import pathlib
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(os.environ["SCEXEC_SOURCE"])


class HostFunctions(unittest.TestCase):
    def test_the_page_is_up_to_date(self):
        script = SOURCE / "scripts" / "host_functions.py"
        done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
