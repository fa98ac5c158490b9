"""Who may do what: every role at every address, about an own case, a colleague's, another organisation's, or none."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from services.intake.domain import Role
from services.intake.tests.node import CHEAP, HERE
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.cells import Asker, World, as_in_table, unlike_the_absent
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD

# Each column says the status that somebody gets; four of them are for one's own case, a colleague's, another
# organisation's, and one that is not there. Not signed in: 302 leads to the sign-in, 401 asks for a token.
TABLE = """
                                       nobody | worker          | focal           | admin           | auditor
GET  /                                    302 | 302             | 302             | 302             | 302
GET  /inbox                               302 | 200             | 200             | 403             | 403
GET  /inbox/waiting                       302 | 200             | 200             | 403             | 403
POST /inbox/openings/<opening>/reviewed   302 | 403 403 403 403 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people                              302 | 200             | 200             | 403             | 403
POST /people                              302 | 200             | 200             | 403             | 403
GET  /people/new                          302 | 200             | 200             | 403             | 403
POST /people/new                          302 | 303             | 303             | 403             | 403
GET  /people/<person>                     302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/consent             302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/consent             302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/consent/withdraw    302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/consent/withdraw    302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/code                302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/code                302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/code/end            302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/cases/new           302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/cases/new           302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/team                302 | 403 403 403 403 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/team                302 | 403 403 403 403 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/needs/new              302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/needs/new              302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/needs/<need>/settle    302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/needs/<need>/settle    302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/close                  302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/close                  302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/child               302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/child               302 | 422 404 404 404 | 422 422 404 404 | 403 403 403 403 | 403 403 403 403
GET  /people/<person>/own                 302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /people/<person>/own                 302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>                        302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/screening              302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/screening              302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/assessment             302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/assessment             302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/factors                302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/factors                302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/needs/<need>/plan      302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/needs/<need>/plan      302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/needs/<need>/give      302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/needs/<need>/give      302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/services/new           302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/services/new           302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/follow-ups/new         302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/follow-ups/new         302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/follow-ups/<sheet>/done 302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/follow-ups/<sheet>/done 302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/files/new              302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/files/new              302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/files/<attachment>     302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/files/<attachment>/remove 302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/files/<attachment>/remove 302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/reopen                 302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/reopen                 302 | 422 404 404 404 | 422 422 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/own                    302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/own                    302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/closure                302 | 403 403 403 403 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/closure                302 | 403 403 403 403 | 422 422 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/hold                   302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/hold                   302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/refer                  302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
GET  /cases/<case>/needs/<need>/refer     302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/needs/<need>/refer     302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals                           302 | 200             | 200             | 403             | 403
GET  /referrals/<out>                     302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>                      302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<out>/moves/<move>        302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>/moves/<move>         302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/moves/<move>        302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/moves/<move>         302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/undo                302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/undo                 302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/send-now            302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/send-now             302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<out>/team                302 | 403 403 403 403 | 404 404 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>/team                 302 | 403 403 403 403 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/team                302 | 403 403 403 403 | 404 404 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/team                 302 | 403 403 403 403 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<out>/hold                302 | 404 404 404 404 | 404 404 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>/hold                 302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/hold                302 | 404 404 404 404 | 404 404 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/hold                 302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<out>/forward             302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>/forward              302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/forward             302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/forward              302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<out>/withdraw            302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>/withdraw             302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/withdraw            302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/withdraw             302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<out>/own-records         302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
GET  /referrals/<in>/own-records          302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<out>/own-records         302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
POST /referrals/<in>/own-records          302 | 302 404 404 404 | 302 302 404 404 | 403 403 403 403 | 403 403 403 403
GET  /imports                             302 | 200             | 200             | 403             | 403
GET  /imports/<imported>                  302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /imports/<imported>                  302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
POST /imports/<imported>/retry            302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /emergency                           302 | 200             | 403             | 403             | 403
POST /emergency                           302 | 422             | 403             | 403             | 403
GET  /deputies                            302 | 200             | 200             | 403             | 403
POST /deputies                            302 | 303             | 303             | 403             | 403
POST /deputies/<username>/end             302 | 303             | 303             | 403             | 403
GET  /notices                             302 | 200             | 200             | 403             | 403
POST /notices                             302 | 303             | 303             | 403             | 403
POST /notices/push                        302 | 303             | 303             | 403             | 403
POST /notices/push/<subscription>/remove  302 | 303 404 404 404 | 303 404 404 404 | 403 403 403 403 | 403 403 403 403
GET  /inbox/unread                        302 | 200             | 200             | 403             | 403
GET  /inbox/unread/live                   302 | 200             | 200             | 403             | 403
GET  /questions                           302 | 200             | 200             | 403             | 403
GET  /questions/new                       302 | 200             | 200             | 403             | 403
POST /questions/new                       302 | 303             | 303             | 403             | 403
GET  /questions/<question>                302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /questions/asked/<enquiry>           302 | 303 303 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences                         302 | 200             | 200             | 403             | 403
GET  /cases/<case>/conferences/new        302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /cases/<case>/conferences/new        302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences/<conference>            302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences/<conference>/write      302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /conferences/<conference>/write      302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences/<conference>/close      302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /conferences/<conference>/close      302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences/<conference>/leave      302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /conferences/<conference>/leave      302 | 403 404 404 404 | 403 403 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences/<conference>/end        302 | 200 404 404 404 | 200 200 404 404 | 403 403 403 403 | 403 403 403 403
POST /conferences/<conference>/end        302 | 303 404 404 404 | 303 303 404 404 | 403 403 403 403 | 403 403 403 403
GET  /conferences/<conference>/team       302 | 403 404 404 404 | 403 403 404 404 | 403 403 403 403 | 403 403 403 403
POST /conferences/<conference>/team       302 | 403 404 404 404 | 403 403 404 404 | 403 403 403 403 | 403 403 403 403
GET  /directory                           302 | 200             | 200             | 200             | 403
GET  /services                            302 | 403             | 200             | 200             | 403
GET  /services/new                        302 | 403             | 200             | 200             | 403
POST /services/new                        302 | 403             | 303             | 303             | 403
GET  /services/<service>                  302 | 403             | 200             | 200             | 403
POST /services/<service>                  302 | 403             | 303             | 303             | 403
POST /services/<service>/retire           302 | 403             | 303             | 303             | 403
GET  /counts                              302 | 403             | 200             | 200             | 403
POST /counts                              302 | 403             | 303             | 303             | 403
GET  /node                                302 | 403             | 403             | 200             | 403
GET  /webhooks                            302 | 403             | 403             | 200             | 403
POST /webhooks                            302 | 403             | 403             | 200             | 403
POST /webhooks/<endpoint>/test            302 | 403             | 403             | 303             | 403
POST /webhooks/<endpoint>/disable         302 | 403             | 403             | 303             | 403
POST /webhooks/<endpoint>/enable          302 | 403             | 403             | 303             | 403
POST /webhooks/deliveries/<delivery>/retry 302 | 403             | 403             | 303             | 403
POST /webhooks/<endpoint>/remove          302 | 403             | 403             | 303             | 403
GET  /audit                               302 | 403             | 403             | 403             | 200
GET  /audit.csv                           302 | 403             | 403             | 403             | 200

