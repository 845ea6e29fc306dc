-- The club's tables. The tenant leads every key, so that a tenant's rows lie together, no key can reach across,
-- and rows can be spread over nodes. BIGINT holds points, minor units, flags (0 or 1) and milliseconds since
-- 1970 in UTC. The wording is common to SQLite and PostgreSQL; what one of them alone needs stands in a block
-- of its own. A CHECK against more than two words is written with OR: for a longer list SQLite sets up a tree in
-- memory at every row.

-- `prompt_secret` signs the ids of prompts; `complaints` is the number of the last one.
CREATE TABLE tenants (
    tenant     TEXT   NOT NULL PRIMARY KEY,
    program    TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    prompt_secret TEXT NOT NULL,
    complaints BIGINT NOT NULL DEFAULT 0
);

-- Published versions. The one with the highest number runs.
CREATE TABLE programs (
    tenant       TEXT   NOT NULL REFERENCES tenants (tenant),
    version      BIGINT NOT NULL,
    document     TEXT   NOT NULL,
    note         TEXT,
    published_by TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, version)
);

-- What a marketer is writing: one draft for each tenant, an empty document where there is none. `revision` keeps
-- two writers apart.
CREATE TABLE drafts (
    tenant     TEXT   NOT NULL PRIMARY KEY REFERENCES tenants (tenant),
    document   TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    updated_by TEXT   NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Versions that are to be published later.
CREATE TABLE schedules (
    tenant     TEXT   NOT NULL REFERENCES tenants (tenant),
    schedule   TEXT   NOT NULL,
    document   TEXT   NOT NULL,
    note       TEXT,
    publish_at BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state = 'waiting' OR state = 'published' OR state = 'refused' OR state = 'cancelled'),
    outcome    TEXT,
    created_by TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, schedule)
);
CREATE INDEX schedules_due ON schedules (publish_at) WHERE state = 'waiting';

-- `lookup` is what a request shows: the publishable key itself, the SHA-256 of a secret key, a signing key's
-- id. `secret` is the shared secret of an HS256 key, or the public key of an EdDSA key.
CREATE TABLE keys (
    tenant     TEXT   NOT NULL REFERENCES tenants (tenant),
    id         TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind = 'publishable' OR kind = 'secret' OR kind = 'signing'),
    lookup     TEXT   NOT NULL UNIQUE,
    alg        TEXT   CHECK (kind <> 'signing' OR alg IN ('HS256', 'EdDSA')),
    secret     TEXT   CHECK (kind <> 'signing' OR secret IS NOT NULL),
    scopes     TEXT,
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

-- When a page of an origin last asked with a key, to the hour.
CREATE TABLE sightings (
    tenant  TEXT   NOT NULL,
    key_id  TEXT   NOT NULL,
    origin  TEXT   NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, key_id, origin),
    FOREIGN KEY (tenant, key_id) REFERENCES keys (tenant, id)
);

CREATE TABLE staff (
    tenant      TEXT   NOT NULL REFERENCES tenants (tenant),
    staff       TEXT   NOT NULL,
    email       TEXT   NOT NULL,
    password    TEXT   NOT NULL,
    role        TEXT   NOT NULL CHECK (role = 'owner' OR role = 'editor' OR role = 'viewer'),
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (tenant, staff),
    UNIQUE (tenant, email)
);

-- `session` is the SHA-256 of what the browser holds.
CREATE TABLE sessions (
    tenant     TEXT   NOT NULL,
    session    TEXT   NOT NULL UNIQUE,
    staff      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, session),
    FOREIGN KEY (tenant, staff) REFERENCES staff (tenant, staff)
);

