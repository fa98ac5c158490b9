"""Ask the web processes at random, at length: ``python -m tests.integration.described.many 20000 [SEED]``."""

import sys
import tempfile
from pathlib import Path

import structlog

from tests.integration.described.asking import asked, figure
from tests.integration.described.served import intake, reporting

SHARE = 10  #: for each request to the reports so many to a node, which has most of what can be asked


def main() -> None:
    """The number of requests in all, and the first seed if it is another than 1000."""
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, intake(Path(folder)) as node, reporting() as reports:
        for served, share in ((node, count - count // SHARE), (reports, count // SHARE)):
            found = asked(served, share, first=first)
            wrong += found.wrong.values()
            sys.stdout.write("\n".join([*found.wrong.values(), figure(served.name, found, first)]) + "\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
