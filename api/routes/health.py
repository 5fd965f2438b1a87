"""Is it alive, and may it be sent questions."""

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from api.context import Here
from api.problems import body
from api.schemas import errors

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    """The process answers; it says nothing of the index."""
    return {"status": "live"}


@router.get("/ready", responses=errors(503), response_model=dict[str, str])
async def ready(here: Here) -> Response:
    """200 once a version is live and finds an article by its own title; else 503 with the reason."""
    problem = await run_in_threadpool(here.readiness.problem)
    return JSONResponse(body("not_ready", problem), 503) if problem else JSONResponse({"status": "ready"})
