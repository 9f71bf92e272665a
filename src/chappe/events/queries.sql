-- name: take_keys
-- Which of these ids are new; in order, so that two programs that send the same ones cannot deadlock.
insert into event_key (workspace_id, key)
select $1, u.key from unnest($2::text[]) as u (key) order by u.key
on conflict (workspace_id, key) do nothing
returning key;

-- name: add
-- Events, answered in the order they were given.
with given as (
    select * from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::double precision[], $6::text[])
        with ordinality as u (contact_id, name, at, value, properties, position)
)
insert into event (workspace_id, contact_id, name, at, value, properties)
select $1, g.contact_id, g.name, g.at, g.value, g.properties::jsonb from given as g order by g.position
returning id;

-- name: known_contacts
-- Which of these keys are contacts of the workspace, each with the one that stands for it.
select id, coalesce(merged_into, id) as stands from contact where workspace_id = $1 and id = any($2::bigint[]);

-- name: move
-- What a person did becomes another's: all of it, or these.
update event set contact_id = $3
where workspace_id = $1 and contact_id = $2 and ($4::bigint[] is null or id = any($4::bigint[]))
returning id;

-- name: ensure_month
-- Makes the partition of a month when it is missing.
select ensure_event_month($1);

-- name: of_contact
-- The latest events of a person.
select id, contact_id, name, at, properties from event
where workspace_id = $1 and contact_id = $2 and id < $3
order by id desc limit $4;

-- name: latest
-- The events that came last.
select e.id, e.contact_id, e.name, e.at, e.properties from event as e
where e.workspace_id = $1 and e.at > $2
order by e.at desc, e.id desc limit $3;

-- name: shown_latest
-- A page of events with who did them, the latest first, before ($4, $5): along the index of each name, which is a
-- handful of ranges however many events there are. $2 narrows to names, $3 to a day's beginning.
with recursive found as (
    (select e.name from event as e where e.workspace_id = $1 order by e.name limit 1)
    union all
    select (select e.name from event as e where e.workspace_id = $1 and e.name > f.name order by e.name limit 1)
    from found as f where f.name is not null
)
select t.id, t.contact_id, t.name, t.at, t.properties, c.phone, c.attributes
from (select f.name from found as f where f.name is not null and ($2::text[] is null or f.name = any($2))) as w
cross join lateral (
    select e.id, e.contact_id, e.name, e.at, e.properties from event as e
    where e.workspace_id = $1 and e.name = w.name and e.at >= $3 and e.at <= $4 and (e.at, e.id) < ($4, $5::bigint)
    order by e.at desc, e.id desc limit $6
) as t
join contact as c on c.id = t.contact_id and c.workspace_id = $1
order by t.at desc, t.id desc limit $6;

-- name: shown_earliest
-- As shown_latest, the earliest first, after ($4, $5).
with recursive found as (
    (select e.name from event as e where e.workspace_id = $1 order by e.name limit 1)
    union all
    select (select e.name from event as e where e.workspace_id = $1 and e.name > f.name order by e.name limit 1)
    from found as f where f.name is not null
)
select t.id, t.contact_id, t.name, t.at, t.properties, c.phone, c.attributes
from (select f.name from found as f where f.name is not null and ($2::text[] is null or f.name = any($2))) as w
cross join lateral (
    select e.id, e.contact_id, e.name, e.at, e.properties from event as e
    where e.workspace_id = $1 and e.name = w.name and e.at >= $3 and e.at >= $4 and (e.at, e.id) > ($4, $5::bigint)
    order by e.at, e.id limit $6
) as t
join contact as c on c.id = t.contact_id and c.workspace_id = $1
order by t.at, t.id limit $6;

-- name: shown_latest_of
-- As shown_latest, of the person $7: what one person did is few, and stands together.
select e.id, e.contact_id, e.name, e.at, e.properties, c.phone, c.attributes
from event as e join contact as c on c.id = e.contact_id and c.workspace_id = $1
where e.workspace_id = $1 and e.contact_id = $7 and ($2::text[] is null or e.name = any($2)) and e.at >= $3
    and (e.at, e.id) < ($4, $5::bigint)
order by e.at desc, e.id desc limit $6;

-- name: shown_earliest_of
-- As shown_earliest, of the person $7.
select e.id, e.contact_id, e.name, e.at, e.properties, c.phone, c.attributes
from event as e join contact as c on c.id = e.contact_id and c.workspace_id = $1
where e.workspace_id = $1 and e.contact_id = $7 and ($2::text[] is null or e.name = any($2)) and e.at >= $3
    and (e.at, e.id) > ($4, $5::bigint)
order by e.at, e.id limit $6;

-- name: done_before
-- What one person did before an instant and, at it, before the key $4: the latest first.
select id, contact_id, name, at, properties from event
where workspace_id = $1 and contact_id = $2 and at <= $3 and (at, id) < ($3, $4::bigint)
order by at desc, id desc limit $5;

-- name: names_told
-- What events of a workspace are called, by a loose scan: one look-up for each name there is.
with recursive found as (
    (select e.name from event as e where e.workspace_id = $1 order by e.name limit 1)
    union all
    select (select e.name from event as e where e.workspace_id = $1 and e.name > f.name order by e.name limit 1)
    from found as f where f.name is not null
)
select name from found where name is not null limit $2;

-- name: old_months
-- Partitions of months that end before this day.
select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
where i.inhparent = 'event'::regclass and c.relname < 'event_' || to_char($1::date, 'YYYYMM')
order by c.relname limit 1;

-- name: drop_month
-- The statement that drops a partition.
select format('drop table %I', $1::text);

-- name: forget_keys
-- Ids of events that came before this instant.
delete from event_key where recorded_at < $1;

-- name: erase_events
-- Some of it. Months in which no workspace keeps anything are dropped whole by the events' own upkeep.
delete from event where workspace_id = $1 and at < $2 and id in (
    select id from event where workspace_id = $1 and at < $2 limit $3);
