-- Archives of the past: how far their indexes, and files of captures, have been read.

-- Of an archive's index, where it is to be read on, written with the pages that it brought; "": it is read to its end;
-- null: from its beginning.
ALTER TABLE lists ADD COLUMN cursor TEXT;

-- Files of captures (WARC) that `backfill` has begun to read.
CREATE TABLE archives (
    -- Digest of its size and its first bytes: a file that was moved is the same.
    digest TEXT PRIMARY KEY,
    -- Its name when it was last read.
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- Where the first record begins that is not dealt with; its size: it is read to its end.
    position INTEGER NOT NULL,
    -- Pages in it so far, and of these what was recorded, names nothing that is watched, or could not be read.
    pages INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    irrelevant INTEGER NOT NULL,
    bad INTEGER NOT NULL,
    -- When it was last read.
    checked TEXT NOT NULL
) WITHOUT ROWID;
