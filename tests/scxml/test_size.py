"""What a session takes: a thousand of one application have to fit into 600 MiB."""

from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.session import Session
from tests.scxml.answering import event
from tests.scxml.test_composed import FOLDER, Desk

LIBRARY_BYTES = 70_000
CONTEXT_BYTES_MAX = 520 * 1024  # Of the script engine's own count; Python and gaps come on top.
RESTING_BYTES_MAX = 10 * 1024


def library() -> str:
    """Functions as generated libraries have them, so many."""
    one = """
    /** Gives the entry {n} of a list, or what stands for it. */
    function entry{n}(list, key, otherwise) {{
        var found = otherwise;
        try {{
            // An entry may be missing.
            if (typeof list != 'undefined' && list != null && key in list) {{
                for (var name in list) {{
                    if (name == key && list[name] !== '') {{
                        found = list[name] + ({n} * 2);
                    }}
                }}
            }}
        }} catch (error) {{
            __Log('entry{n}: ' + error, 'library', 2);
        }}
        return found;
    }}
    """
    return "".join(one.format(n=n) for n in range(LIBRARY_BYTES // len(one) + 1))


def test_a_session_with_a_large_library_stays_small_and_rests_smaller() -> None:
    texts = {str(path.relative_to(FOLDER)): path.read_bytes() for path in FOLDER.rglob("*.*")}
    texts["library.js"] += library().encode()
    chart = load(texts["Main.scxml"], "Main.scxml", files_of(texts))
    desk = Desk()
    session = Session(chart, "s")
    session.start(0, 1)
    for name, controlled in [("interaction.added", False), ("interaction.present", True)]:
        session.receive(event(name, desk.seen(controlled=controlled), interactionid="chat-1"))
        session.step(0, 1)
    assert session.active_atomic == ("Handlers.watching", "Sales.marking")
    assert session.script_bytes() < CONTEXT_BYTES_MAX
    assert len(session.snapshot()[0]) < RESTING_BYTES_MAX
