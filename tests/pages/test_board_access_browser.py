"""The leaderboard in Chromium for everyone: on a phone, by keyboard, on paper, without scripts, with hostile names."""

from __future__ import annotations

import csv
import io
import json
import re

import boards_made
import cv2
import numpy as np
import pytest
from boards_made import ROWS, SPOTTING_BOARD, VIEW
from browser import expect, opened

from mebench.leaderboard.rendered import rendered


@pytest.mark.parametrize("width", [390, 1400])
def test_the_bar_stands_aside_for_the_comparison(browser, path, width):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}", width=width, height=700) as seen:
        page = seen.page
        for k in (0, 1):
            page.locator(f"{VIEW} .pick input").nth(k).check()
        bar = page.locator(f"{VIEW} div.bar")
        page.evaluate("window.scrollTo(0, 0)")
        expect(bar).to_be_visible()
        bar.get_by_role("button", name="See the comparison").click()
        expect(bar).to_be_hidden()
        assert page.locator(f"{VIEW} .compare").get_by_role("button", name="Close").is_visible()
        page.evaluate("window.scrollTo(0, 0)")
        expect(bar).to_be_visible()
        seen.quiet()


def test_on_a_phone_choices_wrap_and_more_to_the_side_has_a_shadow(browser, path):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}", width=390, height=844) as seen:
        page = seen.page
        wider = "[...document.querySelectorAll('.options')].filter((x) => x.scrollWidth > x.clientWidth + 1).length"
        assert page.evaluate(wider) == 0
        wide = page.locator(f"{VIEW} .diagram .wide")
        assert wide.evaluate("x => x.scrollWidth > x.clientWidth + 20")
        wide.scroll_into_view_if_needed()

        def edges():
            shot = cv2.imdecode(np.frombuffer(wide.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
            return int(np.median(shot[:, 1])), int(np.median(shot[:, -2]))

        left, right = edges()
        assert left > 250
        assert right < 215
        wide.evaluate("x => { x.scrollLeft = x.scrollWidth }")
        left, right = edges()
        assert left < 215
        assert right > 250


def test_it_works_without_a_mouse(browser, path):
    with opened(browser, path) as seen:
        page = seen.page
        page.get_by_role("tab", name="Real data").focus()
        page.keyboard.press("ArrowRight")
        assert page.get_by_role("tab", name="Synthetic").get_attribute("aria-selected") == "true"
        page.get_by_role("radio", name="ME", exact=True).focus()
        page.keyboard.press("ArrowRight")
        assert page.locator(f"{VIEW} h2 .of").inner_text() == " MaE"
        assert page.evaluate("document.activeElement.value") == "mae"
        page.get_by_role("button", name="dyngeonet", exact=True).focus()
        page.keyboard.press("Enter")
        assert page.locator(f"{VIEW} tr.detail").count() == 1
        for method in ("dyngeonet", "tsms"):
            page.locator(VIEW).get_by_label(f"Compare {method}").focus()
            page.keyboard.press("Space")
        assert page.locator(f"{VIEW} .compare").count() == 1
        seen.quiet()


def test_downloads_hold_the_view_and_no_formula(browser, hostile):
    with opened(browser, hostile, fragment="#view=twins") as seen:
        saved = {}
        for form in ("CSV", "JSON"):
            with seen.page.expect_download() as waiting:
                seen.page.locator(VIEW).get_by_role("button", name=form).click()
            saved[form] = waiting.value.path().read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(saved["CSV"])))
        assert len(rows) == 1 + len(boards_made.HOSTILE)
        text = [row[k] for row in rows[1:] for k, head in enumerate(rows[0]) if head in ("method", "preset", "authors")]
        assert not [cell for cell in text if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
        assert "'" + boards_made.HOSTILE["sheet"] in text
        numbers = [row[rows[0].index("f1")] for row in rows[1:]]
        assert all(0 <= float(number) <= 1 for number in numbers)
        assert len(json.loads(saved["JSON"])["rows"]) == len(boards_made.HOSTILE)
        seen.quiet()


def test_hostile_names_stay_text(browser, hostile):
    with opened(browser, hostile, fragment="#view=twins") as seen:
        page = seen.page
        for opener in page.locator(f"{VIEW} table.board .opener").all():
            opener.click()
        picks = page.locator(f"{VIEW} .pick input")
        picks.nth(0).check()
        picks.nth(1).check()
        shown = page.locator(VIEW).inner_text()
        for name in ("script", "close", "template", "sheet"):
            assert boards_made.HOSTILE[name] in shown
        assert "\\u202e" in shown
        assert page.locator("a[href^=javascript]").count() == 0
        page.get_by_role("tab", name="Published").click()
        for opener in page.locator(f"{VIEW} .opener").all():
            opener.click()
        assert page.evaluate("window.hacked") is None
        assert page.locator("script").count() == 2
        assert page.locator("img, iframe, object").count() == 0
        seen.quiet()


@pytest.mark.parametrize("view", ["twins", "published"])
def test_nothing_is_wider_than_a_phone(browser, hostile, path, view):
    for file in (path, hostile):
        with opened(browser, file, fragment=f"#view={view}", width=390, height=844) as seen:
            seen.page.locator(f"{VIEW} .opener").first.click()
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
            seen.quiet()


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (390, True)], ids=["wide and light", "phone and dark"])
def test_axe_finds_nothing_serious(browser, path, dark, width):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}", dark=dark, width=width) as seen:
        picks = seen.page.locator(f"{VIEW} .pick input")
        picks.nth(0).check()
        picks.nth(3).check()
        seen.page.locator(f"{VIEW} .opener").nth(1).click()
        seen.page.locator(f"{VIEW} .opener").last.click()
        found = seen.violations()
        for view in ("published", "help", "real"):
            seen.page.locator(f"#tab-{view}").click()
            if view == "published":
                seen.page.locator(f"{VIEW} .opener").first.click()
            found += seen.violations()
        assert found == []


