-- What an instance of the first release held, as its statements wrote it: two accounts in an organization, three people, a few records.
INSERT INTO instance (name, value) VALUES ('demo', 'no');
INSERT INTO account (id, name, kind, status, location, time_zone, currency, sensitive, subscriptions, created_at, updated_at) VALUES
  (101, 'Vest Ærø', 'standard', 'active', 'home', 'Europe/Copenhagen', 'DKK', 0, '{"sales":"professional","marketing":"enterprise"}', 1000, 2000),
  (102, 'East', 'trial', 'suspended', 'home', 'UTC', 'EUR', 1, '{}', 1001, 2001);
INSERT INTO person (id, email, email_folded, name, locale, webauthn_id, password_hash, totp_sealed, totp_confirmed_at, totp_last_step, default_account_id, created_at, disabled_at) VALUES
  (11, 'Ann@west.example', 'ann@west.example', 'Ann Ås', 'da', 'handle-ann', 'argon2id-ann', 'sealed', 900, 55, 101, 800, NULL),
  (12, 'bo@west.example', 'bo@west.example', 'Bo', 'en', 'handle-bo', NULL, NULL, NULL, NULL, NULL, 801, NULL),
  (13, 'cat@west.example', 'cat@west.example', '', 'it', 'handle-cat', NULL, NULL, NULL, NULL, NULL, 802, 803);
INSERT INTO recovery_code (person_id, code_hash, used_at) VALUES (11, 'c1', NULL), (11, 'c2', 950);
INSERT INTO passkey (person_id, credential_id, name, credential, created_at, last_used_at) VALUES (12, 'cred', 'Phone', '{"cred":{"counter":3}}', 810, 820);
INSERT INTO session (token_hash, id, person_id, created_at, last_seen_at, expires_at, second_factor_at, user_agent, address) VALUES
  ('h1', 's1', 11, 2000, 2100, 4000000000000000, 2050, 'Firefox', '10.0.0.1'),
  ('h2', 's2', 12, 2000, 2100, 4000000000000000, NULL, 'curl', '10.0.0.2');
INSERT INTO challenge (handle_hash, kind, person_id, state, expires_at) VALUES
  ('k1', 'invitation', 13, '{"person":13}', 4000000000000000),
  ('k2', 'sign_in', 11, '{"address":"10.0.0.1"}', 4000000000000000);
INSERT INTO step_up_proof (proof_hash, person_id, act, subject, expires_at) VALUES ('p1', 11, 'organization.delete', '50', 4000000000000000);
INSERT INTO attempt (subject, n_failed, window_started_at) VALUES ('person:11', 2, 2000);
INSERT INTO account_user (account_id, person_id, owner_id, role, permission_set_id, seats, status, created_at, updated_at) VALUES
  (101, 11, 1011, 'super_admin', NULL, '["core","sales"]', 'active', 1000, 1000),
  (101, 12, 1012, 'standard', 301, '["core"]', 'active', 1000, 1000),
  (101, 13, 1013, 'standard', NULL, '[]', 'active', 1000, 1000),
  (102, 11, 1021, 'super_admin', NULL, '["core"]', 'active', 1000, 1000),
  (102, 13, 1023, 'partner_admin', NULL, '[]', 'deactivated', 1000, 1500);
INSERT INTO permission_set (account_id, id, name, permissions) VALUES (101, 301, 'Reps', '{"objects":{"1":{"view":"everything","edit":"owned"}},"names":["import","mirroring.view"]}');
INSERT INTO service_token (id, account_id, name, token_hash, hint, scopes, created_by, created_at, last_used_at, revoked_at) VALUES
  (401, 101, 'script', 'th1', 'pat-…ab', '["crm.objects.contacts.read"]', 11, 1100, 1200, NULL),
  (402, 101, 'old', 'th2', 'pat-…cd', '["crm.import"]', NULL, 1100, NULL, 1300);
INSERT INTO organization (id, name, state, policy, version, created_at, grace_until, deleted_at, deleted_reason) VALUES
  (50, 'Group', 'active', '{"members_max":5,"tiers":"anchor_and_professional","locations":"one","anchor_loss":"delete","transfer_mechanism":null}', 4, 1000, NULL, NULL, NULL),
  (51, 'Was', 'deleted_manual', '{"members_max":10000,"tiers":"any","locations":"with_transfer_mechanism","anchor_loss":{"grace":{"days":14}},"transfer_mechanism":"SCC"}', 9, 500, NULL, 900, 'manual');
INSERT INTO organization_member (organization_id, account_id, joined_at, removed_at, removed_reason) VALUES
  (50, 101, 1000, NULL, NULL), (50, 102, 1000, NULL, NULL), (51, 101, 500, 900, 'org_deleted');
INSERT INTO connection (id, organization_id, first_account_id, second_account_id, created_at) VALUES (60, 50, 101, 102, 1100);
INSERT INTO connection_edge (connection_id, feature, source_account_id, destination_account_id, state, reason, policy, opened_by, opened_at) VALUES
  (60, 'mirroring', 101, 102, 'on', NULL, '{"types":[46,3],"masked":["amount"],"purpose":"one service"}', 11, 1200),
  (60, 'mirroring', 102, 101, 'off', 'sensitive', '{"types":[46]}', 11, 1150);
