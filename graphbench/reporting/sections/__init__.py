"""The sections of a report, one file each: from what was measured on a machine to blocks of a document."""
