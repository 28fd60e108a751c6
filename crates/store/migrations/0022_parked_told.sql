-- Whether somebody was told of a change that was set aside. Of those from before she is told once more rather than never.
ALTER TABLE parked ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
