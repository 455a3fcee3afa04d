"""The API of the phones, and their page."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from simulators.carrier.carrier import Carrier
from simulators.carrier.faults import read_faults
from simulators.carrier.messages import known_numbers, messages_of_phone, take_from_phone
from simulators.carrier.wire import (
    BadRequest,
    Refusal,
    answer,
    is_number,
    read_object,
    read_phone_text,
)

_PAGES = Path(__file__).parent / "pages"
_MOST = 2**62


def phone_routes(carrier: Carrier) -> APIRouter:
    router = APIRouter(prefix="/simulator/api/v1")

    @router.post("/messages")
    async def send(request: Request) -> Response:
        text = read_phone_text(await read_object(request))
        message_id, owed = await carrier.database.run(
            lambda connection: take_from_phone(connection, text, carrier.addresses)
        )
        carrier.webhooks.post(owed)
        return answer({"id": message_id}, 202)

    @router.get("/phones")
    async def numbers() -> Response:
        return answer(await carrier.database.run(known_numbers))

    @router.get("/phones/{number}/messages")
    async def messages(number: str, request: Request) -> Response:
        if not is_number(number):
            raise BadRequest("number", "must be a number in E.164 or a short code")
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit()):
            raise BadRequest("after", "must be a whole number")
        known = min(int(after[:20]), _MOST)
        return answer(
            await carrier.database.run(lambda file: messages_of_phone(file, number, known))
        )

    @router.get("/faults")
    async def faults() -> Response:
        return answer(carrier.faults.as_json())

    @router.put("/faults")
    async def set_faults(request: Request) -> Response:
        await carrier.set_faults(read_faults(await read_object(request)))
        return answer(carrier.faults.as_json())

    return router


def page_routes() -> APIRouter:
    router = APIRouter()
    pages = {path.name: path for path in _PAGES.iterdir() if path.is_file()}

    @router.get("/")
    async def index() -> Response:
        return FileResponse(pages["index.html"])

    @router.get("/pages/{name}")
    async def page(name: str) -> Response:
        if name not in pages:
            raise Refusal(404, "There is no such page.")
        return FileResponse(pages[name])

    return router
