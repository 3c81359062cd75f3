"""The Python SDK: bus, WebChatService, agent client and bots.

It speaks only documented protocols, so it works against other servers too."""

from frontdesk.client.agent import AgentClient
from frontdesk.client.bot import Bot
from frontdesk.client.workspace_chat import Chat
from frontdesk.client.workspace_http import SignInRefused
from frontdesk.client.workspace_messages import FloorChanged, Happened, InteractionCard, Invitation
from frontdesk.client.workspace_view import ChatMessage

__all__ = [
    "AgentClient",
    "Bot",
    "Chat",
    "ChatMessage",
    "FloorChanged",
    "Happened",
    "InteractionCard",
    "Invitation",
    "SignInRefused",
]
