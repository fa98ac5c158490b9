"""Batches alone: our ways of delivery (outbox, inbox, packs, quorum queues, confirms), and nothing else."""
