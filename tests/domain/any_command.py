"""Any command that anybody could think of, for properties that hold whatever is asked."""

from hypothesis import strategies as st

from frontdesk.domain import commands, owning_commands, submit_commands
from frontdesk.domain.asks import Aim, Order
from frontdesk.domain.commands import Command
from frontdesk.domain.events import Kind, Purpose, Visibility
from frontdesk.domain.mail_facts import (
    Automatic,
    MailDelayed,
    MailDrafted,
    MailFailed,
    MailPosted,
    MailReceived,
    MailSent,
)
from frontdesk.domain.rules import FileRules, Rules
from frontdesk.domain.submit import Tuning
from frontdesk.domain.targets import Sort, Target
from tests.domain.story import BEGIN_MS

SECRET = "SECRET"
"""In every word that is for our side alone."""

UNSEEN = "UNSEEN"
"""In the name of everybody who came unseen: only once they have shown themselves may the visitor read it."""

PARTIES = st.integers(min_value=-1, max_value=9)
AGENTS = st.sampled_from(("amy", "bob", "sam", "greeter"))
WORDS = st.sampled_from(("", " ", "hello", "x" * 60, "é\u202e\x00", "0"))
CLIENT_IDS = st.sampled_from(("", "", "a", "b", "c"))
NAMES = st.sampled_from(("", "  ", "Mira", "n" * 40))
FILE_IDS = st.sampled_from(("f1", "f2", "f3", "f4"))
SESSIONS = st.sampled_from((f"{SECRET}1", f"{SECRET}2"))
REQUEST_IDS = st.sampled_from(tuple(f"{SECRET}.{n}" for n in range(60)))
QUEUES = st.sampled_from(("", "default", "sales"))
ATTRIBUTES = st.sampled_from((None, {}, {"purpose": "cancel-idle-timer"}, {"a": {"b": [1, None]}}))
USER_DATA = st.dictionaries(
    st.sampled_from(("a", "b", "c")), st.sampled_from(("", "1", "v" * 30)), max_size=3
)
VISIBILITIES = st.sampled_from(Visibility)


def _whispers(party_id: int, text: str, visibility: Visibility) -> tuple[int, str, Visibility]:
    """What is for our side says so; what the visitor writes is no secret."""
    is_secret = visibility is not Visibility.ALL and party_id != 1 and bool(text.strip())
    return party_id, SECRET if is_secret else text, visibility


def _say(words: tuple[int, str, Visibility], message_type: str, client_id: str) -> commands.Say:
    party_id, text, visibility = words
    return commands.Say(
        party_id=party_id,
        text=text,
        visibility=visibility,
        message_type=message_type,
        client_id=client_id,
    )


def _join(kind: Kind, participant_id: str, nickname: str, visibility: Visibility) -> commands.Join:
    name = f"{UNSEEN} {nickname}" if visibility is not Visibility.ALL else nickname
    return commands.Join(kind=kind, participant_id=participant_id, nickname=name, visibility=visibility)


