-- name: insert_campaign
-- A draft.
insert into campaign (id, workspace_id, name, purpose, audience, sender_id, body, send_at, expires_at,
    parts_per_second, topic_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
    (select t.id from topic t where t.workspace_id = $2 and t.id = $11 and not t.is_default), $12);

-- name: change_draft
-- Rewrites a draft; no row when it is no draft any more.
update campaign set name = $3, purpose = $4, audience = $5, sender_id = $6, body = $7, send_at = $8,
    expires_at = $9, parts_per_second = $10, topic_id = (select t.id from topic t where t.workspace_id = $1 and t.id = $11 and not t.is_default)
where workspace_id = $1 and id = $2 and state = 'draft'
returning id;

-- name: save_audience
-- The first step of a draft; no row when it is no draft any more.
update campaign set name = $3, purpose = $4, audience = $5,
    topic_id = (select t.id from topic t where t.workspace_id = $1 and t.id = $6 and not t.is_default)
where workspace_id = $1 and id = $2 and state = 'draft'
returning id;

-- name: save_message
-- The second step of a draft.
update campaign set sender_id = $3, body = $4
where workspace_id = $1 and id = $2 and state = 'draft'
returning id;

-- name: save_schedule
-- The third step of a draft.
update campaign set send_at = $3, expires_at = $4, parts_per_second = $5
where workspace_id = $1 and id = $2 and state = 'draft'
returning id;

-- name: change_rate
-- Another rate limit, in any state that still sends; senders read it when they are told.
update campaign set parts_per_second = $3
where workspace_id = $1 and id = $2 and state not in ('finished', 'canceled')
returning id;

-- name: campaign_by_id
-- A campaign with its runs.
select c.id, c.workspace_id, c.name, c.purpose, c.topic_id, c.state, c.audience, c.sender_id, c.body, c.send_at, c.expires_at,
    c.parts_per_second, c.error, c.error_code, c.created_at, c.started_at, c.finished_at, c.moment, r.runs,
    r.total, r.segments, r.costs
from campaign c left join lateral (
    select array_agg(x.id order by x.number) as runs, sum(x.total)::integer as total,
        (array_agg(x.segments order by x.number))[1] as segments,
        case when bool_and(x.cost is not null) then jsonb_agg(x.cost order by x.number) end as costs
    from campaign_run x where x.campaign_id = c.id
) r on true
where c.workspace_id = $1 and c.id = $2;

-- name: hold_campaign
-- Others who change it, or what belongs to it, wait.
select state from campaign where workspace_id = $1 and id = $2 for no key update;

-- name: campaign_names
-- Names of campaigns.
select id, name from campaign where workspace_id = $1 and id = any($2::uuid[]);

-- name: campaigns_page
-- A page of campaigns, newest first: ids are in order of creation.
select c.id, c.workspace_id, c.name, c.purpose, c.topic_id, c.state, c.audience, c.sender_id, c.body, c.send_at, c.expires_at,
    c.parts_per_second, c.error, c.error_code, c.created_at, c.started_at, c.finished_at, c.moment, r.runs,
    r.total, r.segments, r.costs
from campaign c left join lateral (
    select array_agg(x.id order by x.number) as runs, sum(x.total)::integer as total,
        (array_agg(x.segments order by x.number))[1] as segments,
        case when bool_and(x.cost is not null) then jsonb_agg(x.cost order by x.number) end as costs
    from campaign_run x where x.campaign_id = c.id
) r on true
where c.workspace_id = $1 and ($2::uuid is null or c.id < $2) and ($3::text is null or c.state = $3)
order by c.id desc limit $4;

-- name: campaigns_latest
-- A page of the list, the latest first: along the index on moments, those that the filters leave.
select c.id, c.workspace_id, c.name, c.purpose, c.topic_id, c.state, c.audience, c.sender_id, c.body, c.send_at, c.expires_at,
    c.parts_per_second, c.error, c.error_code, c.created_at, c.started_at, c.finished_at, c.moment, r.runs,
    r.total, r.segments, r.costs
