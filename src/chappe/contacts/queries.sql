-- name: known
-- Which of these numbers are contacts already, as two arrays: an index look-up per number. A number that was merged
-- is of the contact that stands for it. Here and below a column
-- comes as one text (chappe.db.columns): a batch is ten thousand rows.
select array_agg(coalesce(c.merged_into, c.id)) as ids, array_agg(c.phone) as phones
from unnest(string_to_array($2::text, E'\x1f')::bigint[]) as i (phone)
join contact as c on c.workspace_id = $1 and c.phone = i.phone;

-- name: add_new
-- New contacts in the order of their numbers, so that two imports of the same people cannot deadlock. Fails as a
-- whole when one was added since `known` looked: then `add`, which inserts speculatively at twice the cost.
with added as (
    insert into contact (workspace_id, phone, zones, country, language, attributes, external_id, zone_origin)
    select $1, i.phone, coalesce(i.zones, ''), i.country, i.language, i.attributes::jsonb, i.external_id,
        coalesce(i.zone_origin, 'prefix')
    from unnest(
        string_to_array($2::text, E'\x1f')::bigint[],
        string_to_array($3::text, E'\x1f', ''),
        string_to_array($4::text, E'\x1f', ''),
        string_to_array($5::text, E'\x1f', ''),
        string_to_array($6::text, E'\x1f'),
        string_to_array($7::text, E'\x1f', ''),
        string_to_array($8::text, E'\x1f', '')
    ) as i (phone, zones, country, language, attributes, external_id, zone_origin)
    order by i.phone
    returning id, phone
)
select array_agg(id) as ids, array_agg(phone) as phones, array_fill(true, array[count(*)::integer]) as created
from added;

-- name: add
-- The same when there may be conflicts. One that was added since `known` looked is merged instead, and not returned
-- when nothing of it is new.
with added as (
    insert into contact as c (workspace_id, phone, zones, country, language, attributes, external_id, zone_origin)
    select $1, i.phone, coalesce(i.zones, ''), i.country, i.language, i.attributes::jsonb, i.external_id,
        coalesce(i.zone_origin, 'prefix')
    from unnest(
        string_to_array($2::text, E'\x1f')::bigint[],
        string_to_array($3::text, E'\x1f', ''),
        string_to_array($4::text, E'\x1f', ''),
        string_to_array($5::text, E'\x1f', ''),
        string_to_array($6::text, E'\x1f'),
        string_to_array($7::text, E'\x1f', ''),
        string_to_array($8::text, E'\x1f', '')
    ) as i (phone, zones, country, language, attributes, external_id, zone_origin)
    order by i.phone
    on conflict (workspace_id, phone) do update set
        attributes = c.attributes || excluded.attributes,
        language = coalesce(excluded.language, c.language),
        external_id = coalesce(c.external_id, excluded.external_id),
        updated_at = now()
        where not c.attributes @> excluded.attributes
            or (excluded.language is not null and c.language is distinct from excluded.language)
            or (excluded.external_id is not null and c.external_id is null)
    -- A row that was inserted has no deleting transaction; one that was merged is locked by ours.
    returning id, phone, c.xmax = 0 as created
)
select array_agg(id) as ids, array_agg(phone) as phones, array_agg(created) as created from added;

-- name: change
-- Merge into contacts that exist, where something new is said; a key that is not given keeps its value, a zone that
-- is better known stays.
update contact as c set
    attributes = c.attributes || i.attributes,
    language = coalesce(i.language, c.language),
    country = coalesce(i.country, c.country),
    external_id = coalesce(c.external_id, i.external_id),
    zones = coalesce(i.zones, c.zones),
    zone_origin = coalesce(i.zone_origin, c.zone_origin),
    updated_at = now()
