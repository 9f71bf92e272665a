-- name: groups_of_contacts
-- Facts on these contacts, each with the number it had when the audience was taken; a contact that is gone
-- comes with nulls. Those who share the facts are one row: a thousand rows of ten columns cost the server more
-- to send, and Python more to read, than these joins. The values of a template's variables come as lists of
-- JSON, four variables by themselves ($4 to $7), or all attributes ($8), country and language ($9). All lists of
-- a row are in one order, that in which its contacts were met. Consent is that to the topic of the word $10; with $11
-- it is enough not to have left it.
-- One index scan by array for each table, then hash joins: a third cheaper than a probe of each index for each
-- contact (1,000 contacts beside 20,000 suppressions), and stable under generic plans. The arrays come in their
-- text form, read once: to encode a bigint[] takes the driver longer than all this takes here.
with asked as materialized (select $2::text::bigint[] as contacts, $3::text::bigint[] as phones)
select c.state, coalesce(k.granted, $11::boolean) as granted, coalesce(s.scope, 0) as suppressed,
    coalesce(c.zones, '') as zones, c.country, coalesce(k.basis, '') as basis, array_agg(c.id) as contact_ids, array_agg(w.phone) as phones,
    json_agg(c.attributes -> $4::text) filter (where $4::text is not null) as first,
    json_agg(c.attributes -> $5::text) filter (where $5::text is not null) as second,
    json_agg(c.attributes -> $6::text) filter (where $6::text is not null) as third,
    json_agg(c.attributes -> $7::text) filter (where $7::text is not null) as fourth,
    json_agg(c.attributes) filter (where $8::boolean) as attributes,
    json_agg(c.language) filter (where $9::boolean) as languages
from unnest((select contacts from asked), (select phones from asked)) as w(id, phone)
left join (
    select id, phone, state, zones, country, language, attributes from contact
    where workspace_id = $1 and id = any((select contacts from asked)::bigint[])
) c on c.id = w.id and c.phone = w.phone
left join (
    select contact_id, state = 'granted' or ($11::boolean and state <> 'withdrawn') as granted,
        case when basis in ('spoken', 'soft_opt_in', 'implied') then basis end as basis from consent
    where contact_id = any((select contacts from asked)::bigint[]) and purpose = $10
) k on k.contact_id = c.id
left join (
    select phone, max(case scope when 'all' then 2 else 1 end) as scope from suppression
    where workspace_id = $1 and phone = any((select phones from asked)::bigint[]) and lifted_at is null group by phone
) s on s.phone = w.phone
group by 1, 2, 3, 4, 5, 6;

-- name: recipients_of_phones
-- Facts on numbers that need not be contacts; in the order of the numbers. `hashed`, the same on each: some
-- suppressions are known by a hash alone. Consent is that to the topic of each word ($3); where $4 says so, it is enough
-- not to have left it.
select c.id, w.phone, c.state, coalesce(k.state = 'granted' or (w.lenient and k.state <> 'withdrawn'), w.lenient) as granted,
    coalesce(s.scope, 0) as suppressed, coalesce(c.zones, '') as zones, c.country, c.language,
    case when k.basis in ('spoken', 'soft_opt_in', 'implied') then k.basis else '' end as basis,
    exists (select from suppression_scheme where workspace_id = $1) as hashed
from unnest($2::bigint[], $3::text[], $4::boolean[]) with ordinality as w(phone, word, lenient, position)
left join contact c on c.workspace_id = $1 and c.phone = w.phone
left join consent k on k.contact_id = c.id and k.purpose = w.word
left join lateral (
    select max(case x.scope when 'all' then 2 else 1 end) as scope from suppression x
    where x.workspace_id = $1 and x.phone = w.phone and x.lifted_at is null
) s on true
order by w.position;

-- name: sender_facts
-- Senders with the route they use (their own, else the default) and whether its first carrier has prices.
-- A route without an enabled carrier is no route.
select s.id, s.address, s.kind = 'alphanumeric' as alphanumeric, r.route_id,
    exists (select from carrier_price p where p.carrier_id = r.carrier_id) as priced, w.test_of is not null as test, s.kind
from sender s
join workspace w on w.id = s.workspace_id
left join lateral (
    select rc.route_id, rc.carrier_id from route_carrier rc
    join carrier a on a.id = rc.carrier_id and a.enabled
    where rc.route_id = coalesce(s.route_id, (select d.id from route d
        where d.workspace_id = $1 and d.is_default))
    order by rc.position limit 1
) r on true
where s.workspace_id = $1 and s.id = any($2::uuid[]);

