"""`scexec compile`, `--artifact`, the cache between runs, and `scexec instrument`."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import wat
from command import SCEXEC, scexec
from sanitizer import plain_build_only


class Artifact(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.runtime = wat.write(self.folder, "runtime.wasm", wat.RUNTIME)
        self.env = dict(os.environ, XDG_CONFIG_HOME=str(self.folder / "config"), XDG_CACHE_HOME=str(self.folder / "cache"))

    def run_command(self, *arguments, code=0, **options):
        done = scexec(*arguments, env=self.env, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def error(self, code, kind, *arguments):
        error = json.loads(self.run_command(*arguments, "--json", code=code).stdout)["error"]
        self.assertEqual(error["kind"], kind, error)
        return error["message"]

    def compile(self, *arguments):
        artifact = self.folder / "runtime.scexec"
        document = self.run_command("compile", "--runtime", self.runtime, "-o", artifact, "--json", *arguments).stdout
        self.assertEqual(json.loads(document)["size"], artifact.stat().st_size)
        return artifact

    def test_an_artifact_answers_like_its_code(self):
        artifact = self.compile()
        self.assertEqual(self.run_command("call", "--artifact", artifact, "Test_echo", "0x0102").stdout, b"0x0102\n")
        lines = b'{"id":1,"method":"Test_echo","data":"0x07"}\n'
        self.assertEqual(json.loads(self.run_command("batch", "-a", artifact, stdin=lines).stdout)["output"], "0x07")
        self.run_command("bench", "--artifact", artifact, "Test_empty", "-n", "5", "-s", "instance-reuse")
        self.assertEqual((self.folder / "config" / "scexec" / "artifact.key").stat().st_mode & 0o777, 0o600)

    def test_a_changed_artifact_is_refused(self):
        artifact = self.compile()
        good = artifact.read_bytes()
        for at in (0, len(good) // 2, len(good) - 1):
            artifact.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.error(3, "bad-artifact", "call", "--artifact", artifact, "Test_empty")
        artifact.write_bytes(good)
        self.run_command("call", "--artifact", artifact, "Test_empty")
        self.error(2, "misuse", "call", "--artifact", self.runtime, "Test_empty")
        self.error(4, "io", "call", "--artifact", self.folder / "nothing", "Test_empty")

    def test_another_key_or_other_semantics_are_refused(self):
        key = self.folder / "other.key"
        artifact = self.compile("--key-file", key)
        self.assertEqual(len(key.read_bytes()), 32)
        self.run_command("call", "--artifact", artifact, "--key-file", key, "Test_empty")
        self.error(3, "bad-artifact", "call", "--artifact", artifact, "Test_empty")
        missing = key.with_name("missing")
        message = self.error(4, "io", "call", "-a", artifact, "--key-file", missing, "Test_empty")
        self.assertIn(f"cannot open {missing}", message)
        self.assertFalse(missing.exists())
        message = self.error(3, "bad-artifact", "call", "-a", artifact, "--key-file", key, "Test_empty", "--canonicalize-nans")
        self.assertIn("NaN canonicalisation off, asked for on", message)

    def test_usage(self):
        self.error(2, "misuse", "compile", "--runtime", self.runtime)
        self.error(2, "misuse", "call", "--artifact", "a", "--runtime", self.runtime, "m")
        self.error(2, "misuse", "call", "--key-file", "a", "--runtime", self.runtime, "m")
        self.error(2, "misuse", "call", "--cache", "a", "--no-cache", "--runtime", self.runtime, "m")

    def entries(self, *arguments):
        return json.loads(self.run_command("cache", "list", "--json", *arguments).stdout)["entries"]

    def test_the_cache_keeps_what_calls_compile(self):
        self.assertEqual(self.entries(), [])
        self.run_command("call", "--runtime", self.runtime, "Test_empty", "--no-cache")
        self.run_command("bench", "--runtime", self.runtime, "Test_empty", "-n", "1", "-s", "pooling")
        self.assertEqual(self.entries(), [])
        keep = ["--compiler", "cranelift"]
        for _ in range(2):
            done = self.run_command("call", "--runtime", self.runtime, "Test_echo", "0x05", *keep)
            self.assertEqual(done.stdout, b"0x05\n")
            self.assertEqual(len(self.entries()), 1)
        entry = self.entries()[0]
        self.assertTrue(entry["readable"])
        path = self.run_command("cache", "path").stdout.decode().strip()
        self.assertEqual(path, str(self.folder / "cache" / "scexec"))
        file = pathlib.Path(path, entry["name"])
        file.write_bytes(file.read_bytes()[:-1] + b"x")
        done = self.run_command("call", "--runtime", self.runtime, "Test_echo", "0x05", *keep)
        self.assertEqual(done.stdout, b"0x05\n")
        freed = json.loads(self.run_command("cache", "clear", "--json").stdout)["freed"]
        self.assertGreater(freed, 0)
        self.assertEqual(self.entries(), [])

    def test_the_first_tier_is_kept_for_calls_of_the_same_function(self):
        for method in ("Test_echo", "Test_echo", "Test_empty"):
            done = self.run_command("call", "--runtime", self.runtime, method, "0x05")
            self.assertEqual(done.stdout, b"0x05\n" if method == "Test_echo" else b"0x\n")
        # The background may have come to its end: then there is one entry with all of the code.
        functions = sorted(entry.get("onlyFor", "") for entry in self.entries())
        self.assertIn(functions, ([""], ["Test_echo", "Test_empty"], ["Test_empty"]), functions)

    def test_an_entry_of_other_code_is_not_used(self):
        # Each is signed and sound, but under the other's name.
        other = wat.write(self.folder, "other.wasm", wat.RUNTIME.replace('"runtime"', '"another"'))
        folder = self.folder / "cache" / "scexec"

        def call(runtime, compiler):
            return self.run_command("call", "--runtime", runtime, "Test_empty", "--compiler", compiler).stderr.decode()

        def fill(compiler):
            for _ in range(50):
                for runtime in (self.runtime, other):
                    call(runtime, compiler)
                files = [folder / entry["name"] for entry in self.entries()]
                if len(files) == 2 and files[0].name[64:] == files[1].name[64:]:
                    return files
                self.run_command("cache", "clear")  # one background came to its end: all of the code beside a part
            self.fail("no two entries of one kind")

        for compiler in ("cranelift", "tiered"):
            files = fill(compiler)
            contents = [file.read_bytes() for file in files]
            for file, others in zip(files, reversed(contents)):
                file.write_bytes(others)
            for runtime in (self.runtime, other):
                self.assertIn("the artifact is of other code", call(runtime, compiler))
                self.assertEqual(call(runtime, compiler), "")
            self.run_command("cache", "clear")

    def test_compiling_is_not_for_the_time_limit(self):
        spin = ["--runtime", self.runtime, "--no-cache", "--time-limit", "50ms"]
        for compiler in ("tiered", "winch", "cranelift"):
            done = self.run_command("call", *spin, "Test_echo", "0x05", "--compiler", compiler)
            self.assertEqual(done.stdout, b"0x05\n")

    def test_a_cache_of_ones_own(self):
        cache = self.folder / "own"
        self.run_command("call", "--runtime", self.runtime, "Test_empty", "--cache", cache)
        self.assertEqual(len(self.entries("--cache", cache)), 1)
        self.assertEqual(self.entries(), [])

    def test_a_cache_that_can_not_be_made_is_a_warning(self):
        done = self.run_command("call", "--runtime", self.runtime, "Test_echo", "0x05", "--cache", "/dev/null/nowhere")
        self.assertEqual(done.stdout, b"0x05\n")
        self.assertIn(b"/dev/null/nowhere", done.stderr)
        del self.env["XDG_CACHE_HOME"]
        self.env.pop("HOME", None)
        self.assertEqual(self.run_command("call", "--runtime", self.runtime, "Test_echo", "0x05").stdout, b"0x05\n")
        self.error(4, "unsupported", "cache", "path")
        self.env["HOME"] = str(self.folder / "missing" / "home")  # as users of services have it: it is not made
        del self.env["XDG_CONFIG_HOME"]
        self.assertEqual(self.run_command("call", "--runtime", self.runtime, "Test_echo", "0x05").stdout, b"0x05\n")
        self.error(4, "unsupported", "compile", "--runtime", self.runtime, "-o", self.folder / "a")
        self.assertFalse((self.folder / "missing").exists())

    def test_fifos_in_place_of_files(self):
        """Nothing waits for somebody to write into them."""
        echo = ["call", "--runtime", self.runtime, "Test_echo", "0x05", "--compiler", "cranelift"]
        self.run_command(*echo)
        (entry,) = (self.folder / "cache" / "scexec").iterdir()
        entry.unlink()
        os.mkfifo(entry)
        self.assertEqual(self.run_command(*echo).stdout, b"0x05\n")
        self.assertTrue(entry.is_file())  # compiled again
        artifact = self.compile()
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.assertIn("it is a FIFO", self.error(4, "io", "call", "--artifact", fifo, "Test_empty"))
        own_key = ["--runtime", self.runtime, "-o", artifact, "--key-file", fifo]
        self.assertIn("it is a FIFO", self.error(4, "io", "compile", *own_key))
        self.assertIn("it is a FIFO", self.error(4, "io", "call", "--runtime", self.runtime, "--plugin", fifo, "Test_empty"))
        key = self.folder / "config" / "scexec" / "artifact.key"
        key.unlink()
        os.mkfifo(key)
        self.assertEqual(self.run_command(*echo).stdout, b"0x05\n")
        self.assertIn("it is a FIFO", self.error(4, "io", "compile", "--runtime", self.runtime, "-o", artifact))

    def test_files_that_are_meant_to_be_pipes(self):
        with open(self.runtime, "rb") as code:
            done = subprocess.run([SCEXEC, "call", "--no-cache", "--runtime", "/dev/stdin", "Test_echo", "0x05"],
                                  stdin=code, capture_output=True, timeout=600, check=False)
        self.assertEqual(done.stdout, b"0x05\n", done.stderr)
        done = subprocess.run(["bash", "-c", '"$0" call --no-cache --runtime <(cat "$1") Test_echo @<(printf 0x05)',
                               SCEXEC, self.runtime], capture_output=True, timeout=600, check=False)
        self.assertEqual(done.stdout, b"0x05\n", done.stderr)

    @plain_build_only
    def test_a_file_is_refused_by_its_size(self):
        with open(self.folder / "large", "wb") as large:
            large.truncate(5 << 30)
        for what in (["call", "--runtime", large.name, "m"], ["metadata", "--runtime", large.name],
                     ["call", "--chain", large.name, "m"], ["call", "--artifact", large.name, "m"],
                     ["call", "--runtime", self.runtime, "Test_echo", f"@{large.name}"]):
            done = subprocess.run(["bash", "-c", 'ulimit -v 5000000; exec "$0" "$@"', SCEXEC, *map(str, what)],
                                  capture_output=True, timeout=600, check=False, env=self.env)
            self.assertEqual(done.returncode, 3, (what, done.stderr))
            self.assertIn(b"large", done.stderr)

    @plain_build_only
    def test_without_proc(self):
        artifact = self.compile()
        self.run_command("call", "--runtime", self.runtime, "Test_empty", "--compiler", "cranelift")
        (entry,) = (self.folder / "cache" / "scexec").iterdir()
        made = entry.stat().st_ino
        script = 'mount -t tmpfs none /proc && "$0" call --artifact "$1" Test_echo 0x05 && ' \
                 '"$0" call --runtime "$2" --compiler cranelift Test_echo 0x06'
        done = subprocess.run(["unshare", "-Urm", "sh", "-c", script, SCEXEC, artifact, self.runtime],
                              capture_output=True, timeout=600, check=False, env=self.env)
        if b"unshare" in done.stderr or b"mount" in done.stderr:
            self.skipTest("no namespaces for users here")
        self.assertEqual(done.stdout, b"0x05\n0x06\n", done.stderr)
        self.assertEqual(entry.stat().st_ino, made)

    def test_instrument(self):
        target = self.folder / "metered.wasm"
        self.run_command("instrument", "--runtime", self.runtime, "--stack-limit", "1000", "-o", target)
        self.assertGreater(target.stat().st_size, self.runtime.stat().st_size)
        piped = self.run_command("instrument", "--runtime", self.runtime, "--stack-limit", "1000", "-o", "-")
        self.assertEqual(piped.stdout, target.read_bytes())
        self.assertEqual(self.run_command("call", "--runtime", target, "Test_echo", "0x05").stdout, b"0x05\n")
        self.error(1, "trap", "call", "--runtime", target, "Test_recurse")
        self.error(2, "misuse", "instrument", "--runtime", self.runtime)
        self.error(4, "io", "instrument", "--runtime", self.runtime, "-o", "/dev/null/nothing/x")


if __name__ == "__main__":
    unittest.main()
