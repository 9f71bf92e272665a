-- Figures of any period by campaign, and the alerts made of them.

-- What carriers were handed, by day in the workspace's zone, run (0: single messages), carrier (0: not known) and
-- currency (empty: no price is known). Counted with `day_figure`, from the same reading of the ledger.
create table day_sent (
    workspace_id bigint not null references workspace,
    ledger_day date not null,
    day date not null,
    run_id bigint not null,
    carrier_number integer not null,
    currency text not null,
    handed bigint not null,
    delivered bigint not null,
    failed bigint not null,
    parts bigint not null,
    cost numeric(16, 6) not null,
    primary key (workspace_id, ledger_day, day, run_id, carrier_number, currency)
);
create index day_sent_day on day_sent (workspace_id, day);

-- What people did because of messages, by day: first clicks, texts that answer (`reply`, of which `stop`), conversions
-- and what they were worth, less what was taken back.
create table day_act (
    workspace_id bigint not null references workspace,
    day date not null,
    run_id bigint not null,
    kind text not null check (kind in ('click', 'reply', 'stop', 'conversion')),
    currency text not null,
    n bigint not null,
    amount numeric(18, 4) not null,
    primary key (workspace_id, day, run_id, kind, currency)
);

-- Days that were counted are counted once more, for the new tables.
delete from counted where what = 'events' or what like 'ledger %';

-- What a person should look at. `subject`: a run, a carrier's number, a link, a month; `told` is what was found.
-- Of one kind and subject at most one is open, and each is mailed once.
create table alert (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    kind text not null check (kind in ('opt_outs', 'delivery', 'carrier_delivery', 'broken_link', 'budget')),
    subject text not null,
    told jsonb not null,
    opened_at timestamptz not null,
    closed_at timestamptz
);
create unique index alert_open on alert (workspace_id, kind, subject) where closed_at is null;
create index alert_recent on alert (workspace_id, opened_at);

-- What a workspace wants to hear of; a kind without a row is shown and mailed.
create table alert_choice (
    workspace_id bigint not null references workspace,
    kind text not null,
    shown boolean not null,
    mailed boolean not null,
    primary key (workspace_id, kind)
);

-- Reports also tell by the lists and segments of the audience, and who converted.
alter table run_breakdown drop constraint run_breakdown_kind_check;
alter table run_breakdown add check (kind in ('country', 'carrier', 'hour', 'audience', 'click_within', 'reply_within'));
alter table run_breakdown add column converted bigint not null default 0;

do $$
declare
    t text;
begin
    foreach t in array array['day_sent', 'day_act', 'alert', 'alert_choice'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select on day_sent, day_act, alert to chappe_web;
grant select, insert, update, delete on alert_choice to chappe_web;
