"""Files of a case: sealed, only for those who work on it, erased with it, held with it, and they leave with nothing."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from services.intake.domain import About, Action, Attachment, FileKind
from services.intake.interchange.exporting import export_referral
from services.intake.storage import attachments as rows
from services.intake.storage.attachment_tables import attachments
from services.intake.storage.audit import Wanted, find_entries
from services.intake.storage.erasing import forget_log
from services.intake.tests.node import (
    ADMIN,
    AUDITOR,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    STRANGER,
    THERE,
    WORKER,
    Node,
    make_database,
    moved_on,
)
from services.intake.usecases import attachments as use
from services.intake.usecases.cases import open_case
from services.intake.usecases.closing import close_case
from services.intake.usecases.counting import contribute_counts
from services.intake.usecases.erasing import erase_case
from services.intake.usecases.holds import ask_for_hold
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.schemas.life import Move

WORDS = b"Capercaillie letter. " * 50
ABOUT = {"description": "Capercaillie, of the court"}


def added(node: Node, case: Any, content: bytes = WORDS, name: str = "capercaillie.txt") -> Attachment:
    return use.add_attachment(node.database, case.id, use.taken(name, content), ABOUT, WORKER)


def test_what_is_brought_is_kept_sealed_and_had_back(node: Node) -> None:
    person, case = node.has_case()
    kept = added(node, case)

    assert use.attachments_of(node.database, case.id, WORKER) == [kept]
    assert use.read_attachment(node.database, case.id, kept.id, FOCAL_POINT) == (kept, WORDS)
    assert (kept.name, kept.description, kept.kind) == ("capercaillie.txt", ABOUT["description"], "text")
    assert (kept.person_id, kept.by, kept.at, kept.size) == (person.id, "olena", node.at, len(WORDS))
    assert b"apercaillie" not in repr(node.rows(attachments)).encode()


def test_what_ends_in_spaces_comes_back_as_it_was(node: Node) -> None:
    _, case = node.has_case()
    kept = added(node, case, b"a   ")
    assert use.read_attachment(node.database, case.id, kept.id, WORKER)[1] == b"a   "


@pytest.mark.parametrize("by", [COLLEAGUE, STRANGER, ADMIN, AUDITOR])
def test_for_others_it_is_not_there(node: Node, by: Any) -> None:
    _, case = node.has_case()
    kept, file = added(node, case), use.taken("a.txt", b"a")

    assert use.attachments_of(node.database, case.id, by) == []
    for attempt in (
        lambda: use.add_attachment(node.database, case.id, file, {}, by),
        lambda: use.read_attachment(node.database, case.id, kept.id, by),
        lambda: use.remove_attachment(node.database, case.id, kept.id, by),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert len(node.rows(attachments)) == 1


def test_by_way_of_another_case_it_is_not_there(node: Node) -> None:
    (_, case), (_, other) = node.has_case(), node.has_case()
    kept = added(node, case)
    for use_case in (use.read_attachment, use.remove_attachment):
        for case_id, id_ in ((other.id, kept.id), (case.id, new_id())):
            with pytest.raises(NotFound):
                use_case(node.database, case_id, id_, WORKER)
    assert len(node.rows(attachments)) == 1


def test_who_added_had_and_removed_it_is_kept(node: Node) -> None:
    person, case = node.has_case()
    kept = added(node, case)
    use.read_attachment(node.database, case.id, kept.id, FOCAL_POINT)
    use.remove_attachment(node.database, case.id, kept.id, WORKER)

    with node.database.reading() as tx:
        entries = find_entries(tx, Wanted(record_id=person.id), limit=3)[::-1]
    assert [(e.username, e.action) for e in entries] == [
        ("olena", Action.FILE_ADDED),
        ("ihar", Action.FILE_READ),
        ("olena", Action.FILE_REMOVED),
    ]
    assert {About(e.person_id, e.case_id) for e in entries} == {About(person.id, case.id)}


def test_a_file_of_another_place_does_not_open(node: Node) -> None:
    _, case = node.has_case()
    one, other = added(node, case, b"one"), added(node, case, b"two")
    swapped = next(row["content"] for row in node.rows(attachments) if row["id"] == other.id)
    with node.database.transaction() as tx:
        tx.execute(update(attachments).where(attachments.c.id == one.id).values(content=swapped))

    with pytest.raises(NotFound):
        use.read_attachment(node.database, case.id, one.id, WORKER)


def test_it_is_erased_with_its_case_though_the_person_has_another(node: Node) -> None:
    person, case = node.has_case()
    other = open_case(node.database, person.id, WORKER)
    kept, stays = added(node, case), added(node, other)
    close_case(node.database, case.id, "other", WORKER)
    erase_case(node.database, case.reference)

    row, _ = sorted(node.rows(attachments), key=lambda row: row["id"])
    assert (row["sealed"], row["content"], row["size"]) == (None, None, len(WORDS))
    assert [one.missing for one in use.attachments_of(node.database, case.id, WORKER)] == ["erased"]
    with pytest.raises(NotFound):
        use.read_attachment(node.database, case.id, kept.id, WORKER)
    assert use.read_attachment(node.database, other.id, stays.id, WORKER) == (stays, WORDS)


def test_a_hold_keeps_it(node: Node) -> None:
    _, case = node.has_case()
    kept = added(node, case)
    ask_for_hold(node.database, case.id, "A court has asked.", WORKER)

    with pytest.raises(Conflict) as refused:
        use.remove_attachment(node.database, case.id, kept.id, WORKER)
    assert refused.value.state == "legal_hold"
    close_case(node.database, case.id, "other", WORKER)
    with pytest.raises(Conflict):
        erase_case(node.database, case.reference)
    assert use.read_attachment(node.database, case.id, kept.id, WORKER)[1] == WORDS


def test_a_closed_case_takes_none_and_gives_none_up(node: Node) -> None:
    _, case = node.has_case()
    kept = added(node, case)
    close_case(node.database, case.id, "other", WORKER)

    for attempt in (
        lambda: added(node, case),
        lambda: use.remove_attachment(node.database, case.id, kept.id, WORKER),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert use.read_attachment(node.database, case.id, kept.id, WORKER)[1] == WORDS


def test_a_case_takes_so_many_bytes_and_files_and_no_more(node: Node, monkeypatch: Any) -> None:
    _, case = node.has_case()
    monkeypatch.setattr(use, "LARGEST_CASE", 10)
    monkeypatch.setattr(use, "MOST_FILES", 2)

    added(node, case, b"123456")
    with pytest.raises(Invalid) as refused:
        added(node, case, b"12345")
    assert refused.value.errors == {"file": "case_full"}
    added(node, case, b"1234")
    with pytest.raises(Invalid):
        use.add_attachment(node.database, case.id, use.Taken("a.txt", FileKind.TEXT, b""), {}, WORKER)


def test_two_at_once_do_not_go_past_the_limit_together(node: Node, monkeypatch: Any) -> None:
    _, case = node.has_case()
    monkeypatch.setattr(use, "LARGEST_CASE", len(WORDS))
    outcomes: list[Any] = []
    ready = threading.Barrier(2)

    def bring() -> None:
        ready.wait()
        try:
            outcomes.append(added(node, case).size)
        except Invalid as invalid:
            outcomes.append(invalid.errors["file"])

    both = [threading.Thread(target=bring) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes, key=str) == [len(WORDS), "case_full"]


def test_what_is_removed_is_not_even_sealed_in_the_file_any_more(tmp_path: Path) -> None:
    with closing(make_database(tmp_path)) as database:
        node = Node(database)
        _, case = node.has_case()
        kept = added(node, case, b"a" * 50_000)
        stays = added(node, case, b"b" * 50_000)
        sealed = {row["id"]: row["content"][20_000:20_064] for row in node.rows(attachments)}
        forget_log(database)
        assert sealed[kept.id] in on_disk(tmp_path)

        use.remove_attachment(database, case.id, kept.id, WORKER)
        use.forget_removed(database)

        assert sealed[kept.id] not in on_disk(tmp_path)
        assert sealed[stays.id] in on_disk(tmp_path)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_it_leaves_with_nothing(node: Node) -> None:
    person, case = node.has_case(age_band="0--8")
    node.has_consent(person, purposes=["referral", "statistics"])
    added(node, case)
    sent = node.sends(case)
    left = node.said()
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT, Move.COMPLETE))
    bundle = export_referral(node.database, sent.id, WORKER)
    close_case(node.database, case.id, "other", WORKER)
    contribute_counts(node.database, "2026-Q1")

    left += node.said()
    assert len(left) == 2
    whole = [repr(one.event) + repr([letter.text for letter in one.letters.values()]) for one in left]
    for said in (*whole, repr(bundle), repr(node.page(sent.id).content)):
        assert "apercaillie" not in said


def test_of_somebody_whose_key_is_gone_nothing_is_kept(node: Node) -> None:
    _, case = node.has_case()
    file = Attachment(new_id(), new_id(), case.id, node.at, "olena", 1, "a.txt", FileKind.TEXT)
    with node.database.transaction() as tx:
        assert not rows.add_attachment(tx, file, b"a")
