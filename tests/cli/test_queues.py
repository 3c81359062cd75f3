"""Queues as the settings name them, in words."""

from tests.cli.terminal import Terminal


def test_a_queue_is_told_in_words(terminal: Terminal) -> None:
    terminal.configure(
        """
        [services.shop]
        queue = "sales"
        [queues.sales]
        targets = ["german >= 5 & sales > 0", "after 2 min: anybody"]
        demands = ["plan = gold -> vip >= 1"]
        overflow_queue = "everybody"
        overflow_s = 300
        [queues.everybody]
        """
    )
    assert terminal.run("queues", "list").output.splitlines() == [
        "everybody: of no service",
        "  at once anybody",
        "sales: for shop",
        "  at once whose german is at least 5 and sales is above 0",
        "  after 120 s also anybody",
        "  where plan is gold only whose vip is at least 1",
        "  after 300 s it waits in everybody",
    ]


def test_without_queues_it_says_how_chats_go(terminal: Terminal) -> None:
    terminal.configure("")
    assert "anybody" in terminal.run("queues", "list").output
