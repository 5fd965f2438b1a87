"""Where versions live on disk, and how old ones leave it: whole, and only once no reader holds them."""

import fcntl
import shutil
from pathlib import Path

from ingestion.ports import Publications


def version_folder(folder: Path, version: int) -> Path:
    return folder / "versions" / str(version)


def prune(folder: Path, publications: Publications, keep: int) -> list[int]:
    """Remove every version but the live one and the newest `keep - 1` others; return the numbers removed.

    A version that a running server still reads is left for the next time. With it go its bytes: text, keyword data
    and vectors stand nowhere else.
    """
    with publications.publishing():
        live = publications.live()
        others = [record.version for record in publications.history() if record.version != live]
        removed = [version for version in others[max(0, keep - 1) :] if _remove(version_folder(folder, version))]
        for version in removed:
            publications.forget(version)
        _remove_strays(folder, {record.version for record in publications.history()})
    return removed


def _remove(folder: Path) -> bool:
    """False where a reader holds it."""
    try:
        with (folder / "manifest.json").open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return False
    return True


def _remove_strays(folder: Path, known: set[int]) -> None:
    """Folders of a publish that was killed: finished or not, the register does not know them."""
    for path in (folder / "versions").glob("*"):
        if not (path.name.isdigit() and int(path.name) in known):
            shutil.rmtree(path, ignore_errors=True)
