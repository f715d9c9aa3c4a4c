"""What the address sanitizer writes to standard error beside its findings."""
import re

# Of every program that switches stacks, as calls of Winch's code do; there is no option against it.
NOTE = re.compile(rb"==\d+==WARNING: ASan doesn't fully support makecontext/swapcontext functions[^\n]*\n")


def without_note(output):
    """The bytes that a program wrote, without that line."""
    return NOTE.sub(b"", output)
