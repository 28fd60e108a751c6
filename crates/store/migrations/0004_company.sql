-- Directory: one document each, read whole. An account or organization without a row said nothing yet.
CREATE TABLE company (
  account_id BIGINT PRIMARY KEY,
  company {json} NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE organization_contacts (
  organization_id BIGINT PRIMARY KEY,
  contacts {json} NOT NULL,
  updated_at BIGINT NOT NULL
);
