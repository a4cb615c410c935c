"""Refusal: an error whose reason is a phrase, so that each reader gets it in their language."""

from rodedraad.ingest.errors import RodeDraadError


class Refusal(RodeDraadError):
    """Something that is not accepted: `why` names a phrase, `given` fills the phrase's blanks."""

    def __init__(self, why: str, **given: object) -> None:
        super().__init__(why)
        self.why, self.given = why, given
