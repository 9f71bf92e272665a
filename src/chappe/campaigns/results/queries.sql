-- name: arms
-- The runs that test variants: whether anything of them is still to leave, and when the last message left.
select r.id, r.variant, r.base_id, r.total,
    r.planned_at is not null and not exists (select from chunk k where k.run_id = r.id) as left_whole
from campaign_run r
where r.workspace_id = $1 and r.campaign_id = $2 and r.role = 'test' and r.base_id is not null
order by r.variant;

-- name: clicked
-- People of messages lo ≤ id < hi who opened a link themselves, within $4 after their message left.
select count(*)::integer from message_click as c
join message_state as s on s.id = c.message_id and s.id >= $2 and s.id < $3
where c.workspace_id = $1 and c.run_id = $5 and c.human_at <= s.submitted_at + $4::interval;

-- name: replied
-- People of these messages who answered, other than by a word of $5 (STOP), within $4 after their message left.
select count(distinct i.answers)::integer from inbound as i
join message_state as s on s.id = i.answers and s.id >= $2 and s.id < $3
where i.workspace_id = $1 and i.answers >= $2 and i.answers < $3 and not coalesce(i.keyword = any($5::text[]), false)
    and i.received_at <= s.submitted_at + $4::interval;

-- name: opted_out
-- People of these messages who answered by a word of $4.
select count(distinct answers)::integer from inbound
where workspace_id = $1 and answers >= $2 and answers < $3 and keyword = any($4::text[]);

-- name: still_held
-- How many wait for the winner.
select coalesce(sum(cardinality(s.contacts)), 0)::integer from campaign_run r join run_snapshot s on s.run_id = r.id
where r.workspace_id = $1 and r.campaign_id = $2 and r.held;
