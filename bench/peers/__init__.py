"""Those we are compared with: the same unit of work, each as its own documentation advises."""

READY = "it listens"  #: what each of their processes says when it has its queue, or can send


def say_ready() -> None:
    """To whoever started this process."""
    print(READY, flush=True)  # noqa: T201 - its log is read
