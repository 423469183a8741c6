"""The page of a submission in Chromium: from disk, with mouse, wheel and keys, on a phone, in the dark, on paper."""

import re
import time

import pytest
from browser import opened
from submissions_made import HOSTILE, guesses, write

from mebench.datasets.library import load_dataset
from mebench.pages.submission_page import submission_page
from mebench.pages.told import tell

TWIN = "casme-sq-twin-small"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A submission on a twin as a page with its ground truth, and without."""
    folder = tmp_path_factory.mktemp("pages")
    file = write(folder / "said.csv", guesses(TWIN), {"method": "guesses", "authors": ["A", "B"]})
    few = write(folder / "few.csv", guesses(TWIN, found=0.1))
    small = write(folder / "small.csv", guesses(f"{TWIN[:-6]}-tiny", background=2))
    events = load_dataset(f"{TWIN[:-6]}-tiny").annotations.dropna(subset=["onset", "offset"])
    away = [
        row
        for row in guesses(f"{TWIN[:-6]}-tiny", background=2, found=0)
        if not ((events["video"] == row[0]) & (events["onset"] <= row[2]) & (events["offset"] >= row[1])).any()
    ]
    small_few = write(folder / "small-few.csv", away)
    for name, truth, said, tiny in (("shown", True, file, small), ("hidden", False, few, small_few)):
        page = submission_page(tell(said, TWIN, ground_truth=truth))
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        page = submission_page(tell(tiny, f"{TWIN[:-6]}-tiny", ground_truth=truth))
        (folder / f"{name}-tiny.html").write_text(page, encoding="utf-8")
    return folder


def until(wanted):
    """Wait for something: the page's policy lets no condition be handed to it as text."""
    for _ in range(200):
        if wanted():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def extent(page, index=0):
    """The first and the last second on the axis of a timeline, as it is labelled."""
    words = page.locator(".timeline").nth(index).locator("text").all_text_contents()
    seconds = [float(word[:-2]) for word in words if word.endswith(" s")]
    return seconds[0], seconds[-1]


