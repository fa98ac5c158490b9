"""The page about what is taken names the limits that the code has."""

import pytest

from deploy.serve import THREADS
from services.intake.domain import attachment, push
from services.intake.interchange import case_file
from services.intake.storage import searching
from services.intake.usecases import attachments, checks, file_kinds, need_to_know, people, pictures, webhooks
from services.referral.hsds import package
from shared import passkeys, second_factors
from shared.messaging import delivery, message, topology
from shared.settings import REQUESTS_A_MINUTE
from shared.testing.tree import ROOT
from shared.web import application, brake, files, gate

PAGE = " ".join((ROOT / "docs" / "reference" / "input.md").read_text("utf-8").split())
MB, GIB = 1024**2, 1024**3
PARTNER = topology.NODE_LIMITS
SAID = [
    f"not before {checks.EARLIEST_BIRTH.year}",
    f"its body | {application.LARGEST_BODY:,} bytes |",
    f"depth of its JSON | {gate.DEEPEST} |",
    f"what is written freely | {checks.LONGEST_TEXT:,} characters;",
    f"the reason of an emergency {need_to_know.LONGEST_REASON}",
    f"choices in one list | {checks.MOST_CHOICES} |",
    f"people found; referrals on one page | {people.FOUND_AT_ONCE} |",
    f"the newest {searching.LOOKED_THROUGH:,} are;",
    f"passkeys; recovery codes | {passkeys.MOST}; {second_factors.RECOVERY_CODES} |",
    f"count as {brake.COSTLY} | {REQUESTS_A_MINUTE}, or",
    f"what they work on; {REQUESTS_A_MINUTE // brake.COSTLY} a minute |",
    f"that are declared; {REQUESTS_A_MINUTE // brake.COSTLY} a minute |",
    f"browsers that are told by push | {push.MOST_BROWSERS} |",
    f"bytes; rows | {case_file.LARGEST:,}; {case_file.MOST_ROWS:,} |",
    f"its bytes | {attachment.LARGEST_FILE:,} |",
    f"the form that brings it | {attachment.LARGEST_FILE * files.READ_PAST:,} bytes |",
    f"pixels of a picture | {pictures.MOST_PIXELS:,} |",
    f"bytes that they say they have | {file_kinds.MOST_PARTS:,}; {file_kinds.LARGEST_UNPACKED:,} |",
    f"its description | {attachments.LONGEST_DESCRIPTION} characters |",
    f"bytes of its files; files | {attachment.LARGEST_CASE:,}; {attachment.MOST_FILES} |",
    f"addresses that webhooks go to | {webhooks.MOST_ENDPOINTS} |",
    f"requests worked on at once | {THREADS} |",
    f"connections; channels | {PARTNER['max-connections']}; {PARTNER['max-channels']} |",
    f"what waits in its queue | {topology.QUEUE_BYTES // GIB} GiB |",
    f"bytes | {message.LARGEST:,} |",
    f"attempts; deliveries without an answer | {delivery.ATTEMPTS}; {topology.DELIVERIES} | parked; tried by itself |",
    f"{package.MAX_FILE // MB} MB; {package.MAX_PACKAGE // MB} MB; {package.MAX_FILES} |",
]


@pytest.mark.parametrize("said", SAID)
def test_it_names_the_limit_that_the_code_has(said: str) -> None:
    assert said in PAGE
