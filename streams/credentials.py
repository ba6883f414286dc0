"""What Faust is told for TLS and SASL; the other clients take ``Security.options``."""

from __future__ import annotations

import faust

from lineage.kafka.security import Security


def credentials(security: Security) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """What Faust calls credentials; None where nobody asks for any."""
    context = security.context()
    if security.with_sasl:
        return faust.SASLCredentials(
            mechanism=security.mechanism,
            username=security.user,
            password=security.password,
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)
