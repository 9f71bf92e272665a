-- name: ask
-- A question to this number, or more topics on the one that waits; `asked` says whether it is new.
insert into opt_in as q (workspace_id, phone, contact_id, words, language, sender_id, basis, source, wording_id,
    evidence_id, form_id, asked_at, expires_at, question, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (workspace_id, phone) do update set
    contact_id = excluded.contact_id, basis = excluded.basis, source = excluded.source,
    wording_id = excluded.wording_id, evidence_id = excluded.evidence_id, form_id = excluded.form_id,
    words = array(select distinct unnest(q.words || excluded.words) order by 1)
returning xmax = 0 as asked;

-- name: forget_over
-- A question of this number that is over, which is asked anew.
delete from opt_in where workspace_id = $1 and phone = $2 and expires_at <= $3;

-- name: waiting
-- Which of these numbers have a question that waits at the moment given for each.
select q.phone from opt_in as q
join unnest($2::bigint[], $3::timestamptz[]) as u (phone, at) on u.phone = q.phone
where q.workspace_id = $1 and q.expires_at > u.at;

-- name: take
-- The question of a number, which is answered: it can be taken once.
delete from opt_in where workspace_id = $1 and phone = $2
returning phone, contact_id, words, language, sender_id, basis, source, wording_id, evidence_id, form_id, asked_at,
    expires_at, question, version;

-- name: close
-- These people said STOP: nothing waits for their yes any more.
delete from opt_in where workspace_id = $1 and phone = any($2::bigint[])
returning phone, contact_id, words, language, sender_id, basis, source, wording_id, evidence_id, form_id, asked_at,
    expires_at, question, version;

-- name: of_contact
-- The question that waits for one person.
select phone, contact_id, words, language, sender_id, basis, source, wording_id, evidence_id, form_id, asked_at,
    expires_at, question, version
from opt_in where workspace_id = $1 and phone = $2 and expires_at > $3;

-- name: remind
-- Take the right to repeat questions that nobody has answered for so long: each once, by one worker.
update opt_in set reminded_at = $1
where (workspace_id, phone) in (
    select workspace_id, phone from opt_in
    where reminded_at is null and asked_at <= $2 and expires_at > $1
    order by asked_at limit $3 for update skip locked
)
returning workspace_id, phone, contact_id, words, language, sender_id, basis, source, wording_id, evidence_id, form_id,
    asked_at, expires_at, question, version;

-- name: expire
-- Questions that are over.
delete from opt_in
where (workspace_id, phone) in (
    select workspace_id, phone from opt_in where expires_at <= $1 order by asked_at limit $2 for update skip locked
)
returning workspace_id, phone, contact_id, words, language, sender_id, basis, source, wording_id, evidence_id, form_id,
    asked_at, expires_at, question, version;

-- name: settings
-- How a workspace asks.
select sender_id, countries, texts, version from opt_in_setting where workspace_id = $1;

-- name: save_settings
-- How it asks from now on. Other texts are another version, kept whole ($5) beside those that were.
with saved as (
    insert into opt_in_setting as s (workspace_id, sender_id, countries, texts, version)
    values ($1, $2, $3, $4, case when $4::jsonb = '{}' then 0 else 1 end)
    on conflict (workspace_id) do update set
        sender_id = excluded.sender_id, countries = excluded.countries, texts = excluded.texts,
        version = s.version + case when s.texts = excluded.texts then 0 else 1 end
    returning version
), kept as (
    insert into opt_in_version (workspace_id, version, texts)
    select $1, version, $5::jsonb from saved where version > 0
    on conflict do nothing
)
select version from saved;

-- name: versions
-- Every version of the texts, the newest first.
select version, texts, saved_at from opt_in_version where workspace_id = $1 order by version desc limit $2;

-- name: version
-- One version of the texts.
select version, texts, saved_at from opt_in_version where workspace_id = $1 and version = $2;