INSERT INTO account_head (account_id, feed_head, id_head) VALUES (0, 4, 1000), (101, 3, 2000), (102, 0, 100);
INSERT INTO change (account_id, seq, at, kind, type_id, record_id, actor, source, cause, vals, detail) VALUES
  (0, 1, 1000, 10, NULL, NULL, 'p:11', 0, NULL, NULL, '{"did":"account_created","accountId":101}'),
  (0, 2, 1100, 11, NULL, NULL, 'p:11', 0, NULL, NULL, '{"act":"session.create","person":11,"method":"totp"}'),
  (0, 3, 1200, 12, NULL, NULL, 'p:11', 0, NULL, NULL, '{"organizationId":50}'),
  (0, 4, 1300, 10, NULL, NULL, 's', 3, NULL, NULL, '{"act":"user.update","person":12,"account":101}'),
  (101, 1, 1500, 0, 2, 1001, 't:401', 1, NULL, NULL, NULL),
  (101, 2, 1600, 1, 2, 1001, 'p:11', 0, '102:7:1', '{"name":[null,"Cancity"]}', NULL),
  (101, 3, 1700, 7, 2, 1001, 'c:60:102', 0, NULL, NULL, '{"connectionId":60,"viewer":11,"viewerAccount":102,"nItems":1}');
INSERT INTO cursor_position (account_id, consumer, seq, moved_at) VALUES (0, 'organization_log:101', 3, 1800), (101, 'rollup', 2, 1700);
INSERT INTO lease (account_id, task, holder, fence, expires_at) VALUES (101, 'import:701', 'x', 3, 2000);
INSERT INTO inbox (account_id, from_account_id, from_seq, step, at) VALUES (101, 102, 7, 'copy', 1600);
INSERT INTO parked (account_id, consumer, seq, record_id, reason, n_attempts, parked_at) VALUES (101, 'rollup', 2, 1001, 'REFUSED: x', 2, 1700);
INSERT INTO record (account_id, type_id, id, name, domain, owner_id, pipeline, stage, lifecycle, occurred_at, created_at, updated_at, archived_at, props) VALUES
  (101, 2, 1001, 'Cancity', 'cancity.example', 1011, NULL, NULL, 'customer', NULL, 1500, 1600, NULL, '{"name":"Cancity","domain":"cancity.example","hs_additional_domains":"www.cancity2.example;cancity3.example"}'),
  (101, 2, 1004, 'Gone', 'gone.example', NULL, NULL, NULL, NULL, NULL, 1500, 1600, 1700, '{"name":"Gone"}'),
  (101, 1, 1002, 'Åse', NULL, NULL, NULL, NULL, NULL, NULL, 1500, 1600, NULL, '{"email":"aase@cancity.example","hs_excluded_from_cross_account_data_mirroring":"true"}'),
  (101, 3, 1003, 'Deal', NULL, NULL, 'default', 'closedwon', NULL, 1550, 1500, 1600, NULL, '{"dealname":"Deal","amount":"12.50"}');
INSERT INTO record_key (account_id, type_id, property, value, record_id) VALUES (101, 1, 'email', 'aase@cancity.example', 1002);
INSERT INTO association (account_id, from_type, from_id, to_type, to_id, association_type, category, sort_at, created_at) VALUES
  (101, 2, 1001, 3, 1003, 342, 0, 1550, 1500), (101, 3, 1003, 2, 1001, 341, 0, NULL, 1500);
INSERT INTO property_definition (account_id, type_id, name, definition, archived_at) VALUES
  (101, 1, 'shoe_size', '{"name":"shoe_size","label":"Shoe size","type":"number","fieldType":"number","groupName":"own","description":"","displayOrder":-1,"options":[],"calculated":false,"externalOptions":false,"hasUniqueValue":false,"hidden":false,"hubspotDefined":false,"formField":true,"archived":false,"dataSensitivity":"non_sensitive","createdAt":"2026-11-20T10:00:00Z","updatedAt":"2026-11-20T10:00:00Z","modificationMetadata":{"archivable":true,"readOnlyDefinition":false,"readOnlyOptions":false,"readOnlyValue":false}}', NULL);
INSERT INTO property_group (account_id, type_id, name, label, display_order, archived_at) VALUES (101, 1, 'own', 'Own', 3, NULL);
INSERT INTO pipeline (account_id, type_id, id, pipeline, archived_at) VALUES
  (101, 3, 'p1', '{"id":"p1","label":"Own","displayOrder":1,"archived":false,"createdAt":"2026-11-20T10:00:00Z","updatedAt":"2026-11-20T10:00:00Z","stages":[{"id":"s1","label":"Won","displayOrder":0,"metadata":{"isClosed":"true","probability":"1.0"},"archived":false,"createdAt":"2026-11-20T10:00:00Z","updatedAt":"2026-11-20T10:00:00Z"}]}', NULL);
INSERT INTO association_label (account_id, from_type, to_type, association_type, inverse_type, name, label) VALUES (101, 1, 2, 36, 37, 'boss', 'Boss'), (101, 2, 1, 37, 36, 'boss', 'Boss of');
INSERT INTO import_job (account_id, id, state, job, created_at, updated_at) VALUES
  (101, 701, 'running', '{"state":"running","fileName":"people.csv","file":"a.csv","mapping":{"object":1,"mode":"upsert","columns":[{"column":"E-mail","property":"email"}]},"encoding":"utf-8","delimiter":",","nTotal":9,"counts":{"nProcessed":4,"nCreated":3,"nUpdated":0,"nFailed":1},"by":{"by":"person","id":11},"createdAt":"2026-11-20T10:00:00Z","startedAt":"2026-11-20T10:00:01Z","finishedAt":null,"failure":null}', 1500, 1600);
INSERT INTO import_error (account_id, import_id, row_number, reason, line) VALUES (101, 701, 3, 'Email address x is invalid', 'x');
