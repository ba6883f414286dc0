"""The canonical data categories, which every policy has; no rule about them lives here.

A policy file may add category words of its own; it cannot redefine these.
"""

from typing import Final

CANONICAL_CATEGORIES: Final[frozenset[str]] = frozenset(
    """
    account_id username login_password member_name nickname name email phone country
    mailing_address shipping_address consignee_name consignee_address consignee_phone alt_phone
    delivery_time_pref government_id face_biometric financial_account_no store_name product_info
    buyer_name buyer_phone buyer_address buyer_order_info order_no order_info transaction_amount
    payment_method payment_account_name bank_card payment_progress logistics_info waybill_tracking
    transaction_info ip_address cookie_id device_info device_id wifi_bssid location app_list
    software_info browser_info log_info search_query search_history browsing_history dwell_time
    preference_profile favourites_follows comms_record evidence_docs survey_answers ugc
    contact_preferences occupation postal_area_code timezone referral_url risk_url aggregate_stats
    affiliate_supplied_info account_information
    """.split(),  # noqa: SIM905 (one paragraph of words is read and compared at a glance)
)

ORDER_CATEGORIES: Final[frozenset[str]] = frozenset(
    """
    buyer_order_info order_no order_info product_info transaction_amount payment_method
    payment_progress logistics_info waybill_tracking transaction_info
    """.split(),  # noqa: SIM905 (as above)
)
"""Words for data that only orders have: told apart by order wherever it came with one."""
