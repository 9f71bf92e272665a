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

-- name: of_external_id
-- Who has this external id.
select coalesce(merged_into, id) from contact where workspace_id = $1 and external_id = $2;

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
-- $14. The place is within them: it alone bounds the side where the index begins to be read, for of two bounds on one
-- side it may take the wider. Of a beginning that many share the matches by family name lie far down in the order by name.
select n.id, n.phone, n.state, n.country, n.language, n.zones, n.attributes, n.created_at, n.updated_at,
    n.external_id, n.zone_origin, n.merged_into, w.word as sort_key
from contact_word as w join contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9) as n on n.id = w.contact_id
where w.workspace_id = $1 and w.word < $14 and (w.word, w.contact_id) > ($11::text, $12::bigint)
    and w.word = (
        select min(x.word) from unnest(string_to_array(n.words, ' ')) as x (word)
        where x.word collate "C" >= $13 and x.word collate "C" < $14
    ) collate "C"
order by w.word, w.contact_id limit $10;

-- name: by_word_down
-- The same from the last word to the first.
select n.id, n.phone, n.state, n.country, n.language, n.zones, n.attributes, n.created_at, n.updated_at,
    n.external_id, n.zone_origin, n.merged_into, w.word as sort_key
from contact_word as w join contacts_narrowed($1, $2, $3, $4, $5, $6, $7, $8, $9) as n on n.id = w.contact_id
where w.workspace_id = $1 and w.word >= $13 and (w.word, w.contact_id) < ($11::text, $12::bigint)
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
