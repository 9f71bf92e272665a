-- name: experiment
-- The test of a campaign, with the variants that were stopped.
select e.campaign_id, e.test_percent, e.holdout_percent, e.metric, e.decision, e.decide_within, e.most_optouts, e.state,
    e.started_at, e.winner, e.decided_at, e.decided_by,
    (select coalesce(array_agg(r.variant order by r.number), '{}') from campaign_run r
     where r.campaign_id = e.campaign_id and r.stopped_at is not null) as stopped
from experiment e where e.workspace_id = $1 and e.campaign_id = $2;

-- name: save
-- How a draft is to be tested; no row when it is no draft.
insert into experiment (campaign_id, workspace_id, seed, test_percent, holdout_percent, metric, decision, decide_within,
    most_optouts)
select c.id, c.workspace_id, $3, $4, $5, $6, $7, $8, $9 from campaign c
where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
on conflict (campaign_id) do update set test_percent = excluded.test_percent,
    holdout_percent = excluded.holdout_percent, metric = excluded.metric, decision = excluded.decision,
    decide_within = excluded.decide_within, most_optouts = excluded.most_optouts
returning campaign_id;

-- name: remove
-- A draft that is not tested after all; no row when it is no draft.
delete from experiment e using campaign c
where e.workspace_id = $1 and e.campaign_id = $2 and c.id = e.campaign_id and c.state = 'draft'
returning e.campaign_id;

-- name: seed
-- The key of the hash, for those who part the audience.
select seed from experiment where campaign_id = $1;

-- name: arm
-- The run of an arm, with what it sends, as it is now.
insert into campaign_run (workspace_id, campaign_id, number, role, variant, body, sender_id, held)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning id;

-- name: first_arm
-- The run that every campaign has becomes the arm of variant A.
update campaign_run set role = $2 where id = $1;

-- name: begin
-- The audience is parted: from now on variants are compared.
update experiment set state = 'testing', started_at = $2 where campaign_id = $1 and state = 'draft';

-- name: runs
-- The runs of a campaign.
select id, number, role, variant, base_id, total, held, planned_at, stopped_at from campaign_run
where workspace_id = $1 and campaign_id = $2 order by number;

-- name: choose
-- A variant wins, once: of a person and the rule that choose at the same moment, one finds the test undecided. The rest
-- goes with it, in the same statement.
with chosen as (
    update experiment set state = 'decided', winner = $3, decided_at = $4, decided_by = $5
    where workspace_id = $1 and campaign_id = $2 and state = 'testing'
    returning campaign_id
), let_go as (
    update campaign_run r set held = false, variant = $3, body = $6, sender_id = $7 from chosen
    where r.campaign_id = chosen.campaign_id and r.role = 'rest' and r.held
)
select campaign_id from chosen;

-- name: stop
-- What of a variant has not left will not leave; no row when it was stopped before, or is not tested now.
update campaign_run r set stopped_at = $4 from experiment e
where e.workspace_id = $1 and e.campaign_id = $2 and e.state = 'testing'
    and r.campaign_id = e.campaign_id and r.role = 'test' and r.variant = $3 and r.stopped_at is null
returning r.id;

-- name: copy
-- How one campaign is tested, for another, whose people are parted anew.
insert into experiment (campaign_id, workspace_id, seed, test_percent, holdout_percent, metric, decision, decide_within,
    most_optouts)
select $3, workspace_id, $4, test_percent, holdout_percent, metric, decision, decide_within, most_optouts
from experiment where workspace_id = $1 and campaign_id = $2;

-- name: held_out
-- How many of a campaign's audience got nothing.
select count(*)::integer from campaign_holdout where workspace_id = $1 and campaign_id = $2;

-- name: buckets
-- The bucket of each contact, of 10,000, as take_arms and people_arms tell it.
select coalesce(array_agg(((hashint8extended(id, $2::bigint) & 2147483647) % 10000)::integer order by at), '{}')
from unnest($1::bigint[]) with ordinality as c (id, at);
