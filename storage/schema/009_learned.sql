-- What a source has taught of itself: which pause is too long for it, and how many of its articles tell figures.

-- How many times something new has come.
ALTER TABLE sources ADD COLUMN arrivals INTEGER NOT NULL DEFAULT 0;
-- The longest time between two arrivals, in seconds.
ALTER TABLE sources ADD COLUMN pause INTEGER NOT NULL DEFAULT 0;
-- Articles recorded, of a long memory.
ALTER TABLE sources ADD COLUMN articles INTEGER NOT NULL DEFAULT 0;
-- Of these, with figures.
ALTER TABLE sources ADD COLUMN telling INTEGER NOT NULL DEFAULT 0;
-- Of these, the latest in a row that have none.
ALTER TABLE sources ADD COLUMN barren INTEGER NOT NULL DEFAULT 0;
