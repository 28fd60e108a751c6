-- Who cannot sign in yet is invited, by each account by itself. Links from before do not say into which: they are given anew.
UPDATE account_user SET status = 'invited' WHERE status = 'active'
  AND person_id IN (SELECT id FROM person WHERE password_hash IS NULL) AND person_id NOT IN (SELECT person_id FROM passkey);
DELETE FROM challenge WHERE kind = 'invitation';
