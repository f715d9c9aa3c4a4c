"""Runs the command under test (environment: SCEXEC, TEST_DATA, TEST_INPUTS)."""
import os
import pathlib
import subprocess

SCEXEC = os.environ["SCEXEC"]
DATA = pathlib.Path(os.environ["TEST_DATA"])
INPUTS = pathlib.Path(os.environ["TEST_INPUTS"])


def scexec(*arguments, stdin=b"", **options):
    """The finished process: returncode, and stdout and stderr as bytes. Never waits for longer than ten minutes."""
    command = [SCEXEC, *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=600, check=False, **options)
