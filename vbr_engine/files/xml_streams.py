"""Reading XML from strangers as a stream: no tree, no entities, nothing longer than expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from vbr_engine.files.sheet_rows import Refused

__all__ = ["Parts", "local"]

_CHUNK = 65_536
_LONGEST_TOKEN = 2_000_000
_MOST_ELEMENTS = 4_000_000
_DEEPEST = 100
_NAMES = 500  # of elements, whose short form is kept

Start = Callable[[str, dict[str, str]], None]


def local(name: str) -> str:
    """Take a name without its namespace.

    Examples
    --------
    >>> local("http://example.org/main}row")
    'row'
    """
    return name.rpartition("}")[2]


class Parts:
    """The parts of a workbook; counts what is unpacked and stops at the limit.

    Parameters
    ----------
    archive : zipfile.ZipFile
    most : int
        Bytes that may be unpacked in all.

    Raises
    ------
    Refused
        If the archive itself says that there is more.
    """

    def __init__(self, archive: ZipFile, most: int) -> None:
        self._archive = archive
        self._left = most
        self._elements = 0
        self._most = most
        self.names = frozenset(archive.namelist())
        if sum(part.file_size for part in archive.infolist()) > most:
            raise self._too_much()

    def _too_much(self) -> Refused:
        return Refused("large-inside", most=self._most / 1_000_000)

    def stream(
        self,
        name: str,
        start: Start,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Call `start` and `end` for each element, with names without namespace, and `text`.

        Parameters
        ----------
        name : str
            Of a part.
        start, end, text : callable

        Raises
        ------
        Refused
        """
        parser = self._parser(start, end, text)
        fed = 0
        try:
            with self._archive.open(name) as source:
                while chunk := source.read(_CHUNK):
                    fed += len(chunk)
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise self._too_much()
                    parser.Parse(chunk, False)
                    if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                        raise Refused("long-inside")
            parser.Parse(b"", True)
        except DefusedXmlException as error:
            raise Refused("entities") from error
        except (
            ExpatError,
            BadZipFile,
            ZlibError,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Refused("damaged") from error

    def _parser(
        self,
        start: Start,
        end: Callable[[str], None] | None,
        text: Callable[[str], None] | None,
    ) -> Any:
        # The parser underneath refuses document types and entities; our handlers build no tree.
        parser = DefusedXMLParser(forbid_dtd=True).parser
        known: dict[str, str] = {}

        depth = 0

        def started(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if self._elements > _MOST_ELEMENTS or depth > _DEEPEST:
                raise Refused("much-inside")
            short = known.get(name)
            if short is None:
                short = local(name)
                if len(known) < _NAMES:
                    known[name] = short
            start(short, attributes)

        def ended(name: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(known.get(name) or local(name))

        parser.ordered_attributes = False
        parser.specified_attributes = True
        parser.buffer_text = True
        parser.DefaultHandlerExpand = None
        parser.CommentHandler = None
        parser.ProcessingInstructionHandler = None
        parser.StartElementHandler = started
        parser.EndElementHandler = ended
        parser.CharacterDataHandler = text
        return parser
