-- name: allocate_message_ids
-- First of n fresh ids of today. The day's row stays locked until commit.
select allocate_message_ids($1);

-- name: insert_accepted
-- Messages, the states of those that no carrier will see, and chunks; wakes the senders of their lanes at
-- commit. By arrays: the web role is under row-level security, where COPY is refused. In one statement: a
-- message of the API waits for every round to the server.
with messages as (
    insert into message (id, workspace_id, phone, contact_id, run_id, sender_id, purpose, encoding, parts,
        decision, body, reference, expires_at)
    select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::uuid[],
        $7::smallint[], $8::smallint[], $9::smallint[], $10::smallint[], $11::text[], $12::text[],
        $13::timestamptz[])
), states as (
    insert into message_state (id, workspace_id, state, reason, done_at)
    select * from unnest($14::bigint[], $15::bigint[], $16::smallint[], $17::text[], $18::timestamptz[])
), chunks as (
    insert into chunk (workspace_id, run_id, route_id, source, lane, lo, hi, due_at, window_end, zones,
        expires_at)
    select * from unnest($19::bigint[], $20::bigint[], $21::uuid[], $22::text[], $23::smallint[],
        $24::bigint[], $25::bigint[], $26::timestamptz[], $27::timestamptz[], $28::text[], $29::timestamptz[])
)
select pg_notify('chappe_chunk', lane::text)
from (select distinct lane from unnest($23::smallint[]) as lane) as lanes;

-- name: notify_chunks
-- Wakes senders at commit; notices of one transaction with one payload are one.
select pg_notify('chappe_chunk', $1);

-- name: message_by_id
-- One message with its state of this moment. Without a state row the chunk that holds it tells.
select m.id, m.phone, m.contact_id, r.campaign_id, coalesce(m.sender_id, r.sender_id, c.sender_id) as sender_id, m.purpose,
    coalesce(s.state, k.state, 2::smallint) as state, s.reason, m.decision, m.body, m.encoding, m.parts,
    coalesce(s.parts, 0::smallint) as parts_sent, m.reference, m.created_at, m.expires_at,
    case when k.state = 0 then k.due_at end as due_at, s.submitted_at, s.done_at
from message m
left join message_state s on s.id = m.id and s.id = $2
left join campaign_run r on r.id = m.run_id
left join campaign c on c.id = r.campaign_id
left join lateral (
    select case when x.state = 1 then 2 when x.due_at > $3 then 0 else 1 end::smallint as state, x.due_at
    from chunk x where s.id is null and m.id >= x.lo and m.id < x.hi limit 1
) k on true
where m.workspace_id = $1 and m.id = $2;

-- name: messages_by_id
-- As message_by_id for a page of ids, newest first. Bounds on both sides of the join keep every partition
-- that cannot match out of the plan.
select m.id, m.phone, m.contact_id, r.campaign_id, coalesce(m.sender_id, r.sender_id, c.sender_id) as sender_id, m.purpose,
    coalesce(s.state, k.state, 2::smallint) as state, s.reason, m.decision, m.body, m.encoding, m.parts,
    coalesce(s.parts, 0::smallint) as parts_sent, m.reference, m.created_at, m.expires_at,
    case when k.state = 0 then k.due_at end as due_at, s.submitted_at, s.done_at
from message m
left join message_state s on s.id = m.id and s.id = any($2::bigint[])
left join campaign_run r on r.id = m.run_id
left join campaign c on c.id = r.campaign_id
left join lateral (
    select case when x.state = 1 then 2 when x.due_at > $3 then 0 else 1 end::smallint as state, x.due_at
    from chunk x where s.id is null and m.id >= x.lo and m.id < x.hi limit 1
) k on true
where m.workspace_id = $1 and m.id = any($2::bigint[])
order by m.id desc;

-- name: dispatch_of
-- What the carrier was given of a message and what it answered.
select s.carrier_number, s.provider_id, s.more_ids, s.parts, s.done_mask, s.failed_mask
from message_state s where s.workspace_id = $1 and s.id = $2;

-- name: ids_in_range
-- A page of ids lo ≤ id < hi, newest first.
select m.id from message m
where m.workspace_id = $1 and m.id >= $2 and m.id < $3
order by m.id desc limit $4;

