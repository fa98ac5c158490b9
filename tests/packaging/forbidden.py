"""Runs a program that cannot make memory executable, as ``MemoryDenyWriteExecute=yes`` of a unit sees to.

``python -m tests.packaging.forbidden PROGRAM WORDS…``; what is forbidden stays so for whatever the program starts.
"""

import errno
import os
import sys
from mmap import PROT_EXEC, PROT_WRITE

from pyseccomp import ALLOW, ERRNO, MASKED_EQ, Arg, SyscallFilter

THIRD = 2  #: of a call's arguments, counted from 0: of these calls, what the memory is for


def forbid() -> None:
    """From here on this process gets EPERM for memory that is to be written and executed, or executed later."""
    rules = SyscallFilter(ALLOW)
    both = PROT_WRITE | PROT_EXEC
    rules.add_rule(ERRNO(errno.EPERM), "mmap", Arg(THIRD, MASKED_EQ, both, both))
    for call in ("mprotect", "pkey_mprotect"):
        rules.add_rule(ERRNO(errno.EPERM), call, Arg(THIRD, MASKED_EQ, PROT_EXEC, PROT_EXEC))
    rules.load()


if __name__ == "__main__":
    forbid()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - what the test said
