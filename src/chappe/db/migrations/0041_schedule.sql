-- When each person gets a campaign, beside its moment.

-- how: everybody at the campaign's moment; at that hour of each person's own day; or at each person's best hour of it.
-- spread_minutes: they leave evenly over so long.
create table campaign_timing (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    how text not null default 'moment' check (how in ('moment', 'local', 'best')),
    spread_minutes integer check (spread_minutes between 1 and 10080)
);
create index campaign_timing_workspace on campaign_timing (workspace_id);

-- When a scheduled campaign is planned: at its moment, or when that hour begins where the day begins first (UTC+14).
create function campaign_starts(at timestamptz, how text, zone text) returns timestamptz language sql stable as $$
    select case when how in ('local', 'best') then (at at time zone zone) at time zone 'Pacific/Kiritimati' else at end
$$;

do $$
declare
    t text;
begin
    foreach t in array array['campaign_timing'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select, insert, update, delete on campaign_timing to chappe_web;
