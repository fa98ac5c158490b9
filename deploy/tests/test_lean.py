"""What a process that lives long does not load: it would keep the memory."""

import subprocess
import sys
from pathlib import Path

from shared.schema_version import is_newest

NAMED = """
import sys
from contextlib import suppress
from deploy.cli import main
sys.argv[1:] = ["run", "nothing"]
with suppress(SystemExit):
    main()
print({"nameko", "typer._adapters", "pydantic"} & set(sys.modules))
"""
MIGRATED = """
import sys
from deploy.commands.services import bring_up
bring_up("referral", sys.argv[1])
print({"alembic", "mako"} & set(sys.modules))
"""


def loaded(program: str, *words: str) -> str:
    ran = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[-1]


def test_a_process_that_is_plainly_named_needs_no_reader_of_command_lines() -> None:
    assert loaded(NAMED) == "set()"


def test_a_database_is_migrated_by_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'referral.db'}"
    assert loaded(MIGRATED, url) == "set()"
    assert is_newest("services.referral", url)
