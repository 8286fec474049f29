"""Where a record lives inside one platform."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Ref:
    """One record of one platform: the object it belongs to (`12`, `Contact`, `user`) and its id.

    A ref means something only together with the connection it was read through.
    """

    object: str
    id: str

    def __str__(self) -> str:
        return f"{self.object}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Read back what `str` wrote. Raises ValueError for anything else."""
        object_, colon, id_ = text.partition(":")
        if not (colon and object_ and id_):
            raise ValueError("a ref is written object:id")
        return cls(object_, id_)
