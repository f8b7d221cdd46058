"""Answers too many for memory: partitions on one machine, or on a cluster."""
