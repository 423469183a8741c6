"""The cache on the disk: whole entries only, whoever writes, dies, clears or damages."""

import datetime
import errno
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from mebench.files import cache_folder
from mebench.problems import UserError
from mebench.video import cache as cache_module
from mebench.video.cache import Cache, CacheUnwritable, key

KEY = key("flow", frames="abc")
VALUE = {"x": np.arange(12.0).reshape(3, 4)}


@pytest.fixture
def notes():
    return []


@pytest.fixture
def cache(tmp_path, notes):
    return Cache(tmp_path / "cache", notes.append)


def tree(folder):
    """Every file below a folder with its bytes; what a run left waiting counts too."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def never():
    pytest.fail("it was made again")


def test_an_entry_is_made_once(cache):
    assert cache.get(KEY) is None
    assert not cache.contains(KEY)
    made = cache.get_or_make(KEY, lambda: VALUE)
    found = cache.get_or_make(KEY, never)
    assert np.array_equal(made["x"], VALUE["x"])
    assert np.array_equal(found["x"], VALUE["x"])
    assert cache.contains(KEY)
    assert cache.get(key("flow", frames="abd")) is None


def test_the_first_answer_equals_the_later_ones_even_if_it_is_rounded(cache):
    array = np.random.default_rng(0).normal(size=50).astype("f4")
    made = cache.get_or_make(KEY, lambda: {"x": array}, half={"x": 0.01})
    found = cache.get_or_make(KEY, never, half={"x": 0.01})
    assert made["x"].tobytes() == found["x"].tobytes() != array.tobytes()


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in "ab":
        Cache(tmp_path / name).put(KEY, VALUE)
        time.sleep(0.01)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_entries_and_size_tell_what_is_there(cache):
    assert list(cache.entries()) == []
    assert cache.size() == 0
    cache.put(KEY, VALUE)
    cache.put(key("strain", frames="abc"), VALUE)
    assert [entry.kind for entry in cache.entries()] == ["flow", "strain"]
    assert [entry.kind for entry in cache.entries("strain")] == ["strain"]
    assert cache.size() == sum(len(content) for content in tree(cache.root).values())
    assert next(cache.entries()).header()["parts"] == {"frames": "abc"}


def test_clear_takes_what_has_not_been_used(cache):
    keys = [key(kind, n=n) for kind in ("flow", "strain") for n in range(3)]
    for one in keys:
        cache.put(one, VALUE)
    old = time.time() - 10 * 86400
    for one in keys[:4]:
        os.utime(cache.path(one), (old, old))
    assert cache.get(keys[0]) is not None  # used just now
    gone = cache.clear(older_than=datetime.timedelta(days=5), kind="flow")
    assert gone.entries == 2
    assert [cache.contains(one) for one in keys] == [True, False, False, True, True, True]
    assert cache.clear(older_than=datetime.timedelta(days=5)).entries == 1
    before = cache.size()
    assert cache.clear() == (3, before)
    assert tree(cache.root) == {}


def test_clear_touches_nothing_that_is_not_an_entry(cache, tmp_path):
    cache.put(KEY, VALUE)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ("a" * 64 + ".npz")).write_text("mine")
    shelf = cache.path(KEY).parent
    (shelf / "notes.txt").write_text("mine")
    (cache.folder / "flow" / "zz").symlink_to(outside)
    (cache.folder / "linked").symlink_to(outside)
    (shelf / ("b" * 64 + ".npz")).symlink_to(outside / ("a" * 64 + ".npz"))
    assert cache.clear().entries == 1
    assert (outside / ("a" * 64 + ".npz")).read_text() == "mine"
    assert (shelf / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", [lambda d: d[:-7], lambda d: b"", lambda d: d[:90] + b"?" + d[91:], lambda d: d * 2])
def test_a_damaged_entry_is_noted_removed_and_made_again(cache, notes, damage):
    cache.put(KEY, VALUE)
    path = cache.path(KEY)
    good = path.read_bytes()
    path.write_bytes(damage(good))
    made = cache.get_or_make(KEY, lambda: VALUE)
    assert np.array_equal(made["x"], VALUE["x"])
    assert path.read_bytes() == good
    assert len(notes) == 1
    assert "is damaged" in notes[0]
    assert notes[0].startswith(str(path))


def test_a_truncated_entry_is_not_contained(cache):
    cache.put(KEY, VALUE)
    content = cache.path(KEY).read_bytes()
    for length in (0, 1, 50, len(content) - 1):
        cache.path(KEY).write_bytes(content[:length])
        assert not cache.contains(KEY)


def test_a_pipe_a_link_or_a_folder_in_place_of_an_entry_is_none(cache, tmp_path):
    path = cache.path(KEY)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert cache.get(KEY) is None
    assert not cache.contains(KEY)
    cache.put(KEY, VALUE)
    elsewhere = tmp_path / "elsewhere.npz"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert cache.get(KEY) is None
    cache.put(KEY, VALUE)
    assert not path.is_symlink()
    assert elsewhere.exists()
    path.unlink()
    path.mkdir()
    assert cache.get(KEY) is None
    with pytest.raises(CacheUnwritable):
        cache.put(KEY, VALUE)


def test_a_full_disk_is_said_once_and_features_go_on(cache, notes, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for n in range(2):
        made = cache.get_or_make(key("flow", n=n), lambda: VALUE)
        assert np.array_equal(made["x"], VALUE["x"])
    assert len(notes) == 1
    assert "the disk is full" in notes[0]
    assert "mebench cache clear" in notes[0]
    assert "MEBENCH_CACHE" in notes[0]
    with pytest.raises(UserError, match="the disk is full"):
        cache.put(KEY, VALUE)
    assert tree(cache.root) == {}


def test_a_folder_that_cannot_be_made_is_said(tmp_path, notes):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache", notes.append)
    assert np.array_equal(cache.get_or_make(KEY, lambda: VALUE)["x"], VALUE["x"])
    assert "cannot be written to" in notes[0]


def test_without_a_listener_notes_go_to_the_log(tmp_path, caplog):
    cache = Cache(tmp_path)
    cache.put(KEY, VALUE)
    cache.path(KEY).write_bytes(b"?")
    assert cache.get(KEY) is None
    assert "is damaged" in caplog.text


def test_the_environment_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here" == Cache().root
    monkeypatch.setenv("MEBENCH_CACHE", "")
    assert cache_folder().name == "mebench"


def test_temporary_files_of_dead_processes_are_removed_and_those_of_live_ones_kept(cache):
    waiting = cache.folder / "tmp"
    waiting.mkdir(parents=True)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    us, host = os.getpid(), cache_module._host()
    names = {
        "dead": f"{host}-{int(dead.stdout)}-{'0' * 8}-{'1' * 32}.part",
        "another with our number": f"{host}-{us}-{'0' * 8}-{'1' * 32}.part",
        "ours": f"{host}-{us}-{cache_module._PROCESS}-{'1' * 32}.part",
        "alive": f"{host}-{os.getppid()}-{'0' * 8}-{'1' * 32}.part",
        "of another machine": f"{'0' * 8}-1-{'0' * 8}-{'1' * 32}.part",
        "of another machine, old": f"{'0' * 8}-1-{'0' * 8}-{'2' * 32}.part",
        "not ours": "notes.txt",
    }
    for name in names.values():
        (waiting / name).write_bytes(b"half")
    os.utime(waiting / names["of another machine, old"], (0, 0))
    cache.put(KEY, VALUE)
    left = {what for what, name in names.items() if (waiting / name).exists()}
    assert left == {"ours", "alive", "of another machine", "not ours"}


def test_an_entry_is_written_though_somebody_clears_meanwhile(cache, monkeypatch):
    replace, calls = os.replace, []

    def cleared_before(part, path):
        calls.append(part)
        if len(calls) == 1:
            os.unlink(part)
        replace(part, path)

    monkeypatch.setattr(os, "replace", cleared_before)
    cache.put(KEY, VALUE)
    assert len(calls) == 2
    assert cache.contains(KEY)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from mebench.video.cache import Cache, key
cache = Cache(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[2])):
    found = cache.get_or_make(key("flow", n=n), lambda: {"x": np.full((200, 200), n, np.float32)})
    assert found["x"].shape == (200, 200) and (found["x"] == n).all()
"""


def writer(root, n):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), str(n)], **pipes)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed")
    _, errors = writer(root, 60).communicate("\n", timeout=60)
    assert errors == ""
    return tree(root)


def test_four_processes_that_make_the_same_entries_all_succeed(tmp_path, undisturbed):
    running = [writer(tmp_path, 60) for _ in range(4)]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:  # together, now that all have started
        process.stdin.write("\n")
        process.stdin.flush()
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    assert tree(tmp_path) == undisturbed


def test_a_kill_leaves_whole_entries_and_the_next_run_completes_them(tmp_path, undisturbed):
    rng = random.Random(0)
    for _ in range(5):
        process = writer(tmp_path, 60)
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(rng.uniform(0.0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        left = {name: content for name, content in tree(tmp_path).items() if "/tmp/" not in f"/{name}"}
        assert left.items() <= undisturbed.items()
    (tmp_path / "features-1" / "flow").mkdir(parents=True, exist_ok=True)
    for path in (tmp_path / "features-1" / "flow").rglob("*.npz"):  # so that something is left to do
        path.unlink()
        break
    assert writer(tmp_path, 60).communicate("\n", timeout=60)[1] == ""
    assert tree(tmp_path) == undisturbed
