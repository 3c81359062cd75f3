"""Regular expressions that stop: the words of visitors meet them, and some take for ever with some words.

They are those of ECMAScript, as in documents, and run by the same engine: no module of ours can be stopped.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import quickjs

from frontdesk.errors import DeskError, Refused

ONE_CPU_S = 0.05
"""How long one expression may take."""
ALL_CPU_S = 0.5
"""How long all of them may take for one text."""
MEMORY_BYTES = 16 * 1024 * 1024
STACK_BYTES = 256 * 1024

# An expression is compiled once, and may meet many texts.
_PROGRAM = """(() => {
  const known = new Map()
  return (source, text) => {
    let pattern = known.get(source)
    if (pattern === undefined) known.set(source, (pattern = new RegExp(source, 'iu')))
    return pattern.test(text)
  }
})()"""


class TooLong(DeskError):
    """An expression took too long with a text; or all of them did. Shape: `pattern` is the one that did."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"the expression {pattern} takes too long with this text")
        self.pattern = pattern


class Patterns:
    """Expressions that are tried on texts, all in one thread of their own."""

    def __init__(self, all_cpu_s: float = ALL_CPU_S) -> None:
        self._all_cpu_s = all_cpu_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="patterns")
        self._test: Any = None

    async def matching(self, patterns: tuple[str, ...], text: str) -> frozenset[str]:
        """Those of the expressions that are found in a text, whatever their case. Errors: `TooLong`."""
        if not patterns:
            return frozenset()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._matching, patterns, text)

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=True)

    def _matching(self, patterns: tuple[str, ...], text: str) -> frozenset[str]:
        if self._test is None:
            self._test = _program()
        until = time.thread_time() + self._all_cpu_s
        found = set()
        for pattern in patterns:
            if time.thread_time() > until:
                raise TooLong(pattern)
            try:
                if self._test(pattern, text):
                    found.add(pattern)
            except quickjs.JSException:  # It was valid when the settings were read: it was stopped.
                self._test = None  # What is left of it is not used again.
                raise TooLong(pattern) from None
        return frozenset(found)


def check_pattern(pattern: str) -> None:
    """Errors: `Refused("pattern_invalid")` saying what is wrong with it."""
    try:
        _program()(pattern, "")
    except quickjs.JSException as error:
        said = str(error).partition("\n")[0].partition(": ")[2]
        raise Refused("pattern_invalid", f"{pattern!r} is no regular expression: {said}") from None


def _program() -> Any:
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_BYTES)
    context.set_max_stack_size(STACK_BYTES)
    context.set_time_limit(ONE_CPU_S)
    return context.eval(_PROGRAM)
