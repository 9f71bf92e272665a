-- Campaigns that come again: each time a copy of the first one, made a day before it leaves.
create table campaign_series (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    every text not null check (every in ('day', 'week', 'month')),
    step smallint not null default 1 check (step between 1 and 52),
    -- Last day on which one leaves, in the workspace's zone; null: it goes on.
    until date,
    state text not null default 'active' check (state in ('active', 'stopped', 'ended')),
    -- How many copies there are, and when the next one leaves; null before the first campaign is sent.
    made integer not null default 0,
    next_at timestamptz,
    -- Why the last copy was not scheduled: it is a draft then.
    error text
);
create index campaign_series_due on campaign_series (next_at) where state = 'active';
create index campaign_series_workspace on campaign_series (workspace_id);

do $$
declare
    t text;
begin
    foreach t in array array['campaign_series'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select, insert, update, delete on campaign_series to chappe_web;
