-- Short links and what becomes of them. A code is a number under a keyed permutation (tracking/codes.py); a number
-- belongs to a block: one row per run and link, whatever the audience.

-- A workspace's own hosts. `state`: pending (not seen to lead here yet), ready, killed.
create table link_domain (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    host text not null,
    state text not null default 'pending' check (state in ('pending', 'ready', 'killed')),
    chosen boolean not null default false,
    created_at timestamptz not null default now(),
    checked_at timestamptz,
    verified_at timestamptz,
    -- Why the last look at it found nothing of ours.
    error text
);
-- Only who has shown that a host leads here has it: until then its name is anybody's to try.
create unique index link_domain_host on link_domain (host) where verified_at is not null;
create unique index link_domain_own on link_domain (workspace_id, host);
create unique index link_domain_chosen on link_domain (workspace_id) where chosen;

-- `made_for`: campaign (one per run and address), message (one per address, of single messages), hand (print, QR).
create table short_link (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    made_for text not null check (made_for in ('campaign', 'message', 'hand')),
    run_id bigint,
    campaign_id uuid,
    position smallint not null default 0,
    url text not null,
    label text not null default '',
    -- What stands before a code: `https://go.example.com/`.
    prefix text not null,
    domain_id uuid references link_domain,
    created_at timestamptz not null default now(),
    killed_at timestamptz,
    -- When its destination was last looked at, and what was wrong with it.
    checked_at timestamptz,
    fault text
);
create index short_link_workspace on short_link (workspace_id, id);
create index short_link_campaign on short_link (campaign_id, run_id, position) where campaign_id is not null;
create index short_link_run on short_link (run_id) where run_id is not null;
create unique index short_link_of_messages on short_link (workspace_id, prefix, md5(url)) where made_for = 'message';
create index short_link_checked on short_link (checked_at nulls first) where killed_at is null;

-- Numbers base ≤ n < base + size are of the link; with messages, number base + k is of message first_message_id + k.
create table link_block (
    base bigint primary key,
    size bigint not null check (size > 0),
    workspace_id bigint not null references workspace,
    link_id bigint not null references short_link on delete cascade,
    first_message_id bigint
);
create index link_block_link on link_block (link_id, base);
create index link_block_message on link_block (workspace_id, first_message_id) where first_message_id is not null;

create table link_number (
    one boolean primary key default true check (one),
    next bigint not null
);
insert into link_number (next) values (0);

-- The first of n numbers that nobody has. The row is locked until commit. As the owner: the role of requests may take
-- numbers, not set them back.
create function allocate_link_numbers(n bigint) returns bigint language sql
security definer set search_path = public, pg_temp as $$
    update link_number set next = next + n returning next - n
$$;

-- Clicks as they came, written before they are answered; the worker takes them away into `click`.
create table click_unread (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    at timestamptz not null,
    link_id bigint not null,
    message_id bigint,
    agent text not null,
    head boolean not null,
    -- A keyed hash of the network address, and the program that is known to ask from there.
    who bytea not null,
    network text
);

create table click (
    id bigint not null,
    workspace_id bigint not null,
    at timestamptz not null,
    link_id bigint not null,
    run_id bigint,
    message_id bigint,
    contact_id bigint,
    -- 1 a person, 2 a preview, 3 a scanner
    kind smallint not null,
    why text not null default '',
    -- Null after thirty days.
    who bytea
) partition by range (at);
create index click_message on click (message_id, link_id) where message_id is not null;
create index click_link on click (link_id, at);
create index click_contact on click (contact_id, at) where contact_id is not null;
create index click_who on click (who, at) where who is not null;

-- One row per message that was clicked, by whomever; `human_at` is the first time by a person.
create table message_click (
    message_id bigint primary key,
    workspace_id bigint not null,
    run_id bigint,
    contact_id bigint,
    first_at timestamptz not null,
    human_at timestamptz
);
create index message_click_run on message_click (run_id, human_at) where run_id is not null;
create index message_click_contact on message_click (contact_id) where contact_id is not null;
-- Segments: who clicked, since when, in which campaign.
create index message_click_human on message_click (workspace_id, human_at) include (contact_id, run_id)
    where human_at is not null;

-- Clicks by link and kind. `people`: messages that were clicked; of a link made by hand, addresses.
create table run_click (
    workspace_id bigint not null,
    link_id bigint not null references short_link on delete cascade,
    run_id bigint,
    kind smallint not null,
    n bigint not null,
    people bigint not null,
    primary key (link_id, kind)
);
create index run_click_run on run_click (run_id) where run_id is not null;

-- Codes that nobody has, by who asked (a keyed hash), until when it counts.
create table link_miss (
    who bytea primary key,
    until timestamptz not null,
    n integer not null
);
create index link_miss_over on link_miss (until);

-- How a workspace's links are made where a campaign says nothing.
create table link_settings (
    workspace_id bigint primary key references workspace,
    utm jsonb not null default '{}'
);

-- What a campaign says of its links. `shorten` null: as the workspace, which does where it has a domain.
create table campaign_links (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    shorten boolean,
    domain_id uuid references link_domain,
    utm jsonb not null default '{}'
);
create index campaign_links_workspace on campaign_links (workspace_id);

-- Makes the month of clicks that holds `d`; true when it was missing.
create function ensure_click_month(d date) returns boolean language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    first date := date_trunc('month', d)::date;
    suffix text := to_char(d, 'YYYYMM');
begin
    if to_regclass('click_' || suffix) is not null then
        return false;
    end if;
    execute format('create table click_%s partition of click for values from (%L) to (%L)', suffix,
        first::timestamp at time zone 'utc', (first + interval '1 month') at time zone 'utc');
    return true;
exception when duplicate_table then
    return false;  -- made by another process at the same moment
end $$;

select ensure_click_month(((now() at time zone 'utc')::date + n * interval '1 month')::date) from generate_series(0, 1) as n;

-- Who is erased leaves clicks that name nobody: the sums stay what they were.
create function forget_clicks_of_deleted() returns trigger language plpgsql as $$
begin
    update click set contact_id = null, who = null where contact_id in (select id from gone);
    update message_click set contact_id = null where contact_id in (select id from gone);
    return null;
end $$;
create trigger contact_deleted_clicks after delete on contact
    referencing old table as gone for each statement execute function forget_clicks_of_deleted();

do $$
declare
    t text;
begin
    foreach t in array array['link_domain', 'short_link', 'link_block', 'click', 'message_click', 'run_click',
        'link_settings', 'campaign_links', 'click_unread']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
    foreach t in array array['link_domain', 'short_link', 'link_block', 'link_settings', 'campaign_links'] loop
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
    foreach t in array array['click', 'message_click', 'run_click'] loop
        execute format('grant select, update on %I to chappe_web', t);
    end loop;
end $$;
grant usage on all sequences in schema public to chappe_web;
