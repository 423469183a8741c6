"""The leaderboard in Chromium, from disk: it sorts, filters, chooses and compares, and asks for nothing."""

from __future__ import annotations

import json
from itertools import combinations

import boards_made
import numpy as np
import pytest
from boards_made import RECOGNITION_BOARD, ROWS, SPOTTING_BOARD, STRS_BOARD, VIEW
from browser import expect, opened

from mebench.leaderboard.rendered import rendered
from mebench.metrics.comparison import paired_difference
from mebench.metrics.named import spot_then_recognise_scores


def methods(page):
    return page.locator(f"{ROWS} .opener").all_inner_texts()


def scores(board, metric, part="me"):
    return {row["method"]: row["scores"][part][metric][0] for row in board["rows"]}


def test_it_opens_on_the_real_boards_with_the_best_first(browser, path, boards):
    with opened(browser, path) as seen:
        assert "SYNTHETIC" not in seen.page.locator(VIEW).inner_text()
        real = scores(boards["spotting/casme-sq/loso"], "f1")
        assert methods(seen.page) == sorted(real, key=lambda m: (m == "oracle-threshold", -real[m]))
        seen.quiet()


def test_columns_sort_both_ways_and_say_so(browser, path, boards):
    board = boards[SPOTTING_BOARD]
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}") as seen:
        head = seen.page.locator(f"{VIEW} th.c-metric", has_text="Precision")
        for order, sign in (("descending", -1), ("ascending", 1)):
            head.get_by_role("button").click()
            assert head.get_attribute("aria-sort") == order
            value = scores(board, "precision")
            ranked = [m for m in value if m != "oracle-threshold"]
            defined = sorted((m for m in ranked if value[m] is not None), key=lambda m: sign * value[m])
            # Undefined is last, whichever way; an oracle below that.
            assert methods(seen.page) == [*defined, "silent", "oracle-threshold"]
        seen.page.locator(f"{VIEW} th.c-method button").click()
        ranked = [m for m in methods(seen.page) if m != "oracle-threshold"]
        assert ranked == sorted(ranked)
        assert head.get_attribute("aria-sort") is None
        seen.quiet()


def test_search_and_filters_leave_what_fits(browser, path, boards):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}") as seen:
        page = seen.page
        page.locator(f"{VIEW} input[type=search]").fill("NET")
        expect(page.locator(ROWS)).to_have_count(3)
        assert sorted(methods(page)) == ["dyngeonet", "lgsnet", "softnet"]
        assert "3 of 12 entries" in page.locator(f"{VIEW} .legend").inner_text()
        page.locator(VIEW).get_by_label("Preset").select_option("paper")
        expected = [
            r["method"] for r in boards[SPOTTING_BOARD]["rows"] if "net" in r["method"] and r["preset"] == "paper"
        ]
        assert sorted(methods(page)) == sorted(expected)
        page.locator(f"{VIEW} input[type=search]").fill("nothing like this")
        page.wait_for_selector(f"{VIEW} >> text=No entry fits the filter")
        page.locator(f"{VIEW} input[type=search]").fill("oracle")
        page.locator(VIEW).get_by_label("Preset").select_option("")
        expect(page.locator(ROWS)).to_have_count(1)
        page.locator(VIEW).get_by_label("ranked only").check()
        page.wait_for_selector(f"{VIEW} >> text=No entry fits the filter")
        seen.quiet()


def test_tabs_task_dataset_and_part_choose_the_board(browser, path):
    with opened(browser, path) as seen:
        page = seen.page
        page.get_by_role("tab", name="Synthetic").click()
        assert "SYNTHETIC: rendered faces" in page.locator(VIEW).inner_text()
        assert page.locator(f"{VIEW} h2").inner_text().startswith("Spotting on CAS(ME)², synthetic twin (LOSO)")
        page.get_by_role("radio", name="SAMM Long Videos").check()
        page.get_by_role("radio", name="MaE").check()
        assert page.locator(f"{VIEW} h2").inner_text() == "Spotting on SAMM Long Videos, synthetic twin (LOSO) MaE"
        page.get_by_role("radio", name="Recognition", exact=True).check()
        assert "MEGC2019 composite" in page.locator(f"{VIEW} h2").inner_text()
        page.get_by_role("tab", name="Published").click()
        assert page.locator(f"{VIEW} table.published tbody tr").count() == 5
        page.get_by_role("button", name="impossible").click()
        assert page.locator(f"{VIEW} table.published tbody tr").count() == 1
        page.get_by_role("tab", name="How to read").click()
        assert "cannot be told apart" in page.locator(VIEW).inner_text()
        seen.quiet()


