"""The key file, the network's file, and how old keys are."""

from deploy.commands.services import lies_beside
from deploy.doctor.check import WELL, Check, Finding, Machine, Node, failed, warning
from deploy.key_files import open_key_file
from services.intake.storage import bookkeeping
from shared.sealing import KeyFileUnusable
from shared.sealing.network_file import NetworkFileUnusable, read_network_file
from shared.sealing.rotation import OVERLAP, SEALING_FOR

OTHERS, WRITERS = 0o077, 0o022  #: rights that nobody else may have, of a file and of its folder


def key_file(node: Machine) -> Finding:
    """There, readable by its owner alone, whole, and with a key of each kind."""
    path = node.settings.key_file
    try:
        keys = open_key_file(path)
    except KeyFileUnusable as unusable:
        return failed(
            str(unusable), "throughline restore with the backup of the keys, unless it says otherwise"
        )
    if not keys.is_complete:
        return failed(
            f"{path} lacks a kind of key", f"throughline network key {path}, then throughline network join"
        )
    return WELL


def _close(node: Machine) -> None:
    """Nobody else reads it."""
    path = node.settings.key_file
    if path.is_file():
        path.chmod(path.stat().st_mode & ~OTHERS)


def key_folder(node: Machine) -> Finding:
    """Nobody else can put another file in its place."""
    folder = node.settings.key_file.parent
    if folder.is_dir() and folder.stat().st_mode & WRITERS:
        return failed(f"others can write to {folder}", f"chmod go-w {folder}")
    return WELL


def _close_folder(node: Machine) -> None:
    folder = node.settings.key_file.parent
    folder.chmod(folder.stat().st_mode & ~WRITERS)


def key_apart(node: Node) -> Finding:
    """Not in the folder of the database, or below it."""
    path = node.settings.key_file
    if lies_beside(path, node.settings.intake_database_url):
        return warning(f"{path} lies in the folder of the database", "move it, and set THROUGHLINE_KEY_FILE")
    return WELL


def key_age(node: Machine) -> Finding:
    """Made anew as often as it should be."""
    made = node.keys.sealing[0].made
    if made is not None and node.at - made > SEALING_FOR + OVERLAP:
        return warning(
            f"the key to seal to was made {made:%Y-%m-%d}", "throughline network rotate-keys, every day"
        )
    return WELL


def key_fits(node: Node) -> Finding:
    """It is the one with which the database was sealed."""
    if node.asked(bookkeeping.lacks_key):
        return failed(
            f"{node.settings.key_file} does not hold the key with which the database was sealed",
            "restore the backup of the keys, or check THROUGHLINE_INTAKE_DATABASE_URL",
        )
    return WELL


def network_file(node: Machine) -> Finding:
    """There, and signed by those whom it names."""
    node.must_have_joined()
    try:
        read_network_file(node.settings.network_file)
    except NetworkFileUnusable as unusable:
        return failed(str(unusable), "throughline network join")
    return WELL


CHECKS = (
    Check("key_file", key_file, _close),
    Check("key_folder", key_folder, _close_folder),
    Check("key_apart", key_apart),
    Check("key_age", key_age),
    Check("key_fits", key_fits),
    Check("network_file", network_file),
)
