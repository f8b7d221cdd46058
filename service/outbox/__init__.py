"""The worker: sends what waits in the outbox and runs jobs in the background."""