def test_a_link_shows_what_its_sender_saw(browser, path, boards):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}") as seen:
        page = seen.page
        page.get_by_role("radio", name="MaE").check()
        page.locator(f"{VIEW} th.c-metric button").first.click()
        for method in ("mdmd", "silent"):
            page.locator(VIEW).get_by_label(f"Compare {method}").check()
        address, order = page.url, methods(page)
        panel = page.locator(f"{VIEW} .compare").inner_text()
    with opened(browser, path, fragment="#" + address.split("#")[1]) as seen:
        assert methods(seen.page) == order
        assert seen.page.locator(f"{VIEW} .compare").inner_text() == panel
        seen.page.evaluate("location.hash = '#view=nonsense&board=none&part=x&sort=constructor'")
        seen.page.wait_for_selector("#view-real:not([hidden])")
        seen.quiet()


def test_a_row_opens_to_its_provenance(browser, path, boards):
    row = next(r for r in boards[SPOTTING_BOARD]["rows"] if r["method"] == "mdmd")
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}") as seen:
        opener = seen.page.get_by_role("button", name="mdmd", exact=True)
        opener.click()
        assert opener.get_attribute("aria-expanded") == "true"
        detail = seen.page.locator(f"#{opener.get_attribute('aria-controls')}").inner_text()
        counts = row["counts"]["me"]
        for words in (row["submission_sha256"], row["commit"], row["authors"], "TP {tp} · FP {fp} · FN {fn}"):
            assert words.format(**counts) in detail
        opener.click()
        assert seen.page.locator(f"{VIEW} tr.detail").count() == 0
        oracle = seen.page.get_by_role("button", name="oracle-threshold")
        oracle.click()
        assert "Not ranked: its thresholds were chosen on the test labels" in seen.page.locator(VIEW).inner_text()
        seen.quiet()


@pytest.mark.parametrize(
    ("board_id", "part", "metrics"),
    [
        (SPOTTING_BOARD, "me", ("f1", "precision", "recall")),
        (SPOTTING_BOARD, "overall", ("f1",)),
        (RECOGNITION_BOARD, "full", ("uf1", "uar", "accuracy")),
        (RECOGNITION_BOARD, "smic", ("uf1",)),
        (STRS_BOARD, "me", ("strs", "spotting_f1", "analysis_f1")),
    ],
)
def test_two_rows_compare_as_python_does(browser, path, boards, board_id, part, metrics):
    board = boards[board_id]
    known = boards_made.SPOTTING | boards_made.RECOGNITION | dict(spot_then_recognise_scores(2))
    pairs = list(combinations(range(len(board["rows"])), 2))[:: 1 if len(board["rows"]) < 6 else 13]
    with opened(browser, path) as seen:
        for i, j in pairs:
            ids = [board["rows"][k]["id"] for k in (i, j)]
            for metric in metrics:
                seen.page.evaluate(
                    "hash => { location.hash = hash }",
                    f"#view=twins&board={board_id}&part={part}&a={ids[0]}&b={ids[1]}",
                )
                expect(seen.page.locator(f"{VIEW} .compare h3")).to_contain_text(board["rows"][j]["method"])
                seen.page.locator(VIEW).get_by_label("Score to compare by").select_option(metric)
                found = json.loads(seen.page.locator(f"{VIEW} .compare data").get_attribute("value"))
                tables = [boards_made.table_of(board, k, part) for k in (i, j)]
                expected = paired_difference(*tables, known[metric])
                ends = expected.interval or (np.nan, np.nan)
                shown = [np.nan if x is None else x for x in found]
                np.testing.assert_allclose(shown, [expected.value, ends[0], ends[1]], atol=1e-9)
        seen.quiet()


def test_the_comparison_says_what_the_test_of_the_board_says(browser, path, boards):
    board = boards[SPOTTING_BOARD]
    i, j, *_, adjusted = min(board["pairs"]["me"], key=lambda pair: pair[-1])
    a, b = board["rows"][i], board["rows"][j]
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}") as seen:
        for row in (b, a):
            seen.page.locator(VIEW).get_by_label(f"Compare {row['method']}").check()
        said = seen.page.locator(f"{VIEW} .compare").inner_text()
        assert f"p = {adjusted:.4f}: separable at 95 %" in said
        assert f"{b['method']} minus {a['method']}" in said
        assert seen.page.locator(f"{VIEW} .strip rect").count() > 3
        third = next(row["method"] for row in board["rows"] if row["method"] not in (a["method"], b["method"]))
        seen.page.locator(VIEW).get_by_label(f"Compare {third}").check()
        assert seen.page.locator(f"{VIEW} table.board input:checked").count() == 2
        gone = f"{b['method']} is no longer selected"
        assert gone in seen.page.locator(f"{VIEW} .compare").inner_text()
        assert gone in seen.page.locator(f"{VIEW} p[role=status]").inner_text()
        seen.page.locator(f"{VIEW} .compare").get_by_role("button", name="Close").click()
        assert seen.page.locator(f"{VIEW} .compare").count() == 0
        seen.quiet()


