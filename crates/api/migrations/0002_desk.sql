-- What stands around the ledger: complaints, kept outcomes, the audit, messages to the shop's systems, jobs,
-- imports.

-- `number` is what the shopper is told, without its check digit; it counts within the tenant. `state_at` is when the
-- state began, `verdict` the member's last judgement, `remind_at` when the shop is reminded of its turn.
CREATE TABLE complaints (
    tenant      TEXT   NOT NULL,
    complaint   TEXT   NOT NULL,
    number      BIGINT NOT NULL,
    member      TEXT   NOT NULL,
    topic       TEXT   NOT NULL,
    order_id    TEXT,
    survey      TEXT,
    state       TEXT   NOT NULL,
    verdict     BIGINT,
    reopened    BIGINT NOT NULL DEFAULT 0,
    remind_at   BIGINT,
    created_at  BIGINT NOT NULL,
    state_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant, complaint),
    UNIQUE (tenant, number),
    FOREIGN KEY (tenant, member) REFERENCES members (tenant, member)
);
CREATE INDEX complaints_by_member ON complaints (tenant, member, created_at);
CREATE INDEX complaints_by_state ON complaints (tenant, state, state_at);
CREATE INDEX complaints_to_remind ON complaints (remind_at, tenant, complaint) WHERE remind_at IS NOT NULL;

CREATE TABLE complaint_notes (
    tenant    TEXT   NOT NULL,
    complaint TEXT   NOT NULL,
    note      BIGINT NOT NULL,
    id        TEXT   NOT NULL,
    author    TEXT   NOT NULL CHECK (author = 'member' OR author = 'shop' OR author = 'internal'),
    who       TEXT   NOT NULL,
    body      TEXT,
    at        BIGINT NOT NULL,
    PRIMARY KEY (tenant, complaint, note),
    UNIQUE (tenant, complaint, id),
    FOREIGN KEY (tenant, complaint) REFERENCES complaints (tenant, complaint)
);

-- One outcome for each key, for ever. `subject` is the shop's member id, a secret key's id, or `guest`. `body`
-- is dropped after its days; the outcome stays.
CREATE TABLE outcomes (
    tenant      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    route       TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    status      BIGINT NOT NULL,
    body        TEXT,
    at          BIGINT NOT NULL,
    PRIMARY KEY (tenant, subject, route, key)
);
CREATE INDEX outcomes_to_prune ON outcomes (tenant, at) WHERE body IS NOT NULL;

CREATE TABLE audit (
    tenant TEXT   NOT NULL,
    id     TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    actor  TEXT   NOT NULL,
    action TEXT   NOT NULL,
    object TEXT   NOT NULL,
    detail TEXT   NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, at, id)
) /*sqlite: WITHOUT ROWID*/;
CREATE INDEX audit_by_object ON audit (tenant, object, at);

-- Where events are sent. `secrets` are all live ones, newest first. `failing_since` is the first failure after
-- which nothing was taken any more.
CREATE TABLE endpoints (
    tenant      TEXT   NOT NULL REFERENCES tenants (tenant),
    endpoint    TEXT   NOT NULL,
    url         TEXT   NOT NULL,
    kinds       TEXT   NOT NULL,
    secrets     TEXT   NOT NULL,
    note        TEXT,
    created_at  BIGINT NOT NULL,
    failing_since BIGINT,
    disabled_at BIGINT,
    reason      TEXT,
    PRIMARY KEY (tenant, endpoint)
);

-- What happened, as it is sent.
CREATE TABLE messages (
    tenant  TEXT   NOT NULL REFERENCES tenants (tenant),
    message TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    body    TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, message)
);
CREATE INDEX messages_by_time ON messages (tenant, at);

