"""All HTTP of the router: one attempt, with its own time limit; what fails becomes a typed error without a body."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import isfinite

import httpx

from noctule.router import errors
from noctule.router.messages import Json, Request

MAX_BYTES = 4 * 1024 * 1024  # of an answer
CONNECT_S = 5.0

_BY_STATUS: dict[int, type[errors.ProviderError]] = {
    401: errors.AuthFailed,
    402: errors.AuthFailed,
    403: errors.AuthFailed,
    404: errors.ModelGone,
    408: errors.TimedOut,
    410: errors.ModelGone,
    429: errors.RateLimited,
    503: errors.Overloaded,
    529: errors.Overloaded,
}


class Http:
    """Connections that are kept open. Threads may share it. `direct`: past any proxy of the environment."""

    def __init__(self) -> None:
        self._clients = {direct: _client(direct) for direct in (True, False)}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def post(self, request: Request, timeout_s: float, *, direct: bool) -> Json:
        """The JSON object that a POST is answered with. Raises ProviderError."""
        client, ends = self._clients[direct], time.monotonic() + timeout_s
        try:
            sent = client.build_request(
                "POST",
                request.url,
                headers={name: value.get_secret_value() for name, value in request.headers.items()},
                json=request.body,
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S)),
            )
            response = client.send(sent, stream=True)
            try:
                if not response.is_success:
                    raise _refusal(response)
                content = _content(response, ends)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.InvalidURL, ValueError):
            raise errors.Unreachable() from None
        except httpx.TimeoutException:
            raise errors.TimedOut() from None
        except httpx.HTTPError:
            raise errors.Disconnected() from None
        return _object(content)


def _client(direct: bool) -> httpx.Client:
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(
        follow_redirects=False,  # the key goes to the host that the registry names, and to no other
        trust_env=not direct,
        cookies=no_cookies,
        headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "noctule"},
    )


def _refusal(response: httpx.Response) -> errors.ProviderError:
    status = response.status_code
    kind = errors.BadRequest if 400 <= status < 500 else errors.ServerError
    return _BY_STATUS.get(status, kind)(status, retry_after(response.headers.get("retry-after")))


def retry_after(value: str | None, now: Callable[[], float] = time.time) -> float | None:
    """Seconds from now, of a number of seconds or an HTTP date; None when it is neither."""
    try:
        seconds = float(value or "")
    except ValueError:
        try:
            when = parsedate_to_datetime(value or "")
        except ValueError:
            return None
        at = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max((at - datetime.fromtimestamp(now(), UTC)).total_seconds(), 0.0)
    return max(seconds, 0.0) if isfinite(seconds) else None


def _content(response: httpx.Response, ends: float) -> bytes:
    """The body as it was sent: a server that compresses unasked could blow up here."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise errors.BadOutput("not_json", again=False)
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > MAX_BYTES:
            raise errors.BadOutput("not_json", again=False)
        if time.monotonic() > ends:  # the limit of httpx is for each read
            raise errors.TimedOut()
    return bytes(content)


def _object(content: bytes) -> Json:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise errors.BadOutput("not_json", again=False)
    return body
