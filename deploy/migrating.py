"""Bring a service's database to this version's schema in a process of its own, which ends with all that takes.

``python -m deploy.migrating SERVICE`` reads the database's address from standard input: what stands on a command line
can be read by everybody on the machine.
"""

import os
import subprocess
import sys

from deploy.console import explained_errors
from shared.logs import set_up_logs


def migrate_apart(service: str, url: str) -> None:
    """Let such a process do it; when it cannot, it has said why, and this one ends with its exit code."""
    command = [sys.executable, "-P", "-m", __name__, service]
    ended = subprocess.run(command, input=url, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.returncode)


def main() -> None:
    """Migrate."""
    from shared.migrations import upgrade

    service = sys.argv[1]
    set_up_logs(service, level=os.environ.get("THROUGHLINE_LOG_LEVEL", "INFO"))
    with explained_errors():
        upgrade(f"services.{service}", sys.stdin.read())


if __name__ == "__main__":
    main()