from campaign c left join lateral (
    select array_agg(x.id order by x.number) as runs, sum(x.total)::integer as total,
        (array_agg(x.segments order by x.number))[1] as segments,
        case when bool_and(x.cost is not null) then jsonb_agg(x.cost order by x.number) end as costs
    from campaign_run x where x.campaign_id = c.id
) r on true
where c.workspace_id = $1 and ($2::timestamptz is null or (c.moment, c.id) < ($2, $3::uuid))
    and ($4::text[] is null or c.state = any($4)) and (c.moment >= $5 or $5 is null) and (c.moment < $6 or $6 is null)
    and ($7::text is null or position(lower($7) in lower(c.name)) > 0)
order by c.moment desc, c.id desc limit $8;

-- name: campaigns_earliest
-- As campaigns_latest, the earliest first.
select c.id, c.workspace_id, c.name, c.purpose, c.topic_id, c.state, c.audience, c.sender_id, c.body, c.send_at, c.expires_at,
    c.parts_per_second, c.error, c.error_code, c.created_at, c.started_at, c.finished_at, c.moment, r.runs,
    r.total, r.segments, r.costs
from campaign c left join lateral (
    select array_agg(x.id order by x.number) as runs, sum(x.total)::integer as total,
        (array_agg(x.segments order by x.number))[1] as segments,
        case when bool_and(x.cost is not null) then jsonb_agg(x.cost order by x.number) end as costs
    from campaign_run x where x.campaign_id = c.id
) r on true
where c.workspace_id = $1 and ($2::timestamptz is null or (c.moment, c.id) > ($2, $3::uuid))
    and ($4::text[] is null or c.state = any($4)) and (c.moment >= $5 or $5 is null) and (c.moment < $6 or $6 is null)
    and ($7::text is null or position(lower($7) in lower(c.name)) > 0)
order by c.moment, c.id limit $8;

-- name: campaign_before
-- The campaign that was sent before this one, for comparison.
select c.id, c.workspace_id, c.name, c.purpose, c.topic_id, c.state, c.audience, c.sender_id, c.body, c.send_at, c.expires_at,
    c.parts_per_second, c.error, c.error_code, c.created_at, c.started_at, c.finished_at, c.moment, r.runs,
    r.total, r.segments, r.costs
from campaign c join lateral (
    select array_agg(x.id order by x.number) as runs, sum(x.total)::integer as total,
        (array_agg(x.segments order by x.number))[1] as segments,
        case when bool_and(x.cost is not null) then jsonb_agg(x.cost order by x.number) end as costs
    from campaign_run x where x.campaign_id = c.id
) r on true
where c.workspace_id = $1 and (c.moment, c.id) < ($2, $3::uuid) and c.state = 'finished' and r.total > 0
order by c.moment desc, c.id desc limit 1;

-- name: audience_contact_after
-- The contact that follows $4 in the audience, by its key: along the lists' own keys.
select m.contact_id from unnest($2::uuid[]) as l (id)
cross join lateral (
    select x.contact_id from list_member x
    where x.workspace_id = $1 and x.list_id = l.id and x.contact_id > $4
        and not exists (select from list_member e where e.contact_id = x.contact_id and e.list_id = any($3::uuid[]))
    order by x.contact_id limit 1
) m
order by m.contact_id limit 1;

-- name: audience_contact_before
-- The one before $4.
select m.contact_id from unnest($2::uuid[]) as l (id)
cross join lateral (
    select x.contact_id from list_member x
    where x.workspace_id = $1 and x.list_id = l.id and x.contact_id < $4
        and not exists (select from list_member e where e.contact_id = x.contact_id and e.list_id = any($3::uuid[]))
    order by x.contact_id desc limit 1
) m
order by m.contact_id desc limit 1;