-- name: ids_of_phone
-- A page of ids of one number below hi, newest first, by each day's own means (0011_messages_of_a_number.sql).
select messages_of_number($1, $2, $3, $4, $5) as id;

-- name: lock_phone_index
-- One worker builds; the lock is the connection's.
select pg_try_advisory_lock(hashtextextended('chappe phone index', 0));

-- name: day_without_phone_index
-- The latest day before $1 that has messages and no valid index by number. `broken`: a build was interrupted.
select p.day, x.indexrelid is not null as broken
from pg_inherits as h
join pg_class as c on c.oid = h.inhrelid
cross join lateral (select to_date(right(c.relname, 8), 'YYYYMMDD') as day) as p
left join (pg_index as x join pg_class as n on n.oid = x.indexrelid)
    on x.indrelid = c.oid and n.relname = c.relname || '_phone'
where h.inhparent = 'message'::regclass and p.day < $1::date and pg_relation_size(c.oid) > 0
    and x.indisvalid is distinct from true
order by p.day desc limit 1;

-- name: drop_phone_index
-- The statement that takes away what an interrupted build left: it is written, and never read.
select format('drop index concurrently if exists %I', 'message_' || to_char($1::date, 'YYYYMMDD') || '_phone');

-- name: build_phone_index
-- The statement that indexes a day, to be run alone: CONCURRENTLY wants no transaction.
select format('create index concurrently %I on %I (phone, id)', day || '_phone', day)
from (select 'message_' || to_char($1::date, 'YYYYMMDD') as day) as d;

-- name: ids_in_state
-- A page of ids with this stored state, in a range that is a campaign's run or a day.
select s.id from message_state s join message m on m.id = s.id
where s.workspace_id = $1 and s.id >= $2 and s.id < $3 and m.id >= $2 and m.id < $3 and s.state = $4
    and ($5::bigint is null or m.phone = $5)
order by s.id desc limit $6;

-- name: ids_in_states
-- Of the ids lo ≤ id < hi those in one of these states, the highest first, along the key; $6: for this reason alone.
select s.id from message_state s
where s.workspace_id = $1 and s.id >= $2 and s.id < $3 and s.state = any($4::smallint[])
    and ($6::text is null or coalesce(s.reason, '') = $6)
order by s.id desc limit $5;

-- name: ids_in_states_upwards
-- As ids_in_states, the lowest first.
select s.id from message_state s
where s.workspace_id = $1 and s.id >= $2 and s.id < $3 and s.state = any($4::smallint[])
    and ($6::text is null or coalesce(s.reason, '') = $6)
order by s.id limit $5;

-- name: ids_without_state
-- A page of ids in a range that no carrier has answered for yet, by what their chunk says.
select m.id from message m
left join message_state s on s.id = m.id and s.id >= $2 and s.id < $3
left join lateral (
    select case when x.state = 1 then 2 when x.due_at > $7 then 0 else 1 end::smallint as state
    from chunk x where m.id >= x.lo and m.id < x.hi limit 1
) k on true
where m.workspace_id = $1 and m.id >= $2 and m.id < $3 and s.id is null
    and coalesce(k.state, 2::smallint) = $4 and ($5::bigint is null or m.phone = $5)
order by m.id desc limit $6;

-- name: exceptional_ids
-- A page of ids that came into this state and are still in it, from the narrow table of such events.
select e.id from message_exception e join message_state s on s.id = e.id and s.state = e.state
where e.workspace_id = $1 and e.state = $2 and e.id < $3 and s.id < $3
order by e.id desc limit $4;

-- name: ids_of_campaign
-- The ranges of ids of a campaign's runs, the lowest first; nulls before its audience is taken.
select r.base_id as lo, r.base_id + r.total as hi from campaign c
left join campaign_run r on r.campaign_id = c.id and r.base_id is not null and r.total > 0
where c.workspace_id = $1 and c.id = $2
order by r.base_id;

-- name: record_deltas
-- Changes of runs' counts, appended: no counter row is fought over.
insert into run_delta (workspace_id, run_id, state, reason, n, parts)
select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::integer[], $6::integer[]);

