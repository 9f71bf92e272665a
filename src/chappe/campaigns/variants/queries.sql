-- name: variants
-- The variants of a campaign besides the campaign itself.
select letter, name, body, sender_id, send_hour, offer_id from campaign_variant
where workspace_id = $1 and campaign_id = $2 order by letter;

-- name: add
-- A variant of a draft, by the first letter that is free of those given; no row when none is, or it is no draft.
insert into campaign_variant (workspace_id, campaign_id, letter, name, body, sender_id, send_hour, offer_id)
select $1, c.id, l.letter, $4, $5, $6, $7, $8
from campaign c cross join unnest($3::text[]) with ordinality as l (letter, place)
where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
    and not exists (select from campaign_variant v where v.campaign_id = c.id and v.letter = l.letter)
order by l.place limit 1
returning letter;

-- name: change
-- Another text of a draft's variant; no row when there is none, or it is no draft.
update campaign_variant v set name = $4, body = $5, sender_id = $6, send_hour = $7, offer_id = $8
from campaign c
where v.workspace_id = $1 and v.campaign_id = $2 and v.letter = $3 and c.id = v.campaign_id and c.state = 'draft'
returning v.letter;

-- name: remove
-- Not tried after all; no row when there is none, or it is no draft.
delete from campaign_variant v using campaign c
where v.workspace_id = $1 and v.campaign_id = $2 and v.letter = $3 and c.id = v.campaign_id and c.state = 'draft'
returning v.letter;

-- name: copy
-- The variants of one campaign, for another.
insert into campaign_variant (workspace_id, campaign_id, letter, name, body, sender_id, send_hour, offer_id)
select workspace_id, $3, letter, name, body, sender_id, send_hour, offer_id from campaign_variant
where workspace_id = $1 and campaign_id = $2;
