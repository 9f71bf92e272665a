-- Suppressions that are known by a keyed hash: of people whose number was erased, and of lists of hashes that another
-- system made. The keys are not here but beside the secret key (chappe/db/number_keys.py).

-- How hashes of a workspace were made. `own`: of the number. The others: of what another system had made of the
-- number, so that no hash without a key of ours lies here. No row: the workspace has no hashes to look up.
create table suppression_scheme (
    id integer generated always as identity primary key,
    workspace_id bigint not null references workspace,
    -- Which key of the ring.
    key_id text not null,
    algorithm text not null check (algorithm in ('own', 'sha256', 'hmac_sha256')),
    -- What was hashed: 33612345678 or +33612345678.
    spelling text not null default 'digits' check (spelling in ('digits', 'plus')),
    -- The other system's key, sealed under ours, and what tells it from others.
    secret bytea,
    fingerprint bytea not null default '',
    -- When a hash was last added: what was planned before is looked up once more when it is sent.
    changed_at timestamptz not null default now(),
    unique (workspace_id, key_id, algorithm, spelling, fingerprint)
);
alter table suppression_scheme enable row level security;
create policy workspace_only on suppression_scheme
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on suppression_scheme to chappe_web;

alter table suppression alter column phone drop not null;
alter table suppression add column phone_hash bytea;
alter table suppression add column scheme_id integer references suppression_scheme;
alter table suppression add constraint suppression_known
    check (num_nonnulls(phone, phone_hash) = 1 and num_nonnulls(phone, scheme_id) = 1);
create unique index suppression_hashed on suppression (workspace_id, phone_hash, scope)
    where phone is null and lifted_at is null;
create index suppression_of_scheme on suppression (scheme_id) where phone is null;

-- Numbers of new contacts that were not looked up among the hashes yet: Python does, which has the keys.
create table suppression_unmatched (
    workspace_id bigint not null,
    phone bigint not null,
    primary key (workspace_id, phone)
);
alter table suppression_unmatched enable row level security;
create policy workspace_only on suppression_unmatched
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on suppression_unmatched to chappe_web;

-- No way by which a contact comes in forgets the hashes. The lock is shared among those who add contacts; who makes
-- the first scheme of a workspace takes it alone, and so meets no contact that saw none.
create function queue_unmatched() returns trigger language plpgsql security definer set search_path from current as $$
begin
    perform pg_advisory_xact_lock_shared(1396920392, workspace_id::integer)
        from (select distinct workspace_id from added) as w;
    insert into suppression_unmatched (workspace_id, phone)
    select workspace_id, phone from added as a
    where exists (select from suppression_scheme as s where s.workspace_id = a.workspace_id)
    on conflict do nothing;
    return null;
end $$;
create trigger contact_unmatched after insert on contact
    referencing new table as added for each statement execute function queue_unmatched();

create function queue_changed_number() returns trigger language plpgsql security definer set search_path from current as $$
begin
    insert into suppression_unmatched (workspace_id, phone)
    select new.workspace_id, new.phone
    where exists (select from suppression_scheme as s where s.workspace_id = new.workspace_id)
    on conflict do nothing;
    return null;
end $$;
create trigger contact_number_unmatched after update of phone on contact
    for each row when (old.phone is distinct from new.phone) execute function queue_changed_number();

-- Senders hear of numbers; of a hash they would make nothing.
create or replace function notify_suppression() returns trigger language plpgsql as $$
declare
    n integer;
begin
    select count(*) into n from (select 1 from added where phone is not null limit 101) as a;
    if n = 0 then
        return null;
    elsif n <= 100 then
        perform pg_notify('chappe_suppression', string_agg(workspace_id || ':' || phone || ':' || scope, ' '))
            from added where phone is not null;
    else
        perform pg_notify('chappe_suppression', 'bulk');
    end if;
    return null;
end $$;

-- What must survive a restore tells of a hash how it was made, for the older database may not know the scheme.
create function kept_suppression(phone bigint, scope text, reason text, source text, hash bytea, scheme integer)
returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'phone', $1, 'scope', $2, 'reason', $3, 'source', $4, 'hash', encode($5, 'hex'), 'key_id', s.key_id,
        'algorithm', s.algorithm, 'spelling', s.spelling, 'secret', encode(s.secret, 'hex'),
        'fingerprint', encode(s.fingerprint, 'hex')))
    from (select $6 as id) as h left join suppression_scheme as s on s.id = h.id
$$;
create or replace function keep_suppressed() returns trigger
language plpgsql security definer set search_path from current as $$
begin
    insert into kept_change (workspace_id, kind, body, at)
    select workspace_id, 'suppressed', kept_suppression(phone, scope, reason, source, phone_hash, scheme_id), greatest(created_at, now())
    from added order by id;
    return null;
end $$;

-- A suppression ends, or its number is forgotten: then what waits to be kept must not keep the number.
create or replace function keep_lifted() returns trigger
language plpgsql security definer set search_path from current as $$
begin
    insert into kept_change (workspace_id, kind, body, at)
    select after.workspace_id, 'lifted', kept_suppression(
        after.phone, after.scope, after.reason, after.source, after.phone_hash, after.scheme_id), after.lifted_at
    from after join before using (id)
    where before.lifted_at is null and after.lifted_at is not null
    order by after.id;
    delete from kept_change as k using after join before using (id)
    where before.phone is not null and after.phone is null
        and k.workspace_id = after.workspace_id and (k.body ->> 'phone')::bigint = before.phone;
    insert into kept_change (workspace_id, kind, body, at)
    select after.workspace_id, 'suppressed', kept_suppression(
        after.phone, after.scope, after.reason, after.source, after.phone_hash, after.scheme_id), now()
    from after join before using (id)
    where before.phone is not null and after.phone is null and after.lifted_at is null
    order by after.id;
    return null;
end $$;
