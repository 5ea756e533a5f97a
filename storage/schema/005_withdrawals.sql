-- What a later extractor no longer reads is withdrawn: it stays, and supports nothing any more.

-- Figures that a later extractor no longer reads in their snapshot.
CREATE TABLE withdrawals (
    figure INTEGER PRIMARY KEY REFERENCES figures (id),
    -- Name and version of what no longer reads it.
    extractor TEXT NOT NULL,
    -- When the ledger recorded it.
    since TEXT NOT NULL
);

-- When a figure that it rested on was withdrawn: what is known without it stands in other rows. null if it stands.
ALTER TABLE facts ADD COLUMN withdrawn TEXT;

DROP VIEW facts_now;
DROP VIEW fact_history;
DROP VIEW figures_full;

-- What is known now, one row a fact, with the sentence that says so.
CREATE VIEW facts_now AS
SELECT
    -- Of the fact: the same in all views and commands.
    facts.id,
    facts.entity,
    facts.metric,
    facts.measure,
    -- As told; null if not stated.
    facts.period,
    -- null if not stated or all time up to the last day.
    facts.first_day,
    -- null if not stated.
    facts.last_day,
    -- A number; text for versions; null for ranges, see low and high.
    facts.value,
    facts.unit,
    facts.bound,
    -- Least value possible after all that was told; null for versions.
    facts.low,
    -- Greatest value possible after all that was told; null for versions.
    facts.high,
    facts.aggregation,
    facts.basis,
    -- Whose guidance or estimate; null if reported.
    facts.speaker,
    -- current, disputed (a rival value stands beside it) or apart (contradicts an earlier date).
    facts.status,
    (SELECT count(*) FROM confirmations WHERE fact = facts.id AND epoch = facts.epoch)
    -- How many independent outlets say so.
    AS outlets,
    -- When the ledger first recorded the fact.
    facts.first_seen,
    -- Publication of the article that told the value.
    facts.published,
    -- The sentence as printed.
    figures.quote,
    articles.outlet,
    articles.tier,
    snapshots.language,
    snapshots.title,
    articles.url,
    -- Row of figures: the one that told the value.
    facts.figure
FROM facts
JOIN figures ON figures.id = facts.figure
JOIN snapshots ON snapshots.id = figures.snapshot
JOIN articles ON articles.id = snapshots.article
WHERE facts.withdrawn IS NULL;

-- What was known and when, one row for each state of a fact; what was known at a moment are the rows
-- with since <= moment and (until > moment or until is null).
CREATE VIEW fact_history AS
SELECT
    -- Row of facts.
    held.fact,
    -- 1, 2, ...: the order of the fact's states.
    (SELECT count(*) FROM fact_versions AS other WHERE other.fact = held.fact AND other.id <= held.id) AS state,
    held.since,
    -- null if it still holds.
    (SELECT min(other.since) FROM fact_versions AS other WHERE other.fact = held.fact AND other.id > held.id) AS until,
    -- What brought this state about.
    held.verdict,
    facts.entity,
    facts.metric,
    facts.measure,
    -- null if not stated.
    held.period,
    -- A number; text for versions; null for ranges, see low and high.
    held.value,
    held.unit,
    held.bound,
    -- null for versions.
    held.low,
    -- null for versions.
    held.high,
    held.aggregation,
    facts.basis,
    -- null if reported.
    facts.speaker,
    held.status,
    -- Publication of the article that told the value.
    held.published,
    figures.quote,
    articles.outlet,
    articles.url
FROM fact_versions AS held
JOIN facts ON facts.id = held.fact
JOIN figures ON figures.id = held.figure
JOIN snapshots ON snapshots.id = figures.snapshot
JOIN articles ON articles.id = snapshots.article
WHERE held.verdict <> 'withdrawn';

-- Every mention with its article and what it changed.
CREATE VIEW figures_full AS
SELECT
    figures.id,
    figures.entity,
    figures.metric,
    figures.measure,
    -- As told; null if not stated.
    figures.period,
    -- A number; text for versions; null for ranges, see low and high.
    figures.value,
    figures.unit,
    figures.bound,
    -- Least value that the figure allows; null for versions.
    figures.low,
    -- Greatest value that the figure allows; null for versions.
    figures.high,
    figures.aggregation,
    figures.basis,
    -- null if reported.
    figures.speaker,
    -- null while it waits for review or was rejected.
    figures.verdict,
    -- Row of facts; null while it waits for review or was rejected.
    figures.fact,
    -- waiting, accepted or rejected; null if it was never asked about.
    reviews.state AS review,
    -- When a later extractor no longer read it; null if it stands.
    withdrawals.since AS withdrawn,
    figures.confidence,
    -- JSON list of the audit's remarks; null if there are none.
    figures.audit,
    figures.quote,
    -- text or title: where the offsets count.
    figures.place,
    figures.start,
    figures.stop,
    -- The reference rate at which it was compared; null if nothing was converted.
    figures.converted,
    figures.first_seen,
    articles.outlet,
    articles.tier,
    -- 1: the company's own site or the exchange.
    articles.official,
    -- 1: the article's text repeats that of another.
    articles.repost_of IS NOT NULL AS repost,
    snapshots.language,
    -- null if neither page nor feed tells.
    snapshots.published,
    snapshots.title,
    articles.url,
    -- Row of snapshots.
    figures.snapshot,
    -- Row of articles.
    snapshots.article,
    -- Name and version of what read it; empty if unknown.
    coalesce(figures.extractor, snapshots.extractor) AS extractor
FROM figures
JOIN snapshots ON snapshots.id = figures.snapshot
JOIN articles ON articles.id = snapshots.article
LEFT JOIN reviews ON reviews.figure = figures.id
LEFT JOIN withdrawals ON withdrawals.figure = figures.id;
