"""The closed set of rule kinds. Each kind is a model here and a pure function in the domain.

A new kind is added to the union below; what it demands is judged in ``lineage.domain.rules`` or
answered in ``lineage.domain.questions``.
"""

from typing import Annotated

from pydantic import Field

from lineage.policy.kinds.personal import Combination
from lineage.policy.kinds.stated import Stated

AnyRule = Annotated[Combination | Stated, Field(discriminator="kind")]
