-- name: alike
-- Pairs of contacts that may be one person, by the rule that says so, in order of its trust: the same external id
-- written differently, the same e-mail, the same name at the same postcode or born on the same day. Those that were
-- looked at and told apart do not come again. What more than three share is nobody's own.
with living as materialized (
    select id, external_id, attributes from contact where workspace_id = $1 and merged_into is null and state <> 3
), keyed as (
    select id, 1 as rule, ltrim(lower(regexp_replace(external_id, '[^[:alnum:]]', '', 'g')), '0') as key
    from living where external_id is not null
    union all
    select id, 2, lower(trim(attributes ->> 'email')) from living where attributes ->> 'email' like '%@%'
    union all
    select l.id, 3, s.sort_key || E'\x01' || coalesce(
        nullif(l.attributes ->> 'postcode', ''), nullif(l.attributes ->> 'birthday', ''),
        nullif(l.attributes ->> 'birth_date', ''), nullif(l.attributes ->> 'date_de_naissance', '')
    )
    from living as l join contact_search as s on s.workspace_id = $1 and s.contact_id = l.id
    where l.attributes ->> 'last_name' <> '' and l.attributes ->> 'first_name' <> ''
), shared as (
    select rule, array_agg(id order by id) as ids from keyed where key <> ''
    group by rule, key having count(*) between 2 and 3
)
select min(s.rule) as rule, s.ids[1] as lower_id, h.id as higher_id
from shared as s cross join lateral unnest(s.ids[2:]) as h (id)
where not exists (
    select from contact_distinct as d
    where d.workspace_id = $1 and d.lower_id = s.ids[1] and d.higher_id = h.id
)
group by 2, 3 order by 1, 3 desc limit $2;

-- name: tell_apart
-- These two were looked at, and are two.
insert into contact_distinct (workspace_id, lower_id, higher_id) values ($1, $2, $3) on conflict do nothing;

-- name: lock_two
-- Both, in order of key, so that two who merge them do it in turn.
select id, phone, state, country, language, zones, attributes, created_at, updated_at,
    external_id, zone_origin, merged_into
from contact where workspace_id = $1 and id = any($2::bigint[]) and merged_into is null order by id for no key update;

-- name: memberships
-- The lists they are on.
select list_id from list_member where workspace_id = $1 and contact_id = $2;

-- name: withdraw_contact
-- It stands for nobody any more; those that it stood for go along.
update contact set
    state = case when id = $2 then 3 else state end,
    external_id = case when id = $2 and $4::boolean then null else external_id end,
    merged_into = $3, updated_at = now()
where workspace_id = $1 and (id = $2 or merged_into = $2)
returning id;

-- name: complete_contact
-- What the other one knew besides.
update contact set
    attributes = $3, language = $4, country = $5, external_id = $6, zones = $7, zone_origin = $8, updated_at = now()
where workspace_id = $1 and id = $2;

-- name: move_notes
-- Their notes.
update contact_event set contact_id = $3
where workspace_id = $1 and contact_id = $2 and kind = 'noted' and ($4::bigint[] is null or id = any($4::bigint[]))
returning id;

-- name: add_merge
-- What was done, to be taken back.
insert into contact_merge (id, workspace_id, kept_id, gone_id, body, person_id, person)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: take_back
-- A merge is undone once, while it is kept.
update contact_merge set undone_at = now()
where workspace_id = $1 and gone_id = $2 and undone_at is null and at > $3
returning kept_id, body;

-- name: merge_of
-- The merge by which a contact stands for nobody.
select kept_id, at, person from contact_merge where workspace_id = $1 and gone_id = $2 and undone_at is null;

-- name: merged_into
-- The contacts that one stands for.
select id, phone from contact where workspace_id = $1 and merged_into = $2 order by id;

-- name: stand_again
-- The contacts stand for themselves, or for the one they stood for before.
update contact set
    merged_into = case when id = $2 then null else $2 end,
    state = case when id = $2 then $4::smallint else state end,
    external_id = case when id = $2 then coalesce($5::text, external_id) else external_id end, updated_at = now()
where workspace_id = $1 and id = any($3::bigint[]);