-- name: fold_deltas
-- Moves what was appended into the counts, and into those of its minute. Every delta is deleted once, whoever
-- folds; the order of the groups keeps two folders from waiting for each other in a circle.
with gone as (
    delete from run_delta where id in (select id from run_delta order by id limit $1 for update skip locked)
    returning workspace_id, run_id, state, reason, n, parts, at
), added as (
    insert into run_count as c (workspace_id, run_id, state, reason, n, parts)
    select workspace_id, run_id, state, reason, sum(n), sum(parts) from gone
    group by 1, 2, 3, 4 order by 2, 3, 4
    on conflict (run_id, state, reason) do update set n = c.n + excluded.n, parts = c.parts + excluded.parts
), timed as (
    insert into run_minute as c (workspace_id, run_id, minute, state, n)
    select workspace_id, run_id, date_trunc('minute', at), state, sum(n) from gone
    group by 1, 2, 3, 4 order by 2, 3, 4
    on conflict (run_id, minute, state) do update set n = c.n + excluded.n
)
select count(*)::integer from gone;

-- name: minutes_of_runs
-- How the counts of runs together changed, minute by minute: folded and not yet folded, in one snapshot.
select minute, state, sum(n)::bigint as n from (
    select minute, state, n from run_minute where workspace_id = $1 and run_id = any($2::bigint[])
    union all
    select date_trunc('minute', at), state, n from run_delta where workspace_id = $1 and run_id = any($2::bigint[])
) as both_tables group by 1, 2 order by 1;

-- name: counts_of_runs
-- Counts of runs, folded and not yet folded, in one snapshot.
select run_id, state, reason, sum(n)::bigint as n, sum(parts)::bigint as parts from (
    select run_id, state, reason, n, parts from run_count where workspace_id = $1 and run_id = any($2::bigint[])
    union all
    select run_id, state, reason, n, parts from run_delta where workspace_id = $1 and run_id = any($2::bigint[])
) as both_tables group by 1, 2, 3;

-- name: next_due
-- When the first of what waits for its time in each of these runs is due, by the index on run_id.
select run_id, min(due_at) as due_at from chunk
where workspace_id = $1 and run_id = any($2::bigint[]) and state = 0 and due_at > $3 group by run_id;

-- name: lock_expired_chunks
-- Chunks nobody holds whose "not after" has passed.
select id, workspace_id, run_id, lo, hi from chunk
where state = 0 and expires_at <= $1 order by id limit $2 for update skip locked;

-- name: lock_chunks_of_run
-- Chunks of a canceled run that nobody holds.
select id, workspace_id, run_id, lo, hi from chunk
where run_id = $1 and state in (0, 2) order by id limit $2 for update skip locked;

-- name: lock_chunks_of_no_run
-- Chunks of single messages that wait or were leased.
select id, workspace_id, run_id, lo, hi from chunk
where run_id is null order by id limit $1 for update skip locked;

-- name: skip_ids
-- Leaves out ids of today that were given after the backup which was restored.
insert into message_day as d (day, next) values ((now() at time zone 'utc')::date, 1 + $1::bigint)
on conflict (day) do update set next = d.next + $1;

-- name: end_range
-- Gives a final state to the messages lo ≤ id < hi that have none. Bounds on both sides of the join.
insert into message_state (id, workspace_id, state, reason, done_at)
select m.id, m.workspace_id, $3, $4, $5 from message m
left join message_state s on s.id = m.id and s.id >= $1 and s.id < $2
where m.id >= $1 and m.id < $2 and s.id is null
returning id;

-- name: insert_exceptions
-- Notes messages that need a person's eye.
insert into message_exception (id, workspace_id, run_id, state)
select id, $2, $3, $4 from unnest($1::bigint[]) as ended(id)
on conflict do nothing;

-- name: cancel_messages
-- Ends those of these messages that wait in chunks nobody holds; the chunks are locked, so that nobody takes one
-- meanwhile. The chunk of a single message goes with it.
with waiting as (
    select m.id, m.run_id, k.id as chunk, k.hi - k.lo = 1 as alone
    from message as m
    left join message_state as s on s.id = m.id and s.id = any($2::bigint[])
    join chunk as k on k.workspace_id = $1 and m.id >= k.lo and m.id < k.hi and k.state = 0
    where m.workspace_id = $1 and m.id = any($2::bigint[]) and s.id is null
    for update of k skip locked
), ended as (
    insert into message_state (id, workspace_id, state, reason, done_at)
    select id, $1, $3, $4, $5 from waiting
), gone as (
    delete from chunk where id in (select chunk from waiting where alone)
)
select id, run_id from waiting;

