"""The invented cast of the shop: its systems, its recipients, its words. Nothing decides here."""

ACCOUNTS = "/services/accounts"
CHECKOUT = "/services/checkout"
FULFILMENT = "/services/fulfilment"
MARKETING = "/services/marketing"
MARKETPLACE = "/services/marketplace"
PRIVACY_DESK = "/services/privacy-desk"
SUPPORT = "/services/support"
WAREHOUSE = "/services/warehouse"
WEB = "/services/web"

CARRIERS = ("FastParcel", "BlueVan", "NordPost", "QuickCrate", "HillRail Freight", "SeaLine")
SUBCARRIERS = ("LastMile North", "LastMile South", "CityBikes", "CustomsPoint")
PAYERS = ("PayHub", "CardGate", "InvoiceNow", "SplitPay")
ADVERTISERS = ("AdReach", "ClickLens", "PixelPark", "TrendGauge", "BannerBarn", "MeasureMint")
AFFILIATES = ("Shop Family Travel", "Shop Family Foods", "Shop Family Cards")
PROVIDERS = ("MailBlast", "SmsGate", "HelpDesk One", "ListWash", "FraudEye", "SearchIndexer")
HOSTS = ("CloudVault", "ColdStore", "RackHarbour", "EdgeNest")
BUYERS = ("DataBazaar", "ListTraders", "ProfileMart", "InsightExchange")
TRANSFEREES = ("NewShop Holding", "Harbour Brands", "Unit Buyers")
COPIERS = ("MirrorSite", "ScrapeWorks", "ForumArchive")
PARTNERS = ("ShopFront", "MarketPlaza", "DealCompare")
SELLERS = tuple(f"Seller {number:03d}" for number in range(1, 121))

PROVIDER_FUNCTIONS = {
    "MailBlast": ["email", "marketing"],
    "SmsGate": ["sms"],
    "HelpDesk One": ["customer_service"],
    "ListWash": ["list_cleaning"],
    "FraudEye": ["network_security", "payment_help"],
    "SearchIndexer": ["search_listing", "infrastructure"],
}
HOST_REGIONS = {"CloudVault": "US", "ColdStore": "DE", "RackHarbour": "SG", "EdgeNest": "JP"}

ACCOUNT_WORDS = ("account_id", "username", "email", "country")
PROFILE_WORDS = ("name", "phone", "mailing_address", "nickname", "contact_preferences")
DEVICE_WORDS = ("ip_address", "cookie_id", "device_info", "device_id", "browser_info", "location")
BEHAVIOUR_WORDS = (
    "search_query",
    "search_history",
    "browsing_history",
    "dwell_time",
    "favourites_follows",
    "preference_profile",
)
ORDER_WORDS = (
    "order_no",
    "order_info",
    "transaction_amount",
    "payment_method",
    "shipping_address",
    "consignee_name",
    "consignee_phone",
)
TALK_WORDS = ("ugc", "survey_answers", "comms_record", "evidence_docs")
