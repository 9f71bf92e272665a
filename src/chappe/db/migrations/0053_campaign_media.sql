-- A picture is a campaign's when its address stands in the text. Whether one that is to leave, or is leaving, names it:
-- asked before it is deleted, with the rights of who asks.
create function media_leaves(of_workspace bigint, code text) returns boolean language sql stable as $$
    select exists (
        select from campaign c
        where c.workspace_id = of_workspace and c.state in ('scheduled', 'preparing', 'sending', 'paused')
            and (position('/m/' || code in c.body) > 0 or exists (
                select from campaign_variant v
                where v.campaign_id = c.id and position('/m/' || code in v.body) > 0))
    )
$$;
