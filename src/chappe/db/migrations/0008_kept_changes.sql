-- What must survive a restore from a backup that is older than it: suppressions now, erasures later.
-- Rows wait here until the worker has appended them to a log in the data folder, beside the database
-- and not in it; then they are deleted. A trigger writes them, so that no way of suppressing forgets.

create table kept_change (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    kind text not null,
    body jsonb not null,
    at timestamptz not null default now()
);
-- No policy: the role that serves requests sees nothing here.
alter table kept_change enable row level security;

create function keep_suppressed() returns trigger language plpgsql security definer set search_path from current as $$
begin
    insert into kept_change (workspace_id, kind, body, at)
    select workspace_id, 'suppressed',
        jsonb_build_object('phone', phone, 'scope', scope, 'reason', reason, 'source', source), created_at
    from added order by id;
    return null;
end $$;
create trigger suppression_kept after insert on suppression
    referencing new table as added for each statement execute function keep_suppressed();

create function keep_lifted() returns trigger language plpgsql security definer set search_path from current as $$
begin
    insert into kept_change (workspace_id, kind, body, at)
    select after.workspace_id, 'lifted',
        jsonb_build_object('phone', after.phone, 'scope', after.scope), after.lifted_at
    from after join before using (id)
    where before.lifted_at is null and after.lifted_at is not null
    order by after.id;
    return null;
end $$;
create trigger suppression_lift_kept after update on suppression
    referencing old table as before new table as after for each statement execute function keep_lifted();
