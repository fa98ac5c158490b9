"""Why a backup cannot be made, or not be used."""


class BackupUnusable(Exception):
    """Says what is wrong with it and what to do; nothing was changed."""