def test_published_rows_stand_beside_a_real_board_and_never_in_it(browser, path):
    with opened(browser, path, fragment="#view=real") as seen:
        beside = seen.page.locator(f"{VIEW} .beside")
        assert "not measured here" in beside.inner_text()
        assert beside.locator("tbody tr").count() == 5
        assert not [m for m in methods(seen.page) if m.startswith("Published")]
        assert beside.get_by_role("checkbox").count() == 0
        beside.get_by_role("button", name="Published method 2").click()
        assert "best epoch on the test subject" in beside.inner_text()
        seen.page.get_by_role("tab", name="Synthetic").click()
        assert seen.page.locator(f"{VIEW} .beside").count() == 0
        seen.quiet()


def test_the_diagram_is_there_where_three_systems_are_ranked(browser, path):
    with opened(browser, path, fragment=f"#view=twins&board={SPOTTING_BOARD}") as seen:
        assert seen.page.locator(f"{VIEW} .diagram svg.cd").count() == 1
        assert "Mean rank over" in seen.page.locator(f"{VIEW} .diagram").inner_text()
        seen.quiet()


def test_names_are_cut_between_characters(browser, tmp_path):
    board = boards_made.spotting_board(3, 6, oracle=False, permutations=99)
    for one, start in zip(board["rows"], ("", "a", "ab"), strict=True):
        one["method"] = start + "\U0001f600" * 100
        one["preset"] = start + "\U0001f600" * 60
    file = tmp_path / "emoji.html"
    file.write_text(rendered([board]), encoding="utf-8")
    with opened(browser, file) as seen:
        for pick in (0, 1):
            seen.page.locator(f"{VIEW} .pick input").nth(pick).check()
        seen.page.locator(f"{VIEW} .opener").first.click()
        whole = "/\\p{Surrogate}/u.test(document.body.innerText)"
        assert seen.page.evaluate(whole) is False
        titled = "[...document.querySelectorAll('[title],[aria-label]')].map((x) => x.title + x.ariaLabel).join()"
        assert seen.page.evaluate(f"/\\p{{Surrogate}}/u.test({titled})") is False
        assert "\U0001f600…" in seen.page.locator(f"{VIEW} .lead").inner_text()
        seen.quiet()


@pytest.mark.parametrize(("n", "others"), [(2, 1), (5, 0), (8, 2)])
def test_the_same_highest_score_is_shared(browser, tmp_path, n, others):
    board = boards_made.spotting_board(n + others, 12, oracle=False, permutations=199)
    ranked = sorted(board["rows"], key=lambda row: -row["scores"]["me"]["f1"][0])
    for k, one in enumerate(ranked):
        one["method"] = f"method {k}"
    for one in ranked[:n]:
        one["scores"]["me"] = ranked[0]["scores"]["me"]
    file = tmp_path / "shared.html"
    file.write_text(rendered([board]), encoding="utf-8")
    with opened(browser, file) as seen:
        said = seen.page.locator(f"{VIEW} .lead").inner_text()
        more = f" and {n - 3} more" if n > 3 else ""
        names = ", ".join(f"method {k}" for k in range(min(n, 3)))
        assert said.startswith(f"{n} entries share the highest score: {names}{more}, F1 ")
        assert "scores highest" not in said
        assert ("no other" in said) == (others == 0)
        seen.quiet()


def test_back_goes_through_the_boards_and_tabs(browser, path):
    with opened(browser, path) as seen:
        page, heading = seen.page, seen.page.locator(f"{VIEW} h2").first
        steps = page.evaluate("history.length")
        first = heading.inner_text()
        page.get_by_role("tab", name="Synthetic").click()
        second = heading.inner_text()
        page.get_by_role("radio", name="SAMM Long Videos").check()
        third = heading.inner_text()
        page.locator(f"{VIEW} th.c-metric button").first.click()
        page.locator(f"{VIEW} input[type=search]").fill("net")
        expect(page.locator(f"{VIEW} .legend")).to_contain_text(" of 4 entries")
        assert page.evaluate("history.length") == steps + 2
        for words in (second, first):
            page.go_back()
            expect(heading).to_have_text(words)
        page.go_forward()
        expect(heading).to_have_text(second)
        page.go_forward()
        expect(heading).to_have_text(third)
        expect(page.locator(f"{VIEW} input[type=search]")).to_have_value("net")
        assert len({first, second, third}) == 3
        seen.quiet()
