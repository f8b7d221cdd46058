"""Fairness of decisions and scores between groups: ratios with intervals, pooled and suppressed.

Nothing here reads or writes files. A group that is too small is named, never counted.
"""
