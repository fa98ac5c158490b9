"""The demo's three organisations once more, under names that no real node takes."""

from dataclasses import replace

from deploy.demo.organisations import ORGANISATIONS as OF_THE_DEMO
from deploy.practice.apart import ORG_PREFIX

ORGANISATIONS = tuple(replace(about, org=ORG_PREFIX + about.org) for about in OF_THE_DEMO)