POST /api/v1/people                       401 | 201             | 201             | 403             | 403
GET  /api/v1/people                       401 | 200             | 200             | 200             | 200
POST /api/v1/people/<person>/consents     401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases                        401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
GET  /api/v1/cases/<case>                 401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/needs           401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/screenings      401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/assessments     401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/factors         401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/services        401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/follow-ups      401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/follow-ups/<sheet>/done      401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/reopening       401 | 409 404 404 404 | 409 409 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/closure         401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/cases/<case>/closure/decision 401 | 403 404 404 404 | 409 409 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals                    401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
GET  /api/v1/referrals                    401 | 200             | 200             | 200             | 200
GET  /api/v1/referrals/<out>              401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
GET  /api/v1/referrals/<in>               401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<out>/moves        401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<in>/moves         401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/questions                    401 | 201             | 201             | 403             | 403
GET  /api/v1/questions                    401 | 200             | 200             | 200             | 200
GET  /api/v1/questions/<question>         401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/questions/asked/<enquiry>    401 | 200 200 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/people/<person>/withdraw     401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<out>/forward      401 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<in>/forward       401 | 201 404 404 404 | 201 201 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<out>/withdraw     401 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<in>/withdraw      401 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<out>/own-records  401 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/<in>/own-records   401 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404
GET  /api/v1/referrals/<out>/fhir         401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
GET  /api/v1/referrals/<in>/fhir          401 | 200 404 404 404 | 200 200 404 404 | 404 404 404 404 | 404 404 404 404
POST /api/v1/referrals/fhir               401 | 200             | 200             | 403             | 403
GET  /api/v1/directory                    401 | 200             | 200             | 200             | 403

