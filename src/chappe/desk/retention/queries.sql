-- name: chosen
-- After how many months a workspace's texts are erased; null or no row: never.
select text_months from retention where workspace_id = $1;

-- name: choose
-- Chosen anew. What was gone through before is not gone through again.
insert into retention as r (workspace_id, text_months) values ($1, $2)
on conflict (workspace_id) do update set text_months = excluded.text_months, updated_at = now();

-- name: with_test_data
-- A workspace and its test data.
select id from workspace where id = $1 or test_of = $1 order by id;

-- name: limited
-- Workspaces whose texts are not kept for ever, test data by the choice of its workspace; from which id on each is
-- to be gone through.
select w.id, r.text_months, coalesce(own.texts_erased_to, 0) as start
from workspace as w
join retention as r on r.workspace_id = coalesce(w.test_of, w.id)
left join retention as own on own.workspace_id = w.id
where r.text_months is not null order by w.id;

-- name: still_chosen
-- The months that hold now, locked: who turns erasing off meanwhile waits for this step alone.
select r.text_months from retention as r join workspace as w on r.workspace_id = coalesce(w.test_of, w.id)
where w.id = $1 for update of r;

-- name: note_erased
-- How far a workspace was gone through.
insert into retention as r (workspace_id, texts_erased_to) values ($1, $2)
on conflict (workspace_id) do update set texts_erased_to = greatest(r.texts_erased_to, excluded.texts_erased_to);

-- name: rules
-- What else a workspace keeps for a time.
select message_months, inbound_months, event_months, idle_months, exchange_days, export_days
from retention where workspace_id = $1;

-- name: choose_rules
-- Chosen anew.
insert into retention
    (workspace_id, message_months, inbound_months, event_months, idle_months, exchange_days, export_days)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (workspace_id) do update set message_months = excluded.message_months,
    inbound_months = excluded.inbound_months, event_months = excluded.event_months, idle_months = excluded.idle_months,
    exchange_days = excluded.exchange_days, export_days = excluded.export_days, updated_at = now();

-- name: limited_by_rules
-- Workspaces with rules, test data by those of its workspace.
select w.id, r.message_months, r.inbound_months, r.event_months, r.idle_months, r.exchange_days, r.export_days
from workspace as w join retention as r on r.workspace_id = coalesce(w.test_of, w.id)
where num_nonnulls(r.inbound_months, r.event_months, r.idle_months, r.exchange_days) > 0 order by w.id;

-- name: limited_messages
-- Workspaces whose messages are not kept for ever, test data by the choice of their workspace; below which id they are
-- gone.
select w.id, r.message_months, coalesce(own.messages_gone_to, 0)
from workspace as w
join retention as r on r.workspace_id = coalesce(w.test_of, w.id)
left join retention as own on own.workspace_id = w.id
where r.message_months is not null order by w.id;

-- name: note_messages_gone
-- Below which id a workspace's messages are gone.
insert into retention as r (workspace_id, messages_gone_to) values ($1, $2)
on conflict (workspace_id) do update set messages_gone_to = greatest(r.messages_gone_to, excluded.messages_gone_to);

-- name: old_inbound
-- Texts that people wrote before $2, counted up to a limit.
select count(*) from (
    select from inbound where workspace_id = $1 and received_at < $2 and body <> '' limit $3) as old;

-- name: old_events
-- What people did elsewhere before $2, counted up to a limit.
select count(*) from (select from event where workspace_id = $1 and at < $2 limit $3) as old;

-- name: old_exchanges
-- What links said and heard before $2, counted up to a limit.
select count(*) from (select from link_exchange where workspace_id = $1 and at < $2 limit $3) as old;

-- name: idle_contacts
-- Contacts that came before $2 and of whom nothing has come since: no text, no event, no consent. What was sent to
-- them, delivered or not, is no sign of theirs.
select c.id, c.phone from contact as c
where c.workspace_id = $1 and c.created_at < $2
    and not exists (select from inbound as i where i.phone = c.phone and i.workspace_id = $1 and i.received_at >= $2)
    and not exists (select from event as e where e.contact_id = c.id and e.workspace_id = $1 and e.at >= $2)
    and not exists (
        select from consent_event as k where k.contact_id = c.id and k.workspace_id = $1 and k.at >= $2)
order by c.id limit $3;

-- name: count_idle
-- How many those are, up to a limit.
select count(*) from (
    select from contact as c
    where c.workspace_id = $1 and c.created_at < $2
        and not exists (select from inbound as i where i.phone = c.phone and i.workspace_id = $1 and i.received_at >= $2)
        and not exists (select from event as e where e.contact_id = c.id and e.workspace_id = $1 and e.at >= $2)
        and not exists (
            select from consent_event as k where k.contact_id = c.id and k.workspace_id = $1 and k.at >= $2)
    limit $3) as old;
