"""The questions about a policy's duties: pure functions of policy, history and moment."""
