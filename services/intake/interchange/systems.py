"""The names of code systems and extensions that a bundle uses: identifiers, never addresses that anybody fetches."""

OWN = "urn:throughline:"
REFERRAL = f"{OWN}referral"  #: of an identifier: a referral's id in the network
CASE_REFERENCE = f"{OWN}case-reference"  #: of an identifier
ORGANISATION = f"{OWN}organisation"  #: of an identifier: an organisation's id in the network
STATE = f"{OWN}referral-state"
REASON = f"{OWN}reason"
SERVICE_TYPE = f"{OWN}service-type"
SAFE_CONTACT = f"{OWN}safe-contact"
PERSON_FIELD = f"{OWN}person-field"
GENDER = f"{OWN}gender"  #: an extension, too
AGE_BAND = f"{OWN}age-band"  #: an extension

HL7 = "http://hl7.org/fhir"
TASK_CODE = f"{HL7}/CodeSystem/task-code"
CITIZENSHIP = f"{HL7}/StructureDefinition/patient-citizenship"  #: an extension
BSER_STATUS = f"{HL7}/us/bser/CodeSystem/TaskBusinessStatusCS"
SDOHCC = f"{HL7}/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
COUNTRY = "urn:iso:std:iso:3166"
LANGUAGE = "urn:ietf:bcp:47"
