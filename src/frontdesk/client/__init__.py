"""The Python SDK: visitors with or without a bus, agents and bots.

It speaks only documented protocols, so it works against other servers too."""

from frontdesk.client.agent import AgentClient
from frontdesk.client.bot import Bot
from frontdesk.client.bus import Bus, CommandRejected
from frontdesk.client.chat_errors import ChatFailed, ErrorCode
from frontdesk.client.chat_service import ChatService
from frontdesk.client.chat_session import ChatSession
from frontdesk.client.client import Client
from frontdesk.client.lines import Line
from frontdesk.client.webchat import WebChat
from frontdesk.client.webchat_service import WebChatService
from frontdesk.client.workspace_chat import Chat
from frontdesk.client.workspace_http import SignInRefused
from frontdesk.client.workspace_mails import Mail
from frontdesk.client.workspace_messages import (
    Colleague,
    FloorChanged,
    Happened,
    InteractionCard,
    Invitation,
    OpenChat,
)
from frontdesk.client.workspace_view import ChatMessage

__all__ = [
    "AgentClient",
    "Bot",
    "Bus",
    "Chat",
    "ChatFailed",
    "ChatMessage",
    "ChatService",
    "ChatSession",
    "Client",
    "Colleague",
    "CommandRejected",
    "ErrorCode",
    "FloorChanged",
    "Happened",
    "InteractionCard",
    "Invitation",
    "Line",
    "Mail",
    "OpenChat",
    "SignInRefused",
    "WebChat",
    "WebChatService",
]
