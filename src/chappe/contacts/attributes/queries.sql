-- name: attributes
-- The attributes a workspace knows, those in use first.
select name, label, kind, options, archived_at, created_at from attribute
where workspace_id = $1 order by archived_at is not null, name;

-- name: attribute
-- One of them.
select name, label, kind, options, archived_at, created_at from attribute where workspace_id = $1 and name = $2;

-- name: lock_attribute
-- The same, so that a change of it is not done twice.
select name, label, kind, options, archived_at, created_at from attribute where workspace_id = $1 and name = $2
for update;

-- name: add_attribute
-- An attribute, unless one has its name.
insert into attribute (workspace_id, name, label, kind, options) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, name) do nothing
returning name, label, kind, options, archived_at, created_at;

-- name: name_attributes
-- Attributes the workspace knows from now on; the first label seen is kept, and one that was put away is back.
insert into attribute (workspace_id, name, label, kind)
select $1, u.name, u.label, u.kind from unnest($2::text[], $3::text[], $4::text[]) as u (name, label, kind)
order by u.name
on conflict (workspace_id, name) do update set archived_at = null where attribute.archived_at is not null;

-- name: label_attribute
-- Another label, other options.
update attribute set label = $3, options = $4 where workspace_id = $1 and name = $2
returning name, label, kind, options, archived_at, created_at;

-- name: put_attribute_away
-- Offered no more; or again, with null.
update attribute set archived_at = $3 where workspace_id = $1 and name = $2 and (archived_at is null) <> ($3::timestamptz is null)
returning name;

-- name: settle_kind
-- The kind that was asked for is the kind now.
update attribute set kind = $3, options = $4 where workspace_id = $1 and name = $2;

-- name: held
-- How many contacts hold each attribute: the table is read once.
select k.name, count(*) as held from contact as c cross join lateral jsonb_object_keys(c.attributes) as k (name)
where c.workspace_id = $1 and c.merged_into is null group by k.name;

-- name: ask_change
-- Another kind is asked for; what was found before is thrown away. No row while one is under way.
insert into attribute_change as a (workspace_id, name, kind, options, notation) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, name) do update set
    kind = excluded.kind, options = excluded.options, notation = excluded.notation, state = 'checking', cursor = 0,
    held = 0, misfits = 0, examples = '{}', asked_at = now(), finished_at = null
    where a.state in ('done', 'refused')
returning *;

-- name: changes
-- What is asked for, or was found last.
select * from attribute_change where workspace_id = $1;

-- name: next_change
-- The oldest one with work left that no other worker holds.
select * from attribute_change where state in ('checking', 'writing')
order by asked_at limit 1 for update skip locked;

-- name: values_behind
-- What contacts behind a key hold of an attribute. Keys are read in stretches, so that each call is short however
-- few hold it; `reached` is null at the end.
with few as materialized (
    select id, attributes ->> $2::text as value from contact where workspace_id = $1 and id > $3 order by id limit $4
)
select (select max(id) from few) as reached, array_agg(id) as ids, array_agg(value) as values
from few where value is not null;

-- name: write_values
-- The same values as their kind writes them. In order of key, against deadlocks; one that was changed meanwhile stays.
with wanted as (
    select u.id, u.before, u.after from unnest($3::bigint[], $4::text[], $5::text[]) as u (id, before, after)
), locked as (
    select c.id, w.after from contact as c join wanted as w using (id)
    where c.workspace_id = $1 and c.attributes ->> $2::text = w.before order by c.id for no key update of c
)
update contact as c set
    attributes = case when l.after = '' then c.attributes - $2::text
        else jsonb_set(c.attributes, array[$2::text], to_jsonb(l.after)) end,
    updated_at = now()
from locked as l where c.workspace_id = $1 and c.id = l.id;

-- name: advance_change
-- A stretch was read.
update attribute_change set
    cursor = $3, held = held + $4, misfits = misfits + $5, examples = (examples || $6::bigint[])[1:10],
    state = $7, finished_at = $8
where workspace_id = $1 and name = $2;

-- name: drop_change
-- Nothing is asked for any more.
delete from attribute_change where workspace_id = $1 and name = $2 and state in ('done', 'refused');
