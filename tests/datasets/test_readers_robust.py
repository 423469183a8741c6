"""Whatever a workbook holds, a reader returns tables that keep their contract or says what is wrong."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets import catalog
from mebench.datasets.sheets import Sheet
from mebench.datasets.tables import ANNOTATIONS, VIDEOS, conform
from mebench.problems import UserError
from tests.datasets import layouts

SMALL = {
    "samm-lv": layouts.samm_sheets(
        [layouts.samm_row(f"006_1_{n}", 10 * n, 10 * n + 4, 10 * n + 8) for n in range(1, 4)]
    ),
    "casme-sq": layouts.casme_sheets([layouts.casme_row(1, f"anger1_{n}", 10 * n, 10 * n + 4, 0) for n in range(1, 4)]),
    "smic-e-long": layouts.smic_sheets(
        [layouts.smic_row(1, f"s01_po_0{n}", 100, 900, (f"s01_po_0{n}", 200, 230)) for n in range(1, 4)]
    ),
}
CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just(datetime.date(2020, 1, 2)),
    st.sampled_from(["s15", "me", "Macro", "#", "-1", "0101", "anger1_1", "006_1_1", "Subject", "ME Type", "/"]),
)  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
@given(data=st.data())
def test_any_cells_give_tables_or_a_sentence(name, data):
    sheets = [Sheet(sheet.name, [list(row) for row in sheet.rows]) for sheet in SMALL[name]]
    for _ in range(data.draw(st.integers(1, 4))):
        sheet = data.draw(st.sampled_from(sheets))
        row = data.draw(st.sampled_from(sheet.rows))
        if row:
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELL)
    try:
        read = catalog.reader(name).parse(sheets, "book.xlsx")
    except UserError as error:
        said = str(error)
    else:
        conform(read.videos, VIDEOS, "videos")
        conform(read.annotations, ANNOTATIONS, "annotations")
        assert set(read.annotations["video"]) <= set(read.videos["video"])
        assert read.annotations["onset"].notna().all()
        return
    assert said.startswith("book.xlsx")


@pytest.mark.parametrize("name", SMALL)
@given(written=st.text(max_size=30))
def test_any_text_is_a_video_or_none(name, written):
    canonical_video = catalog.reader(name).canonical_video
    found = canonical_video(written)
    assert found is None or canonical_video(found) == found
