-- What is to be told to whom, and what became of it. Times are ISO 8601 in UTC with milliseconds, so that they sort.

-- One row, made with the ledger: two ledgers never give two mails the same Message-ID.
CREATE TABLE outbox_identity (
    name TEXT NOT NULL
);
INSERT INTO outbox_identity (name) VALUES (lower(hex(randomblob(16))));

-- Messages: alerts for exactly one recipient.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    -- Name of the channel: a module of monitor.channels.
    channel TEXT NOT NULL,
    -- Whom the channel reaches: a mail address, a file, a URL.
    address TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('alerts', 'baseline', 'ops', 'test')),
    -- What gathers alerts into one message, such as run:7 or day:2025-11-21.
    key TEXT NOT NULL,
    -- 1, 2, ... where more came under the same key after the message had been composed.
    part INTEGER NOT NULL,
    -- Made of the ledger's identity, recipient, key and part: the same however often the message is sent.
    message_id TEXT NOT NULL UNIQUE,
    -- gathering: its run has not ended; waiting: to be sent; sending: leased by a delivery; sent;
    -- uncertain: handed over without an answer; dead: given up, last answer in attempts.
    state TEXT NOT NULL CHECK (state IN ('gathering', 'waiting', 'sending', 'sent', 'uncertain', 'dead')),
    created TEXT NOT NULL,
    -- null where no attempt is due: gathering, sending, sent, dead, and uncertain after its one repeat.
    next_attempt TEXT,
    -- null unless sending: when others may take the lease for lost.
    leased_until TEXT,
    -- Of the first attempt, or of the first one after a retry by hand; null before it.
    tried_since TEXT,
    -- How often it was handed over without an answer since then.
    doubts INTEGER NOT NULL DEFAULT 0,
    -- null until composed, which happens once.
    subject TEXT,
    -- What the channel sends, to the byte; null until composed.
    content BLOB,
    -- null until sent.
    sent TEXT,
    UNIQUE (channel, address, key, part)
);
CREATE INDEX outbox_due ON outbox (channel, next_attempt) WHERE next_attempt IS NOT NULL;
CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('gathering', 'sending');

-- What a message tells: an alert of the ledger, or a note where there is none (baseline, ops).
CREATE TABLE outbox_items (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES outbox (id),
    -- null: the item is a note.
    alert INTEGER REFERENCES alerts (id),
    -- JSON object; null: the item is an alert.
    note TEXT,
    CHECK ((alert IS NULL) <> (note IS NULL))
);
CREATE UNIQUE INDEX outbox_items_alert ON outbox_items (message, alert) WHERE alert IS NOT NULL;
CREATE UNIQUE INDEX outbox_items_note ON outbox_items (message, note) WHERE note IS NOT NULL;
CREATE INDEX outbox_items_by_alert ON outbox_items (alert) WHERE alert IS NOT NULL;

-- Each time that a delivery took a message in hand.
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES outbox (id),
    started TEXT NOT NULL,
    -- When the last byte was about to go: from here on the other side may have it. null: it never came so far.
    handed_over TEXT,
    -- null: still under way, or killed and not yet noticed.
    ended TEXT,
    -- null: as ended. interrupted: the delivery was killed before it handed over.
    outcome TEXT CHECK (outcome IN ('sent', 'temporary', 'permanent', 'uncertain', 'interrupted')),
    -- What the other side or the system said; null: nothing yet.
    answer TEXT
);
CREATE INDEX attempts_message ON attempts (message);
