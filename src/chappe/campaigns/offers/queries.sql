-- name: chosen
-- The offer of a campaign; no row: none.
select offer_id from campaign_offer where workspace_id = $1 and campaign_id = $2;

-- name: of_variants
-- Offers of a campaign's variants that have their own.
select letter, offer_id from campaign_variant
where workspace_id = $1 and campaign_id = $2 and offer_id is not null;

-- name: save
-- Of a draft; no row when it is none.
insert into campaign_offer (campaign_id, workspace_id, offer_id)
select c.id, c.workspace_id, $3 from campaign c where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
on conflict (campaign_id) do update set offer_id = excluded.offer_id
returning campaign_id;

-- name: remove
-- Of a draft.
delete from campaign_offer o using campaign c
where o.workspace_id = $1 and o.campaign_id = $2 and c.id = o.campaign_id and c.state = 'draft';

-- name: copy
-- The same for another campaign.
insert into campaign_offer (campaign_id, workspace_id, offer_id)
select $3, workspace_id, offer_id from campaign_offer where workspace_id = $1 and campaign_id = $2;

-- name: begin_runs
-- The offer of runs whose audience is taken: their variant's, else the campaign's.
insert into run_offer (run_id, workspace_id, offer_id)
select r.id, r.workspace_id, coalesce(v.offer_id, o.offer_id)
from campaign_run r
left join campaign_variant v on v.campaign_id = r.campaign_id and v.letter = r.variant
left join campaign_offer o on o.campaign_id = r.campaign_id
where r.id = any($1::bigint[]) and coalesce(v.offer_id, o.offer_id) is not null;

-- name: of_run
-- The offer of a run; no row: none.
select offer_id from run_offer where run_id = $1;
