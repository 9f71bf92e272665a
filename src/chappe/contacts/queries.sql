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
on conflict (workspace_id, name) where deleted_at is null do nothing
returning id, name, created_at;

-- name: list_by_name
-- The list with this name.
select id, name, created_at from list where workspace_id = $1 and name = $2 and deleted_at is null;

-- name: lists_by_id
-- Those of these lists that exist.
select id, name, created_at from list
where workspace_id = $1 and id = any($2::uuid[]) and deleted_at is null;

-- name: page_lists
-- Lists, oldest first (a uuidv7 key grows with time).
select id, name, created_at from list
where workspace_id = $1 and ($2::uuid is null or id > $2) and deleted_at is null
order by id limit $3;

-- name: size_of_list
-- How many contacts are on a list, of what joined and left.
select coalesce(sum(joined - gone), 0) from list_delta where workspace_id = $1 and list_id = $2;

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

-- name: queue
-- Contacts that the worker is to index.
insert into contact_unindexed (workspace_id, contact_ids) values ($1, $2);

-- name: lock_to_index
-- What the index is made of. Locked in order of key, so that two who index the same contact do it in turn and the
-- later one sees what the other wrote.
select id, phone, country, attributes from contact
where workspace_id = $1 and id = any(string_to_array($2::text, E'\x1f')::bigint[])
order by id for no key update;

-- name: indexed
-- What is stored of these contacts.
select contact_id, sort_key, words, country, ending from contact_search
where workspace_id = $1 and contact_id = any($2::bigint[]);

-- name: add_entries
-- Contacts that were not indexed yet.
insert into contact_search (workspace_id, contact_id, sort_key, words, country, ending)
select $1, u.id, u.sort_key, coalesce(u.words, ''), u.country, u.ending
from unnest(
    string_to_array($2::text, E'\x1f')::bigint[],
    string_to_array($3::text, E'\x1f', ''),
    string_to_array($4::text, E'\x1f', ''),
    string_to_array($5::text, E'\x1f', ''),
    string_to_array($6::text, E'\x1f')::smallint[]
) as u (id, sort_key, words, country, ending);

-- name: change_entries
-- Contacts whose name or country is another now.
update contact_search as s
set sort_key = u.sort_key, words = coalesce(u.words, ''), country = u.country, ending = u.ending
from unnest(
    string_to_array($2::text, E'\x1f')::bigint[],
    string_to_array($3::text, E'\x1f', ''),
    string_to_array($4::text, E'\x1f', ''),
    string_to_array($5::text, E'\x1f', ''),
    string_to_array($6::text, E'\x1f')::smallint[]
) as u (id, sort_key, words, country, ending)
where s.workspace_id = $1 and s.contact_id = u.id;

-- name: add_words
-- The words they are found by; those that stay are there already.
insert into contact_word (workspace_id, word, contact_id)
select $1, u.word, u.id
from unnest(string_to_array($2::text, E'\x1f'), string_to_array($3::text, E'\x1f')::bigint[]) as u (word, id)
on conflict do nothing;

-- name: drop_words
-- Words that are no longer theirs.
delete from contact_word as w using unnest($2::text[], $3::bigint[]) as u (word, id)
where w.workspace_id = $1 and w.word = u.word and w.contact_id = u.id;

-- name: next_unindexed
-- The oldest of the queue, unless it still grows: an import is done in half the time when its index waits for it,
-- a minute at most.
select id, workspace_id, contact_ids from contact_unindexed as q
where q.at < now() - interval '1 minute'
    or not exists (select from contact_unindexed as younger where younger.at > now() - interval '2 seconds')
order by id limit 1 for update skip locked;

-- name: drop_unindexed
-- They are found from now on.
delete from contact_unindexed where id = $1;

-- name: queue_missing
-- The next contacts of every workspace that are not indexed and not about to be. Keys without a gap are read at a
-- time, so that each call is short. Returns the key reached, null at the end.
with few as materialized (
    select id, workspace_id from contact where id > $1 order by id limit 50000
), missing as (
    select f.id, f.workspace_id from few as f
    where not exists (
        select from contact_search as s where s.workspace_id = f.workspace_id and s.contact_id = f.id
    )
), queued as (
    insert into contact_unindexed (workspace_id, contact_ids)
    select workspace_id, array_agg(id) from missing group by workspace_id, id / 5000
)
select max(id) from few;

-- name: unindexed
-- How many wait to be indexed.
select coalesce(sum(cardinality(contact_ids)), 0) from contact_unindexed where workspace_id = $1;

-- name: plan_each
-- For the rest of the transaction: the plan of a list depends on what narrows it, so each is planned for itself; and
-- no table is read whole for a page of it, which the planner takes for cheap while the table is small.
select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true);

