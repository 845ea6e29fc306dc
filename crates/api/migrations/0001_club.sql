-- The club's tables. The tenant leads every key, so that a tenant's rows lie together and no key can reach
-- across. BIGINT holds points, minor units and milliseconds since 1970 in UTC. The wording is common to
-- SQLite and PostgreSQL, the triggers at the end excepted.

CREATE TABLE tenants (
    tenant     TEXT   NOT NULL PRIMARY KEY,
    program    TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE programs (
    tenant       TEXT   NOT NULL REFERENCES tenants (tenant),
    version      BIGINT NOT NULL,
    document     TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, version)
);

-- `lookup` is what a request shows: the publishable key itself, the SHA-256 of a secret key, a signing key's id.
CREATE TABLE keys (
    tenant     TEXT   NOT NULL REFERENCES tenants (tenant),
    id         TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('publishable', 'secret', 'signing')),
    lookup     TEXT   NOT NULL UNIQUE,
    alg        TEXT   CHECK (kind <> 'signing' OR alg = 'HS256'),
    secret     TEXT   CHECK (kind <> 'signing' OR secret IS NOT NULL),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE origins (
    tenant TEXT NOT NULL,
    key_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (tenant, key_id, origin),
    FOREIGN KEY (tenant, key_id) REFERENCES keys (tenant, id)
);
CREATE INDEX origins_by_origin ON origins (origin);

CREATE TABLE members (
    tenant         TEXT   NOT NULL REFERENCES tenants (tenant),
    member         TEXT   NOT NULL,
    external_id    TEXT   NOT NULL,
    first_name     TEXT,
    joined_at      BIGINT NOT NULL,
    last_active_at BIGINT,
    blocked        BIGINT NOT NULL DEFAULT 0,
    referral_code  TEXT   NOT NULL,
    erased_at      BIGINT,
    PRIMARY KEY (tenant, member),
    UNIQUE (tenant, external_id),
    UNIQUE (tenant, referral_code)
);

-- One movement of points. `net` is the change of what the member has (available + pending - debt) and is
-- what history shows. One source gives or takes once per rule.
CREATE TABLE transactions (
    tenant          TEXT   NOT NULL,
    txn             TEXT   NOT NULL,
    member          TEXT   NOT NULL,
    seq             BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    reason          TEXT   NOT NULL,
    source_type     TEXT   NOT NULL,
    source_id       TEXT   NOT NULL,
    rule            TEXT   NOT NULL,
    program_version BIGINT NOT NULL,
    corrects        TEXT,
    shown_source    TEXT,
    net             BIGINT NOT NULL,
    activates_at    BIGINT,
    expires_at      BIGINT,
    recorded_at     BIGINT NOT NULL,
    PRIMARY KEY (tenant, txn),
    UNIQUE (tenant, member, seq),
    UNIQUE (tenant, source_type, source_id, rule, member),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member),
    FOREIGN KEY (tenant, corrects) REFERENCES transactions (tenant, txn)
);
CREATE INDEX transactions_by_member ON transactions (tenant, member, at, seq);

-- Double entry: the points of a transaction sum to 0. `debt` is below zero while a member owes.
CREATE TABLE entries (
    tenant  TEXT   NOT NULL,
    txn     TEXT   NOT NULL,
    line    BIGINT NOT NULL,
    member  TEXT   NOT NULL,
    account TEXT   NOT NULL
        CHECK (account IN ('issued', 'available', 'pending', 'held', 'redeemed', 'expired', 'debt')),
    points  BIGINT NOT NULL CHECK (points <> 0),
    PRIMARY KEY (tenant, txn, line),
    FOREIGN KEY (tenant, txn) REFERENCES transactions (tenant, txn)
);
CREATE INDEX entries_by_member ON entries (tenant, member, account);

