"""The pulse: asked for after a silence, and its absence ends the link."""

import pytest

from shared.messaging import pulse
from shared.messaging.pulse import PATIENCE, QUIET, Pulse


class Patient:
    """A broker whose answers the test decides on, under a clock that the test moves."""

    def __init__(self) -> None:
        self.now, self.asked = 100.0, 0

    def monotonic(self) -> float:
        return self.now

    def ask(self) -> None:
        self.asked += 1


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Patient:
    patient = Patient()
    monkeypatch.setattr(pulse, "time", patient)
    return patient


def test_nobody_is_asked_while_there_are_signs_of_life(patient: Patient) -> None:
    felt = Pulse(patient.ask)
    for _ in range(9):
        patient.now += QUIET / 2
        felt.felt()
        felt.feel()

    assert patient.asked == 0


def test_after_a_silence_it_is_asked_once(patient: Patient) -> None:
    quiet = Pulse(patient.ask)
    patient.now += QUIET + 0.1
    quiet.feel()
    patient.now += PATIENCE - 0.1
    quiet.feel()

    assert patient.asked == 1


def test_an_answer_begins_a_new_silence(patient: Patient) -> None:
    answered = Pulse(patient.ask)
    for _ in range(3):
        patient.now += QUIET + 0.1
        answered.feel()
        patient.now += PATIENCE - 0.1
        answered.felt()
        answered.feel()

    assert patient.asked == 3


def test_no_answer_ends_the_link(patient: Patient) -> None:
    dead = Pulse(patient.ask)
    patient.now += QUIET + 0.1
    dead.feel()
    patient.now += PATIENCE + 0.1
    with pytest.raises(OSError, match="no pulse"):
        dead.feel()


def test_who_did_not_look_for_long_asks_before_judging(patient: Patient) -> None:
    busy = Pulse(patient.ask)
    patient.now += 60
    busy.feel()

    assert patient.asked == 1
