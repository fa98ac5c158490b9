"""Is everything well with this node? One small function for each thing that may not be; one file for each area."""

from deploy.doctor import backups, configuration, database, keys, mail, messages, network, pages, tokens
from deploy.doctor.check import Check

CHECKS: tuple[Check, ...] = (
    *configuration.CHECKS,
    *keys.CHECKS,
    *database.CHECKS,
    *tokens.CHECKS,
    *network.CHECKS,
    *pages.CHECKS,
    *messages.CHECKS,
    *mail.CHECKS,
    *backups.CHECKS,
)
