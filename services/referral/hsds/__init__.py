"""Reads the Human Services Data Specification (HSDS) 3.0: files in, records and problems out."""

from services.referral.hsds.problems import Problem
from services.referral.hsds.read import read
from services.referral.hsds.records import Capacity, Import, Organisation, Service

__all__ = ["Capacity", "Import", "Organisation", "Problem", "Service", "read"]
