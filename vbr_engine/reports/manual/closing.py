"""The manual's last sections: adjustments, languages, limits, how to cite, references."""

from __future__ import annotations

from vbr_engine._version import __version__
from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.bank.texts import languages_of
from vbr_engine.reports.manual.data import ManualPart, ManualSection
from vbr_engine.reports.manual.studies import Studies
from vbr_engine.reports.notices import limits

__all__ = ["closing"]

_REFERENCES = (
    "Bock, R. D., and Aitkin, M. (1981). Marginal maximum likelihood estimation of item "
    "parameters. Psychometrika, 46, 443-459.",
    "Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in "
    "generalizability theory. Applied Psychological Measurement, 22, 307-331.",
    "Equality Act 2010, section 60 (enquiries about disability and health).",
    "Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability "
    "coefficient twenty. Psychometrika, 30, 357-370.",
    "Government Legal Service v Brookes, UKEAT/0302/16 (2017).",
    "Holland, P. W., and Thayer, D. T. (1988). Differential item performance and the "
    "Mantel-Haenszel procedure. In Wainer and Braun, Test validity.",
    "James, L. R., Demaree, R. G., and Wolf, G. (1984). Estimating within-group interrater "
    "reliability. Journal of Applied Psychology, 69, 85-98.",
    "Kincaid, J. P., Fishburne, R. P., Rogers, R. L., and Chissom, B. S. (1975). Derivation of new "
    "readability formulas for Navy enlisted personnel. Research Branch Report 8-75.",
    "Livingston, S. A., and Lewis, C. (1995). Estimating the consistency and accuracy of "
    "classifications based on test scores. Journal of Educational Measurement, 32, 179-197.",
    "Mantel, N., and Haenszel, W. (1959). Statistical aspects of the analysis of data from "
    "retrospective studies of disease. Journal of the National Cancer Institute, 22, 719-748.",
    "McDaniel, M. A., Psotka, J., Legree, P. J., Yost, A. P., and Weekley, J. A. (2011). Toward an "
    "understanding of situational judgment item validity and group differences. Journal of Applied "
    "Psychology, 96, 327-336.",
    "Mittelstädt, J. M., Maier, J., Goerke, P., Zinn, F., and Hermes, M. (2024). Large language "
    "models can outperform humans in social situational judgments. Scientific Reports, 14, 27449.",
    "Sackett, P. R., Zhang, C., Berry, C. M., and Lievens, F. (2022). Revisiting meta-analytic "
    "estimates of validity in personnel selection. Journal of Applied Psychology, 107, 2040-2068.",
    "Webster, E. S., Paton, L. W., Crampton, P. E. S., and Tiffin, P. A. (2020). Situational "
    "judgement test validity for selection: a systematic review and meta-analysis. Medical "
    "Education, 54, 888-902.",
    "Whetzel, D. L., McDaniel, M. A., and Nguyen, N. T. (2008). Subgroup differences in "
    "situational judgment test performance: a meta-analysis. Human Performance, 21, 291-309.",
)


def closing(bank: Bank, catalogue: Catalogue, studies: Studies) -> tuple[ManualSection, ...]:
    """Adjustments, languages, limits, how to cite, references."""
    return (
        ManualSection(
            "adjustments",
            "Adjustments and the alternative form",
            (
                ManualPart(
                    sentences=(
                        "Choosing among given answers can itself put a disabled candidate at a "
                        "disadvantage (Government Legal Service v Brookes, 2017). Another way to "
                        "answer should be offered to everybody before they start, without asking "
                        "why: the same scenarios in writing or aloud, to a person, scored by two "
                        "raters on the same scale.",
                        "There is no time limit, and no item needs dragging, sound or colour.",
                    ),
                    gap="a guide for rating such answers, and whether their scores mean the same",
                    study=studies.alternative,
                ),
            ),
        ),
        ManualSection("languages", "Languages", (_languages(bank, studies),)),
        ManualSection(
            "limits",
            "Limits",
            (
                ManualPart(
                    points=(
                        *limits(bank),
                        "Each value rests on a few scenarios: a value's score is for conversation.",
                        "A provider with 20 staff can find out almost nothing about the bank by "
                        "itself. Evidence comes from many providers together.",
                    )
                ),
            ),
        ),
        ManualSection(
            "cite", "How to cite", (ManualPart(sentences=(_citation(bank, catalogue),)),)
        ),
        ManualSection("references", "References", (ManualPart(points=_REFERENCES),)),
    )


def _languages(bank: Bank, studies: Studies) -> ManualPart:
    several = len(bank.catalogues) > 1
    return ManualPart(
        sentences=(
            f"Texts: {languages_of(bank)}. A translated item is another instrument until it is "
            "shown not to be.",
        ),
        gap="whether the languages are comparable"
        if several
        else "any other language than that of the texts",
        study=studies.languages,
    )


def _citation(bank: Bank, catalogue: Catalogue) -> str:
    authors = "; ".join(bank.provenance.authors)
    return (
        f"{authors} ({bank.provenance.written}). {catalogue.title}, {bank.label} [question bank; "
        f"{bank.status}]. SHA-256 {bank.sha256[:12]}. VBR Engine {__version__}."
    )