-- name: lock_rulings
-- One process at a time writes down new rulings; readers do not wait.
lock table ruling in share row exclusive mode;

-- name: ruling_number
-- The number under which a code with a rule of this version is stored, given now if it had none.
with added as (
    insert into ruling (number, code, rule, version, source)
    select (select coalesce(max(number), 999) + 1 from ruling), $1, $2, $3, $4
    on conflict (code, rule, version) do nothing
    returning number
)
select number from added
union all select number from ruling where code = $1 and rule = $2 and version = $3
limit 1;

-- name: rulings
-- What these stored decisions stand for.
select number, code, rule, version, source from ruling where number = any($1::smallint[]);

-- name: note_decisions
-- How many of a row of a run's audience were decided how.
insert into run_decision (workspace_id, run_id, decision, n)
select $1, $2, decision, n from unnest($3::smallint[], $4::integer[]) as decided(decision, n);

-- name: decisions_of_runs
-- How the audience of runs was decided: a few lines for each five thousand recipients.
select decision, sum(n)::bigint as n from run_decision where workspace_id = $1 and run_id = any($2::bigint[])
group by decision order by n desc, decision;

-- name: promise
-- Reserves a message for each contact who stays within every cap; the contacts who do not. One guarded statement: of two
-- campaigns that start together the second waits for the row and counts anew. Rows are taken in the order of contacts, so
-- that nobody waits in a circle. A message counts against those due less than a span before it or after: no stretch of
-- that length holds more. What is due before $5 is forgotten.
-- Contacts come in the text form of an array, those from each place of $4 on due at the time beside it in $3: a time for
-- each of thousands would take the driver longer to send than this to run. Two caps ($6 in $7, $8 in $9, null: none) are
-- counted by place in `at`, which is in order: a third cheaper than to read it. Others come as arrays (spans $10, numbers
-- $11, topics $12, null of them: any). $13: the topic of these messages, where it has a cap. $14: some people said how many
-- a week they want; $15: nothing else limits, so that they alone are asked.
with asked as materialized (
    select u.contact_id, ($3::timestamptz[])[width_bucket(u.place, $4::bigint[])] as due_at
    from unnest($2::text::bigint[]) with ordinality as u (contact_id, place)
    where not $15::boolean or exists (select from contact_preference as f
        where f.workspace_id = $1 and f.contact_id = u.contact_id and f.per_week is not null)
), taken as (
    insert into promised as p (workspace_id, contact_id, at, topics)
    select $1, contact_id, array[due_at], case when $13::uuid is not null then array[$13::uuid] end
    from asked order by contact_id
    on conflict (workspace_id, contact_id) do update
    set at = p.at[width_bucket($5::timestamptz, p.at) + 1 : width_bucket(excluded.at[1], p.at)]
            || excluded.at || p.at[width_bucket(excluded.at[1], p.at) + 1 :],
        topics = case when $13::uuid is not null or p.topics is not null then
            (coalesce(p.topics, array_fill(null::uuid, array[cardinality(p.at)])))
                [width_bucket($5::timestamptz, p.at) + 1 : width_bucket(excluded.at[1], p.at)]
            || $13::uuid
            || (coalesce(p.topics, array_fill(null::uuid, array[cardinality(p.at)])))
                [width_bucket(excluded.at[1], p.at) + 1 :] end
    where ($6::integer is null or $6 >
        width_bucket(excluded.at[1] + $7::interval - interval '1 microsecond', p.at) - width_bucket(excluded.at[1] - $7, p.at))
    and ($8::integer is null or $8 >
        width_bucket(excluded.at[1] + $9::interval - interval '1 microsecond', p.at) - width_bucket(excluded.at[1] - $9, p.at))
    and ($10::interval[] is null or not exists (
        select from unnest($10, $11::integer[], $12::uuid[]) as allowed (span, n, topic)
        where allowed.n <= (select count(*) from unnest(p.at, p.topics) as m (at, topic)
            where m.at > excluded.at[1] - allowed.span and m.at < excluded.at[1] + allowed.span
                and (allowed.topic is null or m.topic = allowed.topic))))
    and not ($14::boolean and exists (
        select from contact_preference as f
        where f.workspace_id = p.workspace_id and f.contact_id = p.contact_id
            and f.per_week <= (select count(*) from unnest(p.at) as m (at)
                where m.at > excluded.at[1] - interval '7 days' and m.at < excluded.at[1] + interval '7 days')))
    returning p.contact_id
)
select case when (select count(*) from taken) < (select count(*) from asked) then
    (select array_agg(contact_id) from asked where contact_id not in (select contact_id from taken)) end;

