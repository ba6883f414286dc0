"""Where an order goes: the country words of the orders file, as region codes and local carriers."""

from __future__ import annotations

from dataclasses import dataclass

HOME_REGION = "GB"


@dataclass(frozen=True, slots=True)
class Destination:
    """A foreign destination and the carrier that delivers there."""

    region: str
    local_carrier: str


# The file says only "Channel Islands"; the code of Jersey stands for both bailiwicks.
DESTINATIONS = {
    "Australia": Destination("AU", "SouthernStarParcel"),
    "Austria": Destination("AT", "AlpenBote"),
    "Bahrain": Destination("BH", "DuneCourier"),
    "Belgium": Destination("BE", "GalliaColis"),
    "Brazil": Destination("BR", "TwinOceanShip"),
    "Canada": Destination("CA", "TwinOceanShip"),
    "Channel Islands": Destination("JE", "EmeraldPost"),
    "Cyprus": Destination("CY", "MareCourier"),
    "Czech Republic": Destination("CZ", "AmberPaczka"),
    "Denmark": Destination("DK", "NordPost"),
    "EIRE": Destination("IE", "EmeraldPost"),
    "European Community": Destination("EU", "GalliaColis"),
    "Finland": Destination("FI", "NordPost"),
    "France": Destination("FR", "GalliaColis"),
    "Germany": Destination("DE", "AlpenBote"),
    "Greece": Destination("GR", "MareCourier"),
    "Iceland": Destination("IS", "NordPost"),
    "Israel": Destination("IL", "MareCourier"),
    "Italy": Destination("IT", "MareCourier"),
    "Japan": Destination("JP", "SouthernStarParcel"),
    "Lebanon": Destination("LB", "MareCourier"),
    "Lithuania": Destination("LT", "AmberPaczka"),
    "Malta": Destination("MT", "MareCourier"),
    "Netherlands": Destination("NL", "GalliaColis"),
    "Norway": Destination("NO", "NordPost"),
    "Poland": Destination("PL", "AmberPaczka"),
    "Portugal": Destination("PT", "IberPaq"),
    "RSA": Destination("ZA", "SouthernStarParcel"),
    "Saudi Arabia": Destination("SA", "DuneCourier"),
    "Singapore": Destination("SG", "SouthernStarParcel"),
    "Spain": Destination("ES", "IberPaq"),
    "Sweden": Destination("SE", "NordPost"),
    "Switzerland": Destination("CH", "AlpenBote"),
    "USA": Destination("US", "TwinOceanShip"),
    "United Arab Emirates": Destination("AE", "DuneCourier"),
}

# Delivered by the domestic carrier: no destination abroad is known for "Unspecified".
DOMESTIC = frozenset({"United Kingdom", "Unspecified"})


def destination(country: str) -> Destination | None:
    """The foreign destination of an order, none for a domestic one; an unknown word fails."""
    return None if country in DOMESTIC else DESTINATIONS[country]
