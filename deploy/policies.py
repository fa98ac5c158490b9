"""The broker's policies as they stand in ``deploy/broker/definitions.json``, set where the queues are."""

import json
from pathlib import Path

from shared.messaging.management import Management

DEFINITIONS = Path(__file__).parent / "broker" / "definitions.json"


def set_policies(management: Management, vhost: str = "/") -> None:
    """Set each in the virtual host; doing it again changes nothing."""
    for policy in json.loads(DEFINITIONS.read_text("utf-8"))["policies"]:
        told = {key: value for key, value in policy.items() if key not in {"name", "vhost"}}
        management.set_policy(policy["name"], vhost, told)
