"""Signals in a customer's words that must stop, pause or route collecting, found by rules of high recall.

Guard rules that rest on them (design, section 10): G4 third party, G13 stop contact, G15 represented, G16 dispute, G22
insolvency and breathing space, G23 debt adviser, G24 self-harm. A missed signal harms a person and a false one costs a
hand-over, so the rules lean to recall; figures of speech that are common in this trade are excluded by name.
"""

from eqnegotiator.edge.signal_words import any_of, plain_words
from eqnegotiator.edge.signals_authority import insolvent, represented, third_party
from eqnegotiator.edge.signals_contact import HUMAN, STOP_CONTACT
from eqnegotiator.edge.signals_debt import HARDSHIP, disputed
from eqnegotiator.edge.signals_self_harm import self_harm

__all__ = ["SIGNALS", "any_of", "find_signals", "plain_words"]

SIGNALS = (
    "self_harm",
    "stop_contact",
    "represented",
    "insolvency_or_breathing_space",
    "third_party",
    "dispute",
    "human",
    "hardship",
)
"""In order of urgency; the order in which `find_signals` returns them."""


def find_signals(text: str) -> list[str]:
    """Names of the signals in the text, most urgent first; O(len(text))."""
    words = plain_words(text)
    found = {
        "self_harm": self_harm(words),
        "stop_contact": STOP_CONTACT.search(words) is not None,
        "represented": represented(words),
        "insolvency_or_breathing_space": insolvent(words),
        "third_party": third_party(words),
        "dispute": disputed(words),
        "human": HUMAN.search(words) is not None,
        "hardship": HARDSHIP.search(words) is not None,
    }
    return [name for name in SIGNALS if found[name]]
