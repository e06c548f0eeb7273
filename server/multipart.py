"""One file out of a multipart body, in chunks; a body that is none is the sender's fault."""

import warnings
from collections.abc import AsyncIterator

from aiohttp import BadContentDispositionHeader, BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from hub.errors import Malformed

CHUNK = 65_536
# aiohttp only warns of a part whose name it cannot read, and the warning, name and all, would end up in the log.
warnings.filterwarnings("ignore", category=BadContentDispositionHeader)


async def file_of(request: web.Request) -> BodyPartReader:
    """Return the part named `file`, which must be the first; raises `Malformed`."""
    if request.content_type != "multipart/form-data":
        raise Malformed("Send the file as multipart/form-data", hint="One field named `file`.")
    try:
        field = await (await request.multipart()).next()
    except (ValueError, AssertionError, HttpProcessingError, BadContentDispositionHeader) as error:
        raise Malformed("That is no multipart body", reason=str(error)[:200]) from error
    if not isinstance(field, BodyPartReader) or field.name != "file":
        raise Malformed("There is no file in the body", hint="One field named `file`.")
    return field


async def chunks_of(field: BodyPartReader) -> AsyncIterator[bytes]:
    """Give the bytes of the file; raises `Malformed` when the body breaks off."""
    try:
        while chunk := await field.read_chunk(CHUNK):
            yield chunk
    except (ValueError, AssertionError, HttpProcessingError) as error:
        raise Malformed("The multipart body breaks off", reason=str(error)[:200]) from error
