"""Names of methods: ours, those of other packages, and what goes wrong with them."""

from importlib.metadata import EntryPoint

import pytest

from mebench.baselines import registry
from mebench.baselines.config import configured
from mebench.baselines.kinds import code_of, find_kind, short_name
from mebench.baselines.method import Spotter
from mebench.problems import UserError


@pytest.fixture
def others(monkeypatch):
    points = [
        EntryPoint("theirs", "mebench.baselines.floors.empty:Empty", registry.GROUP),
        EntryPoint("empty", "nowhere:Empty", registry.GROUP),
        EntryPoint("gone", "no_such_package:Method", registry.GROUP),
        EntryPoint("no-method", "mebench.problems:UserError", registry.GROUP),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    registry.entries.cache_clear()
    yield
    registry.entries.cache_clear()


def test_other_packages_add_methods_but_cannot_replace_ours(others):
    assert find_kind("theirs").__name__ == "Empty"
    assert registry.entries()["empty"].place == "mebench.baselines.floors.empty:Empty"
    assert not registry.is_ours("theirs")


def test_a_broken_package_is_a_sentence(others):
    with pytest.raises(UserError, match="gone cannot be loaded from no_such_package:Method"):
        find_kind("gone")
    with pytest.raises(UserError, match="no-method is no class that derives from"):
        find_kind("no-method")


@pytest.mark.parametrize("name", registry.names())
def test_every_method_keeps_the_form(name):
    kind = find_kind(name)
    assert set(kind.PRESETS) >= {"paper", "cpu"}
    for preset in kind.PRESETS:
        method = kind(**configured(kind, name, preset))
        assert type(method)(**method.get_params()).get_params() == method.get_params()
    assert set(kind.PARAMETERS) == set(configured(kind, name, "cpu"))
    assert kind.summary().endswith(".")


def test_the_code_of_a_method_of_ones_own_counts(tmp_path):
    file = tmp_path / "mine.py"
    text = "from mebench.baselines.floors.empty import Empty\nclass Mine(Empty):\n    'x'\n"
    file.write_text(text)
    name = f"{file}:Mine"
    kind = find_kind(name)
    before = code_of(kind, name)
    file.write_text(text + "# changed\n")
    assert code_of(kind, name) != before
    assert short_name(name) == "Mine"


def change(file):
    file.write_text(file.read_text() + "\n# changed\n")


def test_the_code_of_what_a_method_imports_from_beside_it_counts(tmp_path):
    texts = {
        "mine.py": "import beside_one\nfrom mebench.baselines.floors.empty import Empty\nimport importlib\n"
        "importlib.import_module('beside_' + 'named')\n"
        "class Mine(Empty):\n    def late(self):\n        from beside_pack import inner\n",
        "beside_one.py": "import beside_two.deep\n",
        "beside_two/deep.py": "x = 1\n",
        "beside_named.py": "",
        "beside_pack/__init__.py": "",
        "beside_pack/inner.py": "from . import other\n",
        "beside_pack/other.py": "",
    }
    strangers = {
        "not_imported.py": "",
        ".venv/lib/site-packages/numpy/__init__.py": "",
    }
    for place, text in (texts | strangers).items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    name = f"{tmp_path / 'mine.py'}:Mine"
    kind = find_kind(name)
    seen = {code_of(kind, name)}
    for n, place in enumerate(texts, 2):
        change(tmp_path / place)
        seen.add(code_of(kind, name))
        assert len(seen) == n, place
    for place in strangers:
        change(tmp_path / place)
        assert code_of(kind, name) in seen


def test_the_code_of_an_installed_package_counts(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "their_package"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "helper.py").write_text("x = 1\n")
    (package / "method.py").write_text(
        "from their_package.helper import x\nfrom mebench.baselines.floors.empty import Empty\n"
        "class Mine(Empty):\n    'x'\n"
    )
    monkeypatch.syspath_prepend(package.parent)
    points = [EntryPoint("packed", "their_package.method:Mine", registry.GROUP)]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    registry.entries.cache_clear()
    kind = find_kind("packed")
    before = code_of(kind, "packed")
    change(package / "helper.py")
    after = code_of(kind, "packed")
    registry.entries.cache_clear()
    assert before != after


def test_the_code_of_ours_is_our_rooms_alone():
    assert len({code_of(find_kind(name), name) for name in registry.names()}) == 1


class Typed(Spotter):
    """Has parameters of every type."""

    def __init__(
        self, n: int = 1, x: float = 0.5, on: bool = False, sizes: tuple[int, ...] = (1,), to: int | None = None
    ):
        self.n, self.x, self.on, self.sizes, self.to = n, x, on, sizes, to


def test_values_take_the_type_of_their_parameter():
    given = {"n": 3, "x": 2, "on": True, "sizes": 4, "to": None}
    found = configured(Typed, "typed", "cpu", given)
    assert found == {"n": 3, "x": 2.0, "on": True, "sizes": (4,), "to": None}
    assert isinstance(found["x"], float)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"n": 1.5}, "n is a whole number, not '1.5'"),
        ({"n": True}, "n is a whole number"),
        ({"on": 1}, "on is true or false"),
        ({"to": "x"}, "to is a whole number or none"),
        ({"m": 1}, "There is no parameter of typed 'm'"),
    ],
)
def test_a_wrong_value_is_a_sentence(given, sentence):
    with pytest.raises(UserError, match=sentence.replace("(", r"\(")):
        configured(Typed, "typed", "cpu", given)
