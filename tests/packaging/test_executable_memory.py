"""Units forbid memory that is written and then executed; who draws charts cannot do without, and is excused."""

import subprocess
import sys
from signal import SIGTRAP

import pytest

from tests.packaging import forbidden
from tests.packaging.test_linted import INSTANCES, UNITS

FORBIDS, EXCUSED = "MemoryDenyWriteExecute", "throughline-web@reporting"
CHART = """
from services.reporting.web.vega import draw
draw({"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x", "type": "quantitative"}}})
"""
DONE_WITHOUT = {
    "a picture is cleaned": """
from services.intake.domain import FileKind
from services.intake.tests.files import photograph
from services.intake.usecases.pictures import drawn_anew
assert drawn_anew(photograph(), FileKind.JPEG)
""",
    "a page becomes a PDF": """
from weasyprint import HTML
assert HTML(string="<p>A page</p>").write_pdf()
""",
    "noise is drawn": """
from services.reporting.domain.noise import drawn
assert len(drawn([1, 2], 20.0, 1, 1.0)) == 2
""",
    "keys are made": """
from shared.clock import now
from shared.sealing import OwnKeys
assert OwnKeys.generate(now()).is_complete
""",
}


def done(program: str) -> int:
    """How a program ends that cannot have such memory."""
    command = [sys.executable, "-m", forbidden.__name__, sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("program", DONE_WITHOUT.values(), ids=DONE_WITHOUT)
def test_what_native_libraries_do_for_us_needs_none(program: str) -> None:
    assert done(program) == 0


def test_a_chart_needs_it_and_its_process_would_end() -> None:
    assert done(CHART) == -SIGTRAP


def test_only_who_draws_them_is_excused() -> None:
    assert {path.name for path in UNITS.glob("*.service.d")} == {f"{EXCUSED}.service.d"}
    for instance in INSTANCES:
        template = (UNITS / f"{instance.partition('@')[0]}@.service").read_text("utf-8")
        more = "".join(path.read_text("utf-8") for path in (UNITS / f"{instance}.service.d").glob("*.conf"))
        said = [line for line in (template + more).splitlines() if line.startswith(FORBIDS)]
        assert (said[-1] == f"{FORBIDS}=no") == (instance == EXCUSED)
