-- Copies of a campaign that comes again name its picture too: it stays until the series has ended.
create or replace function media_leaves(of_workspace bigint, code text) returns boolean language sql stable as $$
    select exists (
        select from campaign c
        where c.workspace_id = of_workspace
            and (c.state in ('scheduled', 'preparing', 'sending', 'paused')
                or (c.state = 'finished'
                    and exists (select from campaign_series s where s.campaign_id = c.id and s.state = 'active')))
            and (position('/m/' || code in c.body) > 0 or exists (
                select from campaign_variant v
                where v.campaign_id = c.id and position('/m/' || code in v.body) > 0))
    )
$$;
