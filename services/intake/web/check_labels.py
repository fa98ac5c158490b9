"""What is looked at on this node, and how it is."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.intake.usecases.well_being import Verdict

VERDICTS: Mapping[str, Any] = {
    Verdict.FAILED: _l("not all right"),
    Verdict.WARNING: _l("needs attention soon"),
    Verdict.NOT_APPLICABLE: _l("not looked at"),
    Verdict.WELL: _l("all right"),
}

CHECKS: Mapping[str, Any] = {
    "joined": _l("Joined a network"),
    "clock": _l("This machine's clock"),
    "clock_of_hub": _l("Our clock and the hub's"),
    "key_file": _l("The key file"),
    "key_folder": _l("The folder of the key file"),
    "key_apart": _l("Key and data apart"),
    "key_age": _l("Age of the keys"),
    "database": _l("Database"),
    "migrations": _l("Version of the database"),
    "durability": _l("What is stored stays stored"),
    "data_rights": _l("Who can read the database's file"),
    "disk": _l("Room on the disk"),
    "staff": _l("Somebody can sign in"),
    "tokens": _l("Tokens of the API"),
    "directory": _l("The hub's word on the directory"),
    "worker": _l("The worker"),
    "processes": _l("One process of each kind"),
    "versions": _l("Versions here and at the hub"),
    "outbox": _l("What is to be sent"),
    "parked": _l("Messages that wait for a person"),
    "backup": _l("The last backup"),
    "restore_drill": _l("Trial of a backup"),
    "backup_of_keys": _l("Backup of the keys"),
}  #: by the name that throughline doctor gives them
