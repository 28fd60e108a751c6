-- When somebody showed that the address she signs in with is hers: by a link that went there and nowhere else, or by the word of
-- the operator. Of people from before nobody knows.
ALTER TABLE person ADD COLUMN email_proved_at BIGINT;
