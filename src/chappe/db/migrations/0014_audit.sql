-- The audit trail: who did what, from where, with what before and after. Append-only and hash-chained.

create table audit_event (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    at timestamptz not null default now(),
    -- person, key or system; `actor` is the person's or the key's id, or the part of the program.
    actor_kind text not null,
    actor text not null,
    action text not null,
    target text,
    -- The JSON that was committed to, octet for octet: before, after, network address, browser. An erasure
    -- empties both, and the chain, which holds the commitment alone, stays whole.
    payload text,
    salt bytea,
    commitment bytea not null,
    -- The place in the workspace's chain, and the chain's hash up to here: written by the worker.
    seq bigint,
    hash bytea,
    check ((seq is null) = (hash is null)),
    check ((payload is null) = (salt is null)),
    unique (workspace_id, seq)
);
create index audit_event_newest on audit_event (workspace_id, at desc, id desc);
create index audit_event_by_actor on audit_event (workspace_id, actor, at desc, id desc);
create index audit_event_by_target on audit_event (workspace_id, target, at desc, id desc);
create index audit_event_unsealed on audit_event (workspace_id, at, id) where seq is null;

-- The end of each chain. `seal` is keyed by the installation's secret: who holds the database alone can
-- neither cut the chain short nor write it anew.
create table audit_head (
    workspace_id bigint primary key references workspace,
    seq bigint not null default 0,
    hash bytea not null,
    seal bytea not null
);

-- Two changes are lawful: the worker gives a row its place, once; an erasure empties the payload.
create function keep_audit() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (new.id, new.workspace_id, new.at, new.actor_kind, new.actor, new.action, new.commitment)
            = (old.id, old.workspace_id, old.at, old.actor_kind, old.actor, old.action, old.commitment)
        and new.target is not distinct from old.target
        and (old.seq is null or (new.seq, new.hash) = (old.seq, old.hash))
        and (new.payload is null
            or (old.payload is not null and (new.payload, new.salt) = (old.payload, old.salt)))
    then
        return new;
    end if;
    raise exception 'the audit trail is append-only' using errcode = 'integrity_constraint_violation';
end $$;
create trigger audit_event_kept before update or delete on audit_event
    for each row execute function keep_audit();
create trigger audit_event_not_emptied before truncate on audit_event
    for each statement execute function keep_audit();

alter table audit_event enable row level security;
create policy workspace_only on audit_event
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert on audit_event to chappe_web;

-- No policy and no grant: the role that serves requests sees nothing here.
alter table audit_head enable row level security;