def a_mark(page, kind):
    """A timeline with an interval of a kind, and the place of the interval's middle on the screen."""
    mark = page.locator(f".timeline rect.mark.{kind}").first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    return mark, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_it_opens_from_disk_and_asks_for_nothing(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        assert seen.page.locator(".video").count() == 39
        assert seen.page.locator(".timeline rect.mark").count() > 5
        seen.quiet()


def test_hovering_tells_frames_seconds_and_outcome(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        for kind, words in (("fp", "false positive (FP): "), ("fn", "missed (FN)"), ("tp", "(TP)")):
            _, x, y = a_mark(seen.page, kind)
            seen.page.mouse.move(x, y)
            tip = seen.page.locator("#tip")
            assert words in tip.inner_text()
            assert re.search(r"frames \d+ to \d+ \(\d+ frames, \d+\.\d\d s\)", tip.inner_text())
            assert re.search(r"\d+\.\d\d s to \d+\.\d\d s", tip.inner_text())
        stage = seen.page.locator(".timeline").first.bounding_box()
        seen.page.mouse.move(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] - 3)
        assert re.fullmatch(r"frame \d+\s+\d+\.\d\d s", seen.page.locator("#tip").inner_text())
        seen.page.mouse.move(1, 1)
        assert seen.page.locator("#tip").is_hidden()


def test_buttons_keys_and_wheel_zoom(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        page = seen.page
        whole = extent(page)
        page.locator(".video button", has_text="+").first.click()
        nearer = extent(page)
        assert nearer[1] - nearer[0] < (whole[1] - whole[0]) * 0.7
        page.locator(".video button", has_text="All").first.click()
        assert extent(page) == whole
        stage = page.locator(".timeline").first
        stage.focus()
        page.keyboard.press("+")
        assert extent(page) == nearer
        page.keyboard.press("Shift+ArrowRight")
        assert extent(page)[0] > nearer[0]
        page.keyboard.press("0")
        assert extent(page) == whole
        box = stage.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
        page.mouse.wheel(0, -300)
        until(lambda: extent(page)[1] - extent(page)[0] < whole[1] - whole[0])
        seen.quiet()


def test_the_wheel_scrolls_the_page_until_a_timeline_is_chosen(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        box = seen.page.locator(".timeline").first.bounding_box()
        before = extent(seen.page)
        seen.page.mouse.move(box["x"] + 300, box["y"] + 10)
        seen.page.mouse.wheel(0, 200)
        until(lambda: seen.page.evaluate("window.scrollY") > 0)
        assert extent(seen.page) == before


def test_the_arrow_keys_go_through_the_intervals_and_say_them(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        page = seen.page
        page.locator(".timeline").first.focus()
        said = []
        for _ in range(3):
            page.keyboard.press("ArrowRight")
            said.append(page.locator("#said").text_content())
            assert page.locator(".timeline").first.locator("rect.chosen").count() == 1
        page.keyboard.press("ArrowLeft")
        assert page.locator("#said").text_content() == said[-2]
        assert all(re.match(r"(Event|Prediction), M", words) for words in said)
        onsets = [int(re.search(r"frames (\d+)", words)[1]) for words in said]
        assert onsets == sorted(onsets)
        page.keyboard.press("Escape")
        assert page.locator("rect.chosen").count() == 0
        assert page.locator("#tip").is_hidden()


def test_videos_are_filtered(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        page = seen.page

        def count():
            return page.locator(".video:visible").count()

        page.select_option("#which", "errors")
        tallies = page.locator(".video:visible .tally").all_inner_texts()
        assert 0 < len(tallies) <= 39
        assert all(re.search(r"FP [1-9]|FN [1-9]", words) for words in tallies)
        clean = page.locator(".video[hidden] .tally").all_text_contents()
        assert all(re.search(r"FP 0.*FN 0", words) for words in clean)
        page.select_option("#which", "all")
        page.select_option("#subject", "s16")
        assert 0 < count() < 39
        assert all("subject s16" in words for words in page.locator(".video:visible .video-head").all_inner_texts())
        page.fill("#search", "nothing of that name")
        assert count() == 0
        assert page.locator("#empty").is_visible()


def test_the_intervals_are_there_as_a_table(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        page = seen.page
        button = page.locator(".video button", has_text="Table").first
        button.click()
        assert button.get_attribute("aria-expanded") == "true"
        rows = page.locator(".video").first.locator("tbody tr")
        tally = page.locator(".video .tally").first.inner_text()
        tp, fp, fn = map(int, re.findall(r"\d+", tally))
        assert rows.count() == 2 * tp + fp + fn
        button.click()
        assert page.locator(".video table:visible").count() == 0


def test_a_keyboard_comes_past_the_timelines(browser, pages):
    with opened(browser, pages / "shown.html", height=700) as seen:
        page = seen.page
        skip = page.get_by_role("link", name="Skip the timelines")
        skip.focus()
        box = skip.bounding_box()
        assert 0 <= box["x"] < 1000
        assert 0 <= box["y"] < 700
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "errors"
        until(lambda: 0 <= page.locator("#errors").bounding_box()["y"] < 700)
        page.get_by_role("navigation", name="Sections").get_by_role("link", name="Every rule").click()
        until(lambda: -1 <= page.locator("#rules").bounding_box()["y"] < 700)
        seen.quiet()


def test_without_ground_truth_there_are_only_predictions(browser, pages):
    with opened(browser, pages / "hidden.html") as seen:
        assert seen.page.locator(".timeline rect.mark.said").count() > 3
        assert seen.page.locator(".timeline rect:is(.tp, .fp, .fn, .again)").count() == 0
        assert seen.page.locator("#which").count() == 0
        _, x, y = a_mark(seen.page, "said")
        seen.page.mouse.move(x, y)
        assert re.match(r"Prediction, Ma?E\s+frames", seen.page.locator("#tip").inner_text())
        seen.quiet()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["shown", "hidden"])
def test_axe_finds_nothing_serious(browser, pages, name, dark):
    with opened(browser, pages / f"{name}-tiny.html", dark=dark) as seen:
        seen.page.locator(".video button", has_text="Table").first.click()
        assert seen.violations() == []


def test_a_phone_shows_it_without_scrolling_sideways(browser, pages):
    with opened(browser, pages / "shown.html", width=390, height=844) as seen:
        for part in ("#score", "#timeline", "#errors", "#rules", "#provenance"):
            seen.page.locator(part).scroll_into_view_if_needed()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 390


def test_every_timeline_is_drawn_for_paper(browser, pages):
    with opened(browser, pages / "shown.html") as seen:
        drawn = "[...document.querySelectorAll('.timeline')].filter((one) => one.childElementCount).length"
        assert seen.page.evaluate(drawn) < 39
        seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert seen.page.evaluate(drawn) == 39


@pytest.mark.parametrize("case", ["script", "end", "quotes"])
def test_hostile_words_do_nothing(browser, tmp_path, case):
    words = HOSTILE[case]
    meta = {"method": words, "notes": words, "authors": [words], "extra": {words: words}}
    file = write(tmp_path / "said.csv", guesses("casme-sq-twin-tiny"), meta)
    (tmp_path / "page.html").write_text(submission_page(tell(file, "casme-sq-twin-tiny")), encoding="utf-8")
    with opened(browser, tmp_path / "page.html") as seen:
        assert seen.page.locator("h1").inner_text() == words
        assert seen.page.locator("script").count() == 2
        assert seen.page.locator("img").count() == 0
        seen.quiet()


def test_a_page_of_the_size_of_samm_lv_opens_in_two_seconds(browser, tmp_path):
    file = write(tmp_path / "said.csv", guesses("samm-lv-twin", background=4))
    (tmp_path / "page.html").write_text(submission_page(tell(file, "samm-lv-twin")), encoding="utf-8")
    took = []
    for _ in range(3):  # others may use the machine: the best of three is what the page needs
        start = time.perf_counter()
        with opened(browser, tmp_path / "page.html") as seen:
            seen.page.locator(".timeline rect.mark").nth(10).wait_for()
            took.append(time.perf_counter() - start)
    assert min(took) < 2
