"""The models' files: the right ones or none."""

import shutil
from pathlib import Path

import pytest

from bot.adapters.minilm import PREPARED, MiniLM, prepare
from bot.adapters.model_files import MINILM_TOKENIZER, MINILM_WEIGHTS, USE_TOKENIZER, USE_WEIGHTS, ModelFile
from bot.errors import ModelUnavailable
from bot.files import sha256_of, write_atomically
from tests.conftest import ROOT

MODELS = ROOT / "var" / "models"


@pytest.mark.parametrize("file", [MINILM_WEIGHTS, MINILM_TOKENIZER, USE_WEIGHTS, USE_TOKENIZER], ids=lambda f: f.path)
def test_what_is_installed_is_what_was_tested(file: ModelFile) -> None:
    assert file.checked() == file.locate()


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "packed_model"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "weights.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    return package / "weights.bin"


def model_file(path: str, sha256: str) -> ModelFile:
    names = [*ModelFile.__dataclass_fields__][3:]
    return ModelFile("packed_model", path, sha256, **dict.fromkeys(names, "Apache-2.0"))


def test_a_damaged_file_is_refused(packed: Path) -> None:
    file = model_file("weights.bin", sha256_of(packed))
    assert file.checked() == packed
    packed.write_bytes(b"weightz")
    with pytest.raises(ModelUnavailable, match=r"weights\.bin is not the file that Firstline was tested with"):
        file.checked()


def test_a_missing_file_or_package_says_what_to_run(packed: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is not installed; run 'make setup'"):
        model_file("other.bin", "").locate()
    packed.unlink()
    with pytest.raises(ModelUnavailable, match="is not installed; run 'make setup'"):
        model_file("weights.bin", "").checked()


def test_the_prepared_model_is_made_once_and_again_when_damaged(tmp_path: Path) -> None:
    for name in (PREPARED, f"{PREPARED}.sha256"):
        shutil.copy(MODELS / name, tmp_path)
    whole = sha256_of(prepare(tmp_path))
    stamp = (tmp_path / PREPARED).stat().st_mtime_ns
    prepare(tmp_path)
    assert (tmp_path / PREPARED).stat().st_mtime_ns == stamp
    (tmp_path / PREPARED).write_bytes(b"half a model")
    assert sha256_of(prepare(tmp_path)) == whole
    assert MiniLM(tmp_path).embed(["a word"]).shape == (1, 384)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_atomically(tmp_path / "deep" / "file", b"one")
    write_atomically(tmp_path / "deep" / "file", b"two")
    assert (tmp_path / "deep" / "file").read_bytes() == b"two"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"]
    with pytest.raises(TypeError):
        write_atomically(tmp_path / "deep" / "file", "text")  # type: ignore[arg-type]
    assert (tmp_path / "deep" / "file").read_bytes() == b"two"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"], "nothing half is left"
