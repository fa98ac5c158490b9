"""How right the figures of a release are, on invented networks, beside what else one could publish."""
