-- Campaigns that try several texts: each variant is a run of its own, so that its counts, its minutes, its cost and its
-- range of message ids are those of a run. Part of the audience can wait for the better one, and part get nothing.

-- role: the whole audience, an arm of a test, or the rest, which waits (`held`) without ids until a variant is chosen.
-- body, sender_id: what this run sends, fixed when the audience is taken; null: what the campaign says.
-- stopped_at: what of it had not left was canceled, because its people turned away.
alter table campaign_run
    add column role text not null default 'all' check (role in ('all', 'test', 'rest')),
    add column variant text not null default 'A' check (variant ~ '^[A-F]$'),
    add column body text,
    add column sender_id uuid references sender,
    add column held boolean not null default false,
    add column stopped_at timestamptz;

-- Variant A is the campaign itself; the others differ where they say something.
create table campaign_variant (
    workspace_id bigint not null references workspace,
    campaign_id uuid not null references campaign on delete cascade,
    letter text not null check (letter ~ '^[B-F]$'),
    name text not null default '',
    body text,
    sender_id uuid references sender,
    offer_id uuid,
    send_hour smallint check (send_hour between 0 and 23),
    primary key (campaign_id, letter)
);

-- How an audience is parted. `seed` is the key of the hash that parts it: drawn once, never shown.
create table experiment (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    seed bigint not null,
    test_percent smallint not null default 100 check (test_percent between 1 and 100),
    holdout_percent smallint not null default 0 check (holdout_percent between 0 and 90),
    metric text not null default 'clicks' check (metric in ('clicks', 'conversions', 'revenue', 'replies')),
    decision text not null default 'hand' check (decision in ('hand', 'rule')),
    -- By rule, and nothing is sure by then: minutes after the test began; null: it waits for a person.
    decide_within integer check (decide_within > 0),
    -- The share of a variant's people who may leave before it is stopped; null: it is never stopped by itself.
    most_optouts real check (most_optouts > 0 and most_optouts <= 1),
    state text not null default 'draft' check (state in ('draft', 'testing', 'decided')),
    started_at timestamptz,
    winner text check (winner ~ '^[A-F]$'),
    decided_at timestamptz,
    decided_by text check (decided_by in ('person', 'rule')),
    check ((state = 'decided') = (winner is not null))
);
create index experiment_testing on experiment (campaign_id) where state = 'testing';

-- Who gets nothing, so that what a campaign brings can be told from what would have come anyway.
create table campaign_holdout (
    workspace_id bigint not null references workspace,
    campaign_id uuid not null references campaign on delete cascade,
    contact_id bigint not null,
    primary key (campaign_id, contact_id)
);
create index campaign_holdout_contact on campaign_holdout (contact_id);

create function forget_holdouts_of_deleted() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    delete from campaign_holdout where contact_id in (select id from gone);
    return null;
end $$;
create trigger contact_deleted_holdouts after delete on contact
    referencing old table as gone for each statement execute function forget_holdouts_of_deleted();

do $$
declare
    t text;
begin
    foreach t in array array['campaign_variant', 'experiment', 'campaign_holdout'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select, insert, update, delete on campaign_variant, experiment to chappe_web;
grant select on campaign_holdout to chappe_web;