-- name: forget_messages
-- Whom and what, of those of these messages that have ended or are with the carrier: what a sender holds is not
-- touched.
update message as m set phone = 0, contact_id = null, body = null, reference = null
where m.workspace_id = $1 and m.id = any($2::bigint[])
    and exists (select from message_state as s where s.id = m.id and s.id = any($2::bigint[]));

-- name: forget_inbound
-- What these numbers wrote; that somebody wrote, when, what it answered, and whether it asked to stop (a word of $4) stays:
-- reports count it. Parts that wait for others go.
with parts as (
    delete from inbound_part where workspace_id = $1 and ltrim(source, '+') = any($3::text[])
)
update inbound set phone = null, contact_id = null, source = '', body = '', fingerprint = '',
    keyword = case when keyword = any($4::text[]) then 'stop' end
where workspace_id = $1 and phone = any($2::bigint[]);

-- name: delete_chunks
-- Chunks whose every message has a state.
delete from chunk where id = any($1::bigint[]);

-- name: closed_windows
-- Zones of the waiting chunks whose allowed hours are over.
select distinct workspace_id, zones from chunk where state = 0 and window_end <= $1 and zones is not null;

-- name: move_to_window
-- Puts what waits in these zones into their next window.
update chunk set due_at = $4, window_end = $5
where state = 0 and workspace_id = $1 and zones = $2 and window_end <= $3;

-- name: lock_chunks_of_zones
-- Waiting chunks of zones that have no window any more.
select id, workspace_id, run_id, lo, hi from chunk
where state = 0 and workspace_id = $1 and zones = $2 and window_end <= $3 order by id limit $4 for update skip locked;

-- name: close_without_receipt
-- Ends the wait for receipts of messages lo ≤ id < hi: their validity and six hours are over.
with overdue as (
    select s.id from message_state s join message m on m.id = s.id
    where s.id >= $1 and s.id < $2 and m.id >= $1 and m.id < $2 and s.state = 3 and s.done_at is null
        and coalesce(m.expires_at, s.submitted_at + $5::interval) + interval '6 hours' < $3
    limit $4 for update of s skip locked
)
update message_state s set done_at = $3, reason = 'no_receipt'
from overdue where s.id = overdue.id and s.id >= $1 and s.id < $2 and s.state = 3;

-- name: wait_briefly
-- Making a partition locks its parent: better to fail and come back than to let every sender queue behind.
select set_config('lock_timeout', '2s', true);

-- name: make_days
-- Partitions of the days to come; the number of days that had none.
select count(*) filter (where ensure_message_day(day::date))::integer
from generate_series($1::date, $1::date + $2::integer, '1 day') as day;

-- name: make_today
-- The partitions of the day that allocate_message_ids gives ids of.
select ensure_message_day((now() at time zone 'utc')::date);

-- name: days_ahead
-- How many days after this one have partitions, without a gap.
select count(*)::integer from generate_series(1, 30) as n
where not exists (select from generate_series(1, n) as k
    where to_regclass('message_' || to_char($1::date + k, 'YYYYMMDD')) is null);

-- name: inbound_of_phone
-- What a number wrote, the newest first, by the index on (phone, id).
select id, destination, body, keyword, received_at, reading from inbound
where workspace_id = $1 and phone = $2 and id < $3
order by id desc limit $4;

-- name: match_answers
-- Finds what texts answer that were not looked at yet: the last message that their sender had from us in the week
-- before, the newest $2 messages of the number being searched. Any number of workers, each its own rows.
with fresh as (
    select id, workspace_id, phone, sender_id, received_at from inbound
    where not matched order by id limit $1 for update skip locked
), found as (
    select f.id, m.id as message from fresh as f
    left join lateral (
        select m.id from messages_of_number(f.workspace_id, f.phone,
            ((f.received_at at time zone 'utc')::date - 7 - date '2026-01-01')::bigint << 40,
            ((f.received_at at time zone 'utc')::date + 1 - date '2026-01-01')::bigint << 40, $2) as m (id)
        join message as w on w.id = m.id
        left join campaign_run as r on r.id = w.run_id
        left join campaign as c on c.id = r.campaign_id
        where coalesce(w.sender_id, r.sender_id, c.sender_id) = f.sender_id and w.purpose <> 2 and w.body is not null
            and w.created_at <= f.received_at
        order by m.id desc limit 1
    ) as m on f.phone is not null
), marked as (
    update inbound as i set matched = true, answers = found.message from found where i.id = found.id
    returning 1
)
select count(*)::integer from marked;

