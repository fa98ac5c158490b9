"""Events by which organisations' counts are added up without anybody seeing those of one."""

import hashlib
from functools import cached_property

import orjson
from marshmallow import fields, validate

from shared.schemas import rules
from shared.schemas.registry import Event, Record, event, many, record, wire

MOST_MEMBERS = 200  #: of a roster


def _quarter() -> fields.Field[str]:
    return fields.String(validate=validate.Regexp(r"^\d{4}-Q[1-4]$"))


@event("reporting.masking_decided")
class MaskingDecided(Event):
    """From that quarter on counts leave masked; with None they leave as they are. The highest ``decision`` stands."""

    decision: int = wire(rules.number())
    masked_from: str | None = wire(_quarter(), default=None)


@record
class Member(Record):
    """One organisation of a roster, with the public key to seal to it that the register of keys names."""

    org: str = wire(rules.organisation())
    key: str = wire(rules.text(4_000))


@event("reporting.roster_signed")
class RosterSigned(Event):
    """These organisations' counts of a quarter are to be added up: two people of the hub have decided so.

    ``cells`` is the digest of the workbook's declared cells. ``number`` is never used twice; a higher one of the same
    quarter replaces a lower one.
    """

    network: str = wire(rules.text(200))
    number: int = wire(rules.number(1))
    period: str = wire(_quarter())
    workbook: int = wire(rules.number(1))
    cells: str = wire(rules.digest())
    members: list[Member] = wire(many(Member, at_most=MOST_MEMBERS))

    @property
    def keys(self) -> dict[str, str]:
        """Of each member its public key."""
        return {one.org: one.key for one in self.members}

    @cached_property
    def bound(self) -> bytes:
        """What every mask is bound to: shown another roster, two nodes make masks that do not cancel out."""
        said = [self.network, self.number, self.period, self.workbook, self.cells, sorted(self.keys.items())]
        return hashlib.sha256(orjson.dumps(said)).digest()


@event("intake.counts_masked")
class CountsMasked(Event):
    """A node's masked counts for a roster: the declared cells in their order, 8 bytes each, little-endian, base64.

    ``commitment`` is the SHA-256 of the seed of the node's own mask, which it gives once all have contributed.
    """

    period: str = wire(_quarter())
    roster: int = wire(rules.number(1))
    revision: int = wire(rules.number(1))
    values: str = wire(rules.sealed())
    commitment: str = wire(rules.digest())


@event("reporting.roster_completed")
class RosterCompleted(Event):
    """All of the roster have contributed: each is asked for the seed of its own mask."""

    period: str = wire(_quarter())
    roster: int = wire(rules.number(1))


@event("intake.mask_lifted")
class MaskLifted(Event):
    """The seed of a node's own mask for a roster, which it gives for one roster of a quarter and never for another."""

    period: str = wire(_quarter())
    roster: int = wire(rules.number(1))
    seed: str = wire(rules.digest())


@event("intake.roster_refused")
class RosterRefused(Event):
    """A node contributes nothing to that roster; ``code`` says why."""

    period: str = wire(_quarter())
    roster: int = wire(rules.number(1))
    code: str = wire(rules.text(60))