from (
    select u.id, u.country, u.language, u.attributes::jsonb as attributes, u.external_id,
        case when z.better then u.zones end as zones, case when z.better then u.zone_origin end as zone_origin
    from unnest(
        string_to_array($2::text, E'\x1f')::bigint[],
        string_to_array($3::text, E'\x1f', ''),
        string_to_array($4::text, E'\x1f', ''),
        string_to_array($5::text, E'\x1f'),
        string_to_array($6::text, E'\x1f', ''),
        string_to_array($7::text, E'\x1f', ''),
        string_to_array($8::text, E'\x1f', '')
    ) as u (id, country, language, attributes, external_id, zones, zone_origin)
    join contact as k on k.workspace_id = $1 and k.id = u.id
    cross join lateral (
        select coalesce(
            array_position(array['declared', 'address', 'sign_up', 'prefix'], u.zone_origin)
                <= array_position(array['declared', 'address', 'sign_up', 'prefix'], k.zone_origin)
            and (u.zones, u.zone_origin) is distinct from (k.zones, k.zone_origin), false
        ) as better
    ) as z
    where not k.attributes @> u.attributes::jsonb
        or (u.language is not null and k.language is distinct from u.language)
        or (u.country is not null and k.country is distinct from u.country)
        or (u.external_id is not null and k.external_id is null)
        or z.better
    order by u.id
    for update of k
) as i
where c.workspace_id = $1 and c.id = i.id
returning c.id;

-- name: by_phone
-- The contacts with these numbers; in the place of a merged one, the contact that stands for it.
select w.phone as asked, c.id, c.phone, c.state, c.country, c.language, c.zones, c.attributes, c.created_at,
    c.updated_at, c.external_id, c.zone_origin, c.merged_into
from contact as w join contact as c on c.workspace_id = $1 and c.id = coalesce(w.merged_into, w.id)
where w.workspace_id = $1 and w.phone = any($2::bigint[]);

-- name: ids_by_phone
-- The keys of the contacts with these numbers; of a merged one, the contact that stands for it.
select coalesce(merged_into, id) as id, phone from contact where workspace_id = $1 and phone = any($2::bigint[]);

-- name: named
-- The contact with this number, this key or this external id, if it is on the list when one is given.
select id, phone, state, country, language, zones, attributes, created_at, updated_at,
    external_id, zone_origin, merged_into
from contact as c
where workspace_id = $1 and (phone = $2 or id = $3 or external_id = $6) and id > $4
    and ($2::bigint is null or phone = $2) and ($6::text is null or external_id = $6)
    and ($5::uuid is null or exists (
        select from list_member as m where m.list_id = $5 and m.contact_id = c.id
    ));

-- name: page
-- Contacts in the order they came.
select id, phone, state, country, language, zones, attributes, created_at, updated_at,
    external_id, zone_origin, merged_into
from contact where workspace_id = $1 and id > $2
order by id limit $3;

-- name: page_of_list
-- The members of one list, read along the list's own key.
select c.id, c.phone, c.state, c.country, c.language, c.zones, c.attributes, c.created_at, c.updated_at,
    c.external_id, c.zone_origin, c.merged_into
from list_member as m
join contact as c on c.id = m.contact_id
where m.workspace_id = $1 and m.contact_id > $2 and m.list_id = $4
order by m.contact_id limit $3;

-- name: external_ids
-- Who has one of these external ids, or one of these numbers.
select coalesce(merged_into, id) as id, phone, external_id from contact
where workspace_id = $1 and (external_id = any($2::text[]) or phone = any($3::bigint[]));

-- name: add_list
-- A list, unless one has its name.
insert into list (id, workspace_id, name) values ($2, $1, $3)
on conflict (workspace_id, name) where deleted_at is null do nothing
returning id, name, created_at;

-- name: list_by_name
-- The list with this name.
select id, name, created_at from list where workspace_id = $1 and name = $2 and deleted_at is null;

-- name: lists_by_id
-- Those of these lists that exist.
select id, name, created_at from list
where workspace_id = $1 and id = any($2::uuid[]) and deleted_at is null;

-- name: keys_behind
-- Everybody who is not archived, behind a key.
select id from contact where workspace_id = $1 and id > $2 and state <> 3 order by id limit $3;

-- name: count_keys
-- How many those are.
select count(*) from contact where workspace_id = $1 and state <> 3;

-- name: member_keys_behind
-- Members of a list who are not archived, behind a key.
select c.id from list_member as m join contact as c on c.workspace_id = $1 and c.id = m.contact_id
where m.workspace_id = $1 and m.list_id = $2 and m.contact_id > $3 and c.state <> 3
order by m.contact_id limit $4;

-- name: count_member_keys
-- How many those are.
select count(*) from list_member as m join contact as c on c.workspace_id = $1 and c.id = m.contact_id
where m.workspace_id = $1 and m.list_id = $2 and c.state <> 3;

