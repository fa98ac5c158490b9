"""The limit: the same messages and rows with next to nothing between, in batches; what the two servers can take."""