def test_on_paper_the_controls_are_gone_and_the_colours_light(browser, path):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}", dark=True) as seen:
        seen.page.emulate_media(media="print")
        assert not seen.page.locator(f"{VIEW} .tools").is_visible()
        assert not seen.page.get_by_role("tab", name="Published").is_visible()
        assert seen.page.locator(f"{VIEW} .banner").is_visible()
        for width in (780, 1400):
            seen.page.set_viewport_size({"width": width, "height": 1000})
            shown = seen.page.locator(f"{VIEW} .score .ends")
            assert shown.first.is_visible()
            assert re.fullmatch(r"\[0\.\d\d, 0\.\d\d\]", shown.first.inner_text())
            inside = seen.page.locator(f"{VIEW} td.c-score").first.bounding_box()
            box = shown.first.bounding_box()
            assert inside["x"] <= box["x"] < box["x"] + box["width"] <= inside["x"] + inside["width"]
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_without_scripts_it_can_be_read(browser, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.resolve().as_uri())
    said = page.locator("#main").inner_text()
    context.close()
    assert "Its main tables" in said
    assert "dyngeonet" in said
    assert "SYNTHETIC: rendered faces" in said


def test_a_thousand_rows_are_all_there(browser, tmp_path):
    board = boards_made.spotting_board(1000, 68)
    file = tmp_path / "large.html"
    file.write_text(rendered([board]), encoding="utf-8")
    with opened(browser, file) as seen:
        expect(seen.page.locator(ROWS)).to_have_count(1000)
        seen.page.locator(f"{VIEW} th.c-metric button").last.click()
        expect(seen.page.locator(ROWS)).to_have_count(1000)
        recalls = seen.page.evaluate(f"[...document.querySelectorAll('{ROWS}')].map(r => +r.cells[5].textContent)")
        ranked = recalls[:999]
        assert ranked == sorted(ranked, reverse=True)
        seen.quiet()
