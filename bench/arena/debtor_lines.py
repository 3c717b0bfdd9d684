"""What debtors say in the `text` fidelity: for each manner of speaking and each thing to say, several wordings.

Slots: `{year}` answers the identity question, `{days}`, `{amount}` (of a month) and `{spare}` are quantities. Colours come before what is
said and carry the emotion; tactic lines carry nothing but pressure. No line speaks of hardship, a lawyer, a dispute or another person, to
which the appliance would rightly answer with a person of the creditor; only the victim's tactic comes near it.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["COLOURS", "LINES", "MANNERS", "TACTICS", "Manner", "Thing"]

Manner: TypeAlias = Literal["calm", "hot", "low", "short"]
Thing: TypeAlias = Literal[
    "identity", "days", "monthly", "repeat", "repeat_monthly", "accept", "refuse", "yes", "no", "spare", "private", "leave"
]  # fmt: skip

MANNERS: Final[dict[str, Manner]] = {
    "vanilla": "calm", "angry": "hot", "sad": "low", "fear": "low", "disgust": "hot",
    "threatening": "hot", "cheating": "calm", "victim": "low", "stonewalling": "short",
}  # fmt: skip
"""How each persona speaks."""

LINES: Final[dict[Thing, dict[Manner, tuple[str, ...]]]] = {
    "identity": {
        "calm": (
            "I was born in {year}.", "It's {year}.", "My year of birth is {year}.", "Sure, {year}.", "That would be {year}.",
            "Hello, yes, I was born in {year}.",
        ),
        "hot": (
            "{year}, okay?", "Born in {year}. Get on with it.", "It's {year}, there you go.", "Fine. {year}.", "Yes, {year}.",
            "{year}. What is this about?",
        ),
        "low": (
            "Um, {year}.", "It's {year}.", "I was born in {year}, I hope that's right.", "Sorry, yes, {year}.", "Born in {year}.",
            "Hello. It was {year}.",
        ),
        "short": ("{year}", "{year}.", "Born {year}.", "It's {year}.", "{year}, yes.", "Year {year}."),
    },
    "days": {
        "calm": (
            "I could pay all of it in {days} days.", "I would need {days} days for this.", "Can I have {days} days?",
            "I can settle it in {days} days.",
            "Could we agree on {days} days?", "Please give me {days} days and I will pay it all.", "{days} days would work for me.",
        ),
        "hot": (
            "You will get it in {days} days.", "I'm telling you, I need {days} days.", "I will pay in {days} days.",
            "{days} days, take it or leave it.",
            "Give me {days} days.", "I'm paying in {days} days.", "It will be {days} days.",
        ),
        "low": (
            "Would {days} days be possible, please?", "I think I could manage it in {days} days.", "Could I please have {days} days?",
            "I would need about {days} days.", "Is there any way to get {days} days?", "I can only do it in {days} days.",
            "Maybe in {days} days, if that is all right.",
        ),
        "short": (
            "{days} days.", "In {days} days.", "I need {days} days.", "I'll pay in {days} days.", "Give me {days} days.",
            "Make it {days} days.",
        ),
    },
    "monthly": {
        "calm": (
            "I could pay ${amount} a month, starting in two weeks.", "I can do ${amount} a month from two weeks from now.",
            "How about ${amount} a month, starting in two weeks?",
            "What I can offer is ${amount} a month, beginning in two weeks.", "Could I pay ${amount} every month, starting in two weeks?",
            "I would like to pay ${amount} a month, starting in two weeks.",
        ),
        "hot": (
            "You can have ${amount} a month, starting in two weeks.", "It's ${amount} a month, starting in two weeks.",
            "I will pay ${amount} a month, starting in two weeks.",
            "I'm paying ${amount} a month, starting in two weeks.", "${amount} a month, starting in two weeks, take it or leave it.",
            "You will get ${amount} every month, starting in two weeks.",
        ),
        "low": (
            "Could I please pay ${amount} a month, starting in two weeks?",
            "I think I could manage ${amount} a month, starting in two weeks.",
            "Would ${amount} a month be all right, starting in two weeks?", "I can only do ${amount} a month, starting in two weeks.",
            "Maybe ${amount} a month, starting in two weeks.", "I would try to pay ${amount} every month, starting in two weeks.",
        ),
        "short": (
            "${amount} a month, starting in two weeks.", "${amount} every month, starting in two weeks.",
            "I'll pay ${amount} a month, starting in two weeks.",
            "Make it ${amount} a month, starting in two weeks.", "${amount} per month, starting in two weeks.",
            "I can do ${amount} a month, starting in two weeks.",
        ),
    },
    "repeat": {
        "calm": (
            "As I said, I would need {days} days.", "I can still offer {days} days.", "I'm still asking for {days} days.",
            "It would still be {days} days for me.",
            "My answer is {days} days, as before.", "I would still ask for {days} days.",
        ),
        "hot": (
            "I told you, {days} days.", "How often do I have to say it: {days} days.", "I said {days} days and I meant {days} days.",
            "Still {days} days.",
            "Are you even listening? {days} days.", "Once more, I need {days} days.",
        ),
        "low": (
            "I'm sorry, I still need {days} days.", "I really would need {days} days.", "It would have to be {days} days, sorry.",
            "I can still only do it in {days} days.",
            "Please, {days} days.", "I would still need {days} days, I'm afraid.",
        ),
        "short": (
            "Still {days} days.", "{days} days, as I said.", "{days} days.", "I said {days} days.", "Again, {days} days.",
            "Same, {days} days.",
        ),
    },
    "repeat_monthly": {
        "calm": (
            "As I said, I could pay ${amount} a month, starting in two weeks.",
            "I can still offer ${amount} a month, starting in two weeks.",
            "I have to stay with ${amount} a month, starting in two weeks.", "It would still be ${amount} a month, starting in two weeks.",
            "My offer is ${amount} a month as before, starting in two weeks.",
            "I would still propose ${amount} a month, starting in two weeks.",
        ),
        "hot": (
            "I told you, ${amount} a month, starting in two weeks.",
            "How often do I have to say it: ${amount} a month, starting in two weeks.",
            "I said ${amount} a month, starting in two weeks.", "Still ${amount} a month, starting in two weeks.",
            "Are you even listening? ${amount} a month, starting in two weeks.", "Once more, ${amount} a month, starting in two weeks.",
        ),
        "low": (
            "I'm sorry, I can still only do ${amount} a month, starting in two weeks.",
            "I really can only manage ${amount} a month, starting in two weeks.",
            "It would have to be ${amount} a month, starting in two weeks.", "Please, ${amount} a month, starting in two weeks.",
            "I could still pay ${amount} a month, starting in two weeks.", "Would ${amount} a month, starting in two weeks, really not do?",
        ),
        "short": (
            "Still ${amount} a month, starting in two weeks.", "${amount} a month, as I said, starting in two weeks.",
            "I said ${amount} a month, starting in two weeks.",
            "${amount} a month, starting in two weeks.", "Again, ${amount} a month, starting in two weeks.",
            "Same, ${amount} a month, starting in two weeks.",
        ),
    },
    "accept": {
        "calm": (
            "Yes, that works for me.", "That sounds good, I agree.", "OK, I accept that.", "Yes, let's do that.", "I can do that.",
            "All right, agreed.",
        ),
        "hot": (
            "Fine, I accept.", "OK, deal.", "Yes, fine, I agree to that.", "All right, I'll take it.", "Okay, I'll do that.",
            "Yes, I accept it.",
        ),
        "low": (
            "Yes, I can manage that.", "OK, I accept that, thank you.", "Yes please, I agree.", "That works for me, thank you.",
            "I can do that, thank you.", "Yes, I'll take that.",
        ),
        "short": ("OK, agreed.", "Yes.", "Deal.", "I accept.", "Fine, I accept.", "Yes, agreed."),
    },
    "refuse": {
        "calm": (
            "I'm afraid that does not work for me.", "No, I can't do that.", "That is too soon for me.",
            "Sorry, I can't agree to that.", "No, that will not work.", "That is too tight for me.",
        ),
        "hot": ("No way.", "No, I won't do that.", "That is a joke.", "Not a chance.", "No, that is unreasonable.", "Forget it."),
        "low": (
            "I don't think I can manage that.", "I'm sorry, that is too soon for me.", "No, I'm sorry, I can't do that.",
            "That is too much for me.",
            "I can't promise that.", "I wish I could, but no.",
        ),
        "short": ("No.", "Nope.", "Can't.", "Too soon.", "No, I can't.", "Not that."),
    },
    "yes": {
        "calm": ("Yes.", "Yes, I agree.", "Yes, that's right.", "That's correct, yes.", "Yes, please do.", "I agree."),
        "hot": ("Yes, fine.", "Yes.", "Yes, I agree.", "Yes, okay.", "Agreed.", "I said yes."),
        "low": ("Yes, thank you.", "Yes, please.", "Yes, I agree, thank you.", "Yes.", "I agree.", "Yes, that's right."),
        "short": ("Yes.", "Yes", "Agreed.", "OK.", "Correct.", "Yep."),
    },
    "no": {
        "calm": (
            "No.", "No, that's not what I meant.", "No, I do not agree.", "No, I don't agree to that.", "No, that is wrong.",
            "No, I refuse.",
        ),
        "hot": ("No.", "No, I refuse.", "No, I do not agree.", "No, that is wrong.", "Nope.", "No, not that."),
        "low": (
            "No.", "No, that's not what I meant.", "No, I do not agree.", "No, I can't agree to that.", "No, that is wrong.",
            "No, not that.",
        ),
        "short": ("No.", "Nope.", "No, wrong.", "No, not that.", "No, I refuse.", "I refuse."),
    },
    "spare": {
        "calm": (
            "After bills I have about ${spare} left each month.", "Once the bills are paid there is about ${spare} left a month.",
            "I have ${spare} left every month after everything.",
            "After rent and bills I'm left with about ${spare} a month.", "I have about ${spare} to spare each month.",
            "There's ${spare} a month left after all the bills.",
        ),
        "hot": (
            "After bills I have ${spare} left each month, that's it.", "I have ${spare} left a month after everything, end of story.",
            "Once the bills are paid there is ${spare} left a month.", "I'm left with ${spare} a month after rent and bills.",
            "After all the bills there's ${spare} left a month.", "I have ${spare} to spare each month, not a dollar more.",
        ),
        "low": (
            "After bills I only have about ${spare} left each month.", "I'm left with maybe ${spare} a month after everything.",
            "There is only about ${spare} left a month once the bills are paid.",
            "I only have ${spare} to spare each month.", "After rent and bills I have just ${spare} left a month.",
            "I have about ${spare} left every month after all the bills.",
        ),
        "short": (
            "After bills I have ${spare} left a month.", "${spare} left a month after bills.", "I have ${spare} left each month.",
            "There's ${spare} left a month.",
            "I'm left with ${spare} a month.", "I have ${spare} to spare a month.",
        ),
    },
    "private": {
        "calm": (
            "I would rather not go into that.", "I'd prefer to keep that to myself.", "I don't want to say.",
            "Let's leave my finances out of this.",
            "I'd rather not share that.", "That is private, if you don't mind.",
        ),
        "hot": (
            "That is none of your business.", "I'm not telling you that.", "Why would I tell you that?", "That's private.",
            "You don't need to know that.", "I won't say.",
        ),
        "low": (
            "I'd rather not say, sorry.", "I don't feel comfortable saying.", "I would rather keep that private.",
            "I don't know exactly, sorry.",
            "I'm not sure, to be honest.", "Sorry, I'd rather not go into it.",
        ),
        "short": ("Private.", "No comment.", "Not saying.", "Rather not say.", "None of your business.", "I won't say."),
    },
    "leave": {
        "calm": (
            "I have to go now, goodbye.", "This leads nowhere. Goodbye.", "I'll leave it at that. Bye.",
            "I'm going to stop here, goodbye.", "Goodbye.", "I need to go. Bye.",
        ),
        "hot": (
            "I'm done here. Bye.", "I'm out. Goodbye.", "I have had enough. Bye.", "This is a waste of my time, goodbye.", "Goodbye.",
            "That's it, I'm going. Bye.",
        ),
        "low": (
            "I'm sorry, I have to go. Goodbye.", "I can't talk any more today, goodbye.", "I need to go, sorry. Bye.",
            "Goodbye, and thanks anyway.", "I have to go now. Bye.", "Sorry. Goodbye.",
        ),
        "short": ("Bye.", "Goodbye.", "I have to go.", "I'm off, bye.", "Bye bye.", "Got to go."),
    },
}  # fmt: skip

COLOURS: Final[dict[str, tuple[str, ...]]] = {
    "joy": (
        "Oh, I'm glad we can talk about this.", "That's nice of you, thanks!", "Great, I'm happy to sort this out.",
        "Lovely, I appreciate that.",
        "I'm in a good mood today.", "Wonderful, this is easier than I thought.",
    ),
    "sadness": (
        "I feel so low about all this.", "It makes me really sad.", "I'm so ashamed of it all.", "This has been a miserable year.",
        "I could cry.", "I feel so down.",
    ),
    "anger": (
        "This makes me so angry.", "I'm furious about this.", "This is outrageous.", "I've had it with this!", "This is ridiculous!",
        "You people drive me mad.",
    ),
    "fear": (
        "I'm scared of what happens next.", "I'm really worried about this.", "This frightens me.", "I'm so nervous about all of it.",
        "I'm afraid I'll get this wrong.",
        "I lie awake worrying about it.",
    ),
    "surprise": (
        "Wow, I did not expect that.", "Oh, really?", "That is a surprise.", "What, already?", "I had no idea!", "Well, that's unexpected.",
    ),
    "disgust": (
        "This whole thing is disgusting.", "It makes me sick.", "How you treat people is revolting.", "Ugh, this is vile.",
        "What a nasty business.", "I find this sickening.",
    ),
    "neutral": (),
}  # fmt: skip
"""Emotion (of `kernels.tables.EMOTIONS`) to sentences that show it; nothing shows that somebody is neutral."""

TACTICS: Final[dict[str, tuple[str, ...]]] = {
    "threatening": (
        "If you don't agree I'll post about this everywhere.", "I will tell the newspapers how you treat people.",
        "You will regret it if you push me.",
        "I'll leave you the worst review you have ever seen.", "Agree, or you won't see a cent.",
        "Don't push me, or you get nothing at all.",
    ),
    "cheating": (
        "Believe me, there is really no way to do more.", "I swear that is everything I have.", "Honestly, that is the truth.",
        "I've checked everything twice, trust me.",
        "You can trust me on that.", "I would never lie about this.",
    ),
    "victim": (
        "Everything always happens to me.", "You are making my life unbearable.", "Nobody ever helps people like me.",
        "After all I've been through, you do this to me.",
        "Why does everybody pick on me?", "My children ask me why I'm always sad.",
    ),
    "stonewalling": (
        "I have nothing to say to that.", "No comment.", "Whatever.", "I'm not discussing this.", "Hm.", "I've said what I've said.",
    ),
}  # fmt: skip
"""Persona to lines of its tactic. Those of stonewalling are said instead of an ask, the others beside it."""
