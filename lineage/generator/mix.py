"""How often each script plays, and how much goes wrong on the way. The one place to tune."""

from collections.abc import Mapping

from lineage.generator import daily, erasing, orders, sharing
from lineage.generator.scene import Script

WEIGHTS: Mapping[Script, float] = {
    daily.browse: 14,
    daily.talk: 4,
    daily.inbound: 3,
    daily.process: 6,
    daily.consent: 4,
    daily.prefer: 3,
    orders.order: 9,
    sharing.advertise: 7,
    sharing.serve: 8,
    sharing.meet: 3,
    sharing.sell: 5,
    sharing.hand_over: 3,
    sharing.store: 4,
    sharing.publish: 3,
    erasing.recipient_erases: 8,
    erasing.shop_erases: 6,
    erasing.clear: 4,
    erasing.deidentify_for_good: 7,
    erasing.deidentify_reversibly: 5,
    erasing.reidentify: 4,
}

CONTROLLER_SHARE = 0.005  # of the scripts: acts of the controller itself, about nobody
DATE_ONLY_SHARE = 0.25  # of the scripts: all times are dates, so that rank decides

DUPLICATE_SHARE = 0.025
LATE_SHARE = 0.03
SHUFFLED_SHARE = 0.04
RETRACTED_SHARE = 0.03  # of those that can be: some 2 % of all