-- `counted` is what the lot still weighs toward a tier by points: its points net of clawbacks. `forgiven` is
-- what ended unspent and was then claimed back: nobody has it, nobody owes it.
CREATE TABLE lots (
    tenant       TEXT   NOT NULL,
    lot          TEXT   NOT NULL,
    member       TEXT   NOT NULL,
    txn          TEXT   NOT NULL,
    points       BIGINT NOT NULL CHECK (points > 0),
    remaining    BIGINT NOT NULL CHECK (remaining >= 0 AND remaining <= points),
    counted      BIGINT NOT NULL CHECK (counted >= 0 AND counted <= points),
    forgiven     BIGINT NOT NULL DEFAULT 0 CHECK (forgiven >= 0 AND forgiven <= points),
    active       BIGINT NOT NULL,
    earned_at    BIGINT NOT NULL,
    activates_at BIGINT NOT NULL,
    expires_at   BIGINT,
    PRIMARY KEY (tenant, lot),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member),
    FOREIGN KEY (tenant, txn) REFERENCES transactions (tenant, txn)
);
CREATE INDEX lots_by_member ON lots (tenant, member, remaining);
CREATE INDEX lots_by_txn ON lots (tenant, txn);
CREATE INDEX lots_to_activate ON lots (activates_at) WHERE active = 0;
CREATE INDEX lots_to_expire ON lots (expires_at) WHERE remaining > 0;

-- Which lots a debit took from, so that a cancellation puts the same points back. Negative: put back.
CREATE TABLE takings (
    tenant TEXT   NOT NULL,
    txn    TEXT   NOT NULL,
    lot    TEXT   NOT NULL,
    points BIGINT NOT NULL CHECK (points <> 0),
    PRIMARY KEY (tenant, txn, lot),
    FOREIGN KEY (tenant, txn) REFERENCES transactions (tenant, txn),
    FOREIGN KEY (tenant, lot) REFERENCES lots (tenant, lot)
);
CREATE INDEX takings_by_lot ON takings (tenant, lot);

-- `base` and `base_remaining` are what earns and what of it is not refunded. The rule, the rate and the
-- multipliers of the purchase stay with it, for its refunds. `points` is what it has earned so far, `spend`
-- what counts toward a tier.
CREATE TABLE orders (
    tenant          TEXT   NOT NULL,
    order_id        TEXT   NOT NULL,
    member          TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('placed', 'paid', 'fulfilled', 'cancelled')),
    currency        TEXT   NOT NULL,
    spend           BIGINT NOT NULL CHECK (spend >= 0),
    base            BIGINT NOT NULL,
    base_remaining  BIGINT NOT NULL CHECK (base_remaining >= 0 AND base_remaining <= base),
    points          BIGINT NOT NULL DEFAULT 0 CHECK (points >= 0),
    lot             TEXT,
    rule            TEXT,
    multipliers     TEXT,
    program_version BIGINT NOT NULL,
    voided          BIGINT NOT NULL DEFAULT 0,
    placed_at       BIGINT NOT NULL,
    paid_at         BIGINT,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, order_id),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX orders_by_member ON orders (tenant, member, paid_at);

CREATE TABLE refunds (
    tenant    TEXT   NOT NULL,
    order_id  TEXT   NOT NULL,
    refund_id TEXT   NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount >= 0),
    taken     BIGINT NOT NULL CHECK (taken >= 0),
    returned  BIGINT NOT NULL CHECK (returned >= 0),
    at        BIGINT NOT NULL,
    PRIMARY KEY (tenant, order_id, refund_id),
    FOREIGN KEY (tenant, order_id) REFERENCES orders (tenant, order_id)
);

