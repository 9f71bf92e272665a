-- What is planned is held against a contact that is blocked or archived before it leaves, as it is against who leaves a
-- topic: the word `contact` says that the contact of this number must be looked at again.

create function look_again_at_contact() returns trigger language plpgsql security definer set search_path from current as $$
begin
    if new.state = 1 and new.phone = old.phone then
        delete from topic_leaving
        where workspace_id = new.workspace_id and phone = new.phone and word = 'contact';
    else
        insert into topic_leaving (workspace_id, phone, word) values (old.workspace_id, old.phone, 'contact')
        on conflict do nothing;
    end if;
    return null;
end $$;
-- By row and by column: an import that fills in a million contacts pays nothing.
create trigger contact_turned after update of state, phone on contact for each row
    when (old.state is distinct from new.state or old.phone is distinct from new.phone)
    execute function look_again_at_contact();

-- Many contacts may be blocked at once: senders hear of all of them in one word, and read again what they hold.
create or replace function notify_leaving() returns trigger language plpgsql as $$
begin
    if exists (select from added where word = 'contact') then
        perform pg_notify('chappe_suppression', 'bulk');
    else
        perform pg_notify('chappe_suppression', string_agg(distinct workspace_id || ':' || phone || ':topic', ' ')) from added;
    end if;
    return null;
end $$;
