-- Row-level security binds the role that serves requests; the owner (the engine) is not bound, because
-- COPY is refused under policies. Unset workspace: no rows.

do $$
begin
    if not exists (select 1 from pg_roles where rolname = 'chappe_web') then
        create role chappe_web nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;  -- another database of this server made it at the same moment
end $$;
do $$
begin
    execute format('grant chappe_web to %I', current_user);
exception when others then
    raise notice 'chappe_web is granted already';
end $$;

do $$
declare
    t text;
begin
    for t in
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;

alter table workspace enable row level security;
create policy workspace_only on workspace
    using (id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, update on workspace to chappe_web;
grant select on instance to chappe_web;
grant select, insert, update on message_day to chappe_web;
grant usage on all sequences in schema public to chappe_web;

-- Read by the owner alone, before a workspace is known: sessions, keys, people.
revoke all on web_session, api_key from chappe_web;
