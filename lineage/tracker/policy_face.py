"""The part of the tracker that asks what a policy says: one method a question, each one call."""

from __future__ import annotations

from datetime import datetime

from lineage.service import policy_answers as answers
from lineage.service.asking import At, PolicyQuestions


class PolicyFace:
    """What a tracker is asked under a policy; all about the moment ``as_of``.

    The controller may be left out where only one has the person or request on record.
    """

    _of_policy: PolicyQuestions

    def check(
        self,
        *,
        controller: str | None = None,
        subject: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Findings:
        """What breaks a rule of the policy or of our defaults, and what no rule covers.

        Of one person; without a subject of everybody under the controller and of itself.
        """
        return self._of_policy.check(At(controller, as_of, known_at), subject=subject)