-- name: first_waiting
-- The lowest id of a workspace that may still be sent: its text is needed.
select min(lo) from chunk where workspace_id = $1;

-- name: stretch_end
-- The last of the next $3 messages of all workspaces from id $1 on, below $2.
select max(id) from (select id from message where id >= $1 and id < $2 order by id limit $3) as stretch;

-- name: erase_texts
-- The texts of a workspace's messages $2 ≤ id ≤ $3. The rest of the row stays: figures count it.
update message set body = null where workspace_id = $1 and id >= $2 and id <= $3 and body is not null;

-- name: texts_below
-- How many texts of these workspaces stand below id $2, up to $3.
select count(*)::integer from (
    select 1 from message where workspace_id = any($1::bigint[]) and id < $2 and body is not null limit $3
) as found;

-- name: answers_in_range
-- How many texts answer messages lo ≤ id < hi, and how many of them are keywords of $4.
select count(*)::integer as replies, count(*) filter (where keyword = any($4::text[]))::integer as stops
from inbound where workspace_id = $1 and answers >= $2 and answers < $3;

-- name: answers_page
-- A page of the texts that answer messages lo ≤ id < hi, the newest message first; `stops`: only keywords of $4.
select i.id, i.phone, i.source, i.body, coalesce(i.keyword = any($4::text[]), false) as stops_too, i.received_at,
    i.answers, i.contact_id
from inbound as i
where i.workspace_id = $1 and i.answers >= $2 and i.answers < $3
    and ($5::bigint is null or (i.answers, i.id) < ($5, $6::bigint))
    and (not $7::boolean or i.keyword = any($4::text[]))
order by i.answers desc, i.id desc limit $8;

-- name: answers_latest
-- The newest texts that answer messages lo ≤ id < hi.
select i.id, i.phone, i.source, i.body, coalesce(i.keyword = any($4::text[]), false) as stops_too, i.received_at,
    i.answers, i.contact_id
from inbound as i
where i.workspace_id = $1 and i.answers >= $2 and i.answers < $3
order by i.id desc limit $5;

-- name: lock_receipt_index
-- One worker builds; the lock is the connection's.
select pg_try_advisory_lock(hashtextextended('chappe receipt index', 0));

-- name: day_without_receipt_index
-- The latest day since $1 that lacks its index and is over ($2 is today), or was asked for.
select day, broken from receipt_days($1, $2)
where not indexed and bytes > 0 and (day < $2 or day in (select day from late_receipt_day))
order by day desc limit 1;

-- name: wait_for_readers
-- A build waits for every transaction that began before it: a backup may take long, for ever it must not.
select set_config('lock_timeout', '10min', false);

-- name: build_receipt_index
-- The statements that index a day, each to be run alone: CONCURRENTLY lets receipts pass and wants no transaction.
select format(step, p || '_key', p || '_more', p)
from message_state_of($1) as p, unnest(array[
    'create index concurrently if not exists %1$I on %3$I (provider_key(provider_id)) where provider_id is not null',
    'create index concurrently if not exists %2$I on %3$I using gin (more_ids) where more_ids is not null'
]) with ordinality as s (step, n)
order by n;

-- name: drop_receipt_index
-- The statements that take away what an interrupted build left: it is written, and never read.
select format(step, p || '_key', p || '_more')
from message_state_of($1) as p, unnest(array[
    'drop index concurrently if exists %1$I',
    'drop index concurrently if exists %2$I'
]) with ordinality as s (step, n)
order by n;

-- name: forget_receipt_days
-- Receipts for these days have all come.
delete from late_receipt_day where day < $1;

