"""A real server on 127.0.0.1 that speaks the three wires, looks closely at each request, and fails as it is told."""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789-canary"
GOOD = {"answer": "forty-two", "sure": 0.5}
Plan = list[str]


class Models(ThreadingHTTPServer):
    """`faults[model]`: what its next requests meet, one word each, the last for ever. `asked`: every request."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: dict[str, Plan] = {}
        self.asked: list[tuple[str, str]] = []  # model, fault
        self.bodies: list[str] = []
        self.wrong: list[str] = []  # what no client may send
        self.watch: Callable[[str], None] = lambda model: None
        self.say: Callable[[str], Any] = lambda text: GOOD  # the right answer to a request
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self, model: str) -> str:
        with self.lock:
            plan = self.faults.setdefault(model, ["ok"])
            fault = plan.pop(0) if len(plan) > 1 else plan[0]
            self.asked.append((model, fault))
            self.watch(model)
            return fault

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on purpose is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Models

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.wrong.append(f"GET {self.path}")

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["content-length"])).decode()
        body = json.loads(text)
        self.server.bodies.append(text)
        if "chat/completions" in self.path:
            wire = "openai"
        elif "messages" in self.path:
            wire = "anthropic"
        else:
            wire = "gemini"
        model = re.findall(r"/models/(.*):generateContent", self.path)[0] if wire == "gemini" else body["model"]
        problem = CHECKS[wire](self, body)
        if problem:
            self.server.wrong.append(problem)
        self.meet(self.server.fault(model), wire, self.server.say(text))

    def meet(self, fault: str, wire: str, good: Any) -> None:
        if fault == "slow":
            time.sleep(1.5)
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        status, headers, content = answer(fault, wire, good)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if fault == "echo_header":
            self.send_header("x-echo", KEY)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def answer(fault: str, wire: str, good: Any = GOOD) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body. The word of a fault is a status, perhaps with `/` and a Retry-After."""
    if found := re.fullmatch(r"(\d{3})(?:/(.+))?", fault):
        retry = {"date": formatdate(time.time() + 120, usegmt=True)}.get(found[2] or "", found[2])
        headers = {"retry-after": retry} if retry else {}
        if found[1] == "302":
            headers["location"] = "http://127.0.0.1:9/elsewhere"
        return int(found[1]), headers, json.dumps({"error": f"you sent {KEY}"}).encode()
    if fault == "html":
        return 200, {}, b"<html>please log in</html>"
    if fault == "broken":
        return 200, {}, envelope(wire, json.dumps(good))[:-9]
    if fault == "list":
        return 200, {}, b"[]"
    if fault == "strange":
        return 200, {}, b'{"choices": [], "content": 3, "candidates": null}'
    if fault == "huge":
        return 200, {}, b" " * (5 * 1024 * 1024)
    if fault == "zipped":
        return 200, {"content-encoding": "gzip"}, b"\x1f\x8b"
    said = {
        "malformed": '{"answer": "forty',
        "fenced": f"```json\n{json.dumps(good)}\n```",
        "wrong_fields": json.dumps({"reply": "RAW-VALUE", "answer": 7, "sure": 3}),
        "empty": "",
        "echo": json.dumps({"answer": KEY, "sure": 0.1}),
    }.get(fault, json.dumps(good))
    return 200, {}, envelope(wire, said, truncated=fault == "truncated", refused=fault == "refusal")


def envelope(wire: str, text: str, truncated: bool = False, refused: bool = False) -> bytes:
    if wire == "openai":
        finish = "length" if truncated else "stop"
        message = {"role": "assistant", "content": None if refused else text, "refusal": "no" if refused else None}
        body: Any = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    elif wire == "anthropic":
        try:
            block = {"type": "tool_use", "id": "1", "name": "answer", "input": json.loads(text)}
        except ValueError:
            block = {"type": "text", "text": text}
        stop = "max_tokens" if truncated else "refusal" if refused else "tool_use"
        body = {"content": [block], "stop_reason": stop, "usage": {"input_tokens": 100, "output_tokens": 20}}
    else:
        finish = "MAX_TOKENS" if truncated else "SAFETY" if refused else "STOP"
        body = {
            "candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": finish}],
            "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 15, "thoughtsTokenCount": 5},
        }
    return json.dumps(body).encode()


def _openai(call: Handler, body: Any) -> str:
    if call.path != "/v1/chat/completions" or call.headers["authorization"] != f"Bearer {KEY}":
        return "openai: path or key"
    roles = [message["role"] for message in body["messages"]]
    form = body["response_format"]
    schema = form["json_schema"]["schema"]
    reasons = "max_completion_tokens" in body
    if roles != ["system", "user"] or form["type"] != "json_schema" or form["json_schema"]["strict"] is not True:
        return "openai: form"
    if schema["additionalProperties"] is not False or schema["required"] != list(schema["properties"]):
        return "openai: schema is not strict"
    return "openai: limits" if reasons == ("temperature" in body) or reasons == ("max_tokens" in body) else ""


def _anthropic(call: Handler, body: Any) -> str:
    if call.path != "/v1/messages" or call.headers["x-api-key"] != KEY or "authorization" in call.headers:
        return "anthropic: path or key"
    if call.headers["anthropic-version"] != "2023-06-01" or body["temperature"] != 0 or body["max_tokens"] < 1:
        return "anthropic: version or limits"
    tool = body["tools"][0]["name"]
    known = set(body) <= {"model", "system", "messages", "max_tokens", "temperature", "tools", "tool_choice"}
    forced = body["tool_choice"] == {"type": "tool", "name": tool}
    return "" if known and forced and [one["role"] for one in body["messages"]] == ["user"] else "anthropic: form"


def _gemini(call: Handler, body: Any) -> str:
    if "?" in call.path or call.headers["x-goog-api-key"] != KEY or not call.path.startswith("/v1beta/models/"):
        return "gemini: path or key"
    config = body["generationConfig"]
    if config["responseMimeType"] != "application/json" or "additionalProperties" in json.dumps(config):
        return "gemini: form"
    return "" if set(body) == {"systemInstruction", "contents", "generationConfig"} else "gemini: unknown fields"


CHECKS: dict[str, Callable[[Handler, Any], str]] = {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini}


@contextmanager
def serving() -> Iterator[Models]:
    with Models() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
