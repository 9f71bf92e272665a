-- Contacts, lists, imports, consent, suppression.
-- A phone number is its E.164 digits as a bigint: 8 bytes, ordered, and free of spelling.

create table contact (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    phone bigint not null check (phone between 1000000 and 999999999999999),
    state smallint not null default 1,
    country char(2),
    language text,
    -- Every zone the number may be in, space-separated, sorted: the window must be open in each.
    zones text not null,
    attributes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (workspace_id, phone)
);

-- The attributes a workspace knows: template variables are checked against them.
create table attribute (
    workspace_id bigint not null references workspace,
    name text not null,
    label text,
    created_at timestamptz not null default now(),
    primary key (workspace_id, name)
);

create table list (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    name text not null,
    created_at timestamptz not null default now(),
    unique (workspace_id, name)
);

create table list_member (
    workspace_id bigint not null references workspace,
    list_id uuid not null references list on delete cascade,
    contact_id bigint not null references contact on delete cascade,
    added_at timestamptz not null default now(),
    primary key (list_id, contact_id)
);
create index list_member_contact on list_member (contact_id);

create table import (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    list_id uuid not null references list,
    state text not null,
    filename text not null,
    mapping jsonb,
    default_country char(2) not null,
    consent jsonb,
    -- Where a killed import goes on: rows already merged.
    cursor bigint not null default 0,
    rows_total bigint,
    rows_read bigint not null default 0,
    created bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    duplicates bigint not null default 0,
    rejected bigint not null default 0,
    suppressed bigint not null default 0,
    error text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
);
create index import_workspace on import (workspace_id, id);

-- The uploaded file in blocks, so that any worker on any machine can read it; deleted when done.
create table import_block (
    workspace_id bigint not null references workspace,
    import_id uuid not null references import on delete cascade,
    number integer not null,
    data bytea not null,
    primary key (import_id, number)
);

create table import_rejection (
    workspace_id bigint not null references workspace,
    import_id uuid not null references import on delete cascade,
    row_number bigint not null,
    reason text not null,
    raw text not null,
    primary key (import_id, row_number)
);

create table consent_wording (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    sha256 bytea not null,
    text text not null,
    created_at timestamptz not null default now(),
    unique (workspace_id, sha256)
);

-- What happened to a consent, append-only. A later issue chains and signs it.
create table consent_event (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    contact_id bigint not null,
    purpose text not null,
    state text not null,
    basis text not null,
    source text not null,
    wording_id uuid,
    import_id uuid,
    inbound_id bigint,
    at timestamptz not null default now()
);
create index consent_event_contact on consent_event (contact_id, id);

-- What holds now.
create table consent (
    workspace_id bigint not null references workspace,
    contact_id bigint not null references contact on delete cascade,
    purpose text not null,
    state text not null,
    basis text not null,
    since timestamptz not null default now(),
    primary key (contact_id, purpose)
);

-- scope: marketing (STOP) or all (block, refusal by the carrier). A lifted row stays as history.
create table suppression (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    phone bigint not null,
    scope text not null check (scope in ('marketing', 'all')),
    reason text not null,
    source text not null,
    raw text,
    inbound_id bigint,
    created_at timestamptz not null default now(),
    lifted_at timestamptz,
    lifted_by text
);
create unique index suppression_active on suppression (workspace_id, phone, scope) where lifted_at is null;

-- Senders hold what was suppressed since they read a chunk. A notice names the rows while they are
-- few; past that it says "bulk" and the sender re-reads what it holds. Delivered in commit order.
create function notify_suppression() returns trigger language plpgsql as $$
declare
    n integer;
begin
    select count(*) into n from (select 1 from added limit 101) as a;
    if n = 0 then
        return null;
    elsif n <= 100 then
        perform pg_notify('chappe_suppression', string_agg(workspace_id || ':' || phone || ':' || scope, ' '))
            from added;
    else
        perform pg_notify('chappe_suppression', 'bulk');
    end if;
    return null;
end $$;
create trigger suppression_added after insert on suppression
    referencing new table as added for each statement execute function notify_suppression();
