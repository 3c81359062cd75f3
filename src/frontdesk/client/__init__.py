"""The Python SDK: bus, WebChatService, agent client and bots.

It speaks only documented protocols, so it works against other servers too."""
