"""The subcommands of ``throughline``, one file per noun."""
