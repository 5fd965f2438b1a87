"""Who gets a ticket and how soon, where the bot did not say: by category, with a fallback for every other."""

from dataclasses import dataclass

from bot.models import Audience, Department, Priority


@dataclass(frozen=True, slots=True)
class Route:
    department: Department
    priority: Priority


_SUPPORT = Route(Department.LEARNER_SUPPORT, Priority.MEDIUM)
_BILLING = Route(Department.BILLING, Priority.MEDIUM)
_TECHNICAL = Route(Department.TECHNICAL, Priority.MEDIUM)
_URGENT_TRUST = Route(Department.TRUST_SAFETY, Priority.HIGH)

_ROUTES = {
    "refund_dispute": Route(Department.BILLING, Priority.HIGH),
    "refunds": _BILLING,
    "payments": _BILLING,
    "subscriptions": _BILLING,
    "financial_aid": _BILLING,
    "billing": _BILLING,
    "account_taken_over": _URGENT_TRUST,
    "privacy_request": _URGENT_TRUST,
    "safety": _URGENT_TRUST,
    "harassment": _URGENT_TRUST,
    "integrity_appeal": Route(Department.TRUST_SAFETY, Priority.MEDIUM),
    "identity_verification": Route(Department.TRUST_SAFETY, Priority.MEDIUM),
    "certificate_name": _SUPPORT,
    "accommodation": Route(Department.LEARNER_SUPPORT, Priority.HIGH),
    "account": _TECHNICAL,
    "sign_in": _TECHNICAL,
    "mobile_app": _TECHNICAL,
    "video": _TECHNICAL,
    "known_problems": _TECHNICAL,
    "technical": _TECHNICAL,
    "asked_for_human": _SUPPORT,
    "low_confidence": _SUPPORT,
    "out_of_scope": Route(Department.LEARNER_SUPPORT, Priority.LOW),
}

_ORDER = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)


def route(category: str, audience: Audience = Audience.LEARNER) -> Route:
    """What partners ask goes to those who know partners, except what only billing or trust & safety may settle."""
    found = _ROUTES.get(category.replace("-", "_").replace(" ", "_").casefold(), _SUPPORT)
    if audience is not Audience.LEARNER and found.department in (Department.LEARNER_SUPPORT, Department.TECHNICAL):
        return Route(Department.PARTNER_SUPPORT, found.priority)
    return found


def more_urgent(one: Priority, other: Priority) -> Priority:
    return max(one, other, key=_ORDER.index)
