"""The tables of HSDS 3.0, and of 3.1 where it only adds: files, fields, and how they hold each other.

Source: the schema folder of the Open Referral specification; the file of a table is its `path` there.
"""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Table:
    """A table: the stem of its CSV file, the fields of its rows, and the records that JSON nests in it."""

    file: str
    fields: frozenset[str]
    nested: frozenset[str]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every name that an object of this table may have in JSON."""
        return self.fields | self.nested


def _table(file: str, fields: str, nested: str = "attributes metadata") -> Table:
    return Table(file, frozenset(fields.split()), frozenset(nested.split()))


TABLES = {
    "organization": _table(
        "organizations",
        "id name alternate_name description email website tax_status tax_id year_incorporated "
        "legal_status logo uri parent_organization_id",
        "funding contacts phones locations programs organization_identifiers services "
        "additional_websites attributes metadata",
    ),
    "service": _table(
        "services",
        "id organization_id program_id name alternate_name description url email status "
        "interpretation_services application_process fees_description wait_time fees accreditations "
        "eligibility_description minimum_age maximum_age assured_date assurer_email licenses alert "
        "last_modified",
        "organization program phones schedules service_areas service_at_locations languages funding "
        "cost_options required_documents contacts capacities additional_urls attributes metadata",
    ),
    "service_at_location": _table(
        "service_at_location",
        "id service_id location_id description",
        "service location contacts phones schedules service_areas attributes metadata",
    ),
    "service_area": _table(
        "service_areas", "id service_id service_at_location_id name description extent extent_type uri"
    ),
    "language": _table("languages", "id service_id location_id phone_id name code note"),
    "required_document": _table("required_documents", "id service_id document uri"),
    "attribute": _table(
        "attributes",
        "id link_id taxonomy_term_id link_type link_entity value label",
        "taxonomy_term metadata",
    ),
    "taxonomy_term": _table(
        "taxonomy_terms",
        "id code name description parent_id taxonomy language taxonomy_id term_uri",
        "taxonomy_detail metadata",
    ),
    "service_capacity": _table(
        "service_capacity",
        "id service_id unit_id available maximum description updated",
        "unit attributes metadata",
    ),
    "unit": _table("units", "id name scheme identifier uri"),
    "location": _table(
        "locations",
        "id location_type url organization_id name alternate_name description transportation latitude "
        "longitude external_identifier external_identifier_type",
        "languages addresses contacts accessibility phones schedules attributes metadata",
    ),
    "program": _table("programs", "id organization_id name alternate_name description"),
    "phone": _table(
        "phones",
        "id location_id service_id organization_id contact_id service_at_location_id number extension "
        "type description",
        "languages attributes metadata",
    ),
    "contact": _table(
        "contacts",
        "id organization_id service_id service_at_location_id location_id name title department email",
        "phones attributes metadata",
    ),
    "address": _table(
        "addresses",
        "id location_id attention address_1 address_2 city region state_province postal_code country "
        "address_type",
    ),
    "schedule": _table(
        "schedules",
        "id service_id location_id service_at_location_id valid_from valid_to dtstart timezone until "
        "count wkst freq interval byday byweekno bymonthday byyearday description opens_at closes_at "
        "schedule_link attending_type notes",
    ),
    "funding": _table("funding", "id organization_id service_id source"),
    "accessibility": _table("accessibility", "id location_id description details url"),
    "cost_option": _table(
        "cost_options", "id service_id valid_from valid_to option currency amount amount_description"
    ),
    "organization_identifier": _table(
        "organization_identifiers", "id organization_id identifier_scheme identifier_type identifier"
    ),
    "taxonomy": _table("taxonomies", "id name description uri version", "metadata"),
    "metadata": _table(
        "metadata",
        "id resource_id resource_type last_action_date last_action_type field_name previous_value "
        "replacement_value updated_by",
        "",
    ),
    "meta_table_description": _table("meta_table_descriptions", "id name language character_set"),
    "url": _table("urls", "id label url organization_id service_id"),
}

BY_FILE = {table.file: name for name, table in TABLES.items()} | {name: name for name in TABLES}
"""Table names by the stem of the file: as HSDS names the file, or as it names the table."""

HOLDS = {
    "organization": {"services": ("service", "organization_id")},
    "service": {
        "service_areas": ("service_area", "service_id"),
        "languages": ("language", "service_id"),
        "required_documents": ("required_document", "service_id"),
        "attributes": ("attribute", "link_id"),
        "capacities": ("service_capacity", "service_id"),
    },
}
"""What we take out of nested lists: (table of the items, the item's field that names its holder)."""

REFERS = {
    "service": {"organization": ("organization", "organization_id")},
    "service_at_location": {"service": ("service", "service_id")},
    "attribute": {"taxonomy_term": ("taxonomy_term", "taxonomy_term_id")},
    "service_capacity": {"unit": ("unit", "unit_id")},
}
"""What we take out of nested objects: (table of the object, the field of the outer record that names it)."""

TOP_LEVEL = ("organization", "service", "service_at_location")
NOT_TAKEN = "This is known and deliberately not taken into the directory."
