"""The way to the mail server, of a node that writes to its own people."""

from deploy.doctor.check import WELL, Check, Finding, Node, NotApplicable, failed
from shared.notices.mail_check import SAYS, Trial


def mail(node: Node) -> Finding:
    """The server takes mail from our sender; none is sent."""
    if not node.settings.smtp_host:
        raise NotApplicable("the hub writes the mails")
    *_, last = Trial(node.settings).steps()
    return WELL if last.well else failed(f"not so: {SAYS[last.step]} ({last.error})", last.remedy or "")


CHECKS = (Check("mail", mail),)
