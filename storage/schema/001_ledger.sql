-- The ledger: articles as they were read, the figures in them, and what is known.
-- Times are ISO 8601 in UTC with milliseconds, days ISO dates, so that both sort as text. Numbers are in base units
-- (yuan, not 100 million yuan). Rows are added; only `facts` and `reviews` change, and `fact_versions` keeps what
-- `facts` said before.

-- Documents, by canonical address.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    -- Canonical address.
    url TEXT NOT NULL UNIQUE,
    -- Who published it: a host name or the name that a syndicator gives.
    outlet TEXT NOT NULL,
    -- filing, company, wire, press or aggregator.
    tier TEXT NOT NULL,
    -- 1: the company's own site or the exchange.
    official INTEGER NOT NULL,
    -- The source that led to it; ingest for files.
    source TEXT NOT NULL,
    -- The article whose text this one repeats; null if the text is its own.
    repost_of INTEGER REFERENCES articles (id),
    -- When the ledger first recorded it.
    first_seen TEXT NOT NULL
);
CREATE INDEX articles_source ON articles (source);

-- Versions of an article's text: never changed, newest last.
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (id),
    -- SHA-256 of title and text.
    hash BLOB NOT NULL,
    -- As printed.
    title TEXT NOT NULL,
    -- Plain text in UTF-8, compressed by zlib; null if only quotes are kept.
    text BLOB,
    -- BCP 47 tag of the language.
    language TEXT NOT NULL,
    -- null if neither page nor feed tells.
    published TEXT,
    -- Calendar day of publication where the outlet is; null if unknown.
    dated TEXT,
    -- null if unknown.
    author TEXT,
    -- The address that was fetched; null if it is the article's.
    seen_url TEXT,
    -- When this version was fetched.
    fetched TEXT NOT NULL,
    -- When the ledger recorded it.
    first_seen TEXT NOT NULL,
    -- Name and version of what read the figures; given if they came with the article; empty if unknown.
    extractor TEXT NOT NULL,
    -- The run that brought it; null if none did (files).
    run INTEGER,
    -- 1: part of the first filling of the ledger, told by a summary at most.
    baseline INTEGER NOT NULL,
    -- MinHash of the text, to find reposts; null if the text is too short to tell.
    sketch BLOB
);
CREATE INDEX snapshots_article ON snapshots (article, hash);
CREATE INDEX snapshots_first_seen ON snapshots (first_seen);

-- Bands of the sketches: texts of neighbouring months that share one are compared.
CREATE TABLE sketch_bands (
    -- Months since year 0, of publication: texts of one time stand together.
    month INTEGER NOT NULL,
    -- Hash of four values of the sketch and of their place in it.
    band INTEGER NOT NULL,
    snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    PRIMARY KEY (month, band, snapshot)
) WITHOUT ROWID;

