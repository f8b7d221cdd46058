"""The response matrix: one row per sitting, one column per option, one byte per cell.

======== =======================================================
format   what stands in an option's column
======== =======================================================
rate     the rating given, 1 to k
rank     the rank given, 1 (best) to n
most-    1 for most, -1 for least, 0 otherwise
least
pick     1 if picked, 0 otherwise
======== =======================================================

`MISSING` means not answered. Anything else is refused at the door, so that scoring never meets a
code it does not know. Answers that a paper form allows and a screen does not (two options with the
same rank, too many picks) are let in: the scoring rules say what they are worth.
"""

from __future__ import annotations

from vbr_engine.responses.answers import check_answer
from vbr_engine.responses.codes import MISSING, Codes, allowed_codes
from vbr_engine.responses.matrix import ResponseMatrix

__all__ = ["MISSING", "Codes", "ResponseMatrix", "allowed_codes", "check_answer"]