-- name: lists_of_contacts
-- The lists that each of these contacts is on, by name.
select m.contact_id, l.name from list_member as m
join list as l on l.workspace_id = $1 and l.id = m.list_id and l.deleted_at is null
where m.workspace_id = $1 and m.contact_id = any($2::bigint[])
order by m.contact_id, l.name;

-- name: page_lists
-- Lists, oldest first (a uuidv7 key grows with time).
select id, name, created_at from list
where workspace_id = $1 and ($2::uuid is null or id > $2) and deleted_at is null
order by id limit $3;

-- name: size_of_list
-- How many contacts are on a list, of what joined and left.
select coalesce(sum(joined - gone), 0) from list_delta where workspace_id = $1 and list_id = $2;

-- name: sizes_of_lists
-- The same of several lists; who has no row has nobody.
select list_id, sum(joined - gone) as contacts from list_delta
where workspace_id = $1 and list_id = any($2::uuid[]) group by list_id;

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

-- name: turn
-- Another state for those of these contacts that are in the state it needs.
with locked as (
    select id from contact where workspace_id = $1 and id = any($2::bigint[]) and state = $3::smallint
        and merged_into is null
    order by id for no key update
)
update contact as c set state = $4::smallint, updated_at = now()
from locked where c.workspace_id = $1 and c.id = locked.id
returning c.id;

-- name: add_events
-- The same event for each of these contacts.
insert into contact_event (workspace_id, contact_id, kind, body, person_id, person, bulk_id)
select $1, u.id, $3, $4, $5, $6, $7 from unnest($2::bigint[]) as u (id) order by u.id;

-- name: events_of_contact
-- What people did to a contact, the newest first.
select id, kind, body, person, at, person_id from contact_event
where workspace_id = $1 and contact_id = $2 and ($3::timestamptz is null or at < $3)
order by id desc limit $4;

-- name: contacts_of_bulk
-- Whom a bulk action changed, behind a key.
select distinct contact_id from contact_event
where workspace_id = $1 and bulk_id = $2 and contact_id > $3
order by contact_id limit $4;

-- name: add_bulk
-- An action that waits.
insert into contact_bulk (workspace_id, id, kind, list_id, which, undoes, person_id, person)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning *;

-- name: bulk
-- One action.
select * from contact_bulk where workspace_id = $1 and id = $2;

-- name: same_people
-- Contacts, those that were merged into them, and the one that stands for all.
with one as (
    select coalesce(merged_into, id) as id from contact where workspace_id = $1 and id = any($2::bigint[])
)
select c.id, c.phone from contact as c
where c.workspace_id = $1 and (c.id in (select id from one) or c.merged_into in (select id from one));

