"""Scripts of a person's days: joining, browsing, talking, consenting. Nothing leaves the shop."""

from lineage.generator import cast
from lineage.generator.scene import Scene


def join(scene: Scene) -> None:
    """A person registers and says yes to what the shop asks."""
    person = scene.person
    person.joined = True
    scene.tell(
        "user_registered",
        cast.ACCOUNTS,
        age_band="adult" if scene.chance(0.8) else None,
        region=person.country,
        accepted_version="1" if scene.chance(0.5) else None,
    )
    words = [*cast.ACCOUNT_WORDS, *scene.some(cast.PROFILE_WORDS, most=3)]
    scene.tell(
        "data_collected",
        cast.ACCOUNTS,
        categories=words,
        source_kind="direct",
        function="registration",
        mandatory=True,
    )
    scene.wait(1, 90)
    if scene.chance(0.6):
        consent(scene)


def join_as_guest(scene: Scene) -> None:
    """A guest buys under an e-mail address, which is linked to an account weeks later."""
    person = scene.person
    person.guest = f"guest.{person.email}"
    scene.tell(
        "data_collected",
        cast.CHECKOUT,
        categories=["email", "name", "shipping_address"],
        source_kind="direct",
        purpose="order",
    )
    scene.wait_days(4, 40)
    scene.promise(
        "identity_linked",
        cast.ACCOUNTS,
        identifier={"type": "email", "value": person.guest},
    )


def browse(scene: Scene) -> None:
    """A visit: logs, trackers, what was looked at."""
    scene.tell(
        "log_recorded",
        cast.WEB,
        categories=scene.some(("ip_address", "log_info", "device_info"), most=3),
        log_id=f"log-{scene.rng.getrandbits(32):08x}" if scene.chance(0.5) else None,
    )
    scene.wait(1, 600)
    if scene.chance(0.4):
        technology = scene.rng.choice(("cookie", "pixel", "local_storage", "beacon"))
        scene.tell("tracking_fired", cast.WEB, technology=technology)
    if scene.chance(0.5):
        words = cast.DEVICE_WORDS + cast.BEHAVIOUR_WORDS
        scene.tell(
            "data_collected",
            cast.WEB,
            categories=scene.some(words, least=2, most=5),
            source_kind="automatic",
            consent_id=consent_of(scene),
        )


def talk(scene: Scene) -> None:
    """A review, a survey, a word with the help desk; sometimes for another person's account."""
    words = scene.some(cast.TALK_WORDS, most=2)
    account = scene.crowd.neighbour(scene.person) if scene.chance(0.2) else None
    if account is not None:
        scene.tell_for_account(
            "data_collected", cast.SUPPORT, account=account.internal, categories=words
        )
        return
    scene.tell("data_collected", cast.SUPPORT, categories=words, source_kind="direct")


def inbound(scene: Scene) -> None:
    """A partner platform hands in what it knows."""
    scene.tell(
        "data_inbound_received",
        cast.MARKETPLACE,
        sender=scene.rng.choice(cast.PARTNERS),
        categories=scene.some(("name", "email", "order_info", "referral_url"), most=3),
        user_permission=True if scene.chance(0.5) else None,
    )


def process(scene: Scene) -> None:
    """Data is used: processed, combined, written to, put to another purpose."""
    known = scene.known()
    if not known:
        return
    what = scene.rng.randrange(4)
    if what == 0:
        scene.tell(
            "message_sent",
            cast.MARKETING,
            message_class="marketing" if scene.chance(0.7) else "important",
            channel="email",
        )
    elif what == 1:
        scene.tell(
            "data_processed", cast.MARKETING, categories=scene.some(known), purpose="statistics"
        )
    elif what == 2:
        scene.tell(
            "data_combined",
            cast.MARKETING,
            categories=scene.some(known, most=2),
            combined_with=scene.some(known, most=2),
            identifies=scene.chance(0.5),
        )
        if scene.chance(0.3):
            scene.wait_days(1, 30)
            scene.tell("combination_ended", cast.MARKETING, categories=scene.some(known, most=2))
    else:
        recipients = scene.recipients()
        scene.tell(
            "purpose_changed",
            cast.MARKETING,
            recipient=scene.rng.choice(recipients) if recipients and scene.chance(0.6) else None,
            purpose_from="delivery",
            purpose_to="own_marketing" if scene.chance(0.5) else "statistics",
            categories=scene.some(known) if scene.chance(0.5) else None,
        )


def consent(scene: Scene) -> None:
    """A consent is given, sometimes taken back days later."""
    person = scene.person
    person.consents += 1
    name = consent_of(scene)
    scene.tell(
        "consent_granted",
        cast.ACCOUNTS,
        consent_id=name,
        recipient_kind="advertising_analytics" if scene.chance(0.4) else None,
        purpose="marketing" if scene.chance(0.5) else None,
        form=scene.rng.choice(("express", "separate", "permission")),
    )
    if scene.chance(0.2):
        scene.wait_days(1, 60)
        scene.tell("consent_withdrawn", cast.ACCOUNTS, consent_id=name)


def prefer(scene: Scene) -> None:
    """Notices about sharing and the switches for marketing."""
    what = scene.rng.choice(
        ("marketing_opt_in", "marketing_opt_out", "sharing_notice_given", "sharing_opt_out")
    )
    scene.tell(what, cast.ACCOUNTS, channel="email" if scene.chance(0.7) else None)


def consent_of(scene: Scene) -> str | None:
    """Consents are numbered: their name is a code and must not hold the person's id."""
    return f"consent-{scene.person.consents}" if scene.person.consents else None
