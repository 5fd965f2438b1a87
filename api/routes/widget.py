"""The widget's one file, with its texts put in."""

import json
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parent.parent / "widget"
PLACE = "const STRINGS = {}; // filled in by the server"


@cache
def widget_source() -> str:
    """`widget.js` with the texts of all languages in the place kept for them."""
    strings = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted((FOLDER / "strings").glob("*.json"))}
    source = (FOLDER / "widget.js").read_text("utf-8")
    return source.replace(PLACE, f"const STRINGS = {json.dumps(strings, ensure_ascii=False)};")


@router.get("/widget.js")
def widget() -> Response:
    """Loaded by any page; it holds no secret and may be cached for a while."""
    headers = {
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(widget_source(), media_type="text/javascript; charset=utf-8", headers=headers)
