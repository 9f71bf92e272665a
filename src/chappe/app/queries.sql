-- name: queue
-- Messages that wait (0), or are with a link (1), by lane.
select lane, state, sum(hi - lo)::bigint as messages from chunk where state < 2 group by lane, state;

-- name: campaigns
-- Campaigns by state.
select state, count(*) as campaigns from campaign group by state;

-- name: campaign_messages
-- Messages of campaigns by state, as far as they are folded.
select state, sum(n)::bigint as messages, sum(parts)::bigint as parts from run_count group by state;

-- name: accepted
-- Message ids given out: what was accepted, and at most a block of gaps for each process started.
select coalesce(sum(next - 1), 0)::bigint from message_day;
