"""Plain descriptions of columns: from public facts, by a person, a glossary or a language model; never from rows."""
