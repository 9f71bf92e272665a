-- The consent ledger: what happened to each consent is append-only, sealed into a chain within seconds, and the chain
-- is signed once a day.

-- What is known of how a consent came or went, as the JSON that the ledger commits to, octet for octet: the person's
-- raw text, network address, browser, page, form. `shared`: told once of many people, as an import is.
create table consent_evidence (
    workspace_id bigint not null references workspace,
    id uuid not null,
    sha256 bytea not null,
    data text not null,
    shared boolean not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);

-- Who began an import: a person, a key, or nobody where it was the command line.
alter table import add column begun_by text;

-- The number at that time, and the row of the imported file. An erasure empties who it was and how it came.
alter table consent_event
    alter column contact_id drop not null,
    add column phone bigint,
    add column evidence_id uuid,
    add column row_number integer,
    add column erased_at timestamptz;
-- The log of a workspace is read along its key; a second index would cost each imported row.
alter table consent_event drop constraint consent_event_pkey;
alter table consent_event add primary key (workspace_id, id);

-- Changes of heart are few among a million imported consents: the log is narrowed to them along this.
create index consent_event_turns on consent_event (workspace_id, id) where state <> 'granted';

-- What is not sealed yet: a row for up to 4,096 events of one statement, written by it, so that it is seen when they
-- are, whatever an import that is still running has drawn for ids. `many`: sealed after what came in small.
create table consent_unsealed (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    ids bigint[] not null,
    many boolean not null
);
alter table consent_unsealed alter column ids set storage external;
create index consent_unsealed_next on consent_unsealed (workspace_id, many, id);

create function note_consent_events() returns trigger language plpgsql as $$
begin
    insert into consent_unsealed (workspace_id, ids, many)
    select workspace_id, array_agg(id), count(*) > 100 from fresh group by workspace_id, id / 4096;
    return null;
end $$;
create trigger consent_event_noted after insert on consent_event
    referencing new table as fresh for each statement execute function note_consent_events();
insert into consent_unsealed (workspace_id, ids, many)
select workspace_id, array_agg(id order by id), true from consent_event group by workspace_id, id / 4096;

-- The only change is an erasure: the event stays as a place in the chain, a change of a state at a moment.
create function keep_consent_events() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.erased_at is not null and new.contact_id is null and new.phone is null
        and new.source = '' and new.wording_id is null and new.evidence_id is null and new.import_id is null
        and new.inbound_id is null and new.row_number is null
        and (new.id, new.workspace_id, new.purpose, new.state, new.basis, new.at)
            = (old.id, old.workspace_id, old.purpose, old.state, old.basis, old.at)
    then
        return new;
    end if;
    raise exception 'the consent ledger is append-only' using errcode = 'integrity_constraint_violation';
end $$;
create trigger consent_event_kept before update or delete on consent_event
    for each row execute function keep_consent_events();
create trigger consent_event_not_emptied before truncate on consent_event
    for each statement execute function keep_consent_events();

-- Up to 4,096 events under one root. `leaves` are their commitments, 32 octets each in the order of `ids`; `salts` are
-- 16 octets each, and zero for who was erased. `hash` covers the seal before it; `mac` is keyed by the installation.
create table consent_seal (
    workspace_id bigint not null references workspace,
    seq bigint not null,
    at timestamptz not null,
    ids bigint[] not null,
    lowest bigint not null,
    highest bigint not null,
    leaves bytea not null,
    salts bytea not null,
    root bytea not null,
    previous bytea not null,
    hash bytea not null,
    mac bytea not null,
    primary key (workspace_id, seq)
);
alter table consent_seal
    alter column ids set storage external, alter column leaves set storage external,
    alter column salts set storage external;
create index consent_seal_of on consent_seal (workspace_id, highest);

-- The end of each chain: held while a seal is added.
create table consent_head (
    workspace_id bigint primary key references workspace,
    seq bigint not null default 0,
    events bigint not null default 0,
    hash bytea not null
);

-- Ed25519 keys: the private one is encrypted with the installation's secret, and no role of requests reads it.
create table consent_key (
    workspace_id bigint not null references workspace,
    id uuid not null,
    public_key bytea not null,
    private_key bytea not null,
    created_at timestamptz not null,
    primary key (workspace_id, id)
);

-- A signed statement on the seals up to `last_seal`, as it was signed, octet for octet. What a time-stamp authority and
-- a witness answered is added when they have.
create table consent_checkpoint (
    workspace_id bigint not null references workspace,
    number bigint not null,
    at timestamptz not null,
    first_seal bigint not null,
    last_seal bigint not null,
    events bigint not null,
    key_id uuid not null,
    statement text not null,
    signature bytea not null,
    time_stamp bytea,
    stamped_at timestamptz,
    witnessed_at timestamptz,
    problem text,
    primary key (workspace_id, number)
);
create unique index consent_checkpoint_of on consent_checkpoint (workspace_id, last_seal);

create function keep_consent_chain() returns trigger language plpgsql as $$
declare
    was jsonb;
    becomes jsonb;
    may text[] := array['salts', 'time_stamp', 'stamped_at', 'witnessed_at', 'problem'];
begin
    if tg_op = 'UPDATE' then
        was := to_jsonb(old) - may;
        becomes := to_jsonb(new) - may;
        if was = becomes then
            return new;
        end if;
    end if;
    raise exception 'the consent ledger is append-only' using errcode = 'integrity_constraint_violation';
end $$;
create trigger consent_seal_kept before update or delete on consent_seal
    for each row execute function keep_consent_chain();
create trigger consent_checkpoint_kept before update or delete on consent_checkpoint
    for each row execute function keep_consent_chain();
create trigger consent_seal_not_emptied before truncate on consent_seal
    for each statement execute function keep_consent_chain();
create trigger consent_checkpoint_not_emptied before truncate on consent_checkpoint
    for each statement execute function keep_consent_chain();

do $$
declare
    t text;
begin
    foreach t in array array['consent_evidence', 'consent_unsealed', 'consent_seal', 'consent_head', 'consent_key',
        'consent_checkpoint']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
revoke update, delete on consent_event from chappe_web;
grant select, insert on consent_evidence, consent_unsealed to chappe_web;
grant select on consent_seal, consent_head, consent_checkpoint to chappe_web;
grant select (workspace_id, id, public_key, created_at) on consent_key to chappe_web;
grant usage on all sequences in schema public to chappe_web;
