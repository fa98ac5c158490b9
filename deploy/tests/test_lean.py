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
PAGES = """
import sys
import gc
from contextlib import suppress
from deploy.cli import main
sys.argv[1:] = ["web", "nothing"]
with suppress(SystemExit):
    main()
assert gc.get_threshold()[0] > 700
import services.intake.web, services.reporting.web
print({"authlib", "joserfc", "requests", "PIL"} & set(sys.modules))
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


def test_pages_load_what_asks_providers_and_draws_pictures_when_somebody_wants_it() -> None:
    """And while they load, garbage is looked for seldom."""
    assert loaded(PAGES) == "set()"


def test_a_database_is_migrated_by_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'referral.db'}"
    assert loaded(MIGRATED, url) == "set()"
    assert is_newest("services.referral", url)