-- One row for each message and endpoint: when it is tried next, and who is trying. `at` is the message's own
-- instant; `earlier` are the attempts before the last replay, which do not count for the schedule.
CREATE TABLE deliveries (
    tenant       TEXT   NOT NULL,
    message      TEXT   NOT NULL,
    endpoint     TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    state        TEXT   NOT NULL CHECK (state = 'waiting' OR state = 'delivered' OR state = 'failed' OR state = 'dropped'),
    attempts     BIGINT NOT NULL DEFAULT 0,
    earlier      BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT NOT NULL,
    lease        TEXT,
    leased_until BIGINT,
    PRIMARY KEY (tenant, message, endpoint),
    FOREIGN KEY (tenant, message) REFERENCES messages (tenant, message),
    FOREIGN KEY (tenant, endpoint) REFERENCES endpoints (tenant, endpoint)
);
CREATE INDEX deliveries_due ON deliveries (tenant, endpoint, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_endpoint ON deliveries (tenant, endpoint, at, message);

-- Every try, as it went.
CREATE TABLE attempts (
    tenant   TEXT   NOT NULL,
    message  TEXT   NOT NULL,
    endpoint TEXT   NOT NULL,
    attempt  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    took_ms  BIGINT NOT NULL,
    status   BIGINT,
    error    TEXT,
    PRIMARY KEY (tenant, message, endpoint, attempt),
    FOREIGN KEY (tenant, message, endpoint) REFERENCES deliveries (tenant, message, endpoint)
);

-- Work that is done at a time, once, by whichever process holds the lease. `attempts` counts those since it last
-- went well, `error` is what came of the last one.
CREATE TABLE jobs (
    tenant       TEXT   NOT NULL REFERENCES tenants (tenant),
    job          TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    state        TEXT   NOT NULL DEFAULT '{}',
    run_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL DEFAULT 0,
    lease        TEXT,
    leased_until BIGINT,
    error        TEXT,
    PRIMARY KEY (tenant, job)
);
CREATE INDEX jobs_due ON jobs (run_at);

-- What the merchant wants an indicator to become. The values are in the indicator's unit.
CREATE TABLE goals (
    tenant     TEXT   NOT NULL REFERENCES tenants (tenant),
    goal       TEXT   NOT NULL,
    indicator  TEXT   NOT NULL,
    from_value BIGINT NOT NULL,
    to_value   BIGINT NOT NULL,
    starts_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant, goal)
);

-- How far an import has come, so that it can go on: `lines` that are done, `digest` of them, `key` by which the
-- same file is known again, `clock` the instant of the last line.
CREATE TABLE imports (
    tenant     TEXT   NOT NULL REFERENCES tenants (tenant),
    import     TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    format     TEXT   NOT NULL,
    lines      BIGINT NOT NULL DEFAULT 0,
    bytes      BIGINT NOT NULL DEFAULT 0,
    digest     TEXT   NOT NULL DEFAULT '',
    taken      BIGINT NOT NULL DEFAULT 0,
    refused    BIGINT NOT NULL DEFAULT 0,
    clock      BIGINT,
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at   BIGINT,
    PRIMARY KEY (tenant, import),
    UNIQUE (tenant, key)
);

-- What was wrong with the lines of an import that were not taken; `fault` counts within a line.
CREATE TABLE import_faults (
    tenant  TEXT   NOT NULL,
    import  TEXT   NOT NULL,
    line    BIGINT NOT NULL,
    fault   BIGINT NOT NULL,
    pointer TEXT   NOT NULL,
    code    TEXT   NOT NULL,
    detail  TEXT   NOT NULL,
    PRIMARY KEY (tenant, import, line, fault),
    FOREIGN KEY (tenant, import) REFERENCES imports (tenant, import)
);

-- What was audited stays so; only what it says beside the fact is emptied when a member is erased.
-- only sqlite
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN NEW.detail <> '{}' OR NEW.tenant <> OLD.tenant OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.actor <> OLD.actor
    OR NEW.action <> OLD.action OR NEW.object <> OLD.object
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
-- end
-- only postgres
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW
    WHEN (NEW.detail <> '{}' OR NEW.tenant <> OLD.tenant OR NEW.id <> OLD.id OR NEW.at <> OLD.at
        OR NEW.actor <> OLD.actor OR NEW.action <> OLD.action OR NEW.object <> OLD.object)
    EXECUTE FUNCTION stays();
CREATE TRIGGER audit_remains BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION stays();
-- end

-- What a document would change for the members, computed once in pieces. `done` is how many members were looked at;
-- one that was not touched for a minute while it runs was left by its process. `effect` is what came of it.
CREATE TABLE simulations (
    tenant     TEXT   NOT NULL,
    simulation TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state = 'running' OR state = 'done' OR state = 'stopped'),
    done       BIGINT NOT NULL DEFAULT 0,
    members    BIGINT NOT NULL,
    effect     TEXT,
    created_by TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, simulation),
    FOREIGN KEY (tenant) REFERENCES tenants (tenant)
);
CREATE INDEX simulations_by_time ON simulations (tenant, created_at);
