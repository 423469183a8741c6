"""Optical strain: how much the flow stretches the skin, from the same pairs of frames as the flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mebench.features.recipes.common import Arrays, Recipe
from mebench.features.recipes.flow import Flow

if TYPE_CHECKING:
    from mebench.features.strain import Differences, Form


@dataclass(frozen=True)
class Strain(Flow):
    """Strain magnitude, ``strain`` (rows, H, W) float32, of the flow as the cache stores it.

    Parameters
    ----------
    form : {"frobenius", "three-term"}
    differences : {"central", "backward", "forward"}
        See :mod:`mebench.features.strain`; all others are those of the flow.
    """

    form: Form = "frobenius"
    differences: Differences = "central"

    name: ClassVar[str] = "strain"
    summary: ClassVar[str] = "Optical strain of the flow, for the same pairs of frames; the flow is cached as well."
    reference: ClassVar[str] = "Shreve et al. 2011; Liong et al. 2014"
    half: ClassVar[Mapping[str, float]] = {"strain": 1e-3}

    def computing(self) -> dict[str, Any]:
        """Return its own parameters and those of the flow."""
        return {**super().computing(), "form": self.form, "differences": self.differences}

    def check(self) -> None:
        """Try the parameters on a small flow."""
        from mebench.features.strain import strain

        super().check()
        strain(np.zeros((4, 4, 2), np.float32), self.form, self.differences)

    def base(self) -> Recipe:
        """Return the flow that it is made of."""
        return Flow(**{field.name: getattr(self, field.name) for field in fields(Flow)})

    def derive(self, rows: Arrays) -> Arrays:
        """Return ``strain`` with what the flow says of its rows."""
        from mebench.features.strain import strain

        made = np.stack([strain(flow, self.form, self.differences) for flow in rows["flow"]])
        return {"strain": made, **{name: array for name, array in rows.items() if name != "flow"}}
