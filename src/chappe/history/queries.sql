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
-- Whether anything is still to be sent.
select exists (select from chunk) or exists (select from campaign where state in ('preparing', 'sending'));
