"""The whole pilot played in a real browser: ``python -m rehearsal``."""
