"""What the contract alone says about the coded table."""

from dataclasses import dataclass

from noctule.codes import Codec
from noctule.codes.forbidden import Forbidden, forbidden


@dataclass(frozen=True)
class Shape:
    """The public shape of the coded table (design.md invariant 1).

    `domain`: number of codes of each attribute; `ordered`: attributes whose neighbouring codes are neighbouring
    values; `targets`: attributes of the columns that the contract marks `target: true`, in its order;
    `forbidden`: combinations of codes that no row can have.
    """

    domain: dict[str, int]
    ordered: frozenset[str] = frozenset()
    targets: tuple[str, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()

    @classmethod
    def of(cls, codec: Codec) -> "Shape":
        return cls(
            codec.domain,
            frozenset(attribute.name for attribute in codec.attributes if attribute.ordered),
            tuple(attribute.name for attribute in codec.attributes if attribute.column in codec.contract.targets),
            forbidden(codec),
        )
