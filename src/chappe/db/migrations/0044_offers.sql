-- Offers: pools of codes, each of which one message gets. Codes of an offer are numbered from 0; what is free are ranges of
-- numbers, what was given is one row for messages that follow one another.

-- `length`: of every code, so that a text is measured before it has one. `pattern` null: the codes were imported.
create table offer (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    name text not null,
    pattern text,
    length smallint not null check (length between 6 and 32),
    size integer not null default 0,
    -- With fewer free ones than this people are told, once until codes are added.
    warn_below integer not null default 100 check (warn_below >= 0),
    warned_at timestamptz,
    created_at timestamptz not null default now(),
    archived_at timestamptz
);
create unique index offer_name on offer (workspace_id, lower(name)) where archived_at is null;

create table offer_code (
    offer_id uuid not null references offer on delete cascade,
    n integer not null,
    workspace_id bigint not null,
    code text not null,
    used_at timestamptz,
    primary key (offer_id, n)
);
create unique index offer_code_word on offer_code (workspace_id, upper(code));
create index offer_code_used on offer_code (offer_id) where used_at is not null;

-- Free: lo ≤ n < hi, a thousand at most. Whoever takes some locks rows that nobody else has.
create table offer_range (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    offer_id uuid not null references offer on delete cascade,
    lo integer not null,
    hi integer not null,
    check (lo < hi)
);
create index offer_range_free on offer_range (offer_id, lo);

-- Code lo + k is of message first_message_id + k.
create table offer_given (
    offer_id uuid not null references offer on delete cascade,
    lo integer not null,
    size integer not null check (size > 0),
    workspace_id bigint not null,
    first_message_id bigint not null,
    run_id bigint,
    primary key (offer_id, lo)
);
create index offer_given_message on offer_given (workspace_id, first_message_id);
create index offer_given_run on offer_given (run_id) where run_id is not null;

-- Uses that were reported by themselves, until they are conversions.
create table offer_use (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    offer_id uuid not null references offer on delete cascade,
    n integer not null,
    at timestamptz not null,
    amount numeric(18, 4) not null default 0,
    currency text not null default '',
    order_id text
);

-- Which offer a campaign gives codes of; a variant may have its own.
create table campaign_offer (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    offer_id uuid not null references offer
);
create index campaign_offer_offer on campaign_offer (offer_id);
alter table campaign_variant add foreign key (offer_id) references offer;

-- The same of a run, as it was when the audience was taken.
create table run_offer (
    run_id bigint primary key,
    workspace_id bigint not null references workspace,
    offer_id uuid not null references offer
);

do $$
declare
    t text;
begin
    foreach t in array array['offer', 'offer_code', 'offer_range', 'offer_given', 'offer_use', 'campaign_offer', 'run_offer']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
grant usage on all sequences in schema public to chappe_web;
