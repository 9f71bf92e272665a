-- name: queue
-- What the carrier said of these messages is to be read.
insert into carrier_unread (message_id, workspace_id) select u.id, $1 from unnest($2::bigint[]) as u (id)
on conflict do nothing;

-- name: take_unread
-- Some messages whose carrier's words were not looked at yet; they are looked at now.
delete from carrier_unread where message_id in (
    select message_id from carrier_unread order by message_id limit $1 for update skip locked
)
returning message_id, workspace_id;

-- name: words
-- What the carriers said of them: the state row has the word, the message has the number.
select m.id, m.workspace_id, m.phone, s.carrier_number, s.reason
from message as m join message_state as s on s.id = m.id
where m.id = any($1::bigint[]) and m.id between $2 and $3 and s.id between $2 and $3
    and s.carrier_number is not null and s.reason is not null;

-- name: reached
-- Numbers to which something was delivered since the message named for each.
select distinct m.phone
from unnest($2::bigint[], $3::bigint[]) as u (phone, since)
join message as m on m.phone = u.phone and m.id > u.since and m.workspace_id = $1
join message_state as s on s.id = m.id and s.state = 4;
