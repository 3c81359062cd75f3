"""Applications for load: written into a folder, from which a server takes them in."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from bench.house import SERVICE
from frontdesk.settings import Settings
from frontdesk.settings_orchestration import OrchestrationHttpSettings, OrchestrationSettings

KEY = "a key for those who tell sessions something"
NAME = "waiting"
ORCHESTRATED = "orchestrated"  # The service whose chats sessions have; those of `SERVICE` have none.
BASE = f"/genesys/2/chat/{ORCHESTRATED}"
LIBRARY_BYTES = 70_000
CALLED_EVERY = 12
TABLE_EVERY = 4
DOCUMENT = """<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" name="waiting"
  xmlns:queue="http://www.genesyslab.com/modules/queue">
<datamodel>
  <data id="wanted" expr="''"/><data id="count" expr="0"/><data id="asked"/>
</datamodel>
{script}
<state id="arriving">
  <transition event="interaction.present" target="waiting">
    <assign location="_data.wanted" expr="String({wanted})"/>
  </transition>
</state>
<state id="waiting">
  <onentry>
    <queue:submit requestid="_data.asked" queue="_data.wanted" timeout="86400">
      <queue:targets><queue:target type="skill" skillexpr="_data.wanted + ' &gt;= 5'"/></queue:targets>
    </queue:submit>
  </onentry>
  <transition event="counted" cond="_data.count &lt; 1e9">
    <assign location="_data.count" expr="_data.count + 1"/>
  </transition>
  <transition event="queue.submit.done" target="served"/>
  <transition event="interaction.deleted" target="over"/>
</state>
<state id="served"><transition event="interaction.deleted" target="over"/></state>
<final id="over"/>
</scxml>
"""
FUNCTION = """
/** Gives the entry {number} of a list, or what stands for it. */
function entry{number}(list, key, otherwise) {{
    var found = otherwise;
    try {{
        // An entry may be missing.
        if (typeof list != 'undefined' && list != null && key in list) {{
            for (var name in list) {{
                if (name == key && list[name] !== '') {{
                    found = list[name] + ({number} * 2);
                }}
            }}
        }}
    }} catch (error) {{
        __Log('entry{number}: ' + error, 'library', 2);
    }}
    return found;
}}
"""
TABLE = """
var table{number} = {{ name: 'entry {number}', columns: ['key', 'value'], is_open: true }};
"""


def waiting() -> Mapping[str, str]:
    """An application whose chats wait in a queue that nobody serves."""
    return {
        "application.scxml": DOCUMENT.format(
            script="", wanted="_genesys.ixn.interactions[0].udata.skill || 'rare'"
        )
    }


class Library(StrEnum):
    """Scripts as tools of designers write them, a hundred functions: by what sessions need of them."""

    FEW_NAMED = "ten of its functions called"
    ALL_NAMED = "all of its functions called"
    MIXED = "tables between its functions, ten called"


def with_library(library: Library) -> Mapping[str, str]:
    """The same with a large script, of which the first expression calls what it calls."""
    count = LIBRARY_BYTES // len(FUNCTION) + 1
    tables = range(0, count, TABLE_EVERY) if library is Library.MIXED else ()
    wanted = "'rare'"
    for number in range(0, count, 1 if library is Library.ALL_NAMED else CALLED_EVERY):
        wanted = f"entry{number}(_genesys.ixn.interactions[0].udata, 'skill', {wanted})"
    return {
        "application.scxml": DOCUMENT.format(script='<script src="library.js"/>', wanted=wanted),
        "library.js": "".join(
            (FUNCTION + TABLE if number in tables else FUNCTION).format(number=number)
            for number in range(count)
        ),
    }


def running(
    place: Path, files: Mapping[str, str], passive_after_s: int = 60
) -> Callable[[Settings], Settings]:
    """What makes a server have the application for the chats of `ORCHESTRATED`."""
    folder = place / "applications" / NAME
    folder.mkdir(parents=True)
    (folder / "application.toml").write_text(f'name = "{NAME}"\n')
    for name, text in files.items():
        (folder / name).write_text(text)
    orchestration = OrchestrationSettings(
        folder=str(folder.parent),
        http=OrchestrationHttpSettings(keys=(KEY,)),
        passive_after_s=passive_after_s,
    )

    def set_up(usual: Settings) -> Settings:
        service = msgspec.structs.replace(usual.services[SERVICE], application=NAME)
        services = {**usual.services, ORCHESTRATED: service}
        return msgspec.structs.replace(usual, services=services, orchestration=orchestration)

    return set_up
