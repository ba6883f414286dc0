"""Scripts that end holdings, or undo such an end. Retractions are no script: see fate.py."""

from lineage.generator import cast
from lineage.generator.scene import Scene


def recipient_erases(scene: Scene) -> None:
    """A recipient reports that it erased; sometimes it gets the data again on the same day."""
    recipient, held = some_holder(scene)
    if not held:
        return
    categories = held if scene.chance(0.6) else scene.some(held)
    scene.tell(
        "recipient_deleted",
        cast.PRIVACY_DESK,
        recipient=recipient,
        categories=categories,
        evidence="confirmation on file" if scene.chance(0.3) else None,
    )
    if scene.chance(0.15):
        scene.wait(1, 3600)
        scene.tell(
            "data_shared",
            cast.SUPPORT,
            recipient=recipient,
            recipient_kind="other_third_party",
            categories=scene.some(categories),
        )


def shop_erases(scene: Scene) -> None:
    """One of the shop's services erases its live copy or a backup."""
    systems = scene.systems()
    if not systems:
        return
    system = scene.rng.choice(systems)
    if scene.chance(0.15):
        collect_and_drop(scene, system=system)
        return
    held = scene.held_in(system)
    if held:
        deleted(scene, system=system, categories=scene.some(held, most=6))


def collect_and_drop(scene: Scene, *, system: str) -> None:
    """A service collects what it must not keep and drops it at the same instant."""
    held = set(scene.held_in(system))
    new = [category for category in scene.known() if category not in held]
    if new:
        categories = scene.some(new, most=2)
        scene.tell("data_collected", system, categories=categories)
        deleted(scene, system=system, categories=categories)


def deleted(scene: Scene, *, system: str, categories: list[str]) -> None:
    """A system deletes its live copy; at times it was only a backup."""
    scene.tell(
        "data_deleted",
        system,
        categories=categories,
        store="live" if scene.chance(0.7) else "backup",
        method="erase" if scene.chance(0.8) else "anonymise",
    )


def clear(scene: Scene) -> None:
    """The person clears something with their own hands."""
    what = scene.rng.choice(("search_history", "order_records", "cookies", "posts"))
    scene.tell("self_service_cleared", cast.WEB, what=what)


def deidentify_for_good(scene: Scene) -> None:
    """Irreversibly, at a recipient or in one of our systems; some find the way back."""
    if scene.chance(0.4):
        deidentify_own(scene)
        return
    recipient, held = some_holder(scene)
    if not held:
        return
    categories = scene.some(held, most=5)
    deidentified(scene, holder=recipient, categories=categories, reversible=False)
    if scene.chance(0.2):
        scene.wait(60, 900_000)
        reidentified(scene, holder=recipient, categories=scene.some(categories))


def deidentify_own(scene: Scene) -> None:
    """One of our systems keeps figures and loses the persons."""
    systems = scene.systems()
    if not systems:
        return
    system = scene.rng.choice(systems)
    held = scene.held_in(system)
    if held:
        scene.tell(
            "data_deidentified",
            system,
            categories=scene.some(held, most=4),
            reversible=False,
            reason="purpose_ended",
        )


def deidentify_reversibly(scene: Scene) -> None:
    """Pseudonyms: whoever holds the data goes on holding it."""
    recipient, held = some_holder(scene)
    if held:
        deidentified(scene, holder=recipient, categories=scene.some(held, most=5), reversible=True)


def reidentify(scene: Scene) -> None:
    """A recipient is found to have put names back on what it once held."""
    recipients = scene.recipients()
    if recipients:
        holder = scene.rng.choice(recipients)
        categories = scene.some(scene.ever_held_by(holder), most=3)
        reidentified(scene, holder=holder, categories=categories)


def deidentified(scene: Scene, *, holder: str, categories: list[str], reversible: bool) -> None:
    """The privacy desk notes a de-identification at a recipient."""
    scene.tell(
        "data_deidentified",
        cast.PRIVACY_DESK,
        categories=categories,
        holder=holder,
        reversible=reversible,
        method="hash" if reversible else "aggregate",
    )


def reidentified(scene: Scene, *, holder: str, categories: list[str]) -> None:
    """The privacy desk notes a re-identification."""
    scene.tell("reidentification_detected", cast.PRIVACY_DESK, categories=categories, holder=holder)


def some_holder(scene: Scene) -> tuple[str, list[str]]:
    """A recipient that holds something now, with what it holds; else nothing."""
    recipients = scene.recipients()
    for _ in range(min(4, len(recipients))):
        recipient = scene.rng.choice(recipients)
        held = scene.held_by(recipient)
        if held:
            return recipient, held
    return "", []
