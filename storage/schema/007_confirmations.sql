-- That a figure confirms a fact stands in its own row: a table of its own had its pages written once more a figure.

-- Of the value, where the figure is the first of an independent outlet to say what its fact held: see facts.epoch.
-- null if it confirms nothing.
ALTER TABLE figures ADD COLUMN epoch INTEGER;
-- The outlet of its article, where the figure confirms its fact; null if it confirms nothing.
ALTER TABLE figures ADD COLUMN confirmer TEXT;

UPDATE figures SET epoch = said.epoch, confirmer = said.outlet FROM confirmations AS said
WHERE figures.id = said.figure AND figures.fact = said.fact;

-- Confirmations of facts that are withdrawn, by figures that count for another fact since.
CREATE TABLE past_confirmations (
    fact INTEGER NOT NULL REFERENCES facts (id),
    -- Of the value: see facts.epoch.
    epoch INTEGER NOT NULL,
    -- When the ledger recorded it.
    since TEXT NOT NULL
);
CREATE INDEX past_confirmations_fact ON past_confirmations (fact);
INSERT INTO past_confirmations
SELECT said.fact, said.epoch, said.since FROM confirmations AS said JOIN figures ON figures.id = said.figure
WHERE figures.fact IS NOT said.fact;

DROP TABLE confirmations;
DROP INDEX figures_fact;
CREATE INDEX figures_fact ON figures (fact, epoch, confirmer);

-- Which independent outlets say what a fact holds; reposts are left out.
CREATE VIEW confirmations AS
SELECT
    -- Row of facts.
    figures.fact,
    -- Of the value: see facts.epoch.
    figures.epoch,
    -- Who published it: a host name or the name that a syndicator gives.
    figures.confirmer AS outlet,
    (SELECT tier FROM articles JOIN snapshots ON snapshots.article = articles.id WHERE snapshots.id = figures.snapshot)
    -- filing, company, wire, press or aggregator.
    AS tier,
    -- The outlet's first figure that says so.
    figures.id AS figure,
    coalesce((SELECT decided FROM reviews WHERE reviews.figure = figures.id), figures.first_seen)
    -- When the ledger took it over: when it was recorded, or accepted in review.
    AS since
FROM figures
WHERE figures.epoch IS NOT NULL;
