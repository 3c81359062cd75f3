"""Whoever waits until something happens in a chat."""

import asyncio


class News:
    """Those who wait, by interaction. One who waits costs no task and no look at the log.

    Shape:   once it `is_over`, nobody need wait any longer: the node is about to stop.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self.waiting_count = 0
        self.is_over = False

    def next_of(self, interaction_id: str) -> asyncio.Future[None]:
        """Done as soon as something is committed in the interaction; cancel it to wait no longer."""
        news = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(interaction_id, []).append(news)
        self.waiting_count += 1
        news.add_done_callback(lambda done: self._forget(interaction_id, done))
        return news

    def _forget(self, interaction_id: str, done: "asyncio.Future[None]") -> None:
        self.waiting_count -= 1
        waiting = self._waiting.get(interaction_id, [])
        if done in waiting:
            waiting.remove(done)
        if not waiting:
            self._waiting.pop(interaction_id, None)

    def stop(self) -> None:
        """Let everybody go."""
        self.is_over = True
        for interaction_id in tuple(self._waiting):
            self.happened(interaction_id)

    def happened(self, interaction_id: str) -> None:
        """Something was committed."""
        for news in self._waiting.pop(interaction_id, ()):
            if not news.done():
                news.set_result(None)
