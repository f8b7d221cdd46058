"""Phrases to look out for, by language: a data table, so that it can be read and argued with."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["ASKING", "IDIOMS", "PERSONAL"]

_THINGS = (
    r"(?:mental |physical |general |own )?(?:health|disabilit\w+|impairments?|illness\w*|sickness"
    r"|sick leave|sick days|days off sick|medical \w+|medication|medicines?|pregnan\w+|maternity"
    r"|back pain|back trouble|allerg\w+|weight|age|date of birth|religio\w+|faith|beliefs?"
    r"|marital status|sexual\w*|ethnicity|nationality|race|family plans)"
)

# The same in Welsh. After `eich` a word keeps its first letter; after `dy` it is softened.
_PETHAU = (
    r"(?:iechyd|(?:h)?anabledd\w*|nam(?:au)?|salwch\w*|(?:h)?afiechyd\w*|absenoldeb(?:au)?"
    r"|meddyg\w*|meddyginiaeth\w*|tabledi|beichiogrwydd|mamolaeth|(?:poen|anaf)(?:au)? cefn"
    r"|alergedd\w*|pwysau|(?:h)?oed(?:ran)?|dyddiad geni|crefydd\w*|ffydd|cred(?:o|oau)"
    r"|statws priodasol|rhywioldeb|cyfeiriadedd rhywiol|(?:h)?ethnigrwydd|cenedligrwydd|(?:h)?il"
    r"|cynlluniau (?:teulu|teuluol))"
)
_PETHAU_MEDDAL = (
    r"(?:iechyd|anabledd\w*|salwch\w*|afiechyd\w*|feddyginiaeth\w*|dabledi|feichiogrwydd"
    r"|boen cefn|bwysau|oed(?:ran)?|ddyddiad geni|grefydd|ffydd|statws priodasol|rywioldeb)"
)

# What nobody may ask a candidate before an offer (Equality Act 2010, s. 60), and what a question
# about another protected characteristic looks like. Matched against texts that speak to the
# candidate or ask on the interviewer's behalf.
PERSONAL: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        rf"\b(?:your {_THINGS}"
        r"|(?:how|what) (?:old|age) are you"
        r"|(?:how|what) is your (?:health|age|religion)"
        r"|how many days (?:have|did|were) you\b[^.?!]*\b(?:off|sick|ill|absent)"
        r"|(?:time|days?) off (?:sick|work for (?:sickness|illness))"
        r"|fit and healthy)\b",
        re.IGNORECASE,
    ),
    "cy": re.compile(
        rf"\b(?:eich {_PETHAU}|dy {_PETHAU_MEDDAL}"
        r"|faint (?:yw|ydy|ydi) (?:eich|dy) oed"
        r"|faint oed (?:ydych|wyt|dych)"
        r"|(?:pa mor aml|sawl (?:diwrnod|gwaith|tro))\b[^.?!]*\b(?:sâl|yn sal|salwch|absennol)"
        r"|(?:diwrnod(?:au)?|amser|cyfnod(?:au)?) (?:o salwch|salwch|i ffwrdd yn sâl)"
        r"|absenoldeb(?:au)? salwch"
        r"|(?:heini|ffit) ac iach|iach a heini)\b",
        re.IGNORECASE,
    ),
}

# Questions of the same kind that are plain wherever they stand, a scenario too.
ASKING: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:are you (?:disabled|pregnant|married|religious|healthy|medically fit)"
        r"|are you planning (?:a family|to have (?:children|a baby))"
        r"|do you (?:suffer|have (?:a|any) (?:disabilit\w+|illness\w*|(?:health|medical) \w+"
        r"|impairments?|allerg\w+|long-term condition\w*)|take any (?:medicines?|medication)"
        r"|plan to have (?:children|a baby)|go to (?:church|mosque|temple|synagogue))"
        r"|have you (?:ever )?(?:been (?:ill|sick|off sick|diagnosed|disabled|pregnant)"
        r"|had (?:an?|any) (?:illness\w*|(?:mental )?health problems?|back (?:pain|injury)))"
        r"|your own (?:health|illness|disability|pregnancy|religion|age|back pain))\b",
        re.IGNORECASE,
    ),
    "cy": re.compile(
        r"\b(?:(?:y?dych chi|wyt ti)(?:['’]n| yn) (?:anabl|feichiog|disgwyl babi|briod|grefyddol"
        r"|iach|ffit|sâl yn aml|dioddef|cymryd (?:meddyginiaeth\w*|tabledi|moddion)"
        r"|(?:bwriadu|cynllunio|gobeithio) (?:cael|dechrau) (?:plant|plentyn|babi|teulu)"
        r"|mynd i['’]r (?:capel|eglwys|mosg|deml|synagog))"
        r"|(?:oes gennych chi|oes gen(?:nyt)? ti|oes (?:gyda|’da|'da) chi) "
        r"(?:unrhyw )?(?:anabledd\w*|salwch|afiechyd\w*|nam(?:au)?|alergedd\w*|gyflwr\w*|gyflyrau"
        r"|cyflwr\w*|cyflyrau|broblem\w* (?:iechyd|meddygol|cefn)"
        r"|problem\w* (?:iechyd|meddygol|cefn)|boen cefn|poen cefn)"
        r"|(?:y?dych chi|wyt ti) (?:erioed )?wedi (?:bod yn (?:sâl|anabl|feichiog)"
        r"|cael (?:salwch|problem\w* (?:iechyd|cefn)|anaf i['’]ch cefn|diagnosis))"
        r"|(?:fuoch|fuost) (?:chi|ti)(?:['’]n| yn) (?:sâl|wael)"
        r"|eich (?:iechyd|salwch|anabledd|crefydd|oed(?:ran)?) (?:eich hun|chi eich hun))\b",
        re.IGNORECASE,
    ),
}

# English idioms that a second-language reader may take by the word.
IDIOMS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "a blessing in disguise", "a piece of cake", "a pinch of salt", "a slippery slope",
        "above board", "all ears", "at the drop of a hat", "at the end of the day",
        "back to square one", "ballpark", "barking up the wrong tree", "beat around the bush",
        "behind the scenes", "bend over backwards", "bend the rules", "best of both worlds",
        "bite the bullet", "bite your tongue", "bottom line", "break the ice", "brush it off",
        "brush off", "by the book", "call it a day", "chalk and cheese", "clear the air",
        "come clean", "cost an arm and a leg", "cover your back", "cross that bridge",
        "cry over spilt milk", "cut corners", "cut to the chase", "cutting corners",
        "down in the dumps", "down to earth", "drop the ball", "fall through the cracks",
        "from scratch", "get a grip", "get cold feet", "get off on the wrong foot",
        "get out of hand", "get the ball rolling", "get to the bottom of",
        "give somebody a hand", "go the extra mile", "go with the flow", "going forward",
        "hands are tied", "hang in there", "heart in the right place",
        "hit the nail on the head", "hit the roof", "hit the sack", "in a nutshell",
        "in hot water", "in someone's shoes", "in the long run", "in the same boat",
        "in their shoes", "it's not rocket science", "jump the gun", "jump to conclusions",
        "keep an eye on", "keep it under wraps", "kill two birds", "last straw",
        "learn the ropes", "let it slide", "let off steam", "let sleeping dogs lie",
        "let the cat out", "make ends meet", "miss the boat", "off the hook", "off the record",
        "off your chest", "on the back burner", "on the ball", "on the fence",
        "on the same page", "on thin ice", "once in a blue moon", "out of the blue",
        "over the moon", "pass the buck", "play it by ear", "pull strings", "pull your weight",
        "put your foot down", "put your foot in it", "raining cats and dogs",
        "read between the lines", "red tape", "rock the boat", "rule of thumb",
        "run out of steam", "see eye to eye", "sit on the fence", "sleep on it",
        "speak of the devil", "spill the beans", "step on toes", "sweep it under",
        "take it easy", "take with a pinch", "the elephant in the", "the penny dropped",
        "think outside the box", "through thick and thin", "throw in the towel",
        "tip of the iceberg", "to the letter", "toe the line", "touch base", "turn a blind eye",
        "turn over a new leaf", "under the table", "under the weather", "up in the air",
        "up to scratch", "walk on eggshells", "walking on eggshells", "whistle-stop",
        "word of mouth", "wrap your head around", "your plate is full",
    )
}  # fmt: skip
