-- name: queue
-- Messages to submit by lane and place, a chunk counted whole until its last message is done. Whether their
-- time has come is told by the gate's clock.
select lane, case when state = 1 then 'link' when due_at > $1 then 'waiting' else 'ready' end as place,
    sum(hi - lo)::bigint as messages
from chunk where state < 2 group by 1, 2;

-- name: campaigns
-- Campaigns by state.
select state, count(*) as campaigns from campaign group by state;

-- name: campaign_messages
-- Messages of campaigns by state, as far as they are folded.
select state, sum(n)::bigint as n, sum(parts)::bigint as parts from run_count group by state;
