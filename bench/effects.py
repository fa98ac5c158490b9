"""What a referral must leave behind, counted in the services' own databases: each exactly once, or it was no run."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from shared.database import Database


class NotExactlyOnce(Exception):
    """Something was lost, doubled or left over; the message says what and how often."""


@dataclass(frozen=True)
class Effect:
    """Rows of one table: so many for each referral, all different by one column; 0 for what must not be left.

    ``besides`` is how many are there before the first referral.
    """

    name: str
    url: str
    table: str
    column: str
    each: int = 1
    where: str = "true"
    besides: int = 0

    def of(self, referrals: int) -> int:
        """How many rows so many referrals must have left."""
        return referrals * self.each + self.besides


_MOMENTS = "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS moment FROM {0.table} WHERE {0.where}"


class Effects:
    """The effects of all referrals of one side, read from its databases.

    What is only ``on_the_way`` to them is not counted; when it was committed can be asked.
    """

    def __init__(self, effects: Sequence[Effect], *, on_the_way: Sequence[Effect] = ()) -> None:
        self._effects, self._on_the_way = effects, on_the_way
        self._databases = {url: Database(url) for url in {effect.url for effect in effects}}

    def are_there(self, referrals: int) -> bool:
        """Whether every effect of that many referrals is there; asks for no more than the first that is not."""
        return all(self._count(e, "*") >= e.of(referrals) for e in self._effects if e.each)

    def nothing_is_left(self) -> bool:
        """Whether nothing is left over."""
        return not any(self._count(effect, "*") for effect in self._effects if not effect.each)

    def check(self, referrals: int) -> None:
        """Raise NotExactlyOnce unless every effect of that many referrals is there once."""
        if wrong := self.wrong(referrals):
            raise NotExactlyOnce("; ".join(wrong))

    def wrong(self, referrals: int) -> list[str]:
        """What is not there once, or left over, after that many referrals, and how often it is there."""
        found = [(e, self._count(e, "*"), self._count(e, f"DISTINCT {e.column}")) for e in self._effects]
        return [_say(*one, referrals) for one in found if set(one[1:]) != {one[0].of(referrals)}]

    def count(self, name: str) -> int:
        """How many rows of the effect of that name there are."""
        return self._count(self._named(name), "*")

    def committed(self, name: str, *, since: float = 0.0) -> list[float]:
        """When each row of that effect was committed since then, in seconds since 1970, in order.

        Only a PostgreSQL with ``track_commit_timestamp`` knows.
        """
        effect = self._named(name)
        query = text(f"SELECT moment FROM ({_MOMENTS.format(effect)}) AS m WHERE moment >= :since ORDER BY 1")  # noqa: S608 - our own words
        with self._databases[effect.url].reading() as tx:
            return list(tx.execute(query, {"since": since}).scalars())

    def close(self) -> None:
        """Give back every connection."""
        for database in self._databases.values():
            database.close()

    def _named(self, name: str) -> Effect:
        return next(effect for effect in (*self._effects, *self._on_the_way) if effect.name == name)

    def _count(self, effect: Effect, what: str) -> int:
        query = text(f"SELECT count({what}) FROM {effect.table} WHERE {effect.where}")  # noqa: S608 - our own words
        with self._databases[effect.url].reading() as tx:
            return int(tx.execute(query).scalar_one())


def _say(effect: Effect, rows: int, different: int, referrals: int) -> str:
    return f"{effect.name}: {rows} rows, {different} different, instead of {effect.of(referrals)}"