-- name: forget_in_bulks
-- Actions that are over and named one of these contacts, or searched for their numbers.
update contact_bulk set which = '{}'
where workspace_id = $1 and state in ('finished', 'failed') and which <> '{}'
    and (exists (select from unnest($2::bigint[]) as u (id) where which -> 'contact_ids' @> to_jsonb(u.id))
        or which #>> '{which,text}' like any ($3::text[]));

-- name: delete_contacts
-- For good.
delete from contact where workspace_id = $1 and id = any($2::bigint[]);

-- name: recent_bulks
-- The latest actions.
select * from contact_bulk where workspace_id = $1 order by id desc limit $2;

-- name: next_bulk
-- The oldest action with work left that no other worker holds.
select * from contact_bulk where state in ('queued', 'running') order by id limit 1 for update skip locked;

-- name: advance_bulk
-- A batch is done.
update contact_bulk
set cursor = $3, total = coalesce(total, $4), done = done + $5, changed = changed + $6, state = $7, finished_at = $8
where workspace_id = $1 and id = $2
returning *;

-- name: fail_bulk
-- The end of an action that cannot go on.
update contact_bulk set state = 'failed', error = $3, finished_at = $4 where workspace_id = $1 and id = $2;

-- name: list_figures
-- Each list with its size and who came and went since a day.
select l.id, l.name, l.created_at, coalesce(d.size, 0) as contacts, coalesce(d.joined, 0) as joined,
    coalesce(d.gone, 0) as gone
from list as l
left join lateral (
    select sum(joined - gone) as size, sum(joined) filter (where day >= $2) as joined,
        sum(gone) filter (where day >= $2) as gone
    from list_delta where workspace_id = $1 and list_id = l.id
) as d on true
where l.workspace_id = $1 and l.deleted_at is null
order by l.id;

-- name: list_days
-- Who came and went, by day.
select day, sum(joined) as joined, sum(gone) as gone from list_delta
where workspace_id = $1 and list_id = $2 group by day order by day;

-- name: any_list
-- A list; one that was deleted too when $3.
select id, name, created_at from list where workspace_id = $1 and id = $2 and (deleted_at is null or $3);

-- name: rename_list
-- Another name, unless another list has it.
update list set name = $3 where workspace_id = $1 and id = $2 and deleted_at is null
    and not exists (
        select from list as other
        where other.workspace_id = $1 and other.name = $3 and other.id <> $2 and other.deleted_at is null
    )
returning id;

-- name: delete_list
-- It is shown no more; its name is free.
update list set deleted_at = now() where workspace_id = $1 and id = $2 and deleted_at is null;

-- name: join_list_who
-- As join_list; who was not on it.
insert into list_member (workspace_id, list_id, contact_id)
select $1, $2, c.id from contact as c where c.workspace_id = $1 and c.id = any($3::bigint[]) order by c.id
on conflict (list_id, contact_id) do nothing
returning contact_id;

-- name: leave_list_who
-- As leave_list; who was on it.
delete from list_member where workspace_id = $1 and list_id = $2 and contact_id = any($3::bigint[])
returning contact_id;

-- name: member_ids
-- Members behind a key.
select contact_id from list_member where workspace_id = $1 and list_id = $2 and contact_id > $3
order by contact_id limit $4;

-- name: lists_of_contact
-- The lists a contact is on.
select l.id, l.name, m.added_at from list_member as m join list as l on l.id = m.list_id
where m.workspace_id = $1 and m.contact_id = $2 and l.deleted_at is null order by l.name;

-- name: list_names
-- What lists are or were called.
select id, name from list where workspace_id = $1 and id = any($2::uuid[]);

-- name: fold_list_deltas
-- One row for each list and day that is over. Every note is deleted once, whoever folds.
with many as (
    select list_id, day from list_delta where day < (now() at time zone 'utc')::date
    group by list_id, day having count(*) > 1 order by list_id, day limit 100
), gone as (
    delete from list_delta as d where d.id in (
        select e.id from list_delta as e join many using (list_id, day) for update of e skip locked
    )
    returning d.workspace_id, d.list_id, d.day, d.joined, d.gone
), folded as (
    insert into list_delta (workspace_id, list_id, day, joined, gone)
    select workspace_id, list_id, day, sum(joined), sum(gone) from gone group by 1, 2, 3
)
select count(*) from gone;

-- name: home_country
-- Where numbers without a country code are at home.
select default_country from workspace where id = $1;

-- name: add_one
-- A contact that a person enters; no row when the number is known.
insert into contact (workspace_id, phone, zones, country, language, attributes, external_id, zone_origin)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (workspace_id, phone) do nothing
returning id, phone, state, country, language, zones, attributes, created_at, updated_at,
    external_id, zone_origin, merged_into;

-- name: save_one
-- What a form says of a contact, if nobody changed it since the form was opened.
update contact set country = $4, language = $5, attributes = $6, external_id = $7, zones = $8, zone_origin = $9,
    updated_at = now()
where workspace_id = $1 and id = $2 and updated_at = $3
returning id, phone, state, country, language, zones, attributes, created_at, updated_at,
    external_id, zone_origin, merged_into;

-- name: all_list_names
-- What the lists are called.
select id, name from list where workspace_id = $1 and deleted_at is null;

-- name: by_id
-- These contacts, in order of key.
select id, phone, state, country, language, zones, attributes, created_at, updated_at,
    external_id, zone_origin, merged_into
from contact where workspace_id = $1 and id = any($2::bigint[]) order by id;

-- name: has_number
-- Whether a contact has this number.
select true from contact where workspace_id = $1 and phone = $2;

-- name: same_person
-- Who was merged with one of these contacts, and whom they were merged into.
with stands as (
    select coalesce(merged_into, id) as id from contact where workspace_id = $1 and id = any($2::bigint[])
)
select c.id from contact as c join stands as s on c.id = s.id or c.merged_into = s.id where c.workspace_id = $1;
