"""A session looked at from outside: which transitions it takes on which events, and what its data is."""

from frontdesk.scxml.events import Event
from frontdesk.scxml.reading import load
from frontdesk.scxml.session import Session

CHART = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" version="1.0">
  <datamodel><data id="count" expr="1"/><data id="none"/><data id="loop" expr="{}"/></datamodel>
  <state id="a">
    <onexit><raise event="left"/></onexit>
    <transition event="go" target="b"/>
  </state>
  <state id="b">
    <transition event="left"><assign location="_data.count" expr="_data.count + 1"/></transition>
  </state>
</scxml>"""


def test_every_microstep_is_told_with_its_event() -> None:
    session = Session(load(CHART, "chart.scxml"), "s")
    seen: list[tuple[str, list[int]]] = []
    session.watch(lambda event, taken: seen.append((event, [one.place.line for one in taken])))
    session.start(0, 1)
    for name in ("unheard", "go"):
        session.receive(Event(name))
        session.step(0, 1)
    assert seen == [("unheard", []), ("go", [5]), ("left", [8])]


def test_data_items_can_be_looked_at() -> None:
    session = Session(load(CHART, "chart.scxml"), "s")
    session.start(0, 1)
    assert dict(session.items()) == {"count": "1", "loop": "{}"}
    session.receive(Event("go"))
    session.step(0, 1)
    assert session.items()["count"] == "2"
