-- The log of an organization is looked through by act and by who did it; mirrored views are most of its entries.
CREATE INDEX organization_log_act ON organization_log (organization_id, act, seq);
CREATE INDEX organization_log_actor ON organization_log (organization_id, actor, seq);