-- The columns after `erased_at` are the member's books in short; every write of the member's ledger begins
-- with this row, so that it is also the member's lock. `birthday_at` is when the member last told a birthday,
-- `contacts` are hashes. `entries` counts them, `due_at` is when time alone changes something or something is to
-- be told next, `tier` is the level that was last told, `told` is what else was told once.
CREATE TABLE members (
    tenant         TEXT   NOT NULL REFERENCES tenants (tenant),
    member         TEXT   NOT NULL,
    external_id    TEXT   NOT NULL,
    first_name     TEXT,
    birthday       TEXT,
    birthday_at    BIGINT,
    language       TEXT,
    consents       TEXT   NOT NULL DEFAULT '[]',
    segments       TEXT   NOT NULL DEFAULT '[]',
    contacts       TEXT   NOT NULL DEFAULT '[]',
    joined_at      BIGINT NOT NULL,
    blocked        BIGINT NOT NULL DEFAULT 0,
    referral_code  TEXT   NOT NULL,
    erased_at      BIGINT,
    revision       BIGINT NOT NULL DEFAULT 0,
    entries        BIGINT NOT NULL DEFAULT 0,
    available      BIGINT NOT NULL DEFAULT 0 CHECK (available >= 0),
    pending        BIGINT NOT NULL DEFAULT 0 CHECK (pending >= 0),
    debt           BIGINT NOT NULL DEFAULT 0 CHECK (debt >= 0),
    wallet         BIGINT NOT NULL DEFAULT 0 CHECK (wallet >= 0),
    wallet_pending BIGINT NOT NULL DEFAULT 0 CHECK (wallet_pending >= 0),
    points_given   BIGINT NOT NULL DEFAULT 0,
    wallet_given   BIGINT NOT NULL DEFAULT 0,
    settled_at     BIGINT NOT NULL,
    due_at         BIGINT,
    last_active_at BIGINT,
    last_order_at  BIGINT,
    membership     TEXT,
    tier           TEXT,
    told           TEXT   NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, member),
    UNIQUE (tenant, external_id),
    UNIQUE (tenant, referral_code)
);
CREATE INDEX members_by_joining ON members (tenant, joined_at, member);
-- How an id or a name begins is found by the order of bytes.
-- only sqlite
CREATE INDEX members_by_name ON members (tenant, LOWER(first_name), member) WHERE first_name IS NOT NULL;
-- end
-- only postgres
CREATE INDEX members_by_id ON members (tenant, external_id COLLATE "C");
CREATE INDEX members_by_name ON members (tenant, (LOWER(first_name) COLLATE "C"), member COLLATE "C")
    WHERE first_name IS NOT NULL;
-- end
CREATE INDEX members_due ON members (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX members_by_birthday ON members (tenant, birthday, member) WHERE birthday IS NOT NULL;

-- Who went from which tier to which, and when: `up` to a higher one. What was reached and lost again between two
-- looks is not here. It says how the club moved, not where a member stands: that is computed.
CREATE TABLE tier_moves (
    tenant    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    member    TEXT   NOT NULL,
    from_tier TEXT   NOT NULL,
    to_tier   TEXT   NOT NULL,
    up        BIGINT NOT NULL,
    PRIMARY KEY (tenant, at, member, from_tier, to_tier),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
) /*sqlite: WITHOUT ROWID*/;

-- The ledger: one row for each movement, in double entry. What leaves one account arrives in another, so the
-- accounts' columns sum to 0. `net` is the change of what the member has (available + pending + debt), and
-- what history shows. `unit` is `points` or `wallet` (minor units).
CREATE TABLE entries (
    tenant       TEXT   NOT NULL,
    member       TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    why          TEXT   NOT NULL,
    unit         TEXT   NOT NULL CHECK (unit IN ('points', 'wallet')),
    source       TEXT   NOT NULL,
    rule         TEXT,
    version      BIGINT NOT NULL,
    corrects     BIGINT,
    issued       BIGINT NOT NULL DEFAULT 0,
    available    BIGINT NOT NULL DEFAULT 0,
    pending      BIGINT NOT NULL DEFAULT 0,
    held         BIGINT NOT NULL DEFAULT 0,
    redeemed     BIGINT NOT NULL DEFAULT 0,
    expired      BIGINT NOT NULL DEFAULT 0,
    debt         BIGINT NOT NULL DEFAULT 0,
    net          BIGINT NOT NULL,
    activates_at BIGINT,
    expires_at   BIGINT,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, seq),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member),
    CHECK (issued + available + pending + held + redeemed + expired + debt = 0),
    CHECK (net = available + pending + debt)
) /*sqlite: WITHOUT ROWID*/;
-- Sums over a time are read from the index alone.
CREATE INDEX entries_by_time ON entries (tenant, unit, at, issued, available, pending, held, redeemed, expired, member);
CREATE INDEX entries_of_activities ON entries (tenant, at, member, rule) WHERE why = 'activity';

