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


def test_what_a_queue_does_when_it_is_closed_full_or_deserted_is_told(terminal: Terminal) -> None:
    terminal.configure(
        """
        [hours.office]
        week = ["mon-fri 09:00-17:00"]
        [queues.sales]
        hours = "office"
        when_closed = "end"
        waiting_max = 50
        when_nobody = "tell"
        """
    )
    assert terminal.run("queues", "list").output.splitlines() == [
        "sales: of no service",
        "  at once anybody",
        "  outside of the hours office: end",
        "  when 50 wait and nobody is free: refuse",
        "  when nobody is ready who may take it: tell",
    ]