-- name: audience_sampled
-- About one in $5 + 1 (a power of two) of an audience with their numbers, $4 at most: drawn by lot, always the same ones.
select c.id, c.phone from (
    select distinct x.contact_id from list_member x
    where x.workspace_id = $1 and x.list_id = any($2::uuid[]) and (hashint8extended(x.contact_id, 1) & $5::bigint) = 0
        and not exists (select from list_member e where e.contact_id = x.contact_id and e.list_id = any($3::uuid[]))
) as drawn
join contact c on c.id = drawn.contact_id and c.workspace_id = $1
order by c.id limit $4;

-- name: audience_longest
-- Contacts of an audience whose values of the variables $4 are the longest, $5 of them, and as many of those with other
-- than plain characters in them: one of these has the longest message.
with p as materialized (
    select c.id, c.phone, c.attributes from contact c
    where c.workspace_id = $1
        and exists (select from list_member m where m.contact_id = c.id and m.list_id = any($2::uuid[]))
        and not exists (select from list_member m where m.contact_id = c.id and m.list_id = any($3::uuid[]))
), values as (
    select p.id, p.phone, (select coalesce(string_agg(p.attributes ->> n, ''), '') from unnest($4::text[]) as n) as said from p
)
(select id, phone from values order by length(said) desc, id limit $5)
union
(select id, phone from values where said ~ '[^ -~£¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà§¡¿¤€]' order by length(said) desc, id limit $5);

-- name: people_after
-- The contact that follows $2. Where an audience names segments, this and the five that follow stand for the
-- statements on lists: the segment compiler puts whom it means in the place of everybody (audience/compiling.py).
-- They are found whole first: to stop early, PostgreSQL would go through each set once for every contact.
with p as materialized (select c.id, c.phone from contact as c where c.workspace_id = $1)
select p.id from p where p.id > $2 order by p.id limit 1;

-- name: people_before
-- The one before $2.
with p as materialized (select c.id, c.phone from contact as c where c.workspace_id = $1)
select p.id from p where p.id < $2 order by p.id desc limit 1;

-- name: people_sampled
-- As audience_sampled, of the people of a rule.
with p as materialized (select c.id, c.phone from contact as c where c.workspace_id = $1)
select p.id, p.phone from p where (hashint8extended(p.id, 1) & $3::bigint) = 0 order by p.id limit $2;

-- name: people_longest
-- As audience_longest, of the people of a rule.
with q as materialized (select c.id, c.phone from contact as c where c.workspace_id = $1),
p as (select q.id, q.phone, k.attributes from q join contact k on k.id = q.id), values as (
    select p.id, p.phone, (select coalesce(string_agg(p.attributes ->> n, ''), '') from unnest($2::text[]) as n) as said from p
)
(select id, phone from values order by length(said) desc, id limit $3)
union
(select id, phone from values where said ~ '[^ -~£¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà§¡¿¤€]' order by length(said) desc, id limit $3);

-- name: people_size
-- How many there are.
select count(*)::integer from (select c.id, c.phone from contact as c where c.workspace_id = $1) as p;

-- name: people_ids
-- All of them with their numbers: read through a cursor, in one snapshot.
with p as materialized (select c.id, c.phone from contact as c where c.workspace_id = $1)
select p.id, p.phone from p order by p.id;

-- name: snapshot_people
-- As take_snapshot.
with whole as (
    select array_agg(id) as contacts, array_agg(phone) as phones
    from (select p.id, p.phone from (select c.id, c.phone from contact as c where c.workspace_id = $1) as p order by p.id) as m
), taken as (
    insert into run_snapshot (workspace_id, run_id, number, lo, contacts, phones)
    select $1, $2, n, n * $3, contacts[n * $3 + 1 : (n + 1) * $3], phones[n * $3 + 1 : (n + 1) * $3]
    from whole, generate_series(0, (cardinality(contacts) - 1) / $3::integer) as n
    returning cardinality(contacts) as n
)
select coalesce(sum(n), 0)::integer from taken;

-- name: keep_segments
-- The segments of a run's audience, as they are while it is taken.
update campaign_run set segments = $2 where id = $1;