-- What a rule gave for a source: once for each; `turn` counts what was undone and then deserved again, as a
-- tier's entry reward may be. `seq` is the entry that gave it; none when a cap left nothing.
-- `remaining` is what is left in the lot, `counted` what still weighs toward a tier by points (net of
-- clawbacks), `ended` what ended unspent and was not forgiven. `earned` is 0 once the reason is gone, and for
-- what counts toward no cap.
CREATE TABLE credits (
    tenant       TEXT   NOT NULL,
    member       TEXT   NOT NULL,
    unit         TEXT   NOT NULL CHECK (unit IN ('points', 'wallet')),
    rule         TEXT   NOT NULL,
    source       TEXT   NOT NULL,
    turn         BIGINT NOT NULL,
    seq          BIGINT,
    why          TEXT   NOT NULL,
    given        BIGINT NOT NULL CHECK (given >= 0),
    remaining    BIGINT NOT NULL CHECK (remaining >= 0 AND remaining <= given),
    counted      BIGINT NOT NULL CHECK (counted >= 0 AND counted <= given),
    ended        BIGINT NOT NULL CHECK (ended >= 0 AND ended <= given),
    earned       BIGINT NOT NULL,
    active       BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    activates_at BIGINT NOT NULL,
    expires_at   BIGINT,
    PRIMARY KEY (tenant, member, unit, rule, source, turn),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
) /*sqlite: WITHOUT ROWID*/;

-- `kept` is what its refunds need of how it earned; `items` are its lines: product, category, pieces, net price;
-- `products` counts the distinct ones. What members bought is read from the index alone.
CREATE TABLE orders (
    tenant     TEXT   NOT NULL,
    order_id   TEXT   NOT NULL,
    member     TEXT   NOT NULL,
    status     TEXT   NOT NULL CHECK (status = 'placed' OR status = 'paid' OR status = 'fulfilled' OR status = 'cancelled'),
    currency   TEXT   NOT NULL,
    spend      BIGINT NOT NULL DEFAULT 0 CHECK (spend >= 0),
    base       BIGINT NOT NULL DEFAULT 0,
    remaining  BIGINT NOT NULL DEFAULT 0 CHECK (remaining >= 0 AND remaining <= base),
    earned     BIGINT NOT NULL DEFAULT 0,
    gone       BIGINT NOT NULL DEFAULT 0,
    kept       TEXT,
    items      TEXT   NOT NULL DEFAULT '[]',
    products   BIGINT NOT NULL DEFAULT 0,
    tax        BIGINT NOT NULL DEFAULT 0,
    shipping   BIGINT NOT NULL DEFAULT 0,
    gift_cards BIGINT NOT NULL DEFAULT 0,
    placed_at  BIGINT NOT NULL,
    paid_at    BIGINT,
    fulfilled_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, order_id),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX orders_by_member ON orders (tenant, member, paid_at, gone, spend, products);

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

-- A redemption and its coupon are one row: a coupon belongs to exactly one posted hold. `seq` is the entry that
-- took its points, `ended_seq` the one by which they ended, `gift` what it was given for, where the member did not
-- take it. `held_for` and `held_until` keep it for a checkout; `partner_code` is what a partner takes.
CREATE TABLE redemptions (
    tenant     TEXT   NOT NULL,
    redemption TEXT   NOT NULL,
    member     TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    reward_id  TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    units      BIGINT NOT NULL CHECK (units > 0),
    points     BIGINT NOT NULL CHECK (points >= 0),
    takings    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    code       TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state = 'open' OR state = 'used' OR state = 'cancelled' OR state = 'expired'),
    expires_at BIGINT NOT NULL,
    order_id   TEXT,
    held_for   TEXT,
    held_until BIGINT,
    partner_code TEXT,
    seq        BIGINT,
    ended_seq  BIGINT,
    gift       TEXT,
    PRIMARY KEY (tenant, redemption),
    UNIQUE (tenant, code),
    UNIQUE (tenant, member, key),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX redemptions_by_order ON redemptions (tenant, order_id) WHERE order_id IS NOT NULL;

-- What the wallet paid for orders, which need not have been reported by then. `takings` are by lot; none once it
-- went back.
CREATE TABLE wallet_payments (
    tenant      TEXT   NOT NULL,
    order_id    TEXT   NOT NULL,
    member      TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    takings     TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    returned_at BIGINT,
    PRIMARY KEY (tenant, order_id),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX wallet_payments_by_member ON wallet_payments (tenant, member, at);

-- Points that the merchant gave or took. `seq` is the entry.
CREATE TABLE adjustments (
    tenant     TEXT   NOT NULL,
    member     TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    adjustment TEXT   NOT NULL,
    points     BIGINT NOT NULL CHECK (points <> 0),
    reason     TEXT,
    actor      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, seq),
    UNIQUE (tenant, adjustment),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);

-- How many of a reward with a stock are taken and not given back.
CREATE TABLE stock (
    tenant    TEXT   NOT NULL REFERENCES tenants (tenant),
    reward_id TEXT   NOT NULL,
    taken     BIGINT NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (tenant, reward_id)
);

