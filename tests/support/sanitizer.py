"""What the address sanitizer writes to standard error beside its findings, and what can't be tested under it."""
import os
import re
import unittest

# A build with sanitizers reserves terabytes of addresses, and reads /proc: tests that take these away are for the build
# without, which runs them all.
plain_build_only = unittest.skipIf(os.environ.get("SCEXEC_SANITIZE"), "the sanitizers need what this test takes away")

# Of every program that switches stacks, as calls of Winch's code do; there is no option against it.
NOTE = re.compile(rb"==\d+==WARNING: ASan doesn't fully support makecontext/swapcontext functions[^\n]*\n")


def without_note(output):
    """The bytes that a program wrote, without that line."""
    return NOTE.sub(b"", output)
