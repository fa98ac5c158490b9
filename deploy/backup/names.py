"""Under which names a node's database notes what was done of backups."""

BACKUP, DRILL, KEYS_KEPT = "backup", "restore_drill", "backup_of_keys"
