-- name: choices
-- What a workspace has chosen.
select name, zone, default_country, currency, language from workspace where id = $1;

-- name: choose
-- Chosen anew, for its test data too; what it was before is the answer.
update workspace as w set name = $2, zone = $3, default_country = $4, currency = $5, language = $6
from (select id, name, zone, default_country, currency, language from workspace
      where id = $1 or test_of = $1 for update) as b
where w.id = b.id
returning b.id, b.name, b.zone, b.default_country, b.currency, b.language;
