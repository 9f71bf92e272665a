-- name: known
-- Which of these numbers are contacts already, as two arrays: an index look-up per number. Here and below a column
-- comes as one text (chappe.db.columns): a batch is ten thousand rows.
select array_agg(c.id) as ids, array_agg(c.phone) as phones
from unnest(string_to_array($2::text, E'\x1f')::bigint[]) as i (phone)
join contact as c on c.workspace_id = $1 and c.phone = i.phone;

-- name: add_new
-- New contacts in the order of their numbers, so that two imports of the same people cannot deadlock. Fails as a
-- whole when one was added since `known` looked: then `add`, which inserts speculatively at twice the cost.
with added as (
    insert into contact (workspace_id, phone, zones, country, language, attributes)
    select $1, i.phone, coalesce(i.zones, ''), i.country, i.language, i.attributes::jsonb
    from unnest(
        string_to_array($2::text, E'\x1f')::bigint[],
        string_to_array($3::text, E'\x1f', ''),
        string_to_array($4::text, E'\x1f', ''),
        string_to_array($5::text, E'\x1f', ''),
        string_to_array($6::text, E'\x1f')
    ) as i (phone, zones, country, language, attributes)
    order by i.phone
    returning id, phone
)
select array_agg(id) as ids, array_agg(phone) as phones, array_fill(true, array[count(*)::integer]) as created
from added;

-- name: add
-- The same when there may be conflicts. One that was added since `known` looked is merged instead, and not returned
-- when nothing of it is new.
with added as (
    insert into contact as c (workspace_id, phone, zones, country, language, attributes)
    select $1, i.phone, coalesce(i.zones, ''), i.country, i.language, i.attributes::jsonb
    from unnest(
        string_to_array($2::text, E'\x1f')::bigint[],
        string_to_array($3::text, E'\x1f', ''),
        string_to_array($4::text, E'\x1f', ''),
        string_to_array($5::text, E'\x1f', ''),
        string_to_array($6::text, E'\x1f')
    ) as i (phone, zones, country, language, attributes)
    order by i.phone
    on conflict (workspace_id, phone) do update set
        attributes = c.attributes || excluded.attributes,
        language = coalesce(excluded.language, c.language),
        updated_at = now()
        where not c.attributes @> excluded.attributes
            or (excluded.language is not null and c.language is distinct from excluded.language)
    -- A row that was inserted has no deleting transaction; one that was merged is locked by ours.
    returning id, phone, c.xmax = 0 as created
)
select array_agg(id) as ids, array_agg(phone) as phones, array_agg(created) as created from added;

-- name: change
-- Merge into contacts that exist, where something new is said; a key that is not given keeps its value.
update contact as c set
    attributes = c.attributes || i.attributes,
    language = coalesce(i.language, c.language),
    country = coalesce(i.country, c.country),
    updated_at = now()
from (
    select u.id, u.country, u.language, u.attributes::jsonb as attributes
    from unnest(
        string_to_array($2::text, E'\x1f')::bigint[],
        string_to_array($3::text, E'\x1f', ''),
        string_to_array($4::text, E'\x1f', ''),
        string_to_array($5::text, E'\x1f')
    ) as u (id, country, language, attributes)
    join contact as k on k.workspace_id = $1 and k.id = u.id
    where not k.attributes @> u.attributes::jsonb
        or (u.language is not null and k.language is distinct from u.language)
        or (u.country is not null and k.country is distinct from u.country)
    order by u.id
    for update of k
) as i
where c.workspace_id = $1 and c.id = i.id
returning c.id;

-- name: by_phone
-- The contacts with these numbers.
select id, phone, state, country, language, zones, attributes, created_at, updated_at
from contact where workspace_id = $1 and phone = any($2::bigint[]);

-- name: ids_by_phone
-- The keys of the contacts with these numbers.
select id, phone from contact where workspace_id = $1 and phone = any($2::bigint[]);

-- name: named
-- The contact with this number or this key, if it is on the list when one is given.
select id, phone, state, country, language, zones, attributes, created_at, updated_at
from contact as c
where workspace_id = $1 and (phone = $2 or id = $3) and id > $4
    and ($5::uuid is null or exists (
        select from list_member as m where m.list_id = $5 and m.contact_id = c.id
    ));

-- name: page
-- Contacts in the order they came.
select id, phone, state, country, language, zones, attributes, created_at, updated_at
from contact where workspace_id = $1 and id > $2
order by id limit $3;

-- name: page_of_list
-- The members of one list, read along the list's own key.
select c.id, c.phone, c.state, c.country, c.language, c.zones, c.attributes, c.created_at, c.updated_at
from list_member as m
join contact as c on c.id = m.contact_id
where m.workspace_id = $1 and m.contact_id > $2 and m.list_id = $4
order by m.contact_id limit $3;

-- name: name_attributes
-- Attributes the workspace knows from now on; the first label seen is kept.
insert into attribute (workspace_id, name, label)
select $1, u.name, u.label from unnest($2::text[], $3::text[]) as u (name, label)
order by u.name
on conflict (workspace_id, name) do nothing;

-- name: attributes
-- The attributes a workspace knows.
select name, label from attribute where workspace_id = $1 order by name;

-- name: add_list
-- A list, unless one has its name.
insert into list (id, workspace_id, name) values ($2, $1, $3)
on conflict (workspace_id, name) do nothing
returning id, name, created_at;

-- name: list_by_name
-- The list with this name.
select id, name, created_at from list where workspace_id = $1 and name = $2;

-- name: lists_by_id
-- Those of these lists that exist.
select id, name, created_at from list where workspace_id = $1 and id = any($2::uuid[]);

-- name: page_lists
-- Lists, oldest first (a uuidv7 key grows with time).
select id, name, created_at from list
where workspace_id = $1 and ($2::uuid is null or id > $2)
order by id limit $3;

-- name: size_of_list
-- How many contacts are on a list.
select count(*) from list_member where workspace_id = $1 and list_id = $2;

-- name: join_list
-- Put contacts on a list; those on it stay as they are. In order of key, against deadlocks.
insert into list_member (workspace_id, list_id, contact_id)
select $1, $2, u.id from unnest($3::bigint[]) as u (id)
order by u.id
on conflict (list_id, contact_id) do nothing;

-- name: enlist
-- Contacts that this transaction has made: on no list yet, seen by nobody else, so no conflict is possible. Half the
-- cost of join_list, which inserts speculatively.
insert into list_member (workspace_id, list_id, contact_id)
select $1, $2, u.id from unnest(string_to_array($3::text, E'\x1f')::bigint[]) as u (id);

-- name: leave_list
-- Take contacts off a list.
delete from list_member where workspace_id = $1 and list_id = $2 and contact_id = any($3::bigint[]);
