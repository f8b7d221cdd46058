"""What scales, items, options, answers and bands are called in words."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Catalogue, Item, ResponseFormat
from vbr_engine.reports.words import ordinal, shortened

__all__ = ["Names"]

_FORMATS = {
    "rate": "rating",
    "rank": "ranking",
    "most-least": "best and worst",
    "pick": "picking",
}


@dataclass(frozen=True)
class Names:
    """Words for what an analysis names by id; without a bank, the ids are the words."""

    bank: Bank | None
    language: str = "en"

    @property
    def catalogue(self) -> Catalogue | None:
        """The bank's texts."""
        return self.bank.text(self.language) if self.bank else None

    def item(self, item: str) -> str:
        """Title of an item."""
        texts = self.catalogue
        return texts.items[item].title if texts and item in texts.items else item

    def scenario(self, item: str) -> str:
        """An item's scenario and question."""
        texts = self.catalogue
        if not texts or item not in texts.items:
            return ""
        return f"{shortened(texts.items[item].scenario)} {texts.items[item].question}"

    def scale(self, scale: str) -> str:
        """Name of a scale."""
        texts = self.catalogue
        if scale == "composite":
            return "Whole bank" if self.bank else "All items"
        return texts.values[scale].name if texts and scale in texts.values else scale

    def kind(self, response_format: str) -> str:
        """A response format in a word."""
        return _FORMATS.get(response_format, response_format)

    def option(self, item: str, option: str) -> str:
        """Text of an option."""
        texts = self.catalogue
        if not texts or item not in texts.items:
            return option
        return texts.items[item].options.get(option, option)

    def answer(self, item: str, answer: str) -> str:
        """What a code means: a rating, a place, best or worst, chosen or not."""
        held = self._item(item)
        if held is None or not answer.lstrip("-").isdigit():
            return answer
        code = int(answer)
        if held.format is ResponseFormat.RATE:
            return self._rating(held, code)
        if held.format is ResponseFormat.RANK:
            return ordinal(code)
        if held.format is ResponseFormat.MOST_LEAST:
            return {1: "Best", -1: "Worst"}.get(code, "Neither")
        return "Chosen" if code else "Not chosen"

    def band(self, band: str) -> str:
        """Names of one or more bands."""
        texts = self.catalogue
        parts = band.split("/")
        if texts and all(part in texts.bands for part in parts):
            first, *others = (texts.bands[part].name for part in parts)
            return " or ".join([first, *(name[:1].lower() + name[1:] for name in others)])
        return band.capitalize()

    def _item(self, item: str) -> Item | None:
        return self.bank.item_by_id.get(item) if self.bank else None

    def _rating(self, item: Item, code: int) -> str:
        labels = self.catalogue.scales.get(item.scale or 0, ()) if self.catalogue else ()
        return labels[code - 1] if 0 < code <= len(labels) else str(code)