-- name: lock_promises
-- Takes the rows of these contacts in their order, where several statements follow that differ in caps.
insert into promised as p (workspace_id, contact_id, at)
select $1, contact_id, '{}' from unnest($2::bigint[]) as asked(contact_id) order by contact_id
on conflict (workspace_id, contact_id) do update set at = p.at where false;

-- name: promises
-- When each of these contacts is to be written to, as far as it is promised, about what, and how many a week they want.
select u.contact_id, coalesce(p.at, '{}') as at,
    coalesce(p.topics, array_fill(null::uuid, array[coalesce(cardinality(p.at), 0)])) as topics, f.per_week
from unnest($2::bigint[]) as u (contact_id)
left join promised as p on p.workspace_id = $1 and p.contact_id = u.contact_id
left join contact_preference as f on f.workspace_id = $1 and f.contact_id = u.contact_id
where p.contact_id is not null or f.per_week is not null;

-- name: count_promises_as
-- What $2 was promised counts for $3 too.
insert into promised as p (workspace_id, contact_id, at, topics)
select workspace_id, $3, at, topics from promised where workspace_id = $1 and contact_id = $2
on conflict (workspace_id, contact_id) do update
set (at, topics) = (
    select array_agg(m.at order by m.at), case when bool_or(m.topic is not null) then array_agg(m.topic order by m.at) end
    from (select * from unnest(p.at, p.topics) as mine (at, topic)
        union all select * from unnest(excluded.at, excluded.topics) as theirs (at, topic)) as m);

-- name: release_run
-- Gives back what was promised by chunks of a canceled run that nobody holds; those are ended next, in the same order:
-- for each message one promise at its time, that of the campaign's topic ($3, else offers) if there is one.
-- Rows are locked in the order of contacts, as `promise` does.
with held as materialized (
    select workspace_id, lo, hi, due_at from chunk
    where run_id = $1 and state in (0, 2) order by id limit $2 for update skip locked
), locked as materialized (
    select p.workspace_id, p.contact_id, h.due_at,
        coalesce($3::uuid, (select t.id from topic as t where t.workspace_id = h.workspace_id and t.is_default)) as topic
    from held h
    join message m on m.id >= h.lo and m.id < h.hi
    join promised p on p.workspace_id = h.workspace_id and p.contact_id = m.contact_id
    order by p.contact_id for update of p
), found as (
    select l.workspace_id, l.contact_id, (
        select place from generate_subscripts(p.at, 1) as s (place) where p.at[place] = l.due_at
        order by p.topics[place] = l.topic desc nulls last limit 1) as place
    from locked as l join promised as p using (workspace_id, contact_id)
)
update promised p set at = p.at[:f.place - 1] || p.at[f.place + 1:],
    topics = p.topics[:f.place - 1] || p.topics[f.place + 1:]
from found as f where p.workspace_id = f.workspace_id and p.contact_id = f.contact_id and f.place is not null;

-- name: patience
-- What a workspace allows: its caps, those of topics with the topic's word; and a row of nulls where some people said how
-- often they want to hear.
select c.days, c.n, t.word, c.topic_id from cap as c
left join topic as t on t.workspace_id = c.workspace_id and t.id = c.topic_id
where c.workspace_id = $1
union all
select null, null, null, null
where exists (select from contact_preference where workspace_id = $1 and per_week is not null);

-- name: caps
-- How many marketing messages a person may get in so many days, of all or about a topic.
select days, n, topic_id from cap where workspace_id = $1 order by topic_id nulls first, days;

-- name: set_cap
-- A cap as it is from now on.
insert into cap (workspace_id, topic_id, days, n) values ($1, $2, $3, $4)
on conflict (workspace_id, topic_id, days) do update set n = excluded.n, updated_at = now();

-- name: drop_cap
-- No cap for so many days any more.
delete from cap where workspace_id = $1 and topic_id is not distinct from $2 and days = $3;
