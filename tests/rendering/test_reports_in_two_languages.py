"""Reports in a reader's language: nothing is left in English, and what is missing is said."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from gettext import NullTranslations
from pathlib import Path

import pytest

from vbr_engine import read_bank, simulate_responses
from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import BankStatus, Translation, TranslationState
from vbr_engine.rendering import report_body, report_html, report_pdf
from vbr_engine.rendering.language import print_words
from vbr_engine.reports import candidate_feedback, interview_guide, recruiter_report
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.profile import Flag
from vbr_engine.words import LANGUAGES, Language, Words, catalogue, words_in

TINY = Path(__file__).parents[1] / "banks/tiny"
FLAGS = ("straight-lining", "very-fast", "many-unanswered", "123")
DAY = date(2026, 8, 1)
# What a report holds for programs, not for readers.
FOR_PROGRAMS = {
    *("id", "value", "item", "purpose", "evidence", "status", "language", "texts_language"),
    *("sitting", "bank", "bank_sha256", "policy", "engine"),
}


class Brackets(NullTranslations):
    """A language that puts every sentence in brackets."""

    def info(self):
        return {"language-team": "reviewed"}

    def gettext(self, message):
        return f"[{message}]"

    def ngettext(self, one, many, number):
        return f"[{one if number == 1 else many}]"


PSEUDO = Words(
    Language(
        code="qps",
        tag="qps",
        name="Pseudo",
        months=tuple(f"{number:02}" for number in range(1, 13)),
        number_word=lambda number, *, feminine=False: str(number),
        ordinal=lambda number: f"{number}.",
        listed=lambda names, *, last="and": "; ".join(names),
    ),
    Brackets(),
)


def marked(held, language):
    """Put every text of a bank's catalogue in brackets of another kind."""
    if isinstance(held, str):
        return f"⟪{held}⟫"
    if isinstance(held, tuple):
        return tuple(marked(one, language) for one in held)
    if isinstance(held, Mapping):
        return {key: marked(one, language) for key, one in held.items()}
    if is_dataclass(held):
        told = {one.name: marked(getattr(held, one.name), language) for one in fields(held)}
        return replace(held, **told | ({"language": language} if "language" in told else {}))
    return held


@pytest.fixture(scope="module")
def tiny():
    """The tiny bank, its texts also in brackets (qps) and, marked, in what stands for Welsh."""
    bank = read_bank(TINY)
    texts = {code: marked(bank.text(), code) for code in ("qps", "cy")}
    return replace(bank, catalogues=dict(bank.catalogues) | texts)


def profile_of(bank, answers, flags=()):
    profile = score(ResponseMatrix.from_answers({"1": answers}, bank), bank).profile("1")
    return replace(profile, flags=tuple(Flag(name, {}) for name in flags))


def sittings(bank):
    """Sittings of every kind: answers and flags."""
    form = draw_items(bank)
    keyed = {
        item.id: {option: int(code) for option, code in zip(item.options, item.key, strict=True)}
        for item in form
    }
    matrix = simulate_responses(bank, 8, seed=4)
    random = [matrix.answers(sitting) for sitting in matrix.sittings]
    few = [dict(list(random[n].items())[:n]) for n in range(5)]
    for n, answers in enumerate([keyed, {}, *random, *few]):
        yield answers, FLAGS[: n % 5]


def reports(bank, **words):
    for n, (answers, flags) in enumerate(sittings(bank)):
        profile = profile_of(bank, answers, flags)
        contact = "⟪Jo⟫" if n % 2 else None
        candidate = "⟪Ana⟫" if n % 2 else None
        yield recruiter_report(
            profile, bank, answers, candidate=candidate, vacancy="⟪Carer⟫", provider="⟪Home⟫",
            simulated=not n % 3, prepared=DAY, **words,
        )  # fmt: skip
        texts = {name: held for name, held in words.items() if name != "taken_in"}
        yield candidate_feedback(profile, bank, contact=contact, **texts)


