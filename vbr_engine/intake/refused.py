"""Columns that must not come with a list of people, and are left out by their names."""

from __future__ import annotations

import re
import unicodedata

from vbr_engine.risk.refused import protected_topic

__all__ = ["refused_topic", "topic_words"]

# Beside the protected characteristics of the risk library: what nobody needs to invite somebody.
_MORE = {
    "sex, gender or marital status": "title; mr mrs; mr mrs ms; salutation; maiden name",
    "identity numbers": "ni; ni number; ni no; nino; national insurance; national insurance number;"
    " national insurance no; nhs number; passport; passport number; passport no; id number;"
    " driving licence number; licence number; share code; brp; utr",
    "bank details": "bank; bank account; bank details; account number; sort code; iban",
    "a criminal record": "dbs; dbs number; dbs certificate; offences; spent convictions",
    "health": "sick days; medical; medication; allergies; gp; doctor; vaccinated; vaccination;"
    " covid vaccination; height; weight",
    "who belongs to the family": "next of kin; emergency contact; children; partner",
    "a picture of the person": "photo; photograph; picture",
    "pay": "salary; current salary; salary history; benefits; universal credit",
    # Welsh headings for what the risk library knows in English.
    "age": "oed; oedran; dyddiad geni; dyddiad genedigaeth; blwyddyn geni; grwp oedran",
    "sex or gender": "rhyw; rhywedd; rhagenwau; teitl",
    "race or nationality": "hil; ethnigrwydd; tarddiad ethnig; grwp ethnig; cenedligrwydd;"
    " cenedl; gwlad enedigol; iaith gyntaf; mamiaith",
    "religion or belief": "crefydd; cred; ffydd",
    "disability": "anabledd; anabl; addasiadau",
    "marital status": "statws priodasol; priod",
    "sexual orientation": "cyfeiriadedd rhywiol; rhywioldeb",
    "pregnancy or maternity": "beichiogrwydd; beichiog; mamolaeth",
}
_MORE_WELSH = {
    "identity numbers": "rhif yswiriant gwladol; yswiriant gwladol; rhif gig; pasbort",
    "health": "iechyd; salwch",
    "a criminal record": "cofnod troseddol; euogfarnau",
}
_PHRASES = [
    (phrase.strip(), topic)
    for table in (_MORE, _MORE_WELSH)
    for topic, phrases in table.items()
    for phrase in phrases.split(";")
]


_WELSH = {
    "age": "oedran",
    "sex or gender": "rhyw neu rywedd",
    "sex, gender or marital status": "rhyw, rhywedd neu statws priodasol",
    "gender reassignment": "ailbennu rhywedd",
    "race or nationality": "hil neu genedligrwydd",
    "religion or belief": "crefydd neu gred",
    "disability": "anabledd",
    "health": "iechyd",
    "pregnancy or maternity": "beichiogrwydd neu famolaeth",
    "marital status": "statws priodasol",
    "family": "teulu",
    "who belongs to the family": "aelodau’r teulu",
    "sexual orientation": "cyfeiriadedd rhywiol",
    "trade union membership": "aelodaeth o undeb llafur",
    "political opinion": "barn wleidyddol",
    "a criminal record": "cofnod troseddol",
    "genetic or biometric data": "data genetig neu fiometrig",
    "identity numbers": "rhifau adnabod",
    "bank details": "manylion banc",
    "a picture of the person": "llun o’r person",
    "pay": "cyflog",
}


def topic_words(topic: str, language: str) -> str:
    """Say a topic in a language.

    Parameters
    ----------
    topic : str
        As `refused_topic` gives it.
    language : {"en", "cy"}

    Returns
    -------
    str

    Examples
    --------
    >>> topic_words("age", "cy")
    'oedran'
    """
    return _WELSH.get(topic, topic) if language == "cy" else topic


def refused_topic(heading: str) -> str | None:
    """Say what a column is about that must not be collected, going by its heading.

    Parameters
    ----------
    heading : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> refused_topic("NI number"), refused_topic("Dyddiad geni"), refused_topic("Notes")
    ('identity numbers', 'age', None)
    """
    words = _plain(heading)
    # The whole heading, or a phrase of several words anywhere in it.
    for phrase, topic in _PHRASES:
        if words == phrase or (" " in phrase and f" {phrase} " in f" {words} "):
            return topic
    return protected_topic(heading)


def _plain(heading: str) -> str:
    letters = unicodedata.normalize("NFKD", heading.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()
