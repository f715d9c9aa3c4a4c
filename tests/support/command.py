"""Runs the command under test (environment: SCEXEC, TEST_DATA, TEST_INPUTS)."""
import os
import pathlib
import subprocess

from sanitizer import without_note

SCEXEC = os.environ["SCEXEC"]
DATA = pathlib.Path(os.environ["TEST_DATA"])
INPUTS = pathlib.Path(os.environ["TEST_INPUTS"])


COMPILER = os.environ.get("TEST_COMPILER")


def through_compiler(arguments):
    """Has calls compiled as TEST_COMPILER says, where the test itself names no compiler. Only Cranelift's code is cached:
    with tiers it would else be Cranelift's from the second test on."""
    if not COMPILER or not arguments or arguments[0] not in ("call", "batch"):
        return arguments
    named = [word for word in arguments if word in ("-a", "--artifact", "--compiler", "--help")]
    if named:
        return arguments
    cached = COMPILER == "cranelift" or "--cache" in arguments or "--no-cache" in arguments
    return [arguments[0], "--compiler", COMPILER, *([] if cached else ["--no-cache"]), *arguments[1:]]


def scexec(*arguments, stdin=b"", **options):
    """The finished process: returncode, and stdout and stderr as bytes. Never waits for longer than ten minutes."""
    command = [SCEXEC, *through_compiler(list(map(str, arguments)))]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=600, check=False, **options)
    done.stderr = without_note(done.stderr)
    return done
