-- Searches name articles by ids of their own: an article that was found so and its own address are one article.

-- Hash of title without the outlet's name and without signs; null if it is too short to tell, or the article says no
-- time of publication.
ALTER TABLE articles ADD COLUMN headline INTEGER;
-- Where its address is the id of a search: the site of its outlet, as the search names it; empty if it names none. null
-- if the address is the article's own.
ALTER TABLE articles ADD COLUMN site TEXT;
-- Where its address is the id of a search: seconds of publication within which an article of the same title and outlet is
-- this one. null if the address is the article's own.
ALTER TABLE articles ADD COLUMN within INTEGER;
CREATE INDEX articles_headline ON articles (headline) WHERE headline IS NOT NULL;

-- Ids under which searches have named articles whose own address is known, or that another id has named before.
CREATE TABLE sightings (
    -- Address in the search's terms.
    url TEXT PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (id),
    -- The source that saw it.
    source TEXT NOT NULL,
    -- When the ledger first met it.
    first_seen TEXT NOT NULL
) WITHOUT ROWID;

-- Site of the outlet, where the list names it; "" where it does not.
ALTER TABLE pages ADD COLUMN site TEXT NOT NULL DEFAULT '';