-- name: audience_size
-- How many are in an audience: along the lists, each person once.
select count(*)::integer from (
    select m.contact_id from list_member m
    where m.workspace_id = $1 and m.list_id = any($2::uuid[])
        and not exists (select from list_member e where e.contact_id = m.contact_id and e.list_id = any($3::uuid[]))
    group by m.contact_id
) as people;

-- name: send_campaign
-- Draft to preparing, or to scheduled when its time is to come (gate clock), with the one run it will have.
-- Of any number of simultaneous askers one finds a draft; the others find no row and read what became.
with moved as (
    update campaign set
        zone = coalesce(zone, (select w.zone from workspace w where w.id = $1)),
        state = case when send_at > $3 then 'scheduled' else 'preparing' end,
        started_at = case when send_at > $3 then null else $4::timestamptz end
    where workspace_id = $1 and id = $2 and state = 'draft'
    returning id, workspace_id, state
), run as (
    insert into campaign_run (workspace_id, campaign_id) select workspace_id, id from moved
    on conflict (campaign_id, number) do nothing
)
select state from moved;

-- name: schedule_campaign
-- Sets the time of a draft or scheduled campaign.
with moved as (
    update campaign set state = 'scheduled', send_at = $3,
        zone = coalesce(zone, (select w.zone from workspace w where w.id = $1))
    where workspace_id = $1 and id = $2 and state in ('draft', 'scheduled')
    returning id, workspace_id, state
), run as (
    insert into campaign_run (workspace_id, campaign_id) select workspace_id, id from moved
    on conflict (campaign_id, number) do nothing
)
select state from moved;

-- name: pause_campaign
-- Stops a campaign that is being sent.
update campaign set state = 'paused'
where workspace_id = $1 and id = $2 and state in ('preparing', 'sending')
returning state;

-- name: resume_campaign
-- Goes on where it stopped: before its audience was taken, or after.
update campaign c set state = case when r.base_id is null then 'preparing' else 'sending' end, error = null,
    error_code = null
from campaign_run r
where c.workspace_id = $1 and c.id = $2 and c.state = 'paused' and r.campaign_id = c.id and r.number = 1
returning c.state;

-- name: cancel_campaign
-- Stops for good. What has no audience yet is over at once; the worker ends the rest. The old state is what
-- this statement finds after waiting for others, so an audience taken meanwhile is not overlooked.
update campaign set state = 'canceled',
    finished_at = case when state in ('draft', 'scheduled', 'preparing') then $3::timestamptz end
where workspace_id = $1 and id = $2 and state in ('draft', 'scheduled', 'preparing', 'sending', 'paused')
returning state;

-- name: notify_campaign
-- Tells workers, senders and live pages, at commit, that a campaign changed.
select pg_notify('chappe_campaign', $1);

-- name: audience_ids
-- The contacts of an audience with their numbers: read through a cursor, in one snapshot.
select c.id, c.phone from contact c
where c.workspace_id = $1
    and exists (select from list_member m where m.contact_id = c.id and m.list_id = any($2::uuid[]))
    and not exists (select from list_member m where m.contact_id = c.id and m.list_id = any($3::uuid[]))
order by c.id;

-- name: start_due
-- Scheduled campaigns whose time has come (gate clock). A restored installation is held: nothing starts
-- until a person releases it, however long past its time.
update campaign c set state = 'preparing', started_at = $2
where c.state = 'scheduled' and c.send_at <= $1::timestamptz + interval '1 day'
    and campaign_starts(c.send_at, (select how from campaign_timing t where t.campaign_id = c.id), c.zone) <= $1
    and not exists (select from instance where held_at is not null)
returning c.id;

-- name: pause_unsure
-- After a restore: campaigns that may have gone on after the backup was made, or begun.
update campaign set state = 'paused', error = $2, error_code = 'restored'
where state in ('preparing', 'sending') or (state = 'scheduled' and send_at <= $1)
returning id;

-- name: finish_runs
-- Campaigns with nothing left to submit, in none of their runs. Counts may still move with late receipts.
update campaign c set state = 'finished', finished_at = $1
where c.state in ('sending', 'paused')
    and exists (select from campaign_run r where r.campaign_id = c.id)
    and not exists (
        select from campaign_run r where r.campaign_id = c.id
            and (r.planned_at is null or exists (select from chunk k where k.run_id = r.id)))
