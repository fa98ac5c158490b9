"""A bundle for whoever helps says how the node is, and holds nothing personal, no secret, and nobody's address."""

import json
import stat
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.doctor.hub_checks import CHECKS as CHECKS_OF_HUB
from deploy.doctor.node_checks import CHECKS
from deploy.support import redact
from services.intake.usecases.staff import NewStaff, add_staff
from shared.logs import ALLOWED
from tests.in_process import throughline
from tests.integration.doctor.faults import FAULTS
from tests.integration.doctor.site import ORG, Site

Bundle = dict[str, str]


def canary() -> str:
    return f"canary{uuid4().hex}"


@pytest.fixture
def told(site: Site, tmp_path: Path) -> Site:
    """A node whose settings, folders, people and logs hold what must not be told."""
    old, site.folder = site.folder, tmp_path / canary()
    old.rename(site.folder)
    moved = {name: value.replace(str(old), str(site.folder)) for name, value in site.settings.items()}
    site.settings |= moved | {"org_name": canary(), "secret_key": canary()}
    site.settings |= {
        "smtp_host": f"{canary()}.example",
        "smtp_username": canary(),
        "smtp_password": canary(),
    }
    site.settings |= {
        "mail_from": f"post@{canary()}.example",
        "retention_days": "77",
    }
    with site.database() as database:
        add_staff(
            database,
            NewStaff(canary(), "several words of nonsense", "admin", canary(), f"{canary()}@x.example", "en"),
            org=ORG,
        )
    return site


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What a process wrote, what no process of ours writes, and what somebody put in between."""
    ours = {
        "service": "intake",
        "event": "message.parked",
        "timestamp": "2026-03-02T09:00:00Z",
        "level": "error",
    }
    lines = [
        ours | {"reason": "signature", "message_id": str(uuid4()), "queue": canary(), "org": canary()},
        ours | {"path": f"/home/{canary()}", "referral_id": canary(), "error": f"{canary()} is not there"},
        ours | {"name": canary(), "reason": f"said {canary()}"},
        {"service": canary(), "event": "link.up"},
        {"service": "intake", "event": canary()},
        [canary()],
    ]
    file = tmp_path / "intake.log"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + f"{canary()} {{\n", "utf-8")
    return file


def bundle(site: Site, *words: str, target: Path) -> tuple[str, Bundle]:
    said = throughline("support-bundle", "--output", str(target), *words, **site.settings)
    assert said.returncode == 0, said.stderr
    with zipfile.ZipFile(target) as packed:
        return said.stdout, {name: packed.read(name).decode() for name in packed.namelist()}


def test_nothing_is_in_it_that_must_not_be_told(told: Site, log: Path, tmp_path: Path) -> None:
    shown, held = bundle(told, "--yes", "--log", str(log), target=tmp_path / "bundle.zip")

    for name, content in {**held, "shown": shown}.items():
        for secret in ("canary", "several words", ORG, "AGE-SECRET", told.settings["amqp_url"]):
            assert secret not in content.replace(str(tmp_path / "bundle.zip"), ""), name


def test_nor_in_one_of_a_node_where_nothing_is_well(told: Site, tmp_path: Path) -> None:
    for fault in (
        "others can write to its folder",
        "others can read the database",
        "the folder of backups is gone",
    ):
        FAULTS[fault][1](told)
    told.key.unlink()
    (told.folder / "keys" / "network.json").write_text("{}")

    shown, held = bundle(told, "--yes", target=tmp_path / "bundle.zip")

    assert "canary" not in shown.replace(str(tmp_path / "bundle.zip"), "")
    examined = json.loads(held["doctor.json"])
    failed = {one["name"] for one in examined if one["verdict"] == "failed"}
    assert {"key_file", "key_folder", "network_file", "backup_settings", "mail"} <= failed


def test_it_says_what_a_helper_needs(told: Site, log: Path, tmp_path: Path) -> None:
    told.settings["undo_seconds"] = canary()

    _, held = bundle(told, "--yes", "--log", str(log), target=tmp_path / "bundle.zip")

    settings, examined = json.loads(held["settings.json"]), json.loads(held["doctor.json"])
    assert settings["THROUGHLINE_RETENTION_DAYS"] == 77
    assert settings["THROUGHLINE_UNDO_SECONDS"] == "wrong"
    assert (settings["THROUGHLINE_SECRET_KEY"], settings["THROUGHLINE_OIDC_ISSUER"]) == ("set", "not set")
    assert {one["name"] for one in examined} == {check.name for check in CHECKS}
    assert examined[0]["says"] == "THROUGHLINE_UNDO_SECONDS must be a number"
    assert json.loads(held["about.json"])["libraries"]["sqlalchemy"]
    [first, second, third] = map(json.loads, held["log-1.jsonl"].splitlines())
    assert (first["reason"], "queue" in first) == ("signature", False)
    assert (second["error"], third["reason"]) == (redact.HIDDEN, redact.HIDDEN)


def test_counts_and_ages_are_those_of_the_metrics(site: Site, tmp_path: Path) -> None:
    FAULTS["something is parked"][1](site)

    _, held = bundle(site, "--yes", target=tmp_path / "bundle.zip")

    told = json.loads(held["intake.json"])
    assert told["revision"] == told["newest"]
    assert "throughline_parked_messages 1.0" in told["metrics"]


def test_paths_stand_by_the_names_of_their_settings(site: Site, tmp_path: Path) -> None:
    site.key.unlink()
    site.data.unlink()

    _, held = bundle(site, "--yes", target=tmp_path / "bundle.zip")

    says = {one["name"]: one["says"] for one in json.loads(held["doctor.json"])}
    assert "<THROUGHLINE_KEY_FILE>" in says["key_file"]
    assert says["database"] == "<THROUGHLINE_INTAKE_DATABASE_URL> is not there"
    assert json.loads(held["intake.json"])["revision"] == "not there"
    assert not site.data.exists()


def test_all_of_it_is_shown_first_and_nothing_is_written_without_a_yes(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    for typed in ("n\n", ""):
        said = throughline("support-bundle", "--output", str(target), typed=typed, **site.settings)
        assert (said.returncode, target.exists()) == (1, False)

    said = throughline("support-bundle", "--output", str(target), typed="y\n", **site.settings)

    assert said.returncode == 0
    with zipfile.ZipFile(target) as packed:
        for name in packed.namelist():
            assert name in said.stdout
            assert packed.read(name).decode() in said.stdout
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_nothing_is_written_over(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    target.write_text("mine")

    said = throughline("support-bundle", "--output", str(target), "--yes", **site.settings)

    assert (said.returncode, target.read_text()) == (1, "mine")
    assert ("name another file" in said.stderr, said.stdout) == (True, "")


def test_a_log_that_is_not_there_is_told(site: Site, tmp_path: Path) -> None:
    said = throughline("support-bundle", "--yes", "--log", str(tmp_path / "none"), **site.settings)
    assert (said.returncode, "journalctl" in said.stderr) == (1, True)


def test_what_is_told_of_a_line_is_less_than_what_is_logged() -> None:
    assert redact.KEPT < ALLOWED


def test_each_check_whose_words_are_told_is_a_check() -> None:
    assert {check.name for check in (*CHECKS, *CHECKS_OF_HUB)} >= redact.SAID


def test_an_environment_without_settings_is_told_too(tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    said = throughline("support-bundle", "--yes", "--output", str(target))
    assert said.returncode == 0, said.stderr
    assert not [path for path in tmp_path.iterdir() if path != target]