SPOKEN = st.builds(_whispers, PARTIES, WORDS, VISIBILITIES)
AIMS = st.lists(
    st.sampled_from(
        (
            Aim(Target("amy", Sort.AGENT), "amy"),
            Aim(Target("", Sort.GROUP, skills="german > 0"), who="german > 0"),
            Aim(Target("sales", Sort.QUEUE)),
        )
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
REQUESTS = st.sampled_from(("s1.1", "s1.2", "s1.3"))
SUBMITS: tuple[st.SearchStrategy[Command], ...] = (
    st.builds(
        submit_commands.Seek,
        request_id=REQUESTS,
        session_id=SESSIONS,
        aims=AIMS,
        queue=st.sampled_from(("none", "vip")),
        priority=st.integers(-1, 9),
        timeout_ms=st.sampled_from((None, 0, 5000, 60_000)),
        delivers=st.booleans(),
        clears=st.booleans(),
        order=st.sampled_from(Order),
    ),
    st.builds(
        submit_commands.SeekOtherwise,
        request_id=REQUESTS,
        aims=st.none() | AIMS,
        priority=st.none() | st.integers(0, 5),
        timeout_ms=st.sampled_from((None, 0, 9000)),
    ),
    st.builds(
        submit_commands.SeekNoMore,
        session_id=SESSIONS,
        request_id=REQUEST_IDS,
        named=st.just("") | REQUESTS,
        queue=st.sampled_from(("", "vip")),
    ),
    st.builds(
        submit_commands.Select,
        request_id=REQUESTS,
        aim=AIMS.map(lambda aims: aims[0]),
        agent_id=st.just("") | AGENTS,
    ),
    st.builds(submit_commands.GiveUp, REQUESTS),
    st.builds(
        submit_commands.Tune,
        SESSIONS,
        st.builds(Tuning, asks_unready=st.booleans(), excluded=st.sampled_from(((), ("amy",)))),
    ),
)
STARTS = st.builds(
    commands.Start,
    service=st.just("s"),
    user_id=st.just("u"),
    key_hash=st.just("h"),
    nickname=NAMES,
    first_name=NAMES,
    last_name=NAMES,
    email=st.sampled_from(("", "mira@shop.example", "@")),
    text=WORDS,
    user_data=USER_DATA,
    queue=st.sampled_from((None, "default")),
    asynchronous=st.booleans(),
    closes_when_idle=st.booleans(),
    application=st.just("support"),
    session_id=st.sampled_from(("", f"{SECRET}1")),
)
MAIL_IDS = st.sampled_from(("m1", "m2", "m3"))
ADDRESSES = st.sampled_from(("mira@shop.example", "mo@shop.example", "not one", "a@b\r\nBcc: c@d.example"))
RECEIVED = st.builds(
    MailReceived,
    message_id=st.sampled_from(("a@shop.example", "b@shop.example", "c@shop.example")),
    sender=ADDRESSES,
    text=WORDS,
    automatic=st.sampled_from(Automatic),
)
DRAFTED = st.builds(MailDrafted, mail_id=MAIL_IDS, text=WORDS)
MESSAGES = st.builds(
    commands.BeginMessage,
    service=st.just("s"),
    user_id=st.just("u"),
    address=st.just("mira@shop.example"),
    first=st.one_of(RECEIVED, DRAFTED),
    user_data=USER_DATA,
    queue=QUEUES,
)
JOINS = st.builds(
    _join,
    st.sampled_from((Kind.AGENT, Kind.SUPERVISOR, Kind.BOT, Kind.EXTERNAL)),
    AGENTS,
    st.just("somebody"),
    VISIBILITIES,
)
LATER: tuple[st.SearchStrategy[Command], ...] = (
    JOINS,
    st.builds(commands.Leave, party_id=PARTIES, reason=st.sampled_from(("", "bye")), ends=st.booleans()),
    st.builds(_say, SPOKEN, st.sampled_from(("", "text", "t" * 100)), CLIENT_IDS),
    st.builds(commands.SetTyping, PARTIES, st.booleans()),
    st.builds(
        commands.PushUrl,
        party_id=PARTIES,
        url=st.sampled_from(("https://shop.example/", "javascript:alert(1)", "http://", "http://[")),
        client_id=CLIENT_IDS,
    ),
    st.builds(commands.ChangeNickname, PARTIES, NAMES),
    st.builds(
        commands.GiveNotice,
        party_id=PARTIES,
        text=WORDS,
        attributes=ATTRIBUTES,
        client_id=CLIENT_IDS,
    ),
    st.builds(
        commands.ChangeData,
        party_id=PARTIES,
        changes=USER_DATA,
        removed=st.sampled_from(((), ("a",), ("a", "b"))),
    ),
    st.builds(
        commands.AddFile,
        party_id=PARTIES,
        file_id=FILE_IDS,
        name=st.sampled_from(("a.png", "a.PNG", "noext", "a.exe", "")),
        size_bytes=st.sampled_from((0, 1, 900, 1000, 1001)),
        media_type=st.just("image/png"),
        client_id=CLIENT_IDS,
    ),
    st.builds(commands.DeleteFile, PARTIES, FILE_IDS),
    st.builds(commands.FetchFile, PARTIES, FILE_IDS),
    st.builds(commands.GiveReceipt, PARTIES, st.integers(-2, 60)),
    st.builds(commands.Queue, queue=QUEUES, priority=st.integers(-1, 2), summary=WORDS),
    st.builds(commands.Receive, about=st.sampled_from(("closed", "full")), text=WORDS, ends=st.booleans()),
    st.builds(commands.HandOver, party_id=PARTIES, queue=QUEUES, summary=WORDS),
    st.builds(commands.Invite, AGENTS, st.integers(1, 40)),
    st.builds(commands.Accept, AGENTS, st.just("Amy")),
    st.builds(commands.Decline, AGENTS),
    st.builds(
        commands.Call,
        party_id=PARTIES,
        agent_id=AGENTS,
        purpose=st.sampled_from(Purpose),
        answer_s=st.integers(1, 40),
        note=st.just(SECRET),
    ),
    st.builds(commands.CallOff, PARTIES),
    st.builds(commands.Show, party_id=PARTIES, visibility=VISIBILITIES, other=PARTIES),
    st.builds(commands.PassOn, PARTIES, PARTIES),
    st.builds(commands.TakeOver, PARTIES),
    st.builds(commands.ReceiveMail, RECEIVED),
    st.builds(commands.DraftMail, DRAFTED),
    st.builds(
        commands.PostMail,
        st.builds(
            MailPosted,
            mail_id=MAIL_IDS,
            message_id=st.sampled_from(("1@desk.example", "2@desk.example")),
            sender=st.just("help@desk.example"),
            to=st.lists(ADDRESSES, max_size=2).map(tuple),
            party_id=st.integers(0, 4),
            kind=st.sampled_from(("", "auto_response")),
            text=WORDS,
            client_id=CLIENT_IDS,
            files=st.lists(FILE_IDS, max_size=2).map(tuple),
        ),
    ),
    st.builds(
        commands.NoteMail,
        st.sampled_from(("node", "other")),
        st.one_of(
            st.builds(MailSent, mail_id=MAIL_IDS),
            st.builds(MailDelayed, MAIL_IDS, st.just("later"), st.just(BEGIN_MS + 1000)),
            st.builds(MailFailed, mail_id=MAIL_IDS, code=st.just("rejected")),
        ),
    ),
    st.just(commands.ComeBack()),
    st.builds(commands.TakeUp, agent_id=AGENTS, nickname=st.just("somebody"), is_supervisor=st.booleans()),
    *SUBMITS,
)


def _speak(words: tuple[int, str, Visibility], **of: str | bool) -> owning_commands.Speak:
    _, text, visibility = words
    return owning_commands.Speak(text=text, visibility=visibility, **of)


_OF_SESSIONS = {"session_id": SESSIONS, "request_id": REQUEST_IDS}
OWNING: tuple[st.SearchStrategy[Command], ...] = (
    st.builds(owning_commands.Attach, application=st.just("support"), **_OF_SESSIONS),
    st.builds(owning_commands.Detach, **_OF_SESSIONS),
    st.builds(owning_commands.Associate, to=SESSIONS, **_OF_SESSIONS),
    st.builds(owning_commands.Terminate, **_OF_SESSIONS),
    st.builds(
        owning_commands.Redirect,
        agent_id=AGENTS,
        queue=QUEUES,
        answer_s=st.integers(1, 40),
        detach=st.booleans(),
        **_OF_SESSIONS,
    ),
    st.builds(owning_commands.AcceptFor, agent_id=AGENTS, nickname=st.just("Amy"), **_OF_SESSIONS),
    st.builds(owning_commands.Clear, agent_id=AGENTS, **_OF_SESSIONS),
    st.builds(
        owning_commands.Transfer,
        agent_id=AGENTS,
        nickname=st.just("Amy"),
        detach=st.booleans(),
        **_OF_SESSIONS,
    ),
    st.builds(owning_commands.Transfer, queue=QUEUES, detach=st.booleans(), **_OF_SESSIONS),
    st.builds(owning_commands.Confer, agent_id=AGENTS, nickname=st.just("Amy"), **_OF_SESSIONS),
    st.builds(
        owning_commands.SetData,
        changes=USER_DATA,
        removed=st.sampled_from(((), ("a",))),
        clears=st.booleans(),
        **_OF_SESSIONS,
    ),
    st.builds(
        _speak,
        SPOKEN,
        from_id=st.sampled_from(("amy", "Robin")),
        is_notice=st.booleans(),
        **_OF_SESSIONS,
    ),
    st.builds(owning_commands.Own, session_id=SESSIONS, application=st.just("sales")),
    st.builds(
        owning_commands.SessionOver,
        session_id=SESSIONS,
        then=st.sampled_from(("requeue", "terminate", "leave")),
    ),
    st.builds(owning_commands.Park, PARTIES),
    st.builds(owning_commands.Resume, PARTIES),
    st.builds(
        owning_commands.Merge,
        party_id=PARTIES,
        interaction_id=st.sampled_from(("i1", "i2")),
        colleagues=st.sampled_from(((), (("bob", "Bob"),))),
        user_data=st.just({"a": "1"}),
        leaves=st.booleans(),
    ),
    st.builds(
        owning_commands.MergeInto,
        party_id=PARTIES,
        interaction_id=st.just("i1"),
        leaves=st.booleans(),
        owner=SESSIONS,
    ),
)
ENDS = st.builds(commands.End, reason=st.just("done"), party_id=PARTIES)

RULES = st.builds(
    Rules,
    idle_alert_s=st.sampled_from((0, 5, 20)),
    second_idle_alert_s=st.sampled_from((0, 0, 7)),
    idle_close_s=st.sampled_from((0, 3, 10)),
    idle_while_waiting=st.booleans(),
    client_silence_s=st.sampled_from((0, 30, 100)),
    typing_s=st.sampled_from((1, 10)),
    retention_s=st.sampled_from((0, 60)),
    rest_after_s=st.sampled_from((0, 25)),
    resting_s=st.sampled_from((0, 90)),
    ends_with_last_agent=st.booleans(),
    needs_both_names=st.booleans(),
    message_chars_max=st.just(50),
    nickname_chars_max=st.just(30),
    user_data_keys_max=st.just(2),
    user_data_bytes_max=st.just(40),
    events_max=st.sampled_from((100, 50_000)),
    files=st.builds(
        FileRules,
        upload_max_files=st.just(2),
        upload_max_file_bytes=st.just(1000),
        upload_max_total_bytes=st.just(1500),
        upload_file_types=st.just(("png",)),
        upload_needs_agent=st.booleans(),
        download_attempts_max=st.just(2),
    ),
)
