-- What messages sold: events that a workspace counts as conversions, each given to the last message that its person
-- clicked on, or else got.

-- What counts. `refund`: the event that takes back. `click_days`, `delivery_hours`: how long after a click, or after a
-- message arrived, an event is still owed to it; 0: never.
create table goal (
    workspace_id bigint not null references workspace on delete cascade,
    event text not null,
    refund text,
    click_days smallint not null default 5 check (click_days between 0 and 90),
    delivery_hours smallint not null default 24 check (delivery_hours between 0 and 2160),
    created_at timestamptz not null default now(),
    primary key (workspace_id, event)
);

create function begin_with_orders() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into goal (workspace_id, event, refund) values (new.id, 'Order Completed', 'Order Refunded');
    return null;
end $$;
create trigger workspace_goal after insert on workspace for each row execute function begin_with_orders();
insert into goal (workspace_id, event, refund) select id, 'Order Completed', 'Order Refunded' from workspace;

-- A word that, answered to a campaign, is a conversion of it.
create table campaign_goal (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    reply_word text not null
);
create index campaign_goal_workspace on campaign_goal (workspace_id);

-- The same of a run, as it was when the audience was taken.
create table run_goal (
    run_id bigint primary key,
    workspace_id bigint not null references workspace,
    reply_word text not null
);

-- Events and answers that may be conversions, from the transaction that wrote them: none is missed, in whatever order
-- those commit.
create table conversion_unread (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    -- Of an event, with its time; or of a text that came in.
    event_id bigint,
    event_at timestamptz,
    inbound_id bigint
);

create table conversion (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    -- The message that it is owed to; null: to none of ours.
    run_id bigint,
    message_id bigint,
    contact_id bigint,
    goal text not null,
    by text check (by in ('click', 'delivery', 'reply', 'code')),
    amount numeric(18, 4) not null default 0,
    currency text not null default '',
    refunded numeric(18, 4) not null default 0,
    order_id text,
    at timestamptz not null,
    event_id bigint,
    inbound_id bigint
);
create unique index conversion_event on conversion (event_id) where event_id is not null;
create unique index conversion_inbound on conversion (inbound_id) where inbound_id is not null;
create unique index conversion_order on conversion (workspace_id, goal, order_id) where order_id is not null;
create index conversion_run on conversion (run_id, id) where run_id is not null;
create index conversion_message on conversion (message_id) where message_id is not null;
create index conversion_contact on conversion (contact_id, at) where contact_id is not null;
create index conversion_recent on conversion (workspace_id, at);

-- What was taken back of an order, whether or not the order is known yet.
create table conversion_refund (
    event_id bigint primary key,
    workspace_id bigint not null,
    goal text not null,
    order_id text not null,
    -- Null: all of it.
    amount numeric(18, 4),
    at timestamptz not null
);
create index conversion_refund_order on conversion_refund (workspace_id, goal, order_id);

create table run_conversion (
    workspace_id bigint not null,
    run_id bigint not null,
    goal text not null,
    currency text not null,
    n bigint not null,
    people bigint not null,
    amount numeric(18, 4) not null,
    refunded numeric(18, 4) not null,
    primary key (run_id, goal, currency)
);

-- One statement for all events that came together; those that are no goal cost a look at a handful of rows.
create function note_goal_events() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into conversion_unread (workspace_id, event_id, event_at)
    select n.workspace_id, n.id, n.at from added n
    where exists (select from goal g where g.workspace_id = n.workspace_id and n.name in (g.event, g.refund));
    return null;
end $$;
create trigger event_goal after insert on event
    referencing new table as added for each statement execute function note_goal_events();

create function note_goal_answer() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into conversion_unread (workspace_id, inbound_id) values (new.workspace_id, new.id);
    return null;
end $$;
create trigger inbound_goal after update of answers on inbound
    for each row when (new.answers is not null and old.answers is null) execute function note_goal_answer();

create function forget_conversions_of_deleted() returns trigger language plpgsql as $$
begin
    update conversion set contact_id = null, order_id = null where contact_id in (select id from gone);
    return null;
end $$;
create trigger contact_deleted_conversions after delete on contact
    referencing old table as gone for each statement execute function forget_conversions_of_deleted();

do $$
declare
    t text;
begin
    foreach t in array array['goal', 'campaign_goal', 'run_goal', 'conversion', 'run_conversion', 'conversion_unread', 'conversion_refund']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select, insert, update, delete on goal, campaign_goal to chappe_web;
grant select, update on conversion to chappe_web;
grant select on run_conversion, run_goal to chappe_web;
