"""The reference of the JSON interface in a browser: as accessible as every other page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import WIDTHS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", WIDTHS)
def test_the_reference_page_is_accessible(
    served: str, open_browser: Callable[..., Any], look: Callable[[Any], None], width: int
) -> None:
    page = open_browser(width)
    page.goto(f"{served}/api/v1/docs")
    look(page)
