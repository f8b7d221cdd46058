"""The demonstration's made-up people, and how they act."""
