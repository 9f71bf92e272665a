-- Figures by day for the home page, a monthly budget, the first run.

-- The ledger counted: messages by the day on which they were handed over (or ended, if they never were) in the
-- workspace's zone. Counted a partition at a time (`ledger_day`), whenever it has changed: a receipt that comes
-- three days late moves its message's day, and no counter drifts.
create table day_figure (
    workspace_id bigint not null references workspace,
    ledger_day date not null,
    day date not null,
    state smallint not null,
    -- Empty where no price is known.
    currency text not null,
    n bigint not null,
    -- Of them, those that a carrier was handed, whatever became of them there.
    handed bigint not null,
    parts bigint not null,
    cost numeric(16, 6) not null,
    primary key (workspace_id, ledger_day, day, state, currency)
);
create index day_figure_day on day_figure (workspace_id, day);

-- What people did by day: join (new contacts), opt_out (STOP), reply (texts that came in).
create table day_event (
    workspace_id bigint not null references workspace,
    day date not null,
    kind text not null check (kind in ('join', 'opt_out', 'reply')),
    n bigint not null,
    primary key (workspace_id, day, kind)
);

-- What was counted, and how it stood then: counted again when it stands otherwise.
create table counted (
    what text primary key,
    mark text not null,
    at timestamptz not null default now()
);

-- What a workspace means to spend in a calendar month.
create table budget (
    workspace_id bigint primary key references workspace,
    amount numeric(12, 2) not null check (amount > 0),
    currency char(3) not null,
    updated_at timestamptz not null default now()
);

-- How far the first run is, where what it made does not show it; `left_at` when a person put it aside.
create table first_run (
    workspace_id bigint primary key references workspace,
    brand_at timestamptz,
    phone bigint,
    message_id bigint,
    left_at timestamptz
);

do $$
declare
    t text;
begin
    foreach t in array array['day_figure', 'day_event', 'budget', 'first_run'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select on day_figure, day_event to chappe_web;
grant select, insert, update, delete on budget, first_run to chappe_web;

-- Days are counted by when rows came; they come in that order, so a range of blocks is enough.
create index contact_came on contact using brin (created_at);
create index inbound_came on inbound using brin (received_at);
create index suppression_came on suppression using brin (created_at);

-- The demo's past was sent by the engine from this day on, on a clock of its own.
alter table instance add column history_from date;

-- The link by which the first owner makes the account theirs: printed by the program, good once. The last one printed
-- is the one that is good. Read by the owner of the tables alone: who follows it is nobody yet.
create table setup_link (
    user_id uuid primary key references user_account,
    workspace_id bigint not null references workspace,
    token_hash bytea not null unique,
    created_at timestamptz not null default now()
);
alter table setup_link enable row level security;