-- name: erase_inbound
-- The words of what people wrote before $2, some of them; that they wrote, when, and whether it asked to stop (a word of
-- $4) stays: reports count it.
update inbound set body = '', keyword = case when keyword = any($4::text[]) then 'stop' end where id in (
    select id from inbound where workspace_id = $1 and received_at < $2 and body <> '' limit $3);

-- name: message_days
-- Days of the ledger before $1, the first one first.
select p.day from pg_inherits as h
join pg_class as c on c.oid = h.inhrelid
cross join lateral (select to_date(right(c.relname, 8), 'YYYYMMDD') as day) as p
where h.inhparent = 'message'::regclass and p.day < $1::date order by p.day;

-- name: has_messages_of_others
-- Whether a message $1 ≤ id < $2 is of another workspace than these. It ends at the first.
select exists (select from message where id >= $1 and id < $2 and workspace_id <> all ($3::bigint[]));

-- name: wait_little
-- For the rest of the transaction: who waits for a lock on the ledger keeps everybody behind them from writing to it.
select set_config('lock_timeout', '300ms', true);

-- name: drop_day
-- A day of the ledger is taken away whole.
select drop_message_day($1);

-- name: drop_exceptions
-- And what of it stood out for people's eyes, or named a topic.
with topics as (
    delete from message_topic where id >= $1 and id < $2
)
delete from message_exception where id >= $1 and id < $2;

-- name: delete_messages
-- Messages of a workspace $2 ≤ id ≤ $3, with all that stands beside them; how many.
with states as (
    delete from message_state where workspace_id = $1 and id >= $2 and id <= $3
), exceptions as (
    delete from message_exception where workspace_id = $1 and id >= $2 and id <= $3
), topics as (
    delete from message_topic where workspace_id = $1 and id >= $2 and id <= $3
), gone as (
    delete from message where workspace_id = $1 and id >= $2 and id <= $3 returning 1
)
select count(*)::integer from gone;

-- name: messages_below
-- How many messages of these workspaces stand below id $2, up to $3.
select count(*)::integer from (
    select 1 from message where workspace_id = any($1::bigint[]) and id < $2 limit $3
) as found;

-- name: note_topics
-- What single messages are about, where that is not what their purpose says.
insert into message_topic (id, workspace_id, word)
select u.id, $1, u.word from unnest($2::bigint[], $3::text[]) as u (id, word);

-- name: topic_word
-- The word of the topic that a single message is about; no row when none was named.
select word from message_topic where workspace_id = $1 and id = $2;

-- name: recount
-- Where the counts of a run, folded or not, are not what its messages lo ≤ id < hi are: all read in one snapshot, so the
-- two agree at any moment. State null: parts that were billed. Then minutes, which are folded with the counts.
with ledger as (
    select coalesce(s.state, 1) as state, count(*) as n, coalesce(sum(s.parts), 0) as parts
    from message as m left join message_state as s on s.id = m.id and s.id >= $3 and s.id < $4
    where m.workspace_id = $1 and m.run_id = $2 and m.id >= $3 and m.id < $4 group by 1
), both_tables as (
    select state, n, parts from run_count where workspace_id = $1 and run_id = $2
    union all
    select state, n, parts from run_delta where workspace_id = $1 and run_id = $2
), summed as (
    select state, sum(n) as n, sum(parts) as parts from both_tables group by 1
), folded as (
    select state, sum(n) as n from run_count where workspace_id = $1 and run_id = $2 group by 1
), minutes as (
    select state, sum(n) as n from run_minute where workspace_id = $1 and run_id = $2 group by 1
)
select 'messages' as what, state, coalesce(c.n, 0)::bigint as counted, coalesce(l.n, 0)::bigint as recounted
from summed as c full join ledger as l using (state) where coalesce(c.n, 0) <> coalesce(l.n, 0)
union all
select 'parts', null, c.parts, l.parts
from (select coalesce(sum(parts), 0)::bigint as parts from summed where state <> 1) as c,
    (select coalesce(sum(parts), 0)::bigint as parts from ledger) as l
where c.parts <> l.parts
union all
select 'minutes', state, coalesce(m.n, 0)::bigint, coalesce(f.n, 0)::bigint
from minutes as m full join folded as f using (state) where coalesce(m.n, 0) <> coalesce(f.n, 0);
