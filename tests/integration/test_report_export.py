"""``throughline report export``: the real command writes what the pages give out, and never over a file unasked."""

import csv
import io
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from deploy.commands.services import bring_up
from deploy.composition import open_database
from services.reporting.usecases.hear import hear
from shared.clock import new_id, now
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Message
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved
from tests.in_process import throughline

PERIOD = str(now().year)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A hub that knows of one urgent referral and one that is not."""
    url = f"sqlite:///{tmp_path_factory.mktemp('hub') / 'reporting.db'}"
    bring_up("reporting", url)
    with closing(open_database("reporting", url, sender=HUB)) as database, database.transaction() as tx:
        messages = [Message(new_id(), HUB, _sent(urgency)) for urgency in ("urgent", "normal")]
        hear(tx, Batch(messages), open_for=now() - now())
    return {"reporting_database_url": url, "secret_key": "k" * 32, "public_url": "https://hub.example"}


def _sent(urgency: str) -> Moved:
    return Moved(
        referral_id=uuid4(),
        from_org="harbour",
        to_org="lantern",
        service_type="legal_assistance",
        urgency=urgency,
        acknowledge_by=now(),
        reply_by=now(),
        number=1,
        move_id=uuid4(),
        move=Move.SEND,
        state=State.SENT,
        by_org="harbour",
        made_at=now(),
        recorded_at=now(),
    )


def export(settings: dict[str, str], *words: str) -> tuple[int, str]:
    done = throughline("report", "export", "--table", "referrals", "--period", PERIOD, *words, **settings)
    return done.returncode, done.stderr


def test_a_table_is_written_in_every_format(settings: dict[str, str], tmp_path: Path) -> None:
    for form in ("csv", "hxl", "xlsx", "pdf"):
        words = (
            "--format",
            form,
            "--urgency",
            "urgent",
            "--output",
            str(tmp_path / form),
            "--language",
            "uk",
        )
        assert export(settings, *words) == (0, f"Written: {tmp_path / form}\n")
    rows = list(csv.reader((tmp_path / "csv").read_text().splitlines()))
    assert ["filters", "urgency=urgent"] in rows
    assert ["total", "total", "1", "false"] in rows
    assert any("#service+type" in row for row in csv.reader((tmp_path / "hxl").read_text().splitlines()))
    sheet = load_workbook(io.BytesIO((tmp_path / "xlsx").read_bytes())).active
    assert sheet is not None
    assert sheet["B3"].value == "urgency=urgent"
    document = PdfReader(tmp_path / "pdf")
    assert "Терміновість: терміново" in document.pages[0].extract_text()


def test_activities_are_a_table_like_the_others(settings: dict[str, str], tmp_path: Path) -> None:
    assert export(settings, "--table", "activities", "--output", str(tmp_path / "told.csv"))[0] == 0
    assert ["activity", "value", "protected"] in list(
        csv.reader((tmp_path / "told.csv").read_text().splitlines())
    )


def test_a_file_that_is_there_is_left_alone(settings: dict[str, str], tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    code, said = export(settings, "--output", str(kept))
    assert (code, kept.read_text()) == (1, "mine")
    assert "name another file, or add --replace" in said
    assert export(settings, "--output", str(kept), "--replace")[0] == 0
    assert kept.read_text().startswith("table,referrals")


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("--table", "secrets"), "use one of persons_identified"),
        (("--period", "now"), "2026-Q4 or 2026"),
        (("--format", "exe"), "use one of csv"),
        (("--urgency", "soon"), "use one of emergency"),
        (("--region", "BY-BR"), "too few organisations"),
        (("--table", "needs", "--urgency", "urgent"), "leave the filter out"),
        (("--language", "de"), "use one of en"),
    ],
)
def test_what_cannot_be_written_is_one_line_that_says_what_to_do(
    settings: dict[str, str], tmp_path: Path, words: tuple[str, ...], advice: str
) -> None:
    code, said = export(settings, "--output", str(tmp_path / "none"), *words)
    assert code == 1
    assert advice in " ".join(said.split())
    assert not (tmp_path / "none").exists()