returning c.id;

-- name: finish_canceled
-- Canceled campaigns whose every message has a state.
update campaign c set finished_at = $1
where c.state = 'canceled' and c.finished_at is null
    and not exists (
        select from campaign_run r where r.campaign_id = c.id and (r.base_id is not null or r.role = 'rest')
            and (r.planned_at is null or exists (select from chunk k where k.run_id = r.id)))
returning c.id;

-- name: canceled_runs
-- Runs of canceled campaigns, and runs that were stopped, that may still have chunks, or recipients without a message.
select r.id, c.topic_id from campaign_run r join campaign c on c.id = r.campaign_id
where r.base_id is not null and c.finished_at is null
    and (c.state = 'canceled' or (c.state in ('sending', 'paused') and r.stopped_at is not null));

-- name: due_runs
-- Runs to plan: audiences to be taken, audiences taken but not wholly planned (canceled ones too: each of their
-- recipients is written as canceled), and rests that somebody let go, or whose campaign was canceled. The runs of a
-- campaign are beside each other.
select r.id, r.workspace_id, r.campaign_id, c.purpose, c.audience, coalesce(r.sender_id, c.sender_id) as sender_id,
    coalesce(r.body, c.body) as body, c.expires_at, r.base_id, r.total, c.topic_id, r.role, r.variant
from campaign_run r join campaign c on c.id = r.campaign_id
where r.planned_at is null and (r.short_at is null or c.state = 'canceled')
    and (c.state in ('preparing', 'sending', 'paused', 'canceled'))
    and (r.base_id is not null or (c.state = 'preparing' and r.number = 1)
        or (r.role = 'rest' and ((c.state = 'sending' and not r.held) or c.state = 'canceled')))
order by min(r.id) over (partition by r.campaign_id), r.id;

-- name: run_by_id
-- One run as due_runs gives it.
select r.id, r.workspace_id, r.campaign_id, c.purpose, c.audience, coalesce(r.sender_id, c.sender_id) as sender_id,
    coalesce(r.body, c.body) as body, c.expires_at, r.base_id, r.total, c.topic_id, r.role, r.variant
from campaign_run r join campaign c on c.id = r.campaign_id where r.id = $1;

-- name: lock_audience
-- Whether this transaction is the one that takes the run's audience: a second try at once would be in vain.
select pg_try_advisory_xact_lock(hashtextextended('audience of run ' || $1::bigint, 0));

-- name: join_large_audience
-- For the rest of the transaction: an audience of more than 10,000 is not joined by looking each contact up. After
-- a large import nothing is analysed yet, and PostgreSQL takes the lists for short (measured, 200,000 contacts:
-- 2.3 s by nested loops, 0.65 by hash joins).
select set_config('enable_nestloop', case when count(*) > 10000 then 'off' else current_setting('enable_nestloop') end,
    true)
from (select from list_member where list_id = any($1::uuid[]) limit 10001) as members;

-- name: take_snapshot
-- The audience as it is now, by one statement over one snapshot of contacts: nobody, and no number, is in
-- it twice. It is gathered whole and cut into rows: half the time of numbering people and gathering each row. They come
-- in the order of their ids, for the sake of those who read many at once.
with whole as (
    select array_agg(id) as contacts, array_agg(phone) as phones from (
        select c.id, c.phone from contact c
        where c.workspace_id = $1
            and exists (select from list_member m where m.contact_id = c.id and m.list_id = any($2::uuid[]))
            and not exists (select from list_member m where m.contact_id = c.id and m.list_id = any($3::uuid[]))
        order by c.id) as m
), taken as (
    insert into run_snapshot (workspace_id, run_id, number, lo, contacts, phones)
    select $1, $4, n, n * $5, contacts[n * $5 + 1 : (n + 1) * $5], phones[n * $5 + 1 : (n + 1) * $5]
    from whole, generate_series(0, (cardinality(contacts) - 1) / $5::integer) as n
    returning cardinality(contacts) as n
)
select coalesce(sum(n), 0)::integer from taken;

