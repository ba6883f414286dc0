"""Which judge looks at which types of events. Each judge is a pure function in a module beside."""

from __future__ import annotations

from lineage.domain.judging import Judges

JUDGES = Judges([])
