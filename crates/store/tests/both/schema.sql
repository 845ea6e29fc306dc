CREATE TABLE pots (
  id TEXT NOT NULL PRIMARY KEY,
  n BIGINT NOT NULL CONSTRAINT never_below_zero CHECK (n >= 0)
) /*sqlite: WITHOUT ROWID*/;
CREATE TABLE coins (
  shop TEXT NOT NULL,
  id BIGINT NOT NULL,
  pot TEXT REFERENCES pots (id),
  note TEXT,
  PRIMARY KEY (shop, id)
);
CREATE UNIQUE INDEX coins_by_note ON coins (lower(note));
CREATE TABLE promises (
  id BIGINT NOT NULL PRIMARY KEY,
  pot TEXT NOT NULL REFERENCES pots (id) DEFERRABLE INITIALLY DEFERRED
);
-- only sqlite
CREATE TRIGGER coins_stay BEFORE DELETE ON coins
BEGIN SELECT RAISE(ABORT, 'coins stay'); END;
-- end
-- only postgres
CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'coins stay'; END $$;
CREATE TRIGGER coins_stay BEFORE DELETE ON coins FOR EACH ROW EXECUTE FUNCTION stay();
-- end