-- name: take_arms
-- As take_snapshot, an arm of a test a run: who is where is told by a keyed hash of the contact (`hashint8extended`, which
-- PostgreSQL keeps the same, since partitions by hash rest on it). $6 and $7: the runs and the first bucket of each, of
-- 10,000; a run that is null holds its people out. Every arm is of the same snapshot of contacts.
-- Arms leave by turns of a row: twenty turns at least, of a hundred people at least, keep them abreast of each other.
with members as (
    select c.id, c.phone,
        ($6::bigint[])[width_bucket(((hashint8extended(c.id, $8::bigint) & 2147483647) % 10000)::integer, $7::integer[])] as run
    from contact c
    where c.workspace_id = $1
        and exists (select from list_member m where m.contact_id = c.id and m.list_id = any($2::uuid[]))
        and not exists (select from list_member m where m.contact_id = c.id and m.list_id = any($3::uuid[]))
    order by c.id
), whole as (
    select run, array_agg(id) as contacts, array_agg(phone) as phones,
        least($5::integer, greatest(count(*)::integer / 20, 100)) as size
    from members group by run
), taken as (
    insert into run_snapshot (workspace_id, run_id, number, lo, contacts, phones)
    select $1, run, n, n * size, contacts[n * size + 1 : (n + 1) * size], phones[n * size + 1 : (n + 1) * size]
    from whole, generate_series(0, (cardinality(contacts) - 1) / size) as n where run is not null
    returning run_id, cardinality(contacts) as n
), held_out as (
    insert into campaign_holdout (workspace_id, campaign_id, contact_id)
    select $1, $4::uuid, unnest(contacts) from whole where run is null
)
select run_id, sum(n)::integer as n from taken group by run_id;

-- name: people_arms
-- As take_arms, of the people of a rule.
with members as (
    select p.id, p.phone,
        ($4::bigint[])[width_bucket(((hashint8extended(p.id, $6::bigint) & 2147483647) % 10000)::integer, $5::integer[])] as run
    from (select c.id, c.phone from contact as c where c.workspace_id = $1) as p
    order by p.id
), whole as (
    select run, array_agg(id) as contacts, array_agg(phone) as phones,
        least($3::integer, greatest(count(*)::integer / 20, 100)) as size
    from members group by run
), taken as (
    insert into run_snapshot (workspace_id, run_id, number, lo, contacts, phones)
    select $1, run, n, n * size, contacts[n * size + 1 : (n + 1) * size], phones[n * size + 1 : (n + 1) * size]
    from whole, generate_series(0, (cardinality(contacts) - 1) / size) as n where run is not null
    returning run_id, cardinality(contacts) as n
), held_out as (
    insert into campaign_holdout (workspace_id, campaign_id, contact_id)
    select $1, $2::uuid, unnest(contacts) from whole where run is null
)
select run_id, sum(n)::integer as n from taken group by run_id;

-- name: start_run
-- Gives the run its ids; no row when another planner did, or when the campaign was paused or canceled
-- meanwhile: then the whole transaction is undone.
with started as (
    update campaign c set state = 'sending' from campaign_run r
    where r.id = $1 and c.id = r.campaign_id and c.state = 'preparing' and r.base_id is null
    returning c.id
)
update campaign_run set base_id = $2, total = $3, planned_at = case when $3 = 0 then now() end
where id = $1 and base_id is null and exists (select from started)
returning campaign_id;

-- name: start_arm
-- Gives another arm its ids, in the transaction that started the first.
update campaign_run set base_id = $2, total = $3, planned_at = case when $3 = 0 then now() end where id = $1;

-- name: hold_run
-- The rest knows how many it is, and waits; where it is nobody, nothing has to be waited for.
update campaign_run set total = $2, planned_at = case when $2 = 0 then now() end where id = $1;

