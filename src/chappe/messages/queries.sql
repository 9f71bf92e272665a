-- name: allocate_message_ids
-- First of n fresh ids of today. The day's row stays locked until commit.
select allocate_message_ids($1);

-- name: insert_messages
-- Messages by arrays: the web role is under row-level security, where COPY is refused.
insert into message (id, workspace_id, phone, contact_id, run_id, sender_id, purpose, encoding, parts,
    decision, body, reference, expires_at)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::uuid[],
    $7::smallint[], $8::smallint[], $9::smallint[], $10::smallint[], $11::text[], $12::text[],
    $13::timestamptz[]);

-- name: insert_states
-- States of messages that no carrier will see.
insert into message_state (id, workspace_id, state, reason, done_at)
select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[]);

-- name: insert_chunks
-- Units of dispatch, ready when due.
insert into chunk (workspace_id, run_id, route_id, source, lane, lo, hi, due_at, window_end, zones, expires_at)
select * from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::smallint[], $6::bigint[],
    $7::bigint[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::timestamptz[]);

-- name: notify_chunks
-- Wakes senders at commit; notices of one transaction with one payload are one.
select pg_notify('chappe_chunk', $1);

-- name: message_by_id
-- One message with its state of this moment. Without a state row the chunk that holds it tells.
select m.id, m.phone, m.contact_id, r.campaign_id, coalesce(m.sender_id, c.sender_id) as sender_id, m.purpose,
    coalesce(s.state, k.state, 2::smallint) as state, s.reason, m.decision, m.body, m.encoding, m.parts,
    coalesce(s.parts, 0::smallint) as parts_sent, m.reference, m.created_at, m.expires_at, s.submitted_at, s.done_at
from message m
left join message_state s on s.id = m.id and s.id = $2
left join campaign_run r on r.id = m.run_id
left join campaign c on c.id = r.campaign_id
left join lateral (
    select case when x.state = 1 then 2 when x.due_at > $3 then 0 else 1 end::smallint as state
    from chunk x where s.id is null and m.id >= x.lo and m.id < x.hi limit 1
) k on true
where m.workspace_id = $1 and m.id = $2;

-- name: messages_by_id
-- As message_by_id for a page of ids, newest first. Bounds on both sides of the join keep every partition
-- that cannot match out of the plan.
select m.id, m.phone, m.contact_id, r.campaign_id, coalesce(m.sender_id, c.sender_id) as sender_id, m.purpose,
    coalesce(s.state, k.state, 2::smallint) as state, s.reason, m.decision, m.body, m.encoding, m.parts,
    coalesce(s.parts, 0::smallint) as parts_sent, m.reference, m.created_at, m.expires_at, s.submitted_at, s.done_at
from message m
left join message_state s on s.id = m.id and s.id = any($2::bigint[])
left join campaign_run r on r.id = m.run_id
left join campaign c on c.id = r.campaign_id
left join lateral (
    select case when x.state = 1 then 2 when x.due_at > $3 then 0 else 1 end::smallint as state
    from chunk x where s.id is null and m.id >= x.lo and m.id < x.hi limit 1
) k on true
where m.workspace_id = $1 and m.id = any($2::bigint[])
order by m.id desc;

-- name: ids_in_range
-- A page of ids lo ≤ id < hi, newest first.
select m.id from message m
where m.workspace_id = $1 and m.id >= $2 and m.id < $3
order by m.id desc limit $4;

-- name: ids_of_phone
-- A page of ids of one number below hi, newest first, by the index on (phone, id).
select m.id from message m
where m.workspace_id = $1 and m.phone = $2 and m.id >= $3 and m.id < $4
order by m.id desc limit $5;

-- name: ids_in_state
-- A page of ids with this stored state, in a range that is a campaign's run or a day.
select s.id from message_state s join message m on m.id = s.id
where s.workspace_id = $1 and s.id >= $2 and s.id < $3 and m.id >= $2 and m.id < $3 and s.state = $4
    and ($5::bigint is null or m.phone = $5)
order by s.id desc limit $6;

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
-- First id and number of messages of a campaign's run; nulls before its audience is taken.
select r.base_id, r.total from campaign c left join campaign_run r on r.campaign_id = c.id
where c.workspace_id = $1 and c.id = $2;
