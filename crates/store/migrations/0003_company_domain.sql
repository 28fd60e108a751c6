-- Registrable domains a company is recognized by besides its first, which is a column of record. Filled by store::domain::fill.
CREATE TABLE company_domain (
  account_id BIGINT NOT NULL,
  domain {text} NOT NULL,
  record_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, domain, record_id)
) {clustered};
