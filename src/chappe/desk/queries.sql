-- name: default_country
-- In whose way the workspace writes its numbers.
select default_country from workspace where id = $1;
