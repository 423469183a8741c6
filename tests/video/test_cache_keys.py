"""A key changes with every part, and with nothing else."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.video.cache_keys import Key, canonical, key

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
parts = st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True).filter(lambda n: n != "kind"), plain, max_size=5)


def same(a, b):
    """Equal in value and in type, all the way down: 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and (not isinstance(a, float) or math.copysign(1, a) == math.copysign(1, b))


def shuffled(value, draw):
    if isinstance(value, dict):
        names = draw(st.permutations(sorted(value)))
        return {name: shuffled(value[name], draw) for name in names}
    return [shuffled(v, draw) for v in value] if isinstance(value, list) else value


@given(parts, st.data())
def test_the_order_of_names_does_not_count(given_parts, data):
    assert key("flow", **shuffled(given_parts, data.draw)) == key("flow", **given_parts)


@given(parts, parts)
def test_two_keys_are_equal_only_if_all_parts_are(a, b):
    assert (key("flow", **a).digest == key("flow", **b).digest) == same(a, b)


@given(parts, st.data())
def test_changing_adding_or_dropping_one_part_changes_the_key(given_parts, data):
    before = key("flow", **given_parts).digest
    name = data.draw(st.sampled_from([*given_parts, "another"]))
    value = data.draw(plain.filter(lambda v: name not in given_parts or not same(v, given_parts[name])))
    assert key("flow", **{**given_parts, name: value}).digest != before
    for dropped in given_parts:
        assert key("flow", **{k: v for k, v in given_parts.items() if k != dropped}).digest != before


def test_the_kind_counts_and_is_a_plain_name():
    assert key("flow", a=1).digest != key("strain", a=1).digest
    for odd in ("", "..", "a/b", "Flow", "a--b", "-a", "a\n", "a b"):
        with pytest.raises(ValueError, match="is not a kind"):
            key(odd)


def test_parts_cannot_imitate_the_kind():
    assert Key("flow", '{"a":1}').digest == key("flow", a=1).digest
    assert len(key("flow").digest) == 64


@dataclass(frozen=True)
class Square:
    size: int


@dataclass(frozen=True)
class Circle:
    size: int


def test_values_of_numpy_tuples_and_dataclasses_are_taken_as_what_they_are():
    assert canonical({"n": np.int64(3), "x": np.float32(0.5), "b": np.bool_(True)}) == '{"b":true,"n":3,"x":0.5}'
    assert key("flow", box=(1, 2)) == key("flow", box=[1, 2])
    assert key("flow", crop=Square(2)) != key("flow", crop=Circle(2))
    assert json.loads(canonical(Square(2))) == {"is": "Square", "size": 2}


@pytest.mark.parametrize("value", [math.nan, math.inf, {"a": -math.inf}, [math.nan]])
def test_numbers_that_json_cannot_write_are_refused(value):
    with pytest.raises(ValueError, match="cannot be part of a key"):
        key("flow", a=value)


@pytest.mark.parametrize("value", [Path("x"), np.zeros(2), {1, 2}, b"x", {1: 2}, Square])
def test_values_that_have_no_one_text_are_refused(value):
    with pytest.raises(TypeError):
        key("flow", a=value)
