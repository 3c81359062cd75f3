"""Services as the settings name them."""

from tests.cli.terminal import Terminal


def test_services_are_listed_with_their_addresses(terminal: Terminal) -> None:
    terminal.configure('[services.shop]\nbot = "robo"\n[services.old]\nis_open = false')
    output = terminal.run("services", "list").output
    assert "/genesys/2/chat/shop" in output
    assert output.index("old") < output.index("shop")


def test_without_services_it_says_what_to_do(terminal: Terminal) -> None:
    terminal.configure("")
    assert "[services.NAME]" in terminal.run("services", "list").output


def test_every_setting_is_shown_and_the_changed_ones_are_marked(terminal: Terminal) -> None:
    terminal.configure("[services.shop.rules]\nidle_alert_s = 7")
    rows = [line.split() for line in terminal.run("services", "show", "shop").output.splitlines()]
    assert ["*", "rules.idle_alert_s", "7"] in rows
    assert ["is_open", "true"] in rows


def test_a_service_that_is_not_there_is_told_with_the_nearest(terminal: Terminal) -> None:
    ran = terminal.run("services", "show", "shp")
    assert ran.code == 1
    assert "did you mean 'shop'?" in ran.errors
