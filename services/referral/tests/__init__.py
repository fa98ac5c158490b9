"""Promises of the referral service."""
