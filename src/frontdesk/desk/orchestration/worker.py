"""The script worker: a process that answers what is asked of it over a pipe, and reaches nothing else.

    python -m frontdesk.desk.orchestration.worker

Scripts of strangers run here. So when one breaks the engine, it breaks this process, which holds nothing that
cannot be made again. It has no environment, opens no file and no socket: it may hold no further descriptor.

What the engine cannot interrupt, such as writing out a number of a million digits, the system ends, and this
process with it: nothing but reading a document may take more CPU time than `Limits.hard_cpu_ms`.
"""

import contextlib
import ctypes
import encodings.idna
import encodings.utf_8_sig
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator

import msgspec

from frontdesk.desk.orchestration.contexts import (
    Answer,
    Asking,
    Close,
    Contexts,
    Keep,
    Kept,
    Learn,
    Open,
    Take,
    Taken,
)
from frontdesk.desk.pipes import framed, messages
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits

READY = b"ready"
OUT_OF_TIME = signal.SIGPROF  # What ends a process whose timer of CPU time is up.
MEMORY_BYTES_MAX = (
    16 * 1024**3
)  # Of addresses, not of memory; a runaway engine ends here and not the machine.
GIVE_BACK_AFTER = 100  # Sessions put to rest: some 30 MiB, for some milliseconds.
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of Linux.
_SPACE = 'xmlns="http://www.w3.org/2005/07/scxml"'
WARM = {
    "w3c": f"""<scxml {_SPACE} datamodel="ecmascript"><datamodel><data id="n"/></datamodel>
        <state id="a"><onentry><log expr="new Date(0) + Math.random()"/></onentry></state></scxml>""",
    "ors": f"""<scxml {_SPACE} profile="ecmascript" xmlns:queue="www.genesyslab.com/modules/queue">
        <state id="a"><transition event="e"><script>uneval(_event); _genesys.ixn.interactions[0]</script>
        <queue:submit timeout="1"/></transition></state></scxml>""",
}
_IMPORTED = (encodings.idna, encodings.utf_8_sig)  # What would else be opened when it is first needed.


def main() -> None:
    """Answer until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # A terminal sends it to everybody; the server decides.
    signal.signal(OUT_OF_TIME, signal.SIG_DFL)  # It may have been told to ignore it.
    questions, answers = os.fdopen(0, "rb", 1 << 16), os.fdopen(os.dup(1), "wb", 1 << 16)
    os.dup2(2, 1)  # What anything prints must not get between the answers.
    decoder: msgspec.msgpack.Decoder[Asking] = msgspec.msgpack.Decoder(Asking)
    encode = msgspec.msgpack.Encoder().encode
    asked = messages(questions)
    limits = msgspec.msgpack.decode(next(asked, b""), type=Limits)
    _warm_up(Contexts(limits))
    contexts = Contexts(limits)
    give_back = _giving_back()
    closed = 0
    _shut_in()
    answers.write(READY)
    answers.flush()
    for body in asked:
        asking = decoder.decode(body)
        with _at_most(0 if isinstance(asking, Learn) else limits.hard_cpu_ms):
            answer: Answer = contexts.ask(asking)
        answers.write(framed(encode(answer)))
        answers.flush()
        closed += isinstance(asking, Close)
        if closed >= GIVE_BACK_AFTER:
            closed = 0
            give_back()


def _giving_back() -> Callable[[], object]:
    """What gives the system back the memory of sessions that are gone, which the C library would keep."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # Another C library, with ways of its own.
        return lambda: None
    return lambda: trim(0)


@contextlib.contextmanager
def _at_most(cpu_ms: int) -> Iterator[None]:
    """This process ends when what is done in here takes more CPU time; 0 for any."""
    signal.setitimer(signal.ITIMER_PROF, cpu_ms / 1000)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _warm_up(contexts: Contexts) -> None:
    """Run a document of each dialect, so that what is read from files when it is first needed has been."""
    for name, document in WARM.items():
        for asking in (
            Learn(name, name, {name: document.encode()}),
            Open(name, name),
            Take(name, "start", 1, 1),
        ):
            contexts.ask(asking)
        taken = contexts.ask(Take(name, "step", 1, 1, (Event("e", data="{}"),)))
        kept = contexts.ask(Keep(name))
        if not isinstance(taken, Taken) or not isinstance(kept, Kept):
            raise SystemExit(f"scripts do not run here: {taken}, {kept}")
        contexts.ask(Open(name, name, kept.snapshot))


def _shut_in() -> None:
    """Give up what a script has no use for. What a system does not know of, it does not take."""
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_NOFILE, 4),  # The pipe's two ends and its errors are what it has.
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, limit))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


if __name__ == "__main__":
    main()
