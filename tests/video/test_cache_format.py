"""An entry gives back what was put in, is a plain .npz, and is never believed when it is damaged or hostile."""

import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mebench.video.cache_format import Corrupt, explain, halved, pack, settle, unpack
from mebench.video.cache_keys import key

KEY = key("flow", frames="abc", step=2)
DTYPES = ["?", "i1", "u1", "<i2", ">i4", "<u8", "<f2", "<f4", ">f4", "<f8", "<c8", "<c16"]
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,9}", fullmatch=True)
any_array = st.sampled_from(DTYPES).flatmap(
    lambda d: hnp.arrays(np.dtype(d), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@given(st.dictionaries(NAMES, any_array, max_size=4))
def test_any_arrays_come_back_bit_by_bit(arrays):
    data = pack(KEY, settle(arrays))
    back = unpack(data, KEY)
    assert list(back) == sorted(arrays)
    for name, array in arrays.items():
        assert same(back[name], array)
        assert back[name].flags.owndata
        assert back[name].flags.writeable
    assert pack(KEY, settle(dict(reversed(arrays.items())))) == data


@given(any_array)
def test_numpy_reads_an_entry_without_pickle(array):
    data = pack(KEY, settle({"x": array}))
    with np.load(io.BytesIO(data), allow_pickle=False) as npz:
        assert same(npz["x"], array)
        header = json.loads(npz["header.json"])
    assert header["parts"] == {"frames": "abc", "step": 2}
    assert header["kind"] == "flow"
    assert explain(io.BytesIO(data)) == header


def test_an_array_that_is_not_contiguous_comes_back_too():
    array = np.arange(24.0).reshape(4, 6)[::2, ::-3]
    assert np.array_equal(unpack(pack(KEY, settle({"x": array.T})), KEY)["x"], array.T)


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_side=0, max_side=5),
        elements=st.floats(-70_000, 70_000, width=32) | st.sampled_from([np.nan, np.inf, 0.1, 1e-6]),
    ),
    st.sampled_from([1e-7, 1e-3, 0.02, 1.0, 100.0]),
)
def test_half_is_within_its_bound_or_not_done(array, bound):
    settled = settle({"x": array}, {"x": bound})
    data = pack(KEY, settled)
    back = unpack(data, KEY)["x"]
    assert same(back, settled.arrays()["x"])
    assert back.dtype == np.float32
    if np.isfinite(array).all():
        assert (np.abs(back.astype("f8") - array.astype("f8")) <= bound).all()
    else:
        assert same(back, array)
    stored = explain(io.BytesIO(data))["arrays"]["x"]
    assert stored[0] == "<f4"
    fits = np.isfinite(array).all() and (np.abs(array) <= 65_504).all()
    harmless = fits and array.size and (np.abs(array.astype("f2").astype("f4") - array) <= bound).all()
    assert stored[1] == ("<f2" if harmless else "<f4")


@given(st.floats(-65_504, 65_504))
def test_the_error_of_half_is_below_the_bound_that_needs_no_look(x):
    assert abs(float(np.float16(x)) - x) <= max(abs(x) * 2.0**-11, 2.0**-25)


def test_half_without_a_bound_rounds_what_is_finite_and_in_range():
    array = np.array([0.1, 3.3], np.float32)
    assert np.array_equal(settle({"x": array}, ("x",)).arrays()["x"], array.astype("f2").astype("f4"))
    assert settle({"x": array}, ("y",)).arrays()["x"] is array
    too_large = np.array([0.1, 1e9])
    assert halved(too_large, 1e12) is too_large
    assert settle({"n": np.array([2**20 + 1])}, ("n",)).arrays()["n"][0] == 2**20 + 1


def test_half_makes_an_entry_half_as_large():
    array = np.random.default_rng(0).normal(size=(50, 50)).astype("f4")
    sizes = [len(pack(KEY, settle({"x": array}, half))) for half in ((), ("x",))]
    assert 1.8 < sizes[0] / sizes[1] < 2


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a\\b", ".x", "x.npy", "a b", "x\n", "é", "a" * 65])
def test_names_that_are_paths_are_refused(name):
    with pytest.raises(ValueError, match="not a name of an array"):
        settle({name: np.zeros(2)})