-- Mentions of a quantity, as read, with what each changed.
CREATE TABLE figures (
    id INTEGER PRIMARY KEY,
    snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    -- Whom it is about: an id of the watchlists.
    entity TEXT NOT NULL,
    -- What is measured: an id of the catalogue.
    metric TEXT NOT NULL,
    -- level, yoy, qoq, mom or change.
    measure TEXT NOT NULL,
    -- A number; text for versions; null for ranges, see low and high.
    value,
    -- ISO 4217 code, percent, percentage_point, count, minutes, times or version.
    unit TEXT NOT NULL,
    -- exact, at_least, at_most, about or range.
    bound TEXT NOT NULL,
    -- Least value that the figure allows; null for versions.
    low NUMERIC,
    -- Greatest value that the figure allows; null for versions.
    high NUMERIC,
    -- Place of the last written digit; null if unknown or a version.
    resolution NUMERIC,
    -- As told, such as 2024-Q4 or ..2025-02; null if not stated.
    period TEXT,
    -- period, cumulative, daily, monthly or annualized.
    aggregation TEXT NOT NULL,
    -- reported, guidance or estimate.
    basis TEXT NOT NULL,
    -- Whose guidance or estimate; null if reported.
    speaker TEXT,
    -- text or title: where the offsets count.
    place TEXT NOT NULL,
    -- Offset of the number's first character.
    start INTEGER NOT NULL,
    -- Offset behind the last character of the number with its unit.
    stop INTEGER NOT NULL,
    -- The sentence or clause as printed.
    quote TEXT NOT NULL,
    -- Offset of the quote's first character; null if the quote does not hold the number.
    quote_start INTEGER,
    -- 0 to 1.
    confidence REAL NOT NULL,
    -- JSON list of the audit's remarks; null if there are none.
    audit TEXT,
    -- Name and version of what read it; null if it is the snapshot's.
    extractor TEXT,
    -- new, repeated, refined, revised, corrected or conflicting; null while it waits for review or was rejected.
    verdict TEXT,
    -- null while it waits for review or was rejected.
    fact INTEGER REFERENCES facts (id) DEFERRABLE INITIALLY DEFERRED,
    -- The reference rate at which it was compared with what was known; null if nothing was converted.
    converted TEXT,
    -- The version of the fact that held before it; null for new and repeated.
    previous INTEGER REFERENCES fact_versions (id),
    -- When the ledger recorded it.
    first_seen TEXT NOT NULL
);
CREATE INDEX figures_snapshot ON figures (snapshot);
CREATE INDEX figures_fact ON figures (fact);

-- What is known, one row a slot; metrics that may have several values at once have a row for each.
CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    metric TEXT NOT NULL,
    entity TEXT NOT NULL,
    measure TEXT NOT NULL,
    -- Kind of unit: money, percent, percentage_point, count, minutes, times or version.
    kind TEXT NOT NULL,
    basis TEXT NOT NULL,
    -- null if reported.
    speaker TEXT,
    -- Of the slot: period and cumulative of stocks are one, and so are the month and its monthly value.
    slot_aggregation TEXT NOT NULL,
    -- Last day of the period; null if the period is not stated.
    last_day TEXT,
    -- First day of the period; null if not stated or all time up to the last day.
    first_day TEXT,
    -- As told; null if not stated.
    period TEXT,
    -- As told.
    aggregation TEXT NOT NULL,
    -- A number; text for versions; null for ranges, see low and high.
    value,
    unit TEXT NOT NULL,
    bound TEXT NOT NULL,
    -- Least value possible after all that was told; null for versions.
    low NUMERIC,
    -- Greatest value possible after all that was told; null for versions.
    high NUMERIC,
    -- Place of the last written digit of the value; null if unknown or a version.
    resolution NUMERIC,
    -- current; disputed: a rival value stands beside it; apart: contradicts an earlier date, no base for others.
    status TEXT NOT NULL CHECK (status IN ('current', 'disputed', 'apart')),
    -- The figure that said what the fact holds.
    figure INTEGER NOT NULL REFERENCES figures (id),
    -- Publication of that figure's article, or its fetching where unknown.
    published TEXT NOT NULL,
    -- First publication of the value by an official source; null if there is none.
    official TEXT,
    -- The only article that the value rests on; null if there are several.
    sole INTEGER REFERENCES articles (id),
    -- Publication of the telling that stated no period; null if there was none.
    unstated TEXT,
    -- 1, 2, ...: counts the values that replaced another, so that confirmations of the old one do not count.
    epoch INTEGER NOT NULL,
    -- How many other values it knows: see fact_values.
    others INTEGER NOT NULL,
    -- When the ledger first recorded it.
    first_seen TEXT NOT NULL
);
CREATE INDEX facts_slot ON facts (metric, entity, measure, kind, basis, speaker, slot_aggregation, last_day, first_day);