-- A redemption and its coupon are one row: a coupon belongs to exactly one posted hold.
CREATE TABLE redemptions (
    tenant          TEXT   NOT NULL,
    redemption      TEXT   NOT NULL,
    member          TEXT   NOT NULL,
    key             TEXT   NOT NULL,
    reward_id       TEXT   NOT NULL,
    program_version BIGINT NOT NULL,
    points          BIGINT NOT NULL CHECK (points >= 0),
    at              BIGINT NOT NULL,
    code            TEXT   NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('open', 'used', 'cancelled', 'expired')),
    expires_at      BIGINT NOT NULL,
    order_id        TEXT,
    txn             TEXT,
    PRIMARY KEY (tenant, redemption),
    UNIQUE (tenant, code),
    UNIQUE (tenant, member, key),
    UNIQUE (tenant, txn),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member),
    FOREIGN KEY (tenant, txn) REFERENCES transactions (tenant, txn)
);
CREATE INDEX redemptions_by_member ON redemptions (tenant, member, at);
CREATE INDEX redemptions_by_reward ON redemptions (tenant, reward_id, state);
CREATE INDEX redemptions_by_order ON redemptions (tenant, order_id);
CREATE INDEX redemptions_to_expire ON redemptions (expires_at) WHERE state = 'open';

CREATE TABLE claims (
    tenant     TEXT   NOT NULL,
    claim      TEXT   NOT NULL,
    advocate   TEXT   NOT NULL,
    friend     TEXT,
    state      TEXT   NOT NULL,
    state_at   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    order_id   TEXT,
    rewards_at BIGINT,
    PRIMARY KEY (tenant, claim),
    FOREIGN KEY (tenant, advocate) REFERENCES members (tenant, member),
    FOREIGN KEY (tenant, friend) REFERENCES members (tenant, member)
);
CREATE INDEX claims_by_advocate ON claims (tenant, advocate, state_at);
CREATE INDEX claims_by_friend ON claims (tenant, friend);

CREATE TABLE responses (
    tenant     TEXT   NOT NULL,
    member     TEXT   NOT NULL,
    response   TEXT   NOT NULL,
    survey     TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    score      BIGINT NOT NULL,
    comment    TEXT,
    completed  BIGINT NOT NULL,
    points     BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, response),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX responses_by_survey ON responses (tenant, survey, created_at);

CREATE TABLE prompts (
    tenant       TEXT   NOT NULL,
    member       TEXT   NOT NULL,
    survey       TEXT   NOT NULL,
    scope        TEXT   NOT NULL,
    displays     BIGINT NOT NULL DEFAULT 0,
    shown_at     BIGINT,
    answered_at  BIGINT,
    dismissed_at BIGINT,
    PRIMARY KEY (tenant, member, survey, scope),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);

CREATE TABLE events (
    tenant TEXT   NOT NULL,
    member TEXT   NOT NULL,
    event  TEXT   NOT NULL,
    kind   TEXT   NOT NULL,
    survey TEXT,
    scope  TEXT,
    at     BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, event),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);

-- One outcome for each key, for ever. `subject` is the shop's member id, or `guest`.
CREATE TABLE outcomes (
    tenant      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    route       TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    status      BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (tenant, subject, route, key)
);

CREATE TABLE audit (
    tenant TEXT   NOT NULL,
    id     TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    actor  TEXT   NOT NULL,
    action TEXT   NOT NULL,
    object TEXT   NOT NULL,
    detail TEXT   NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, id)
);

-- What is written in the ledger stays written.
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER transactions_stay BEFORE UPDATE ON transactions
BEGIN SELECT RAISE(ABORT, 'transactions are append-only'); END;
CREATE TRIGGER transactions_remain BEFORE DELETE ON transactions
BEGIN SELECT RAISE(ABORT, 'transactions are append-only'); END;
CREATE TRIGGER takings_stay BEFORE UPDATE ON takings
BEGIN SELECT RAISE(ABORT, 'takings are append-only'); END;
CREATE TRIGGER takings_remain BEFORE DELETE ON takings
BEGIN SELECT RAISE(ABORT, 'takings are append-only'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER programs_stay BEFORE UPDATE ON programs
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END;
CREATE TRIGGER programs_remain BEFORE DELETE ON programs
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END;
