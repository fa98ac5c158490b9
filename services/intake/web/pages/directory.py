"""Who in the network offers what."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from services.intake.usecases.directory import search_directory
from services.intake.web.context import database
from services.intake.web.forms.directory import DirectoryForm
from services.intake.web.pages.render import page

directory = Blueprint("directory", __name__)


@directory.get("/directory")
def search() -> ResponseReturnValue:
    """Services by kind, area, language and age. No person is asked about here."""
    form = DirectoryForm(search_directory(database()), request.args)
    found = search_directory(database(), **form.wanted()) if form.validate() else []
    return page("directory.html", form, found=found)
