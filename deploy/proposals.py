"""A proposed version of the register, as a file that goes from hand to hand to be signed; nothing in it is secret."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared import files
from shared.sealing.network_file import NetworkFile
from shared.sealing.register import REVOKED, NotFollowed, Register, SignedRegister, follow
from shared.sealing.words import words_of_party


class ProposalUnusable(Exception):
    """The file is no proposal, or one of something else; the message says what to do."""


@dataclass(frozen=True)
class Proposal:
    """The register as it stands with the roots that signed it, and the version that is proposed."""

    standing: NetworkFile
    proposed: SignedRegister

    @classmethod
    def of(cls, standing: NetworkFile, register: Register) -> "Proposal":
        """Signed by nobody yet."""
        return cls(standing, SignedRegister(register.write()))

    def changes(self) -> Iterator[dict[str, str]]:
        """What would change, and of whoever is admitted the words that were compared."""
        before, after = self.standing.register.register.parties, self.proposed.register.parties
        network = self.standing.roots.network
        for party, entry in after.items():
            if party not in before or before[party].admitted != entry.admitted:
                words = words_of_party(network, party, entry.keys)
                yield {"what": "admitted", "party": party, "name": entry.name, "words": words}
            elif before[party] != entry:
                what = "revoked" if entry.state == REVOKED else "changed"
                yield {"what": what, "party": party, "name": entry.name, "words": ""}

    @property
    def missing(self) -> int:
        """How many signatures it still needs."""
        roots = self.standing.roots
        return max(0, roots.threshold - self.proposed.signers(roots))


def write_proposal(path: Path, proposal: Proposal) -> None:
    """Write the file; one that is there is replaced in one step."""
    told = {"standing": proposal.standing.dump(), "proposed": proposal.proposed.dump()}
    files.replace(path, json.dumps(told, indent=1).encode(), rights=files.PUBLIC)


def read_proposal(path: Path) -> Proposal:
    """What the file proposes, which follows what it says is standing; raises ProposalUnusable."""
    try:
        told = json.loads(path.read_text())
        proposal = Proposal(NetworkFile.load(told["standing"]), SignedRegister(**told["proposed"]))
        _check_follows(proposal)
    except OSError as error:
        raise ProposalUnusable(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, NotFollowed):
        raise ProposalUnusable(
            f"{path} is no proposal that goes on from a signed register: make it anew"
        ) from None
    return proposal


def _check_follows(proposal: Proposal) -> None:
    """Whatever signatures it lacks; raises NotFollowed."""
    try:
        follow(proposal.standing.register, proposal.proposed, proposal.standing.roots)
    except NotFollowed as error:
        if error.code != "register_signatures":
            raise


def together(proposals: Sequence[Proposal]) -> Proposal:
    """One with the signatures of all; raises ProposalUnusable when they propose different things."""
    first = proposals[0]
    if len({one.proposed.text for one in proposals}) > 1:
        raise ProposalUnusable("these files propose different things: sign copies of one and the same")
    signatures = {by: what for one in proposals for by, what in one.proposed.signatures.items()}
    return replace(first, proposed=replace(first.proposed, signatures=signatures))