-- Gifts of an offer with a stock that were taken.
CREATE TABLE offer_stock (
    tenant TEXT   NOT NULL REFERENCES tenants (tenant),
    offer  TEXT   NOT NULL,
    taken  BIGINT NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (tenant, offer)
);

-- Codes that a partner gave: each is handed out once, but for those that are `shared`.
CREATE TABLE partner_codes (
    tenant     TEXT   NOT NULL REFERENCES tenants (tenant),
    partner    TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    shared     BIGINT NOT NULL DEFAULT 0 CHECK (shared = 0 OR redemption IS NULL),
    loaded_at  BIGINT NOT NULL,
    expires_at BIGINT,
    redemption TEXT,
    PRIMARY KEY (tenant, partner, code)
);
CREATE UNIQUE INDEX partner_codes_given ON partner_codes (tenant, redemption) WHERE redemption IS NOT NULL;
CREATE INDEX partner_codes_free ON partner_codes (tenant, partner, shared, loaded_at, code) WHERE redemption IS NULL;

CREATE TABLE offers_taken (
    tenant   TEXT   NOT NULL,
    member   TEXT   NOT NULL,
    offer    TEXT   NOT NULL,
    occasion TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, offer, occasion),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);

-- What members paid for plans, by the shop's own payment ids.
CREATE TABLE plan_payments (
    tenant     TEXT   NOT NULL,
    payment    TEXT   NOT NULL,
    member     TEXT   NOT NULL,
    plan       TEXT   NOT NULL,
    starts_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (tenant, payment),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX plan_payments_by_member ON plan_payments (tenant, member, at);

-- `address` is a hash of the visitor's network. `allowed_at` is when somebody of the shop let it count after all.
CREATE TABLE claims (
    tenant     TEXT   NOT NULL,
    claim      TEXT   NOT NULL,
    advocate   TEXT   NOT NULL,
    friend     TEXT,
    state      TEXT   NOT NULL,
    state_at   BIGINT NOT NULL,
    address    TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    order_id   TEXT,
    rewards_at BIGINT,
    allowed_at BIGINT,
    PRIMARY KEY (tenant, claim),
    FOREIGN KEY (tenant, advocate) REFERENCES members (tenant, member),
    FOREIGN KEY (tenant, friend) REFERENCES members (tenant, member)
);
CREATE INDEX claims_by_advocate ON claims (tenant, advocate, state_at);
CREATE INDEX claims_by_time ON claims (tenant, created_at, claim);
CREATE INDEX claims_by_state ON claims (tenant, state, created_at, claim);
CREATE INDEX claims_by_friend ON claims (tenant, friend);
CREATE INDEX claims_by_order ON claims (tenant, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX claims_by_address ON claims (tenant, address, created_at) WHERE address IS NOT NULL;

-- `verified`: it counts in the scores; on each occasion one does. `kind` is what the survey measured.
CREATE TABLE responses (
    tenant     TEXT   NOT NULL,
    member     TEXT   NOT NULL,
    response   TEXT   NOT NULL,
    survey     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    scores     TEXT   NOT NULL,
    comment    TEXT,
    completed  BIGINT NOT NULL,
    verified   BIGINT NOT NULL,
    points     BIGINT NOT NULL DEFAULT 0,
    variant    TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, response),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
-- Scores are counted of the index alone.
CREATE INDEX responses_by_kind ON responses (tenant, kind, created_at, verified, survey, scores, member, completed);
CREATE INDEX responses_by_time ON responses (tenant, created_at, member, response);
CREATE INDEX responses_by_survey ON responses (tenant, survey, created_at, member, response);

-- `round` counts the answers that counted.
CREATE TABLE prompts (
    tenant       TEXT   NOT NULL,
    member       TEXT   NOT NULL,
    survey       TEXT   NOT NULL,
    scope        TEXT   NOT NULL,
    displays     BIGINT NOT NULL DEFAULT 0,
    round        BIGINT NOT NULL DEFAULT 0,
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
    offer  TEXT,
    at     BIGINT NOT NULL,
    PRIMARY KEY (tenant, member, event),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX events_by_time ON events (tenant, at);

-- What is written in the ledger stays written.
-- only sqlite
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER programs_stay BEFORE UPDATE ON programs
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END;
CREATE TRIGGER programs_remain BEFORE DELETE ON programs
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END;
-- end
-- only postgres
CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER programs_stay BEFORE UPDATE OR DELETE ON programs FOR EACH ROW EXECUTE FUNCTION stays();
-- end
