-- Views made for SQL by hand: what joins would give, with names that need no explanation.

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
JOIN articles ON articles.id = snapshots.article;

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
JOIN articles ON articles.id = snapshots.article;

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
LEFT JOIN reviews ON reviews.figure = figures.id;

-- Every alert with what was known before, the sentence, and what became of its messages.
CREATE VIEW alerts_full AS
SELECT
    alerts.id,
    alerts.created,
    alerts.verdict,
    figures.entity,
    figures.metric,
    figures.measure,
    -- As the fact knows it; null if not stated.
    coalesce(figures.period, facts.period) AS period,
    -- A number; text for versions; null for ranges, see low and high.
    figures.value,
    figures.unit,
    figures.bound,
    -- null for versions.
    figures.low,
    -- null for versions.
    figures.high,
    figures.basis,
    -- null if reported.
    figures.speaker,
    -- What the ledger held before; null for what is new, for ranges and for what had no slot.
    before.value AS previous_value,
    -- null as previous_value.
    before.unit AS previous_unit,
    figures.quote,
    articles.outlet,
    articles.tier,
    articles.url,
    -- Messages that tell it, one a recipient.
    (SELECT count(*) FROM outbox_items WHERE alert = alerts.id) AS messages,
    (SELECT count(*) FROM outbox_items JOIN outbox ON outbox.id = outbox_items.message
     WHERE outbox_items.alert = alerts.id AND outbox.state = 'sent')
    -- How many of them are sent.
    AS sent,
    -- Row of figures.
    alerts.figure,
    -- Row of facts.
    alerts.fact,
    -- The run that made it; null if none did.
    alerts.run
FROM alerts
JOIN figures ON figures.id = alerts.figure
JOIN facts ON facts.id = alerts.fact
JOIN snapshots ON snapshots.id = figures.snapshot
JOIN articles ON articles.id = snapshots.article
LEFT JOIN fact_versions AS before ON before.id = figures.previous;
