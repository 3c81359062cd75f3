"""The Python SDK: bus, WebChatService, agent client and bots.

It speaks only documented protocols, so it works against other servers too."""

from frontdesk.client.agent import AgentClient
from frontdesk.client.bot import Bot
from frontdesk.client.bus import Bus, CommandRejected
from frontdesk.client.client import Client
from frontdesk.client.lines import Line
from frontdesk.client.webchat_service import WebChatService
from frontdesk.client.workspace_chat import Chat
from frontdesk.client.workspace_http import SignInRefused
from frontdesk.client.workspace_messages import FloorChanged, Happened, InteractionCard, Invitation
from frontdesk.client.workspace_view import ChatMessage

__all__ = [
    "AgentClient",
    "Bot",
    "Bus",
    "Chat",
    "ChatMessage",
    "Client",
    "CommandRejected",
    "FloorChanged",
    "Happened",
    "InteractionCard",
    "Invitation",
    "Line",
    "SignInRefused",
    "WebChatService",
]
