"""Run by test_crash.py: publish once for every n, and be killed just before the n-th operation on a file.

An audit hook sees each open, rename, mkdir, symlink, chmod, remove ... of Python before it happens, so n runs over
every boundary between two steps of the code as it is, with nothing in it replaced. Prints the operations, in order.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from noctule.contract import Contract
from noctule.home import Home
from noctule.ledger.entry import Entry
from noctule.release.gates import gate
from noctule.release.publish import publish


def main(plan: dict[str, Any], base: Path, homes: Path) -> None:
    contract = Contract.model_validate(plan["contract"])
    plan["arguments"]["book"] = [Entry(*row) for row in plan["arguments"]["book"]]
    gate(contract, plan["arguments"]["receipt"], 1.0, Path(plan["staged"]))  # what is imported late is imported now
    steps: list[str] = []
    while True:
        home = homes / str(len(steps))
        shutil.copytree(base, home, symlinks=True)
        step = _die_at(len(steps), contract, plan, home)
        if step is None:
            break
        steps.append(step)
    print(json.dumps(steps))


def _die_at(n: int, contract: Contract, plan: dict[str, Any], home: Path) -> str | None:
    """The operation before which the child was killed; None when it came to its end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _watch(n, str(home), writer)
        try:
            publish(contract, Home(home), Path(plan["staged"]), **plan["arguments"])
        except BaseException as problem:
            os.write(writer, repr(problem).encode())
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return said
    assert status == 0, said
    return None


def _watch(n: int, home: str, writer: int) -> None:
    left = n

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if any(str(argument).startswith(home) for argument in arguments):
            if left == 0:
                os.write(writer, event.encode())
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]), Path(sys.argv[3]))
