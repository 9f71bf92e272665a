-- name: links
-- What a campaign says of its links; no row: nothing.
select shorten, domain_id, utm from campaign_links where workspace_id = $1 and campaign_id = $2;

-- name: name
-- The campaign's name, for its links and their parameters.
select name from campaign where workspace_id = $1 and id = $2;

-- name: save
-- Of a draft; no row when it is none.
insert into campaign_links (campaign_id, workspace_id, shorten, domain_id, utm)
select c.id, c.workspace_id, $3, $4, $5 from campaign c where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
on conflict (campaign_id) do update set shorten = excluded.shorten, domain_id = excluded.domain_id, utm = excluded.utm
returning campaign_id;

-- name: copy
-- The same for another campaign.
insert into campaign_links (campaign_id, workspace_id, shorten, domain_id, utm)
select $3, workspace_id, shorten, domain_id, utm from campaign_links where workspace_id = $1 and campaign_id = $2;
