"""The npm package: one function that brings the widget, and types that every resolver finds."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from frontdesk import __version__
from scripts import widget
from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="session")
def package(node_path: Path, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is published."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run(
        (node_path, "build/package.mjs", folder), cwd=widget.WEB, env=widget.environment(), check=True
    )
    return folder


def application(site: Site, package: Path, text: str) -> str:
    """The tag of a module of the site that uses the package."""
    site.put("/frontdesk-widget.js", (package / "index.js").read_text("utf-8"))
    site.put("/app.js", f"import {{ loadFrontdesk }} from '/frontdesk-widget.js'\n{text}")
    return '<script type="module" src="/app.js"></script>'


async def test_it_brings_the_widget_once(site: Site, visit: Visit, package: Path) -> None:
    text = f"""const where = {{
        server: '{site.widget_url}', service: 'a service',
        configuration: {{main: {{lang: 'tr'}}, webchat: {{emojis: true}}}},
    }}
    const [one, other] = await Promise.all([loadFrontdesk(where), loadFrontdesk(where)])
    window.isSame = one === other && one === window.frontdesk"""
    async with visit(site.page(application(site, package, text))) as page:
        await page.get_by_role("button", name="Sohbet").wait_for()
        assert await page.evaluate("isSame")
        assert await page.locator("frontdesk-chat").count() == 1
        assert await page.evaluate("_genesys.widgets.webchat") == {
            "dataURL": f"{site.widget_url}/genesys/2/chat/a%20service",
            "chatButton": {"enabled": True},
            "emojis": True,
        }


async def test_a_server_that_is_away_is_an_error_and_may_be_asked_again(
    site: Site, visit: Visit, package: Path
) -> None:
    text = f"""const away = {{server: '{site.url}/nowhere', service: 'demo'}}
    const there = {{server: '{site.widget_url}', service: 'demo'}}
    window.error = await loadFrontdesk(away).catch((error) => error.message)
    window.version = (await loadFrontdesk(there)).version"""
    async with visit(site.page(application(site, package, text))) as page:
        await page.evaluate("until(() => window.version)")
        assert await page.evaluate("error") == (
            f"The chat widget could not be loaded from {site.url}/nowhere/widget/frontdesk.js"
        )


def test_it_has_our_version_and_types_without_gaps(package: Path) -> None:
    facts = json.loads((package / "package.json").read_text("utf-8"))
    assert facts["version"] == __version__
    entry = package / facts["exports"]["."]["types"]
    seen, wanted = set[Path](), {entry}
    while wanted:
        file = wanted.pop()
        seen.add(file)
        names = re.findall(r"(?:from|import) '(\..+?)'", file.read_text("utf-8"))
        assert all(name.endswith(".js") for name in names), file
        wanted |= {(file.parent / name).resolve().with_suffix(".d.ts") for name in names} - seen
    assert {file.name for file in seen} >= {"index.d.ts", "desk.d.ts", "settings.d.ts", "types.d.ts"}
    assert "interface Window" in "".join(file.read_text("utf-8") for file in seen)
