"""The sheets of those who play a person in a workshop: invented, cautious, and without what nobody needs to hear."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Role:
    """Who one is, what one wants, and what one does not say unless asked."""

    name: object
    knows: object
    wants: object
    careful: object


ROLES = (
    Role(
        _l("Rada, 27"),
        _l(
            "You came for work in a kitchen. Your papers were kept, and you were not paid. You left three days ago."
        ),
        _l(
            "You want a place to sleep and your papers back. You do not want the police to know where you are."
        ),
        _l("You say your first name only. Whether your family may be called, you say only if you are asked."),
    ),
    Role(
        _l("Milan, 34"),
        _l(
            "You worked on a building site far from home. You owe money for the journey to somebody who calls you."
        ),
        _l("You want a lawyer and a doctor. Each may know only what they need."),
        _l(
            "After a while you change your mind about the doctor, and want what was shared with them to be erased."
        ),
    ),
    Role(
        _l("Lina, 16"),
        _l(
            "You travelled with somebody who says they are a relative. You are with an aunt now, whom you trust."
        ),
        _l("You want to go to school, and to know what happens next."),
        _l(
            "You do not want the relative to be told anything. You say so only if you are asked who may know."
        ),
    ),
)
QUESTIONS = (
    _l("What did the person agree to, in their own words? Did what left fit that?"),
    _l("Which field could have stayed here, and nobody would have missed it?"),
    _l("What was overdue, who noticed first, and what did they do?"),
    _l("What did the person learn of it, and when? Could a code on paper have put them in danger?"),
    _l("What will we do differently on Monday?"),
)
