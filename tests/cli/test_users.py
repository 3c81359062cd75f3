"""Accounts from the command line."""

from tests.cli.terminal import Terminal

PASSWORD = "correct horse battery"


def test_an_account_is_made_listed_disabled_and_enabled(terminal: Terminal) -> None:
    assert "no accounts yet" in terminal.run("users", "list").output
    made = terminal.run(
        "users",
        "add",
        "bo",
        "--name",
        "Bo [B.]",
        "--capacity",
        "3",
        "--password-stdin",
        typed=f"{PASSWORD}\n",
    )
    assert (made.code, made.output) == (0, "bo may sign in now, as agent.\n")
    assert "Bo [B.]" in terminal.run("users", "list").output
    assert terminal.run("users", "disable", "BO").code == 0
    assert "no: disabled" in terminal.run("users", "list").output
    assert terminal.run("users", "enable", "bo").code == 0
    assert "no: disabled" not in terminal.run("users", "list").output


def test_an_account_has_skills_that_can_be_changed(terminal: Terminal) -> None:
    options = ("--skill", "german=7", "--skill", "Customer Care=2", "--password-stdin")
    assert terminal.run("users", "add", "bo", *options, typed=f"{PASSWORD}\n").code == 0
    assert "customer care 2, german 7" in terminal.run("users", "list").output
    changed = terminal.run(
        "users", "set", "bo", "--skill", "german=0", "--capacity", "9", "--name", "Bo [B.]"
    )
    assert (changed.code, changed.output) == (0, "bo: Bo [B.], 9 at once, customer care 2\n")
    of_each = terminal.run("users", "set", "bo", "--capacity", "chat=3,message=5")
    assert of_each.output == "bo: Bo [B.], chat=3,message=5 at once, customer care 2\n"
    assert "german=7" in terminal.run("users", "set", "bo", "--skill", "german").errors
    assert "no account 'cy'" in terminal.run("users", "set", "cy").errors


def test_a_bots_password_is_made_and_told_once(terminal: Terminal) -> None:
    made = terminal.run("users", "add", "robo", "--role", "bot")
    assert made.code == 0
    password = made.output.strip().rpartition(" ")[2]
    assert len(password) >= 32
    assert password not in terminal.run("users", "list").output


def test_a_password_is_never_an_argument_and_is_asked_for_only_at_a_terminal(terminal: Terminal) -> None:
    assert terminal.run("users", "add", "bo", "--password", PASSWORD).code == 2
    refused = terminal.run("users", "add", "bo")
    assert refused.code == 1
    assert "--password-stdin" in refused.errors


def test_what_is_wrong_is_told(terminal: Terminal) -> None:
    typed = f"{PASSWORD}\n"
    assert terminal.run("users", "add", "bo", "--password-stdin", typed=typed).code == 0
    assert "taken" in terminal.run("users", "add", "Bo", "--password-stdin", typed=typed).errors
    assert "8 to 1000" in terminal.run("users", "password", "bo", "--password-stdin", typed="short\n").errors
    assert "no account 'cy'" in terminal.run("users", "disable", "cy").errors
    assert terminal.run("users", "add", "cy", "--role", "king").code == 2
    too_many = terminal.run("users", "add", "cy", "--capacity", "0", "--password-stdin", typed=typed)
    assert "from 1 to 100000" in too_many.errors


def test_accounts_in_memory_would_be_forgotten(terminal: Terminal) -> None:
    terminal.configure('[database]\nurl = "memory:"')
    assert "forgotten" in terminal.run("users", "list").errors
