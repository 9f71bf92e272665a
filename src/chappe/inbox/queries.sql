-- name: hear
-- Texts from people, a number once. What is for a person opens the conversation; a keyword is only noted where
-- there is one. In order of the number, against deadlocks.
with said as materialized (
    select u.phone, u.sender_id, u.body, u.texts from unnest($2::bigint[], $3::uuid[], $4::text[], $5::integer[])
        as u (phone, sender_id, body, texts)
), noted as (
    update conversation as c set last_at = $6, last_text = s.body, last_mine = false
    from said as s where c.workspace_id = $1 and c.phone = s.phone and s.texts = 0
)
insert into conversation as c (workspace_id, phone, sender_id, unread, last_at, last_text, last_mine)
select $1, s.phone, s.sender_id, s.texts, $6, s.body, false from said as s where s.texts > 0 order by s.phone
on conflict (workspace_id, phone) do update set
    state = 1,
    sender_id = coalesce(excluded.sender_id, c.sender_id),
    unread = c.unread + excluded.unread,
    last_at = excluded.last_at,
    last_text = excluded.last_text,
    last_mine = false;

-- name: tell
-- Tell who watches; notices of one transaction with one payload are one.
select pg_notify('chappe_conversation', $1);

-- name: one
-- The conversation with a number.
select phone, state, assignee_id, sender_id, unread, last_at, last_text, last_mine from conversation
where workspace_id = $1 and phone = $2;

-- name: page_in_state
-- Conversations of everybody, the newest first.
select phone, state, assignee_id, sender_id, unread, last_at, last_text, last_mine from conversation
where workspace_id = $1 and state = $2 and (last_at, phone) < ($3, $4)
order by last_at desc, phone desc limit $5;

-- name: page_unassigned
-- Open conversations that nobody has taken.
select phone, state, assignee_id, sender_id, unread, last_at, last_text, last_mine from conversation
where workspace_id = $1 and state = 1 and assignee_id is null and (last_at, phone) < ($2, $3)
order by last_at desc, phone desc limit $4;

-- name: page_assigned
-- Open conversations of one person.
select phone, state, assignee_id, sender_id, unread, last_at, last_text, last_mine from conversation
where workspace_id = $1 and state = 1 and assignee_id = $2 and (last_at, phone) < ($3, $4)
order by last_at desc, phone desc limit $5;

-- name: unread
-- Open conversations with something to read that are this person's or nobody's, counted up to $3.
select count(*)::integer from (
    select from conversation
    where workspace_id = $1 and state = 1 and unread > 0 and (assignee_id is null or assignee_id = $2)
    limit $3
) as waiting;

-- name: seen
-- Somebody has looked; no row when there was nothing new.
update conversation set unread = 0 where workspace_id = $1 and phone = $2 and unread > 0 returning phone;

-- name: set_state
-- Close or open; no row when it is so already, or there is no conversation. Closing leaves nothing to read.
update conversation set state = $3, unread = case when $3 = 2 then 0 else unread end
where workspace_id = $1 and phone = $2 and state <> $3
returning phone;

-- name: close_quiet
-- Close what nobody has written in since a moment.
update conversation set state = 2, unread = 0 where workspace_id = $1 and state = 1 and last_at < $2;

-- name: forget_answers
-- The copies of what was answered before a moment, for the list.
update conversation set last_text = '' where workspace_id = $1 and last_mine and last_at < $2 and last_text <> '';

-- name: forget_numbers
-- Conversations with these numbers.
with answers as (
    delete from conversation_reply where workspace_id = $1 and phone = any($2::bigint[])
)
delete from conversation where workspace_id = $1 and phone = any($2::bigint[]);

-- name: assign
-- Give a conversation to a person, or to nobody; no row when it is theirs already. It may begin with this.
update conversation set assignee_id = $3
where workspace_id = $1 and phone = $2 and assignee_id is distinct from $3
returning phone;

-- name: answered
-- Our words are the last; whoever answers first takes a conversation that is nobody's. It may begin with this.
insert into conversation as c
    (workspace_id, phone, sender_id, assignee_id, unread, last_at, last_text, last_mine)
values ($1, $2, $3, $4, 0, $5, $6, true)
on conflict (workspace_id, phone) do update set
    state = 1,
    sender_id = excluded.sender_id,
    assignee_id = coalesce(c.assignee_id, excluded.assignee_id),
    unread = 0,
    last_at = excluded.last_at,
    last_text = excluded.last_text,
    last_mine = true;

-- name: keep_author
-- Who wrote an answer; no row when this form was sent before.
insert into conversation_reply (workspace_id, once, message_id, phone, user_id) values ($1, $2, $3, $4, $5)
on conflict do nothing
returning once;

-- name: sent_before
-- Whether this form was sent before.
select exists (select from conversation_reply where workspace_id = $1 and once = $2);

-- name: authors
-- Who wrote these messages.
select message_id, user_id from conversation_reply
where workspace_id = $1 and phone = $2 and message_id = any($3::bigint[]);

-- name: replies
-- Canned replies by name.
select id, name, body, updated_at from canned_reply where workspace_id = $1 order by lower(name), id limit $2;

-- name: reply
-- One canned reply.
select id, name, body, updated_at from canned_reply where workspace_id = $1 and id = $2;

-- name: add_reply
-- A canned reply; no row when its name is taken.
insert into canned_reply (id, workspace_id, name, body) values ($2, $1, $3, $4)
on conflict (workspace_id, name) do nothing
returning id, name, body, updated_at;

-- name: change_reply
-- Another name or text; no row when there is no such reply or another has the name.
update canned_reply as r set name = $3, body = $4, updated_at = now()
where r.workspace_id = $1 and r.id = $2
    and not exists (select from canned_reply as o where o.workspace_id = $1 and o.name = $3 and o.id <> $2)
returning id, name, body, updated_at;

-- name: drop_reply
-- Forget a canned reply.
delete from canned_reply where workspace_id = $1 and id = $2 returning id;
