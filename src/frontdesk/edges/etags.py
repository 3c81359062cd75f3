"""What a client has already need not be sent again. Source: RFC 9110 §13.1.2."""

ANY = "*"


def is_known(etag: str, if_none_match: str) -> bool:
    """Whether who sends this `If-None-Match` has what `etag` names, quotes and all."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == [ANY]
