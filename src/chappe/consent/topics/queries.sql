-- name: topics
-- Topics of a workspace, the one everybody begins with first; archived ones only when asked.
select id, name, purpose, words, double_opt_in, is_default, word, archived_at, created_at from topic
where workspace_id = $1 and (archived_at is null or $2)
order by is_default desc, archived_at is not null, lower(name), id;

-- name: topic
-- One topic, archived or not.
select id, name, purpose, words, double_opt_in, is_default, word, archived_at, created_at from topic
where workspace_id = $1 and id = $2;

-- name: default_topic
-- The topic everybody begins with.
select id, name, purpose, words, double_opt_in, is_default, word, archived_at, created_at from topic
where workspace_id = $1 and is_default;

-- name: add_topic
-- A new topic; no row when its name is taken.
insert into topic (id, workspace_id, name, purpose, words, double_opt_in) values ($2, $1, $3, $4, $5, $6)
on conflict (workspace_id, lower(name)) where archived_at is null do nothing
returning id, name, purpose, words, double_opt_in, is_default, word, archived_at, created_at;

-- name: change_topic
-- What a topic is from now on; no row when there is none, or its new name is taken.
update topic set name = $3, words = $4, double_opt_in = $5
where workspace_id = $1 and id = $2 and not exists (
    select from topic as other
    where other.workspace_id = $1 and lower(other.name) = lower($3) and other.id <> $2 and other.archived_at is null
)
returning id, name, purpose, words, double_opt_in, is_default, word, archived_at, created_at;

-- name: archive_topic
-- Nobody subscribes to it any more; what people hold of it stays as it is. No row when it was so.
update topic set archived_at = now() where workspace_id = $1 and id = $2 and archived_at is null returning id;

-- name: restore_topic
-- An archived topic is offered again; no row when it is not archived, or its name is taken meanwhile.
update topic as t set archived_at = null
where t.workspace_id = $1 and t.id = $2 and t.archived_at is not null and not exists (
    select from topic as other
    where other.workspace_id = $1 and lower(other.name) = lower(t.name) and other.archived_at is null
)
returning id;

-- name: subscribers
-- How many people hold each topic but offers.
select purpose, count(*) as n from consent
where workspace_id = $1 and purpose <> 'marketing' and state = 'granted' group by purpose;

-- name: holdings
-- What a person holds of each topic ($3 names one of them or all), with the event that says how.
select k.purpose, k.state, k.since, k.basis, e.source, e.words
from consent as k
left join lateral (
    select v.source, w.text as words from consent_event as v
    left join consent_wording as w on w.workspace_id = $1 and w.id = v.wording_id
    where v.workspace_id = $1 and v.contact_id = k.contact_id and v.purpose = k.purpose
    order by v.id desc limit 1
) as e on true
where k.workspace_id = $1 and k.contact_id = $2;

-- name: note_leaving
-- A person left topics: what is planned about them goes no further.
insert into topic_leaving (workspace_id, phone, word) select $1, $2, u.word from unnest($3::text[]) as u (word)
on conflict do nothing;

-- name: note_return
-- They hold them again.
delete from topic_leaving where workspace_id = $1 and phone = $2 and word = any($3::text[]);

-- name: turn
-- A person's consent to topics ($4) becomes $5 where it is one of $6; the event of each with its proof. Returned: the
-- topics that changed. Who holds a topic since long and agrees again holds it since then.
with turned as (
    insert into consent as k (workspace_id, contact_id, purpose, state, basis)
    select $1, $2, u.word, $5, $7 from unnest($4::text[]) as u (word) order by u.word
    on conflict (contact_id, purpose) do update set state = excluded.state, basis = excluded.basis,
        since = case when k.state = excluded.state then k.since else now() end
        where k.state = any($6::text[])
    returning k.purpose
)
insert into consent_event (
    workspace_id, contact_id, phone, purpose, state, basis, source, wording_id, evidence_id, inbound_id
)
select $1, $2, $3, t.purpose, $5, $7, $8, $9, $10, $11 from turned as t
returning purpose;

-- name: per_week
-- How many marketing messages a week a person wants, at most.
select per_week from contact_preference where workspace_id = $1 and contact_id = $2;

-- name: set_per_week
-- As many from now on; no row when it was so.
insert into contact_preference as p (workspace_id, contact_id, per_week, source) values ($1, $2, $3, $4)
on conflict (workspace_id, contact_id) do update
set per_week = excluded.per_week, source = excluded.source, changed_at = now()
where p.per_week is distinct from excluded.per_week
returning contact_id;

-- name: no_per_week
-- As many as there are; no row when it was so.
delete from contact_preference where workspace_id = $1 and contact_id = $2 returning contact_id;

-- name: people_with_frequency
-- How many people said how often they want to hear.
select count(*) from contact_preference where workspace_id = $1 and per_week is not null;
