-- How people come into an account; an account without a row asks nothing.
CREATE TABLE sign_in_policy (
  account_id BIGINT PRIMARY KEY,
  policy {json} NOT NULL,
  updated_at BIGINT NOT NULL
);

-- What a session rests on, and whose place its person takes in one account until when. longest_pause is in microseconds.
ALTER TABLE session ADD COLUMN proved {text} NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN longest_pause BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN stand_in_person_id BIGINT;
ALTER TABLE session ADD COLUMN stand_in_account_id BIGINT;
ALTER TABLE session ADD COLUMN stand_in_until BIGINT;
-- What older sessions showed is not known; a recovery code stands for whatever she has.
UPDATE session SET proved = 'password,recovery' WHERE second_factor_at IS NOT NULL;

-- Accounts a person keeps at the top of her list.
CREATE TABLE pinned_account (
  person_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  PRIMARY KEY (person_id, account_id)
) {clustered};

-- Where in the feed of the instance the security history of a person and of an account is. The feed is the truth; this only
-- finds it.
CREATE TABLE security_entry (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  act {text} NOT NULL,
  person_id BIGINT,
  account_id BIGINT
);
CREATE INDEX security_entry_person ON security_entry (person_id, seq) WHERE person_id IS NOT NULL;
CREATE INDEX security_entry_account ON security_entry (account_id, seq) WHERE account_id IS NOT NULL;
-- 10 and 11 are the stored numbers of AccountChanged and IdentityChanged.
INSERT INTO security_entry (seq, at, act, person_id, account_id)
  SELECT seq, at, CAST(detail AS {json}) ->> 'act', CAST(CAST(detail AS {json}) ->> 'person' AS BIGINT),
         CAST(CAST(detail AS {json}) ->> 'account' AS BIGINT)
  FROM change WHERE account_id = 0 AND kind IN (10, 11) AND CAST(detail AS {json}) ->> 'act' IS NOT NULL;
