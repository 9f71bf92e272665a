-- A migration of the tests' own: a column more on the largest table, filled while campaigns go out.
alter table message add column if not exists noted smallint;
-- in batches
with part as (
    select id from message where id > coalesce($1::bigint, 0) and noted is null order by id limit 5000
), done as (
    update message m set noted = 1 from part where m.id = part.id and m.id > coalesce($1::bigint, 0)
)
select max(id) from part
