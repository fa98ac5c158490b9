"""Files that only named recipients can open: age, in the one way that we use it."""

from pathlib import Path

from pyrage import DecryptError, IdentityError, RecipientError, decrypt_file, encrypt_file
from pyrage.x25519 import Identity, Recipient

from deploy.backup.errors import BackupUnusable
from shared import files

NOBODYS = "No matching keys found"  #: what age says to somebody else's key
DAMAGED_LATER = "decryption error"  #: what it says of a file whose beginning is well
DAMAGED = "is cut off or damaged: take another copy, or an older backup"


def is_recipient(text: str) -> bool:
    """Whether something can be sealed to it."""
    try:
        Recipient.from_str(text)
    except RecipientError:
        return False
    return True


def new_identity(path: Path) -> str:
    """Write a new key that opens backups, its owner's alone; returns its recipient. Raises FileExistsError."""
    identity = Identity.generate()
    files.write_new(path, f"{identity}\n".encode())
    return str(identity.to_public())


def read_identities(path: Path) -> list[Identity]:
    """The keys of that file, as age keeps them; raises BackupUnusable."""
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise BackupUnusable(
            f"{path}: {error.strerror}; name the file of the key that opens backups"
        ) from None
    except (IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise BackupUnusable(f"{path} holds no key of age: AGE-SECRET-KEY-1…, one a line")
    return found


def seal(plain: Path, sealed: Path, recipients: list[str], *besides: Recipient) -> None:
    """Seal a file to all of them."""
    encrypt_file(str(plain), str(sealed), [*map(Recipient.from_str, recipients), *besides])


def unseal(sealed: Path, plain: Path, identities: list[Identity]) -> None:
    """Open it again, whole; raises BackupUnusable."""
    try:
        sealed.open("rb").close()
        decrypt_file(str(sealed), str(plain), identities)
    except DecryptError as error:
        if NOBODYS in str(error):
            raise BackupUnusable(
                f"{sealed} is not for this identity: take that of another recipient"
            ) from None
        raise BackupUnusable(f"{sealed} {DAMAGED}") from None
    except OSError as error:
        if DAMAGED_LATER in str(error):
            raise BackupUnusable(f"{sealed} {DAMAGED}") from None
        raise BackupUnusable(
            f"{sealed}: {error.strerror or error}; check the path, its rights and the disk"
        ) from None
