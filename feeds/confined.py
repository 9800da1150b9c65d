"""Reads large bodies in a process beside this one, which is killed at its deadline.

    small ─→ here, at once
    large ─→ python -m feeds.confined: limits on its time and memory ─→ the result, or the error it raised

Ten megabytes can be made to cost a parser minutes and gigabytes. Neither can be taken back of a thread; a process can
be killed, and keeps nobody from reading what is honest. Bodies are seldom so large that starting it, which takes half a
second, would count. What is called must be a function at a module's top, with values that can be pickled.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from feeds.errors import FetchError, ReadError

LARGE = 1 << 20
"""Bytes from which on a body is read beside: fewer cost two seconds at the very worst."""
DEADLINE = 20
"""Seconds of computing; three times as many may pass on a busy machine."""
MEMORY = 1 << 30
AT_ONCE = 2

_turns = threading.BoundedSemaphore(AT_ONCE)
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def confined(
    function: Callable[Concatenate[bytes, str, _Given], _Result],
    body: bytes,
    url: str,
    *args: _Given.args,
    **options: _Given.kwargs,
) -> _Result:
    """`function(body, url, …)`; of a large body in a process of its own.

    Raises the ReadErrors and FetchErrors of the function, and ReadError where it is not done within its limits.
    """
    if len(body) <= LARGE:
        return function(body, url, *args, **options)
    with _turns:
        result: _Result = in_process(function, (body, url, *args), options, url=url)
    return result


def in_process(
    function: Callable[..., Any],
    args: Sequence[Any],
    options: Mapping[str, Any],
    *,
    url: str,
    seconds: int = DEADLINE,
) -> Any:
    """The call in a process of its own, `seconds` of computing long at most. Raises as `confined` does."""
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter, our own program)
            [sys.executable, "-W", "ignore", "-m", "feeds.confined", str(seconds)],
            input=pickle.dumps((function, args, options)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Nothing of this process's secrets.
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=3 * seconds,
            check=True,
        )
        error, result = pickle.loads(done.stdout)  # noqa: S301 (our own process's words)
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError):
        raise ReadError(f"{url} could not be read within {seconds} s and {MEMORY >> 20} MB.", url=url) from None
    if error is not None:
        raise error(result, url=url)
    return result


def main() -> None:
    """Read a call, make it, write what came of it."""
    import resource  # Unix has it; elsewhere large bodies are refused

    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.nice(5)
    function, args, options = pickle.load(sys.stdin.buffer)  # noqa: S301 (our own process's words)
    answer: tuple[Any, Any]
    try:
        answer = None, function(*args, **options)
    except (ReadError, FetchError) as error:
        answer = type(error), str(error)
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