-- name: walk
-- For the rest of the transaction: read along the index of the order. The planner takes patterns for so rare that it
-- would sort what passes, which may be half a million.
select set_config(name, 'off', true)
from unnest(array['enable_sort', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) as name;

-- name: with_words
-- Contacts of whom one word lies in each of two ranges; the second may be null. One with two such words comes twice.
select w.contact_id as id from contact_word as w
where w.workspace_id = $1 and w.word >= $2 and w.word < $3
    and ($4::text is null or w.contact_id in (
        select v.contact_id from contact_word as v where v.workspace_id = $1 and v.word >= $4 and v.word < $5
    ))
limit $6;

-- name: of_number
-- Contacts whose number lies in one of these ranges, or ends in these digits: $4 the last four, $5 ten to the
-- number of digits, $6 the digits.
select found.id from (
    select c.id from unnest($2::bigint[], $3::bigint[]) as r (lo, hi)
    cross join lateral (
        select id from contact where workspace_id = $1 and phone between r.lo and r.hi limit $7
    ) as c
    union
    select c.id from contact_search as s join contact as c on c.id = s.contact_id and c.workspace_id = $1
    where s.workspace_id = $1 and s.ending = $4::smallint and c.phone % $5::bigint = $6::bigint
) as found limit $7;

-- name: on_list
-- Members of a list.
select contact_id as id from list_member where workspace_id = $1 and list_id = $2 limit $3;

-- name: of_countries
-- Contacts of these countries.
select contact_id as id from contact_search where workspace_id = $1 and country = any($2::bpchar[]) limit $3;

-- name: of_states
-- Contacts that are blocked or archived.
select id from contact where workspace_id = $1 and state = any($2::smallint[]) and state <> 1 limit $3;

-- name: of_consent
-- Contacts whose marketing consent is in one of these states, which are not the common one.
select contact_id as id from consent
where workspace_id = $1 and purpose = 'marketing' and state = any($2::text[]) and state <> 'granted' limit $3;

-- name: by_name
-- Contacts by name behind a place. $2 states, $3 countries, $4 a list, $5 states of consent, $6 the only ones there
-- can be, $7 patterns of their words, $8 and $9 ranges of their number; null does not narrow.
select * from contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9)
where (sort_key, id) > ($11::text, $12::bigint) order by sort_key, id limit $10;

-- name: by_name_down
-- The same, from Z to A.
select * from contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9)
where (sort_key, id) < ($11::text, $12::bigint) order by sort_key desc, id desc limit $10;

-- name: by_added
-- The same in the order they came.
select * from contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9)
where id > $11::bigint order by id limit $10;

-- name: by_added_down
-- The same, the newest first.
select * from contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9)
where id < $11::bigint order by id desc limit $10;

-- name: by_word
-- Who is found by a word, in order of the words; each contact by the first of its words that lies between $13 and
-- $14. Of a beginning that many share the matches by family name lie far down in the order by name.
select n.id, n.phone, n.state, n.country, n.language, n.zones, n.attributes, n.created_at, n.updated_at,
    w.word as sort_key
from contact_word as w join contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9) as n on n.id = w.contact_id
where w.workspace_id = $1 and w.word >= $13 and w.word < $14 and (w.word, w.contact_id) > ($11::text, $12::bigint)
    and w.word = (
        select min(x.word) from unnest(string_to_array(n.words, ' ')) as x (word)
        where x.word collate "C" >= $13 and x.word collate "C" < $14
    ) collate "C"
order by w.word, w.contact_id limit $10;

-- name: by_word_down
-- The same from the last word to the first.
select n.id, n.phone, n.state, n.country, n.language, n.zones, n.attributes, n.created_at, n.updated_at,
    w.word as sort_key
from contact_word as w join contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9) as n on n.id = w.contact_id
where w.workspace_id = $1 and w.word >= $13 and w.word < $14 and (w.word, w.contact_id) < ($11::text, $12::bigint)
    and w.word = (
        select min(x.word) from unnest(string_to_array(n.words, ' ')) as x (word)
        where x.word collate "C" >= $13 and x.word collate "C" < $14
    ) collate "C"
order by w.word desc, w.contact_id desc limit $10;

-- name: count_found
-- How many of them there are, no further than $10.
select count(*) from (select from contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9) limit $10) as counted;

-- name: found_ids
-- Their keys behind a key.
select id from contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9) where id > $11::bigint order by id limit $10;

-- name: turn
-- Another state for those of these contacts that are in the state it needs.
with locked as (
    select id from contact where workspace_id = $1 and id = any($2::bigint[]) and state = $3::smallint
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
select id, kind, body, person, at from contact_event
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
insert into contact (workspace_id, phone, zones, country, language, attributes)
values ($1, $2, $3, $4, $5, $6)
on conflict (workspace_id, phone) do nothing
returning id, phone, state, country, language, zones, attributes, created_at, updated_at;

-- name: save_one
-- What a form says of a contact, if nobody changed it since the form was opened.
update contact set country = $4, language = $5, attributes = $6, updated_at = now()
where workspace_id = $1 and id = $2 and updated_at = $3
returning id, phone, state, country, language, zones, attributes, created_at, updated_at;

-- name: marketing_of
-- The marketing consent of those of these contacts who said something.
select contact_id, state from consent
where workspace_id = $1 and contact_id = any($2::bigint[]) and purpose = 'marketing';

-- name: countries
-- The countries that contacts have, one look into the index for each.
with recursive met as (
    (select country from contact_search where workspace_id = $1 and country is not null order by country limit 1)
    union all
    select (
        select s.country from contact_search as s
        where s.workspace_id = $1 and s.country > met.country order by s.country limit 1
    ) from met where met.country is not null
)
select country from met where country is not null;

-- name: all_list_names
-- What the lists are called.
select id, name from list where workspace_id = $1 and deleted_at is null;

-- name: by_id
-- These contacts, in order of key.
select id, phone, state, country, language, zones, attributes, created_at, updated_at
from contact where workspace_id = $1 and id = any($2::bigint[]) order by id;

-- name: has_number
-- Whether a contact has this number.
select true from contact where workspace_id = $1 and phone = $2;
