"""What the drop box answers when it does not do what was asked."""


class Refused(Exception):
    """It may not be done. The text says why, in plain words. `is_quota`: because it would be too much."""

    def __init__(self, text: str, *, is_quota: bool = False) -> None:
        super().__init__(text)
        self.is_quota = is_quota