-- What facts held and when: one row for each change, the present state included.
CREATE TABLE fact_versions (
    id INTEGER PRIMARY KEY,
    fact INTEGER NOT NULL REFERENCES facts (id),
    -- When the ledger recorded it; it held until the next version's.
    since TEXT NOT NULL,
    -- What made it: new, refined, revised, corrected, conflicting (a rival came), repeated (bound, period or opening),
    -- withdrawn (it holds nothing since).
    verdict TEXT NOT NULL,
    -- The figure that made it.
    cause INTEGER NOT NULL REFERENCES figures (id),
    -- As told; null if not stated.
    period TEXT,
    aggregation TEXT NOT NULL,
    value,
    unit TEXT NOT NULL,
    bound TEXT NOT NULL,
    low NUMERIC,
    high NUMERIC,
    -- See facts.status.
    status TEXT NOT NULL,
    -- The figure that said what the fact held.
    figure INTEGER NOT NULL REFERENCES figures (id),
    -- Publication of the article that told the value.
    published TEXT NOT NULL,
    -- Of the value: see facts.epoch.
    epoch INTEGER NOT NULL
);
CREATE INDEX fact_versions_fact ON fact_versions (fact);

-- Values that a fact knows besides the one that it holds.
CREATE TABLE fact_values (
    id INTEGER PRIMARY KEY,
    fact INTEGER NOT NULL REFERENCES facts (id),
    -- former: held before it was revised or corrected, or older guidance; rival: contradicts what the fact holds;
    -- wider: held before it was refined; reading: the held value told with more digits.
    role TEXT NOT NULL CHECK (role IN ('former', 'rival', 'wider', 'reading')),
    value,
    unit TEXT NOT NULL,
    bound TEXT NOT NULL,
    low NUMERIC,
    high NUMERIC,
    resolution NUMERIC,
    -- The figure that said it.
    figure INTEGER NOT NULL REFERENCES figures (id),
    -- When the ledger recorded it.
    since TEXT NOT NULL
);
CREATE INDEX fact_values_fact ON fact_values (fact);

-- Which independent outlets say what a fact holds; reposts are left out.
CREATE TABLE confirmations (
    fact INTEGER NOT NULL REFERENCES facts (id),
    -- Of the value: see facts.epoch.
    epoch INTEGER NOT NULL,
    outlet TEXT NOT NULL,
    tier TEXT NOT NULL,
    -- The outlet's first figure that says so.
    figure INTEGER NOT NULL REFERENCES figures (id),
    -- When the ledger recorded it.
    since TEXT NOT NULL,
    PRIMARY KEY (fact, epoch, outlet)
) WITHOUT ROWID;

-- Decisions that a person should know.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    figure INTEGER NOT NULL UNIQUE REFERENCES figures (id),
    fact INTEGER NOT NULL REFERENCES facts (id),
    -- Of its figure: all but repeated.
    verdict TEXT NOT NULL,
    -- When it was decided.
    created TEXT NOT NULL,
    -- The run that made it; null if none did.
    run INTEGER
);
CREATE INDEX alerts_fact ON alerts (fact);
CREATE INDEX alerts_created ON alerts (created);

-- Figures too uncertain to be told without a person's decision.
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    -- Hash of address, sentence and what was read in it: the same candidate has the same decision for ever.
    key BLOB NOT NULL UNIQUE,
    -- The newest figure that it is about.
    figure INTEGER NOT NULL REFERENCES figures (id),
    -- What the figure would have been.
    verdict TEXT NOT NULL,
    -- Why it waits.
    reason TEXT NOT NULL,
    -- waiting; accepted, by a person or because it was read for sure later; rejected.
    state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'rejected')),
    -- When it was first asked.
    created TEXT NOT NULL,
    -- null while it waits.
    decided TEXT
);
CREATE INDEX reviews_waiting ON reviews (id) WHERE state = 'waiting';
CREATE INDEX reviews_figure ON reviews (figure);

-- Full text of titles and texts as overlapping pairs of characters, so that two-character names and parts of compounds
-- are found; rowid is the snapshot's. Ask through the program: the query is cut into pairs in the same way.
CREATE VIRTUAL TABLE texts USING fts5 (title, text, content = '', tokenize = "unicode61 remove_diacritics 0");
