-- What a report tells by country, carrier and hour, and how soon people acted: counted from the ledger by the worker, and
-- counted again when something has changed since.
create table run_breakdown (
    workspace_id bigint not null references workspace,
    run_id bigint not null references campaign_run,
    -- country and carrier of a person's message, hour of the workspace's day at which it left; clicks and replies by
    -- how many minutes after the message they came, at most.
    kind text not null check (kind in ('country', 'carrier', 'hour', 'click_within', 'reply_within')),
    key text not null,
    handed bigint not null default 0,
    delivered bigint not null default 0,
    failed bigint not null default 0,
    clicked bigint not null default 0,
    replied bigint not null default 0,
    opted_out bigint not null default 0,
    parts bigint not null default 0,
    primary key (run_id, kind, key)
);

-- How a run stood when it was counted.
create table run_reported (
    run_id bigint primary key references campaign_run,
    workspace_id bigint not null references workspace,
    mark text not null,
    at timestamptz not null
);

do $$
declare
    t text;
begin
    foreach t in array array['run_breakdown', 'run_reported'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select on %I to chappe_web', t);
    end loop;
end $$;
