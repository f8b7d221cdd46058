"""The engine's own words in more than one language: sentences, plurals, numbers, lists, dates.

English stands in the code; other languages come from gettext catalogues beside this file. The
texts of a bank are not among them: a bank brings its own catalogues.

Sentences go through ``words("...")``, ``words.plural("...", "...", n)`` or, where they wait in a
table, `sentence`. After a change of the catalogue::

    pybabel compile -D vbr_engine -d vbr_engine/words/translations
"""

from __future__ import annotations

from vbr_engine.words.catalogue import ENGLISH, Words, sentence, words_in
from vbr_engine.words.languages import LANGUAGES, Language

__all__ = ["ENGLISH", "LANGUAGES", "Language", "Words", "sentence", "words_in"]
