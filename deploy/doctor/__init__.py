"""The doctor: what may not be well with a node or with the hub, and what to do then."""
