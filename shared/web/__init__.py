"""What every web process has in common: sign-in, languages, security headers, errors, forms and the look."""

from shared.web.access import access_to
from shared.web.api import Described, ProblemSchema, make_api
from shared.web.application import WebSettings, make_app
from shared.web.forms import Form
from shared.web.identity import Access, Identity, Person, SignInRefused, actor, public, traceless
from shared.web.problems import Problem

__all__ = [
    "Access",
    "Described",
    "Form",
    "Identity",
    "Person",
    "Problem",
    "ProblemSchema",
    "SignInRefused",
    "WebSettings",
    "access_to",
    "actor",
    "make_api",
    "make_app",
    "public",
    "traceless",
]