-- name: start_rest
-- Gives the rest its ids, when a variant was chosen or the campaign canceled; no row when another planner did.
update campaign_run r set base_id = $2, planned_at = case when r.total = 0 then now() end from campaign c
where r.id = $1 and r.base_id is null and r.role = 'rest' and c.id = r.campaign_id
    and ((c.state = 'sending' and not r.held) or c.state = 'canceled')
returning r.campaign_id;

-- name: claim_row
-- The next row of the audience that no other planner holds: deleted by the transaction that writes its
-- messages, so both happen or neither. The campaign's state says whether to plan or to cancel. The arrays go in
-- and out of Python as text, unread: the driver would take longer over them than the server over all the rest.
delete from run_snapshot s
where s.run_id = $1 and s.number = (
    select n.number from run_snapshot n where n.run_id = $1
    order by n.number limit 1 for update skip locked)
returning s.lo, cardinality(s.contacts) as n, s.contacts::text as contacts, s.phones::text as phones,
    (select case when r.stopped_at is null then c.state else 'canceled' end
     from campaign_run r join campaign c on c.id = r.campaign_id where r.id = $1) as state;

-- name: forget_in_snapshots
-- Another number in the place of a person's, in what is still to be planned.
update run_snapshot set phones = array_replace(phones, $2::bigint, $3::bigint)
where workspace_id = $1 and $2::bigint = any(phones);

-- name: end_planning
-- Nothing of the audience is left, and nobody holds a part of it: the run is planned.
update campaign_run set planned_at = $2
where id = $1 and planned_at is null and base_id is not null
    and not exists (select from run_snapshot s where s.run_id = $1)
returning campaign_id;

-- name: cancel_row
-- Writes recipients of a canceled run as canceled messages: each has an end, none a text.
with recipient as (
    select $2::bigint + p.ordinality - 1 as id, p.phone, p.contact_id
    from unnest($3::text::bigint[], $4::text::bigint[]) with ordinality as p(contact_id, phone, ordinality)
), written as (
    insert into message (id, workspace_id, phone, contact_id, run_id, purpose, decision)
    select id, $5, phone, contact_id, $1, $6, $7 from recipient
)
insert into message_state (id, workspace_id, state, reason, done_at)
select id, $5, $8, 'canceled', $9 from recipient;

-- name: fail_campaign
-- A campaign that cannot be planned, or whose sender is refused, waits for a person, who is shown why.
update campaign set state = 'paused', error = $2, error_code = $3 where id = $1 and state in ('preparing', 'sending');

-- name: ended_runs
-- Runs that have no cost yet, and of which nothing is submitted any more.
select r.id, r.workspace_id, r.campaign_id, r.base_id, r.total from campaign_run r
join campaign c on c.id = r.campaign_id
where r.cost is null and c.finished_at is not null
order by r.id limit $1;

-- name: parts_by_beginning
-- Parts handed over of messages lo ≤ id < hi, by day in the workspace's zone (`at`: a moment of it), carrier and the
-- first $3 digits of the number.
select (coalesce(s.submitted_at, s.done_at, m.created_at) at time zone w.zone)::date as day,
    min(coalesce(s.submitted_at, s.done_at, m.created_at)) as at, s.carrier_number,
    left(m.phone::text, $3) as beginning, sum(s.parts)::bigint as parts
from message_state s join message m on m.id = s.id and m.id >= $1 and m.id < $2 join workspace w on w.id = s.workspace_id
where s.id >= $1 and s.id < $2 and s.parts > 0 and s.carrier_number is not null
group by 1, 3, 4;

-- name: set_cost
-- The run's cost, once.
update campaign_run set cost = $2 where id = $1 and cost is null;

-- name: message_ids
-- The ranges of a campaign's messages, a run each, once its audience is taken.
select base_id as lo, base_id + total as hi from campaign_run
where workspace_id = $1 and campaign_id = $2 and base_id is not null and total > 0
order by base_id;

-- name: attributes_of
-- What contacts are called by, of a page of recipients.
select id, attributes from contact where workspace_id = $1 and id = any($2::bigint[]);
