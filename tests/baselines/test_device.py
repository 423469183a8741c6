"""A device that is asked for and is not there is a sentence."""

import torch


def test_cuda_that_is_not_there_is_a_sentence(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, out, err = run("baseline", "run", "empty", "--device", "cuda", "--workers", "1")
    assert (code, out) == (2, "")
    assert "--device cuda" in err
    assert "Traceback" not in err
