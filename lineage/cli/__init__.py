"""The command line: each command parses, makes one call of the tracker, and shows the answer."""

import gc

from lineage.service.garbage import THRESHOLDS

# Importing makes many objects and no garbage, and is most of what a short command does.
gc.set_threshold(*THRESHOLDS)
