-- name: words
-- What these carriers mean by words of their own.
select carrier_number, word, meaning from carrier_word where carrier_number = any($1::integer[])
order by carrier_number, word;

-- name: set_word
-- What a carrier means by a word, from now on.
insert into carrier_word (workspace_id, carrier_number, word, meaning) values ($1, $2, $3, $4)
on conflict (carrier_number, word) do update set meaning = excluded.meaning;

-- name: drop_word
-- It means what it means everywhere.
delete from carrier_word where workspace_id = $1 and carrier_number = $2 and word = $3;

-- name: note
-- What was told.
insert into carrier_told (workspace_id, carrier_number, message_id, phone, meaning, word, at)
select $1, u.carrier_number, u.message_id, u.phone, u.meaning, u.word, $7
from unnest($2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
    as u (carrier_number, message_id, phone, meaning, word);

-- name: repeated
-- Of these numbers, those that were not known on so many days, with the first message of them.
select t.phone, min(t.message_id) as first_message
from carrier_told as t
where t.workspace_id = $1 and t.phone = any($2::bigint[]) and t.meaning = 'bad_number'
    and t.at > $4::timestamptz - interval '180 days'
group by t.phone
having count(distinct (t.at at time zone 'utc')::date) >= $3;

-- name: alive
-- Numbers that nobody was said to have, and that show life: the suppression ends.
update suppression set lifted_at = now(), lifted_by = 'life', lift_reason = $3
where workspace_id = $1 and phone = any($2::bigint[]) and reason = 'deactivated' and lifted_at is null
returning phone;

-- name: clean_slate
-- What made a number doubtful counts no more: it shows life.
update carrier_told set meaning = 'nothing'
where workspace_id = $1 and phone = any($2::bigint[]) and meaning = 'bad_number';

-- name: told_newest
-- What a carrier told, the newest first.
select id, phone, meaning, word, message_id, at from carrier_told
where workspace_id = $1 and carrier_number = $2 and id < $3
    and ($4::text[] is null or meaning = any($4))
order by id desc limit $5;

-- name: told_oldest
-- The same in the other direction.
select id, phone, meaning, word, message_id, at from carrier_told
where workspace_id = $1 and carrier_number = $2 and id > $3
    and ($4::text[] is null or meaning = any($4))
order by id limit $5;

-- name: forget_told
-- What carriers told of people whose number is erased.
delete from carrier_told where workspace_id = $1 and phone = any($2::bigint[]);
