"""A network to practise in: invented people, a clock that is put forward, and no way to any real network."""
