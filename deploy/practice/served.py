"""The pages of a practice network, served by this process on the machine's loopback."""

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from deploy.demo.plan import node_web_environment, reporting_web_environment
from deploy.practice.pages import install
from deploy.practice.practice import Practice
from services.intake.settings import IntakeWebSettings
from services.intake.web import create_app as intake_app
from services.reporting.settings import ReportingWebSettings
from services.reporting.web import create_app as reporting_app
from shared.ports import LOOPBACK
from shared.settings import read

if TYPE_CHECKING:
    from shared.web import WebSettings


def serve(practice: Practice) -> list[BaseWSGIServer]:
    """Begin to serve the pages of every node, and those of the coordinator with the facilitator's."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    plan = practice.plan
    apps = {plan.reporting_port: facilitators(practice)}
    for node in plan.nodes:
        settings = read(IntakeWebSettings, node_web_environment(node))
        apps[node.port] = marked(intake_app(practice.database(node), settings))
    servers = [make_server(LOOPBACK, port, app, threaded=True) for port, app in apps.items()]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return servers


def facilitators(practice: Practice) -> Flask:
    """The coordinator's pages, and the facilitator's among them."""
    settings = read(ReportingWebSettings, reporting_web_environment(practice.plan))
    app = marked(reporting_app(practice.network.databases["reporting"], settings))
    install(app, practice)
    return app


def marked(app: Flask) -> Flask:
    """Every page says that this is practice."""
    site: WebSettings = app.jinja_env.globals["site"]  # type: ignore[assignment]
    app.jinja_env.globals["site"] = replace(site, practice=True)
    return app
