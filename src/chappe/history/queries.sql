-- name: begin_past
-- A place for the past's own now(). Found before the server's by those connections alone that look here.
create schema if not exists past;

-- name: let_web_look
-- Pages' rules bind whoever asks, in the past too.
grant usage on schema past to chappe_web;

-- name: columns_of_now
-- Columns that are filled with the moment of the row ($1: as the server writes that expression).
select format('%I', c.relname) as name, a.attname as column
  from pg_attrdef d
  join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  join pg_class c on c.oid = d.adrelid
 where c.relnamespace = 'public'::regnamespace and not c.relispartition
   and pg_get_expr(d.adbin, d.adrelid) = $1;

-- name: end_past
-- Nothing refers to it any more.
drop schema if exists past cascade;

-- name: waiting
-- Whether anything is still to be sent. What is held back until a test is decided waits for somebody else.
select exists (select from chunk) or exists (select from campaign c where c.state in ('preparing', 'sending')
    and not exists (select from campaign_run r where r.campaign_id = c.id and r.held and r.planned_at is null));

-- name: next_due
-- When the first of what waits may leave.
select min(due_at) from chunk;

-- name: texts
-- What phones got of a campaign, with the variant that each has; empty where it tries none.
select m.phone, m.body, coalesce(r.variant, '') as variant from campaign_run r
join message m on m.id >= r.base_id and m.id < r.base_id + r.total
join message_state s on s.id = m.id and s.id >= r.base_id and s.id < r.base_id + r.total
where r.workspace_id = $1 and r.campaign_id = $2 and s.state = 4 and m.body is not null order by m.id;
