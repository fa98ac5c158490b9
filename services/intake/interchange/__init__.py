"""The node's own systems, in and out: FHIR R4 bundles and lists of cases, through the same use cases as the pages."""
