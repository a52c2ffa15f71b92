"""Files that are there whole or not at all."""

import os
import stat

import pytest

from crl_client.files import replaced


def test_a_file_is_replaced_when_all_went_well(tmp_path):
    path = tmp_path / "new" / "f.txt"
    with replaced(path) as file:
        file.write("one")
        assert not path.exists()
    with pytest.raises(RuntimeError), replaced(path) as file:
        file.write("two")
        raise RuntimeError
    assert path.read_text() == "one"
    assert os.listdir(path.parent) == ["f.txt"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with replaced(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_pipe_is_written_to(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with replaced(path) as file:
        file.write("x")
    assert os.read(reader, 10) == b"x"
    assert stat.S_ISFIFO(path.stat().st_mode)
    os.close(reader)