GET  /account                             302 | 200             | 200             | 200             | 200
POST /lock                                302 | 303             | 303             | 303             | 303
GET  /unlock                              302 | 303             | 303             | 303             | 303
POST /unlock                              302 | 303             | 303             | 303             | 303
POST /kept/forget                         302 | 303             | 303             | 303             | 303
GET  /account/password                    302 | 200             | 200             | 200             | 200
POST /account/password                    302 | 422             | 422             | 422             | 422
GET  /account/recovery-codes              302 | 302             | 302             | 302             | 302
POST /account/recovery-codes              302 | 302             | 302             | 302             | 302
POST /account/sign-out-everywhere         302 | 303             | 303             | 303             | 303
GET  /account/passkeys                    302 | 404             | 404             | 404             | 404
POST /account/passkeys                    302 | 404             | 404             | 404             | 404
POST /account/passkeys/remove             302 | 303             | 303             | 303             | 303
POST /sign-in/passkey                     302 | 302             | 302             | 302             | 302
GET  /sign-in                             200 | 302             | 302             | 302             | 302
POST /sign-in                             200 | 302             | 302             | 302             | 302
GET  /sign-in/code                        302 | 302             | 302             | 302             | 302
POST /sign-in/code                        302 | 302             | 302             | 302             | 302
GET  /sign-in/set-up                      302 | 200             | 200             | 200             | 200
POST /sign-in/set-up                      302 | 200             | 200             | 200             | 200
GET  /sign-in/set-up.svg                  404 | 200             | 200             | 200             | 200
POST /sign-out                            303 | 303             | 303             | 303             | 303
GET  /recover/<token>                     404 | 404             | 404             | 404             | 404
POST /recover/<token>                     404 | 404             | 404             | 404             | 404
GET  /look                                200 | 200             | 200             | 200             | 200
POST /look                                200 | 200             | 200             | 200             | 200
GET  /look.css                            200 | 200             | 200             | 200             | 200
POST /language                            303 | 303             | 303             | 303             | 303
GET  /health                              200 | 200             | 200             | 200             | 200
GET  /openapi.json                        200 | 200             | 200             | 200             | 200
"""
FILES = {"/static/<path:filename>", "/shared/<path:filename>", "/bootstrap/static/<path:filename>"}

Cells = dict[str, list[int]]


def rows() -> Iterator[tuple[str, str, Cells]]:
    """Method, rule, and the statuses for each who asks."""
    lines = [line for line in TABLE.splitlines() if line.strip()]
    roles = [name.strip() for name in lines[0].split("|")]
    for line in lines[1:]:
        first, *others = line.split("|")
        method, rule, nobody = first.split()
        yield (
            method,
            rule,
            dict(zip(roles, [[int(n) for n in one.split()] for one in (nobody, *others)], strict=True)),
        )


LOOKING = [row for row in rows() if row[0] == "GET"]
DOING = [row for row in rows() if row[0] != "GET"]


@pytest.fixture
def world(site: Site) -> World:
    for name, role in (("daria", Role.CASE_WORKER), ("vera", Role.AUDITOR)):
        add_staff(site.node.database, NewStaff(name, PASSWORD, role, name), org=HERE, hasher=CHEAP)
    return World(site)


def test_no_address_is_missing_in_the_table(web: Flask) -> None:
    there = {
        (method, rule)
        for known in web.url_map.iter_rules()
        if known.rule not in FILES
        for method in (known.methods or set()) - {"HEAD", "OPTIONS"}
        for rule in as_in_table(known.rule)
    }

    assert there == {(method, rule) for method, rule, _ in rows()}


def test_looking(world: World) -> None:
    wrong: dict[Any, Any] = {}
    for method, rule, cells in LOOKING:
        wrong |= asked(world, method, rule, cells)
    assert wrong == {}


@pytest.mark.parametrize(("method", "rule", "cells"), DOING, ids=[row[1] for row in DOING])
def test_doing(world: World, method: str, rule: str, cells: Cells) -> None:
    assert asked(world, method, rule, cells) == {}


def asked(world: World, method: str, rule: str, cells: Cells) -> dict[Any, Any]:
    """What is not as the table says, by who asked what."""
    wrong: dict[Any, Any] = {}
    for role, expected in cells.items():
        who = Asker(world.site, role)
        answers = [who.asks(method, rule, about) for about in world.asked_about(role)[: len(expected)]]
        if [answer.status for answer in answers] != expected:
            wrong[method, rule, role] = [answer.status for answer in answers]
        if seen := [name for name in world.hidden_from(role) for answer in answers if name in answer.body]:
            wrong[method, rule, role, "saw"] = seen
        if strange := unlike_the_absent(role, expected, answers):
            wrong[method, rule, role, "unlike the absent"] = strange
    return wrong
