"""Personal data in a table: header, shapes and checksums, cardinality -> findings, a gate for a person to answer."""
