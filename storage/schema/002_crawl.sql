-- What the crawl remembers. Times are ISO 8601 in UTC with milliseconds, so that they sort.

-- Monitoring cycles.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    -- null: still at work, or killed
    ended TEXT,
    -- Exit code; null: still at work, or killed
    exit INTEGER,
    -- Sources that were due and asked.
    sources INTEGER NOT NULL DEFAULT 0,
    -- Of these, with a list or a page that could not be read.
    failed INTEGER NOT NULL DEFAULT 0,
    -- Articles whose text was recorded, new or changed.
    articles INTEGER NOT NULL DEFAULT 0,
    figures INTEGER NOT NULL DEFAULT 0,
    alerts INTEGER NOT NULL DEFAULT 0,
    -- What went wrong, a line a fault; "": nothing.
    message TEXT NOT NULL DEFAULT ''
);

-- How each source fares; its declaration stays in TOML. A source without a row has never been asked.
CREATE TABLE sources (
    name TEXT PRIMARY KEY,
    -- ok; degraded: it failed lately; broken: it keeps failing, or has been silent for longer than it may.
    state TEXT NOT NULL CHECK (state IN ('ok', 'degraded', 'broken')),
    -- When it came into this state.
    since TEXT NOT NULL,
    -- When it was last asked, and when it is to be asked next.
    checked TEXT NOT NULL,
    next_check TEXT NOT NULL,
    -- null: never yet
    last_ok TEXT,
    -- When a list last had an article that was not known; null: never yet
    last_new TEXT,
    -- In the last good list; null: there was none yet
    items INTEGER,
    -- What went wrong when it was last asked; "": nothing
    message TEXT NOT NULL DEFAULT '',
    -- Failures since it was last well: 1 for a fault, less for what passes by itself.
    failures REAL NOT NULL DEFAULT 0,
    -- When its first good run ended; null: what it lists was there before us, and is recorded without alerts
    baseline TEXT,
    -- 1: operators have been told that it is broken, and not yet that it is well again.
    told INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Validators of lists (RFC 9110, 8.8), written with the pages that the list brought.
CREATE TABLE lists (
    source TEXT NOT NULL,
    -- The request within its source: its address, or what tells it from the others.
    key TEXT NOT NULL,
    -- null: the server sent none
    etag TEXT,
    modified TEXT,
    checked TEXT NOT NULL,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;

-- Addresses of articles, from the moment a list named them.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    -- Canonical form of the listed address: two lists that name it share the row.
    url TEXT NOT NULL UNIQUE,
    -- As listed; this is what is asked for.
    link TEXT NOT NULL,
    -- Name of the source that named it first.
    source TEXT NOT NULL,
    -- discovered: to be read; recorded: in the ledger; irrelevant: read, and it names nothing that is watched;
    -- failed: could not be fetched; quarantined: fetched, and could not be read; dead: given up.
    state TEXT NOT NULL
        CHECK (state IN ('discovered', 'recorded', 'irrelevant', 'failed', 'quarantined', 'dead')),
    -- 1: found in its source's first good run, and recorded without alerts.
    baseline INTEGER NOT NULL,
    discovered TEXT NOT NULL,
    -- Failures since it was last read.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- When it is to be asked for, for the first time or again; null: never
    next_attempt TEXT,
    -- Why it failed; "" where it did not
    message TEXT NOT NULL DEFAULT '',
    -- Of the last answer that was read; null: the server sent none
    etag TEXT,
    modified TEXT,
    -- Row of articles; null until recorded
    article INTEGER REFERENCES articles (id),
    -- What the list said: "" or null where it did not.
    title TEXT NOT NULL,
    -- Emptied once the page is read, unless the list carries the article.
    summary TEXT NOT NULL,
    text TEXT NOT NULL,
    published TEXT,
    -- Calendar day of publication where the outlet is
    dated TEXT,
    outlet TEXT NOT NULL,
    author TEXT NOT NULL,
    language TEXT NOT NULL,
    -- Changes when the outlet says that it changed the article
    stamp TEXT NOT NULL
);
CREATE INDEX pages_due ON pages (source, next_attempt) WHERE next_attempt IS NOT NULL;
CREATE INDEX pages_unread ON pages (source) WHERE state IN ('failed', 'quarantined');
CREATE INDEX pages_done ON pages (discovered) WHERE state IN ('irrelevant', 'dead');

-- Answers that could not be read: a better parser reads them without asking the outlet again.
CREATE TABLE quarantine (
    page INTEGER PRIMARY KEY REFERENCES pages (id),
    fetched TEXT NOT NULL,
    -- Address after redirects.
    url TEXT NOT NULL,
    -- Content-Type as the server sent it; "" where it sent none
    content_type TEXT NOT NULL,
    -- zlib
    body BLOB NOT NULL,
    message TEXT NOT NULL
);

-- Sources by how they fare, for SQL by hand.
CREATE VIEW source_health AS
SELECT name, state, since, last_ok, last_new, items, message, next_check,
       (SELECT count(*) FROM pages WHERE pages.source = sources.name AND pages.state IN ('failed', 'quarantined'))
           AS unread_pages
FROM sources;
