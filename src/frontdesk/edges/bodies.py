"""Bodies of requests as forms, whichever of the two encodings they come in."""

from frontdesk.edges.asgi import READ_TO_END_BYTES_MAX, Receive, Scope, body_chunks, header, read_body
from frontdesk.errors import Refused
from frontdesk.settings import LimitSettings
from frontdesk.wire.form import Form, parse_form
from frontdesk.wire.multipart import MultipartReader, Parts

UPLOAD_SLACK_BYTES = 65_536  # The fields and boundaries around a file.
MULTIPART = b"multipart/form-data"


def is_multipart(scope: Scope) -> bool:
    """Whether a request says that its body is a form in parts."""
    return header(scope, b"content-type").lower().startswith(MULTIPART)


async def read_plain(scope: Scope, receive: Receive, limits: LimitSettings) -> bytes:
    """A body other than an upload.

    Errors:  `Refused("body_too_large")`, and as `read_body`.
    """
    body = await read_body(scope, receive, limits.body_bytes_max, limits.body_read_s)
    if body is None:
        limit = limits.body_bytes_max
        raise Refused("body_too_large", f"a request may have {limit} bytes", limit=limit)
    return body


async def read_form(scope: Scope, receive: Receive, limits: LimitSettings) -> Form:
    """The fields of a form. Errors: `Refused`: `body_too_large`, `bad_form`; and as `read_body`."""
    return form_of(header(scope, b"content-type"), await read_plain(scope, receive, limits))


def form_of(content_type: bytes, body: bytes) -> Form:
    """The fields of a body. Errors: `Refused("bad_form")`."""
    if not content_type.lower().startswith(MULTIPART):
        return parse_form(body)
    reader = MultipartReader(content_type.decode("latin-1"), bytes_max=len(body))
    reader.feed(body)
    return reader.finish().fields


async def read_upload(scope: Scope, receive: Receive, file_bytes_max: int, within_s: float) -> Parts:
    """The parts of an upload, read to the end however long it is.

    Errors:  `Refused("bad_form")`, and as `body_chunks`.
    """
    bytes_max = file_bytes_max + UPLOAD_SLACK_BYTES
    content_type = header(scope, b"content-type").decode("latin-1")
    reader: MultipartReader | None = None
    refusal: Refused | None = None
    try:
        reader = MultipartReader(content_type, bytes_max=bytes_max)
    except Refused as error:
        refusal = error
    read_max = max(READ_TO_END_BYTES_MAX, 2 * bytes_max)
    async for chunk in body_chunks(scope, receive, within_s, read_max):
        if reader is not None:
            reader.feed(chunk)
    if reader is None:
        raise refusal or Refused("bad_form", "the body must be multipart/form-data")
    return reader.finish()
