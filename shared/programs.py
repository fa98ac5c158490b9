"""Programs that are installed on this machine."""

import shutil


class NotInstalled(RuntimeError):
    """A program that is needed is missing; the message names it and the package it comes from."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is not installed (Debian: apt-get install {package})")


def find_program(name: str, *folders: str) -> str | None:
    """Where the program is: in the first of the folders that has it, else on the PATH."""
    return next((found for folder in (*folders, None) if (found := shutil.which(name, path=folder))), None)


def need_program(name: str, *folders: str, package: str) -> str:
    """Where the program is; ``NotInstalled`` when it is nowhere."""
    found = find_program(name, *folders)
    if found is None:
        raise NotInstalled(name, package)
    return found