def left_outside(told):
    """What stands in no brackets."""
    while (less := re.sub(r"\[[^\[\]⟪⟫]*\]|⟪[^\[\]⟪⟫]*⟫", "", told)) != told:
        told = less
    return told


def for_readers(held):
    """Every string of a report's data that somebody reads."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for name, one in held.items():
            if name not in FOR_PROGRAMS:
                yield from for_readers(one)
    elif isinstance(held, list | tuple):
        for one in held:
            yield from for_readers(one)


class TestNothingIsLeftInEnglish:
    @pytest.fixture(autouse=True)
    def _pseudo(self, monkeypatch):
        monkeypatch.setattr(catalogue, "_loaded", lambda _code: PSEUDO)

    @pytest.mark.parametrize("status", BankStatus)
    def test_in_a_page(self, tiny, read_page, status):
        bank = replace(tiny, status=status)
        for report in reports(bank, language="qps"):
            outline = read_page(report_html(report))
            told = " ".join(outline.words).replace(bank.label, "")
            assert "[" in told
            assert re.findall(r"[^\W\d_]+", left_outside(told)) == []
            names = [
                words
                for _tag, attrs in outline.elements
                for name, words in attrs.items()
                if name in ("alt", "title", "aria-label", "placeholder")
            ]
            assert re.findall(r"[^\W\d_]+", left_outside(" ".join(names))) == []

    def test_in_the_data(self, tiny):
        for report in reports(tiny, language="qps", taken_in="en"):
            told = " ".join(for_readers(report.to_dict()))
            assert re.findall(r"[^\W\d_]+", left_outside(told)) == []

    def test_a_sentence_that_nobody_translates_is_found(self):
        assert left_outside("[Why:] ⟪Kind⟫ [on [two] scenarios] Poor signs").strip() == "Poor signs"


@pytest.fixture(scope="module")
def both(tiny):
    answers = dict(list(sittings(tiny))[4][0])
    profile = profile_of(tiny, answers, FLAGS[:3])
    words = {"language": "cy", "candidate": "Ana Lima", "prepared": DAY, "simulated": True}
    return (
        recruiter_report(profile, tiny, answers, **words),
        candidate_feedback(profile, tiny, language="cy"),
    )


class TestWelsh:
    def test_the_page_says_its_language(self, both, check_document):
        for report in both:
            html = report_html(report)
            check_document(html, "cy")
            assert re.match(r'<div class="report [^"]*" lang="cy">', str(report_body(report)))
            assert "1 Awst 2026" in html or report is both[1]

    def test_the_draft_says_so_in_both_languages(self, both):
        for report in both:
            html = str(report_body(report))
            assert '<p lang="cy">Cyfieithiad drafft yw hwn.' in html
            assert '<p lang="en-GB">This is a draft translation. No translator' in html
            assert html.index("drafft yw hwn") < html.index("<h2>")

    def test_a_reviewed_translation_does_not(self, tiny, monkeypatch):
        class Reviewed(NullTranslations):
            def info(self):
                return {"language-team": "reviewed by Jo Example, 2027"}

        reviewed = Words(LANGUAGES["cy"], Reviewed())
        monkeypatch.setattr(catalogue, "_loaded", lambda _code: reviewed)
        assert all(report.language_notes == () for report in reports(tiny, language="cy"))

    def test_a_candidate_reads_no_figure(self, tiny):
        for report in reports(tiny, language="cy"):
            if not hasattr(report, "asked"):
                continue
            told = [*report.asked, report.strengths_note, *report.next_steps, *report.rights]
            assert not re.search(r"\d", " ".join(told))

    @pytest.mark.browser
    def test_accessible_at_320_pixels(self, both, check_in_browser):
        for report in both:
            check_in_browser(report_html(report), 320)

    def test_pages_are_numbered_in_its_language(self, both, tiny):
        pages = '@bottom-right { content: "Tudalen " counter(page) " o " counter(pages)'
        assert all(pages in report_html(report) for report in both)
        assert 'content: "Cyfrinachol"' in report_html(both[0])
        assert "Tudalen" not in report_html(candidate_feedback(profile_of(tiny, {}), tiny))

    def test_a_catalogue_cannot_end_the_style(self):
        class Hostile(NullTranslations):
            def gettext(self, message):
                if "{" not in message:
                    return message
                return '"; }} </style><b> {page} \\ {pages}'

        style = print_words(Words(LANGUAGES["cy"], Hostile()))
        assert "<" not in style
        assert style.count("}") == 4
        assert re.sub(r'" counter\(pages?\) "', "", style).count('"') == 4

    def test_print_says_its_language(self, both):
        pikepdf = pytest.importorskip("pikepdf")
        pytest.importorskip("weasyprint")
        pdf = pikepdf.open(io.BytesIO(report_pdf(both[0])))
        assert str(pdf.Root.Lang) == "cy"


class TestTwoLanguagesAtOnce:
    def report(self, bank, **words):
        answers, _flags = next(sittings(bank))
        return recruiter_report(profile_of(bank, answers), bank, answers, **words)

    def test_english_throughout_has_nothing_to_say(self, tiny):
        report = self.report(tiny, taken_in="en")
        assert (report.language, report.texts_language) == ("en", "en")
        assert report.language_notes == ()
        assert "lang=" not in str(report_body(report))

    def test_a_bank_without_welsh_is_shown_in_its_first_language(self, tiny):
        bank = replace(tiny, catalogues={"en": tiny.text()})
        report = self.report(bank, language="cy", taken_in="cy")
        assert (report.language, report.texts_language) == ("cy", "en")
        assert [note.text for note in report.language_notes][2:] == [
            "Mae testunau'r banc cwestiynau yn yr iaith hon: Saesneg."
        ]
        html = str(report_body(report))
        title = re.escape(report.scenarios[0].title)
        assert re.search(rf'<h3 lang="en-GB">{title}', html)
        assert f'<h4 lang="en-GB">{report.guide.topics[0].questions[0].question}' in html

    def test_a_recruiter_is_told_what_the_candidate_read(self, tiny):
        report = self.report(tiny, taken_in="cy")
        (note,) = report.language_notes
        assert note.language == "en-GB"
        assert note.text == "The candidate read and answered in another language: Welsh."
        assert "⟪" not in report.scenarios[0].scenario

    def test_but_not_where_the_bank_had_no_such_language(self, tiny):
        assert self.report(tiny, taken_in="pl").language_notes == ()

    def test_the_texts_may_be_chosen(self, tiny):
        report = self.report(tiny, texts="cy", taken_in="cy")
        assert (report.language, report.texts_language) == ("en", "cy")
        assert report.scenarios[0].scenario.startswith("⟪")
        assert [note.text for note in report.language_notes] == [
            "The texts of the question bank are in this language: Welsh."
        ]

    def test_texts_of_the_bank_that_nobody_has_reviewed(self, tiny):
        draft = replace(tiny.text("cy"), translation=Translation(TranslationState.DRAFT))
        bank = replace(tiny, catalogues=dict(tiny.catalogues) | {"cy": draft})
        told = "The texts of the question bank are a draft translation. No translator has reviewed"
        report = self.report(bank, texts="cy", taken_in="cy")
        assert report.language_notes[0].text.startswith(told)
        assert len(self.report(bank, language="cy").language_notes) == 2
        assert self.report(bank).language_notes == ()

    def test_the_guide_alone(self, tiny):
        answers, _flags = next(sittings(tiny))
        guide = interview_guide(profile_of(tiny, answers), tiny, language="cy_GB")
        assert guide.anchors[0].meaning == words_in("cy")(
            "Mostly poor signs, or no example even when asked again"
        )
        assert guide.topics[0].name.startswith("⟪")
