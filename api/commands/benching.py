"""`firstline eval bench`: Firstline's cost beside other pipelines', all in one run."""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import say, settings_for

app = typer.Typer()


@app.command()
def bench(
    articles: Annotated[Path, typer.Option(help="What is published for it.")] = Path("kb_articles"),
    peers: Annotated[
        Path | None, typer.Option(help="Python of the peers' environment (`make bench`). Default: no peers.")
    ] = None,
    store: Annotated[int, typer.Option(min=150, help="Articles in store when the resident size is read.")] = 1000,
    curve: Annotated[bool, typer.Option(help="Also grow to 50,000 chunks, which takes minutes.")] = True,
) -> None:
    """Time questions beside the raw embedding, in process, over HTTP, under load and growing; and the peers."""
    os.environ |= {f"FIRSTLINE_LIMITS__{name}": "1000000/minute" for name in ("ADDRESS", "CONVERSATION", "SITE")}
    os.environ |= {"FIRSTLINE_METRICS_PORT": "0"}
    from api import wiring
    from bot.adapters.minilm import MiniLM
    from evals.bench import growth, ours
    from evals.bench import table as drawn
    from evals.bench.material import write_material
    from evals.bench.peers.driver import read_items

    settings = settings_for(None)
    minilm = MiniLM(settings.models, settings.threads)

    def raw(text: str) -> object:
        return minilm.embed([text])

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_material(work, articles, store)
        texts = [row["text"] for row in ours.questions(work)]
        say("Firstline …")
        start = time.perf_counter()
        with wiring.make_workbench(settings)(work / "corpus.jsonl") as assistant:
            published = time.perf_counter() - start
            measured = ours.in_process(work, assistant, raw) | {"published_s": published}
        embedding = ours.median(measured["raw"])
        _publish(work, "small", work / "corpus.jsonl")
        with ours.service(work / "small") as (base, _, ready):
            over_http = ours.over_http(base, texts)
            rate = ours.throughput(base, texts)
        indexed = _publish(work, "large", work / "corpus.jsonl", work / "filler.jsonl")
        with ours.service(work / "large") as (base, process, _):
            ours.over_http(base, texts[:50])
            resident = ours.resident(process)
        passages = ours.embedding_seconds(
            wiring.make_encoders(settings).embedder, (work / "corpus.jsonl", work / "filler.jsonl")
        )
        print(drawn.HEAD)
        print(drawn.row_of("Firstline (the whole answer)", measured, ready, resident).line(), flush=True)
        if peers is not None:
            os.environ |= {"PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": str(settings.threads)}
            for row in drawn.peers(peers, work, settings.models):
                print(row.line(), flush=True)
        http = ours.median(over_http)
        ceiling = (os.cpu_count() or 1) * 1000 / embedding
        print(f"raw embedding: p50 {embedding:.2f} ms, English, tokenising included, {settings.threads} thread")
        print(f"the first question: {measured['first_ms'] / ours.median(measured['spent']):.1f}x p50")
        print(
            f"over HTTP, turn stored: p50 {http / embedding:.1f}x, "
            f"p99 {ours.percentile(over_http, 0.99) / embedding:.1f}x"
        )
        print(f"{ours.AT_ONCE} at once: {rate:.0f} questions/s = {rate / ceiling:.0%} of cores / embedding time")
        print(f"publishing {store} articles: {passages / indexed:.2f} of the raw embedding rate")
        if curve:
            sentences = [item.text[:200] for item in read_items(work / "filler.jsonl")[: growth.BASE]]
            grown = wiring.make_workbench(settings, wrap=lambda embedder: growth.Turned(embedder, sentences))
            for chunks, ratio, search in growth.curve(work, texts[:100], raw, grown):
                print(f"{chunks:6d} chunks: a question {ratio:.1f}x, of which searching {search:.1f} ms", flush=True)


def _publish(work: Path, name: str, *sources: Path) -> float:
    """Seconds of `firstline index` in a process of its own."""
    import subprocess

    command = [str(Path(sys.executable).parent / "firstline"), "index", *map(str, sources), "--data", str(work / name)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - start