@pytest.mark.parametrize(
    "array", [np.array([{}]), np.array(["a"]), np.zeros(2, "M8[s]"), np.zeros(2, [("a", "f4")]), np.zeros(1, "g")]
)
def test_only_numbers_are_stored(array):
    with pytest.raises(TypeError, match="cannot be stored"):
        settle({"x": array})


SOME = pack(KEY, settle({"a": np.arange(7, dtype=np.uint8), "b": np.array([[0.5, np.nan]])}))


@given(st.integers(0, len(SOME) - 1))
@example(0)
@example(len(SOME) - 1)
def test_a_truncated_entry_is_corrupt(length):
    with pytest.raises(Corrupt):
        unpack(SOME[:length], KEY)


@settings(max_examples=300)
@given(st.integers(0, len(SOME) - 1), st.integers(1, 255))
def test_a_changed_byte_is_seen_or_changes_nothing(place, change):
    data = bytearray(SOME)
    data[place] ^= change
    try:
        found = unpack(bytes(data), KEY)
    except Corrupt:
        return
    assert all(same(found[name], value) for name, value in unpack(SOME, KEY).items())


@given(st.binary(max_size=200))
def test_any_bytes_are_corrupt(data):
    with pytest.raises(Corrupt):
        unpack(data, KEY)
    with pytest.raises(Corrupt):
        explain(io.BytesIO(data))


def test_the_entry_of_another_key_is_not_taken():
    for other in (key("flow", frames="abc", step=3), key("strain", frames="abc", step=2)):
        with pytest.raises(Corrupt, match="something else"):
            unpack(SOME, other)


class Bomb:
    """Unpickling it would raise a mark; nothing here may unpickle it."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def hostile(members, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def header(**arrays):
    content = {"format": "mebench/cache/1", "kind": "flow", "parts": {"frames": "abc", "step": 2}, "arrays": arrays}
    return ("header.json", json.dumps(content))


def npy(array):
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


GOOD = npy(np.zeros(2))
OBJECTS = npy(np.array([Bomb()], dtype=object))


@pytest.mark.parametrize(
    "data",
    [
        hostile([header(x=["|O", "|O", [1]]), ("x.npy", OBJECTS)]),
        hostile([header(x=["<f8", "<f8", [1]]), ("x.npy", OBJECTS)]),
        hostile([header(x=["<f8", "|O", [1]]), ("x.npy", OBJECTS)]),
        hostile([("header.json", pickle.dumps(Bomb())), ("x.npy", OBJECTS)]),
        hostile([header(**{"../../x": ["<f8", "<f8", [2]]}), ("../../x.npy", GOOD)]),
        hostile([header(x=["<f8", "<f8", [2]]), ("x.npy", GOOD), ("../y.npy", GOOD)]),
        hostile([header(x=["<f8", "<f8", [2]]), ("/x.npy", GOOD)]),
        hostile([header(x=["<f8", "<f8", [2]]), ("x.npy", GOOD)], zipfile.ZIP_DEFLATED),
        hostile([header(x=["<f8", "<f8", [10**30]]), ("x.npy", GOOD)]),
        hostile([header(x=["<f8", "<f8", [-1]]), ("x.npy", GOOD)]),
        hostile([header(x=["<f8", "<f8", [True, 2]]), ("x.npy", GOOD)]),
        hostile([header(x=["<f8", "<f8", [2]])]),
        hostile([header(x=["<f8"]), ("x.npy", GOOD)]),
        hostile([header(x=7), ("x.npy", GOOD)]),
        hostile([("header.json", "[" * 100_000), ("x.npy", GOOD)]),
        hostile([("header.json", "[]")]),
        hostile([("header.json", b"\xff\xfe")]),
        hostile([("x.npy", GOOD)]),
        hostile([]),
    ],
)
def test_a_hostile_entry_is_corrupt_and_nothing_of_it_runs(data):
    with pytest.raises(Corrupt):
        unpack(data, KEY)


def test_the_hostile_samples_fail_for_what_is_wrong_in_them():
    members = [header(x=["<f8", "<f8", [2]]), ("x.npy", GOOD)]
    archive = hostile(members)
    assert np.array_equal(unpack(archive, KEY)["x"], np.zeros(2))


def test_a_header_is_not_unpacked_if_it_is_compressed():
    with pytest.raises(Corrupt, match="no header"):
        explain(io.BytesIO(hostile([("header.json", " " * (1 << 19))], zipfile.ZIP_DEFLATED)))
