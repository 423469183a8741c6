import pickle
import tracemalloc

import numpy as np
import pytest

from mebench.problems import UserError
from mebench.video import file as file_module
from mebench.video import streams
from mebench.video.annotated import Annotated
from mebench.video.frames import Frames, later, open_frames
from mebench.video.missing import Policy
from tests.video.disk import number_in, write_video

N = 90
KINDS = [
    ("MJPG", "avi", 30.0),
    ("FFV1", "avi", 200.0),
    ("XVID", "avi", 29.97),
    ("mp4v", "mp4", 100.0),
    ("mpg1", "mpg", 30.0),
]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind[0])
def video(request, tmp_path_factory):
    code, ending, fps = request.param
    return write_video(tmp_path_factory.mktemp("video") / f"v.{ending}", N, fps, code), fps


@pytest.fixture(scope="module")
def avi(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("avi") / "15_0101disgust.avi", N)


def test_every_frame_is_the_one_that_is_asked_for(video):
    path, fps = video
    frames = open_frames(path)
    assert isinstance(frames, Frames)
    assert frames.numbers.tolist() == list(range(1, N + 1))
    assert frames.fps == pytest.approx(fps, rel=1e-3)
    assert [number_in(image) for _, image in frames.section(1, N)] == list(range(1, N + 1))
    order = np.random.default_rng(0).integers(1, N + 1, 25)
    assert [number_in(frames.read(int(n))) for n in order] == order.tolist()
    assert [number_in(frames.read(n, grey=True)) for n in (N, 1, N, 50, 50)] == [N, 1, N, 50, 50]
    assert [n for n, _ in frames.section(80, N)] == list(range(80, N + 1))


def test_forward_is_read_and_not_sought(avi, monkeypatch):
    frames = open_frames(avi)
    frames.read(1)
    monkeypatch.setattr(streams.CvStream, "jump", None)
    monkeypatch.setattr(file_module.Decoder, "_again", None)
    assert [number_in(image) for _, image in frames.section(1, N)] == list(range(1, N + 1))


def test_a_decoder_that_jumps_wrongly_is_not_believed(avi, monkeypatch):
    right = streams.CvStream.jump
    monkeypatch.setattr(streams.CvStream, "jump", lambda self, index: right(self, max(index - 2, 0)))
    frames = open_frames(avi)
    assert len(frames.numbers) == N
    assert [number_in(frames.read(n)) for n in (80, 40, 89, 2)] == [80, 40, 89, 2]


@pytest.mark.parametrize("lie", [N - 40, N + 40, 0])
def test_a_container_that_lies_is_counted(avi, monkeypatch, lie):
    opened = streams.CvStream.__init__

    def lying(self, path):
        opened(self, path)
        self.said = lie

    monkeypatch.setattr(streams.CvStream, "__init__", lying)
    frames = open_frames(avi)
    assert len(frames.numbers) == N
    assert number_in(frames.read(N)) == N
    said = [f"{avi.name}: the file says that it has {lie} frames, but {N} can be read"]
    assert frames.report.sentences() == (said if lie else [])


def test_a_truncated_video_ends_where_it_ends(avi, tmp_path, capfd):
    data = avi.read_bytes()
    (tmp_path / "cut.avi").write_bytes(data[: len(data) // 2])
    frames = open_frames(tmp_path / "cut.avi")
    n = len(frames.numbers)
    assert 30 < n < 60
    assert [number_in(image) for _, image in frames.section(1, n - 1)] == list(range(1, n))
    assert f"but {n} can be read" in frames.report.sentences()[0]
    with pytest.raises(UserError, match=f"there is no frame {n + 1} of cut.avi; its frames are 1 to {n}"):
        frames.read(n + 1)
    assert capfd.readouterr() == ("", "")


def test_frames_that_cannot_be_decoded_are_named_or_replaced(avi, tmp_path, capfd):
    data = bytearray(avi.read_bytes())
    middle = data.index(b"00dc", len(data) // 2) + 8
    for at in range(middle, middle + 400, 3):
        data[at] ^= 0xFF
    path = tmp_path / "bad.avi"
    path.write_bytes(data)
    frames = open_frames(path, missing="nearest")
    shows = {n: number_in(image) for n, image in frames.section(1, N)}
    replaced = frames.report.replaced
    assert 1 <= len(replaced) <= 3
    assert frames.report.n_unreadable == len(replaced)
    assert {n: replaced[n].by if n in replaced else n for n in shows} == shows
    first = min(replaced)
    with pytest.raises(
        UserError, match=rf"bad\.avi cannot be decoded at its image {first} \(frame {first} of bad\.avi\)"
    ):
        list(open_frames(path).section(1, N))
    assert capfd.readouterr() == ("", "")


def test_the_first_frame_is_that_of_the_annotation(avi):
    assert open_frames(avi, annotated=Annotated(first=501)).numbers[[0, -1]].tolist() == [501, 500 + N]
    frames = open_frames(avi, annotated=Annotated(first=501), shift=-1)
    assert frames.numbers[0] == 500
    assert number_in(frames.read(509)) == 10


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", r"v\.avi: the file is empty \(0 bytes\)"),
        (b"#EXTM3U\n/etc/passwd\n", r"v\.avi: this is a text file, no video"),
        (b"ffconcat version 1.0\nfile 'x.avi'\n", "this is a text file"),
        (b"\0\1\2\3" * 500, r"v\.avi: this is no video that can be opened"),
        (b"RIFF\0\0\0\0AVI LIST", "no video that can be opened|no frame that can be read"),
    ],
)
def test_what_is_no_video_is_one_sentence(tmp_path, data, says, capfd):
    (tmp_path / "v.avi").write_bytes(data)
    with pytest.raises(UserError, match=f"^[^\n]*{says}[^\n]*$"):
        open_frames(tmp_path / "v.avi")
    assert capfd.readouterr() == ("", "")


def test_a_video_with_zero_frames_is_one_sentence(tmp_path, avi):
    data = avi.read_bytes()
    (tmp_path / "v.avi").write_bytes(data[: data.index(b"movi") + 4])
    with pytest.raises(UserError, match=r"v\.avi: the video has no frame that can be read"):
        open_frames(tmp_path / "v.avi")
    write_video(tmp_path / "none.avi", 0)
    with pytest.raises(UserError, match=r"none\.avi: [^\n]+"):
        open_frames(tmp_path / "none.avi")


def test_identity_and_another_process(avi):
    frames = open_frames(avi)
    frames.read(3)
    again = pickle.loads(pickle.dumps(frames))
    assert again.identity == frames.identity != open_frames(avi, shift=3).identity
    assert number_in(again.read(60)) == 60


def test_a_long_video_passes_in_the_memory_of_a_few_frames(avi):
    frames = open_frames(avi)
    size = frames.read(1).nbytes
    tracemalloc.start()
    try:
        assert sum(1 for _ in frames.section(1, N)) == N
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * size + 50_000


def test_a_video_file_tells_what_is_known_of_it_and_is_not_decoded_for_that(avi, monkeypatch):
    frames = open_frames(avi, name="s1/v")
    assert repr(frames) == f"<s1/v: frames {frames.numbers[0]} to {frames.numbers[-1]}, file {avi}>"
    unread = later(avi, "s1/v", None, Annotated(), None, Policy(), 0)
    monkeypatch.setattr("mebench.video.file.open_stream", None)
    assert repr(unread) == f"<s1/v: file {avi}>"
