-- What carriers tell of numbers: that a person has unsubscribed with them, that nobody has the number any more. And lists
-- of numbers that must not be written to, brought along or fetched from a carrier.

-- What a carrier means by a word of its own: a status at submit, an error in a receipt.
create table carrier_word (
    workspace_id bigint not null references workspace,
    carrier_number integer not null,
    word text not null,
    meaning text not null check (meaning in ('opted_out', 'deactivated', 'bad_number', 'nothing')),
    created_at timestamptz not null default now(),
    primary key (carrier_number, word)
);

-- What was told of whom, and by which message. Kept as long as the proof of an opt-out is.
create table carrier_told (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    carrier_number integer not null,
    message_id bigint,
    phone bigint not null,
    meaning text not null,
    word text not null,
    at timestamptz not null default now()
);
create index carrier_told_recent on carrier_told (carrier_number, id);
create index carrier_told_phone on carrier_told (workspace_id, phone, id);

-- Messages that a carrier refused or gave up and whose words were not looked at yet.
create table carrier_unread (
    message_id bigint primary key,
    workspace_id bigint not null
);
create function queue_unread() returns trigger language plpgsql security definer set search_path from current as $$
begin
    -- Failed, rejected; what was not delivered is queued where the receipt is applied.
    insert into carrier_unread (message_id, workspace_id)
    select id, workspace_id from added where state in (6, 8)
    on conflict do nothing;
    return null;
end $$;
create trigger exception_unread after insert on message_exception
    referencing new table as added for each statement execute function queue_unread();

-- A list of numbers or hashes: a file that somebody brought, or what was fetched from a carrier.
create table suppression_list (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    filename text not null,
    state text not null check (state in ('draft', 'queued', 'running', 'finished', 'failed', 'undoing', 'undone')),
    -- numbers or hashes; and of hashes how they were made (the other system's key is sealed).
    kind text not null check (kind in ('numbers', 'hashes')),
    algorithm text not null default 'sha256',
    spelling text not null default 'digits',
    secret bytea,
    -- The key of the ring that sealed it.
    key_id text,
    country char(2) not null,
    -- Which column; null: the first that holds what is asked for.
    position integer,
    scope text not null check (scope in ('marketing', 'all')),
    reason text not null,
    source text not null,
    cursor bigint not null default 0,
    rows_total bigint not null default 0,
    added bigint not null default 0,
    held bigint not null default 0,
    rejected bigint not null default 0,
    lifted bigint not null default 0,
    error text,
    created_by text,
    created_at timestamptz not null default now(),
    finished_at timestamptz
);
create index suppression_list_recent on suppression_list (workspace_id, id);
create index suppression_list_waiting on suppression_list (id) where state in ('queued', 'running', 'undoing');

create table suppression_list_block (
    workspace_id bigint not null references workspace,
    list_id uuid not null references suppression_list on delete cascade,
    number integer not null,
    data bytea not null,
    primary key (list_id, number)
);

create table suppression_list_rejection (
    workspace_id bigint not null references workspace,
    list_id uuid not null references suppression_list on delete cascade,
    row_number bigint not null,
    code text not null,
    value text not null,
    primary key (list_id, row_number)
);

alter table suppression add column list_id uuid;
create index suppression_of_list on suppression (list_id, id) where list_id is not null and lifted_at is null;

-- A number is often looked for by its last digits. A column and not an expression: under row-level security an index
-- serves operators alone that are leakproof.
alter table suppression add column ending smallint generated always as ((phone % 10000)::smallint) stored;
create index suppression_ending on suppression (workspace_id, ending) where lifted_at is null and phone is not null;
create index suppression_reason on suppression (workspace_id, reason, id) where lifted_at is null;

do $$
declare
    t text;
begin
    foreach t in array array['carrier_word', 'carrier_told', 'carrier_unread', 'suppression_list',
        'suppression_list_block', 'suppression_list_rejection'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy workspace_only on %I using '
            '(workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
