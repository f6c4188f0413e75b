"""The forms the database has had, one file each in `versions`, run in order by `gateway.store.migrate`.

To change the tables, change `gateway.store.schema` and add `versions/NNNN_what_changes.py` with the next number as
`revision` and the last one as `down_revision`. Write plain SQL types there, never the tables of the schema module, which
will have moved on when the migration is run.
"""
