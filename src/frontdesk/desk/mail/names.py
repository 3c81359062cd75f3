"""What mails of ours are called in the world: an answer finds its interaction, and no forged name does."""

import hmac

from msgspec import Struct

MAC_CHARS = 20  # Of hex digits: 80 bits, which nobody guesses by sending mails.


class Names(Struct, frozen=True):
    """Names of mails in one installation. `domain` is that of its address, `secret` what its nodes share."""

    domain: str
    secret: str

    def name(self, interaction_id: str, mail_id: str) -> str:
        """The Message-ID of a mail of ours, without its angle brackets."""
        return f"{interaction_id}.{mail_id}.{self._mac(interaction_id, mail_id)}@{self.domain}"

    def interaction_of(self, message_id: str) -> str:
        """The interaction that one of our mails belongs to; empty when the name is none of ours."""
        parts = message_id.partition("@")[0].split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isalnum() for part in parts):
            return ""
        interaction_id, mail_id, mac = parts
        return interaction_id if hmac.compare_digest(mac, self._mac(interaction_id, mail_id)) else ""

    def _mac(self, interaction_id: str, mail_id: str) -> str:
        said = f"{interaction_id}.{mail_id}".encode()
        return hmac.new(self.secret.encode(), said, "sha256").hexdigest()[:MAC_CHARS]
