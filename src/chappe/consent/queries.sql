-- name: suppress
-- New suppressions; one that holds already stays as it is. Returned: those that are new. A person's own wish is taken
-- out of the list that had it before: undoing that list does not undo the wish. What the workspace says of somebody who
-- had said STOP holds from then on, with the STOP kept as its text: their START no longer lifts it.
insert into suppression (workspace_id, phone, scope, reason, source, raw, inbound_id)
select $1, u.phone, u.scope, u.reason, u.source, u.raw, u.inbound_id
from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    as u (phone, scope, reason, source, raw, inbound_id)
order by u.phone
on conflict (workspace_id, phone, scope) where lifted_at is null do update
    set reason = excluded.reason, source = excluded.source, raw = coalesce(excluded.raw, suppression.raw),
        inbound_id = coalesce(excluded.inbound_id, suppression.inbound_id), list_id = null
    where suppression.list_id is not null and excluded.source = 'inbound'
        or suppression.source in ('inbound', 'preferences') and excluded.source in ('api', 'page', 'request')
returning id, phone, scope, reason, source, created_at;

-- name: lift
-- End one suppression; no row when it does not exist or has ended.
update suppression set lifted_at = now(), lifted_by = $3
where workspace_id = $1 and id = $2 and lifted_at is null
returning phone;

-- name: lift_own
-- End what these people asked for themselves by text: a block, or what staff entered, is not theirs to lift.
update suppression set lifted_at = now(), lifted_by = $3
where workspace_id = $1 and phone = any($2::bigint[]) and scope = 'marketing' and source in ($4, 'preferences')
    and lifted_at is null
returning phone;

-- name: suppressed
-- The suppressions that hold for these numbers.
select phone, scope from suppression
where workspace_id = $1 and phone = any($2::bigint[]) and lifted_at is null;

-- name: active
-- The suppression of a number and scope that holds.
select id, phone, scope, reason, source, created_at from suppression
where workspace_id = $1 and phone = $2 and scope = $3 and lifted_at is null;

-- name: page
-- Suppressions that hold, oldest first.
select id, phone, scope, reason, source, raw, created_at from suppression
where workspace_id = $1 and id > $2 and lifted_at is null
order by id limit $3;

-- name: of_phone
-- Suppressions of one number that hold.
select id, phone, scope, reason, source, raw, created_at from suppression
where workspace_id = $1 and phone = $2 and id > $3 and lifted_at is null
order by id limit $4;

-- name: add_wording
-- A text that people agreed to is stored once.
insert into consent_wording (id, workspace_id, sha256, text) values ($2, $1, $3, $4)
on conflict (workspace_id, sha256) do nothing
returning id;

-- name: wording
-- The key of a stored text.
select id from consent_wording where workspace_id = $1 and sha256 = $2;

-- name: grant
-- Consent to a marketing topic ($9) for contacts that never said yes or no to it. Who has it keeps it as it was; who
-- withdrew is never asked again by a file. The anti-join spares a row lock for each consent that holds already.
with granted as (
    insert into consent as k (workspace_id, contact_id, purpose, state, basis)
    select $1, u.id, $9, 'granted', $3
    from unnest($2::bigint[]) as u (id)
    where not exists (
        select from consent as h
        where h.contact_id = u.id and h.purpose = $9 and h.state in ('granted', 'withdrawn')
    )
    order by u.id
    on conflict (contact_id, purpose) do update
        set state = 'granted', basis = excluded.basis, since = now()
        where k.state in ('none', 'pending')
    returning k.contact_id
)
insert into consent_event
    (workspace_id, contact_id, purpose, state, basis, source, wording_id, import_id, evidence_id, phone, row_number)
select $1, g.contact_id, $9, 'granted', $3, $4, $5, $6, $7, c.phone, u.row
from granted as g
join unnest($2::bigint[], $8::integer[]) as u (id, row) on u.id = g.contact_id
left join contact as c on c.workspace_id = $1 and c.id = g.contact_id;

-- name: grant_new
-- Consent to a marketing topic ($4) for contacts that this transaction has made: nobody has said anything yet.
-- `grant_new` and `prove_new` together cost half of `grant`, which inserts speculatively.
insert into consent (workspace_id, contact_id, purpose, state, basis)
select $1, u.id, $4, 'granted', $3 from unnest(string_to_array($2::text, E'\x1f')::bigint[]) as u (id);

-- name: prove_new
-- The event of each, with their number and their row of the file.
insert into consent_event
    (workspace_id, contact_id, purpose, state, basis, source, wording_id, import_id, evidence_id, phone, row_number)
select $1, u.id, $10, 'granted', $3, $4, $5, $6, $7, u.phone, u.row
from unnest(
    string_to_array($2::text, E'\x1f')::bigint[], string_to_array($8::text, E'\x1f')::bigint[],
    string_to_array($9::text, E'\x1f')::integer[]
) as u (id, phone, row);

-- name: withdraw
-- Consent ends with the text that asked for it, which is kept: to offers, and to every other topic that needs one.
with asked as (
    select u.id, u.inbound_id, u.evidence_id, u.sha256, u.data
    from unnest($2::bigint[], $3::bigint[], $6::uuid[], $7::bytea[], $8::text[])
        as u (id, inbound_id, evidence_id, sha256, data)
), withdrawn as (
    insert into consent as k (workspace_id, contact_id, purpose, state, basis)
    select $1, h.id, h.purpose, 'withdrawn', $4 from (
        select a.id, 'marketing' as purpose from asked as a
        union all
        select a.id, t.word from asked as a
        join consent as o on o.contact_id = a.id and o.state = 'granted'
        join topic as t on t.workspace_id = $1 and t.word = o.purpose
        where t.purpose = 'marketing' and not t.is_default
    ) as h order by h.id, h.purpose
    on conflict (contact_id, purpose) do update
        set state = 'withdrawn', basis = excluded.basis, since = now()
        where k.state <> 'withdrawn'
    returning k.contact_id, k.purpose
), kept as (
    insert into consent_evidence (workspace_id, id, sha256, data, shared)
    select $1, a.evidence_id, a.sha256, a.data, false
    from asked as a where a.evidence_id is not null and a.id in (select contact_id from withdrawn)
)
insert into consent_event
    (workspace_id, contact_id, purpose, state, basis, source, inbound_id, evidence_id, phone)
select $1, w.contact_id, w.purpose, 'withdrawn', $4, $5, a.inbound_id, a.evidence_id, c.phone
from withdrawn as w join asked as a on a.id = w.contact_id
left join contact as c on c.workspace_id = $1 and c.id = w.contact_id;

-- name: return_to
-- START gives back the consent that a person had withdrawn: to offers, and to the topics that their STOP took. Who
-- never gave one gets none by it.
with asked as (
    select u.id, u.inbound_id, u.evidence_id, u.sha256, u.data
    from unnest($2::bigint[], $3::bigint[], $6::uuid[], $7::bytea[], $8::text[])
        as u (id, inbound_id, evidence_id, sha256, data)
), given as (
    update consent as k set state = 'granted', basis = $4, since = now()
    from asked as a
    where k.workspace_id = $1 and k.contact_id = a.id and k.state = 'withdrawn'
        and (k.purpose = 'marketing' or (k.purpose like 'topic:%' and k.basis = $4))
        and exists (
            select from consent_event as v
            where v.workspace_id = $1 and v.contact_id = k.contact_id and v.purpose = k.purpose and v.state = 'granted'
        )
    returning k.contact_id, k.purpose, a.inbound_id, a.evidence_id, a.sha256, a.data
), kept as (
    insert into consent_evidence (workspace_id, id, sha256, data, shared)
    select distinct $1::bigint, g.evidence_id, g.sha256, g.data, false from given as g where g.evidence_id is not null
)
insert into consent_event
    (workspace_id, contact_id, purpose, state, basis, source, inbound_id, evidence_id, phone)
select $1, g.contact_id, g.purpose, 'granted', $4, $5, g.inbound_id, g.evidence_id, c.phone
from given as g left join contact as c on c.workspace_id = $1 and c.id = g.contact_id;

-- name: marketing_states
-- What holds for these contacts.
select contact_id, state from consent
where workspace_id = $1 and contact_id = any($2::bigint[]) and purpose = 'marketing';

-- name: may_answer
-- Take the right to answer a keyword of these people; it comes back after a day.
insert into keyword_answer as k (workspace_id, phone, kind, at)
select $1, u.phone, $3, u.at from unnest($2::bigint[], $4::timestamptz[]) as u (phone, at)
order by u.phone
on conflict (workspace_id, phone, kind) do update set at = excluded.at
    where k.at <= excluded.at - interval '24 hours'
returning phone;

-- name: brand
-- Who answers, and under whose law.
select name, language, default_country from workspace where id = $1;

-- name: known_workspaces
-- Those of these workspaces that exist: one made after the backup is gone after a restore.
select id from workspace where id = any($1::bigint[]);

-- name: lift_by_phone
-- End suppressions of numbers in one scope, whoever asked for them: a restore plays back what had ended.
update suppression set lifted_at = now(), lifted_by = $4
where workspace_id = $1 and phone = any($2::bigint[]) and scope = $3 and lifted_at is null
returning phone;

-- name: consent_at
-- The last that a contact's consent to a topic ($4) had gone through by a moment, with the words agreed to.
select e.state, e.basis, e.source, e.at, w.text as wording
from consent_event as e left join consent_wording as w on w.id = e.wording_id
where e.workspace_id = $1 and e.contact_id = $2 and e.purpose = $4 and e.at <= $3
order by e.id desc limit 1;

-- name: suppression_at
-- The widest suppression of a number that held at a moment.
select id, phone, scope, reason, source, created_at from suppression
where workspace_id = $1 and phone = $2 and created_at <= $3 and (lifted_at is null or lifted_at > $3)
order by scope, id limit 1;

-- name: listed_newest
-- Suppressions that hold, the newest first, narrowed by what is not null: scopes, sources, reasons ("other": none of
-- $6), the ids $7. Read by the index on (workspace_id, id) of what holds, or by the ids.
select id, phone, scope, reason, source, raw, created_at from suppression
where workspace_id = $1 and id < $2 and lifted_at is null
    and ($3::text[] is null or scope = any($3)) and ($4::text[] is null or source = any($4))
    and ($5::text[] is null or reason = any($5) or ('other' = any($5) and reason <> all($6::text[])))
    and ($7::bigint[] is null or id = any($7))
order by id desc limit $8;

-- name: listed_oldest
-- The same in the other direction.
select id, phone, scope, reason, source, raw, created_at from suppression
where workspace_id = $1 and id > $2 and lifted_at is null
    and ($3::text[] is null or scope = any($3)) and ($4::text[] is null or source = any($4))
    and ($5::text[] is null or reason = any($5) or ('other' = any($5) and reason <> all($6::text[])))
    and ($7::bigint[] is null or id = any($7))
order by id limit $8;

-- name: held_in_range
-- Suppressions that hold of numbers in a range, by the index of numbers.
select id from suppression
where workspace_id = $1 and phone >= $2 and phone <= $3 and lifted_at is null
order by phone limit $4;

-- name: held_ending
-- Of numbers that end in these digits: the last four by their index, the rest looked at.
select id from suppression
where workspace_id = $1 and ending = $2 and phone is not null and lifted_at is null
    and phone % power(10, $3::integer)::bigint = $4
limit $5;

-- name: held_count
-- How many hold, up to a limit.
select count(*)::integer from (
    select from suppression where workspace_id = $1 and lifted_at is null limit $2
) as held;

-- name: entry
-- One suppression, whether it holds or not.
select id, phone, scope, reason, source, raw, created_at, lifted_at, lifted_by, lift_reason from suppression
where workspace_id = $1 and id = $2;

-- name: history_of
-- Every suppression of a number, the newest first.
select id, phone, scope, reason, source, raw, created_at, lifted_at, lifted_by, lift_reason from suppression
where workspace_id = $1 and phone = $2 order by id desc limit $3;

-- name: lift_because
-- End one suppression, with the reason; no row when it has ended.
update suppression set lifted_at = now(), lifted_by = $3, lift_reason = $4
where workspace_id = $1 and id = $2 and lifted_at is null
returning phone;

-- name: agree_again
-- A person's new consent, whatever they said before, with its words.
with given as (
    insert into consent as k (workspace_id, contact_id, purpose, state, basis)
    values ($1, $2, 'marketing', 'granted', $3)
    on conflict (contact_id, purpose) do update set state = 'granted', basis = excluded.basis, since = now()
    returning contact_id
)
insert into consent_event
    (workspace_id, contact_id, purpose, state, basis, source, wording_id, evidence_id, phone)
select $1, g.contact_id, 'marketing', 'granted', $3, $4, $5, $6, c.phone
from given as g left join contact as c on c.workspace_id = $1 and c.id = g.contact_id;

-- name: country
-- Where a number without a country code is at home.
select default_country from workspace where id = $1;

-- name: proofs
-- What happened to a contact's consents, the newest first, with the words that were agreed to.
select e.id, e.purpose, e.state, e.basis, e.source, w.text as words, e.import_id, e.inbound_id, e.at
from consent_event as e
left join consent_wording as w on w.workspace_id = $1 and w.id = e.wording_id
where e.workspace_id = $1 and e.contact_id = $2
order by e.id desc limit 200;

-- name: consents_behind
-- Everything that happened to consents, with the words agreed to and the number of today, behind a key.
select e.id, e.contact_id, c.phone, e.purpose, e.state, e.basis, e.source, w.text as words, e.import_id, e.at
from consent_event as e
left join contact as c on c.workspace_id = $1 and c.id = e.contact_id
left join consent_wording as w on w.workspace_id = $1 and w.id = e.wording_id
where e.workspace_id = $1 and e.id > $2 and e.erased_at is null
order by e.id limit $3;

-- name: consents_of_person
-- Everything that happened to the consents of contacts and numbers, with the words and the evidence.
select e.purpose, e.state, e.basis, e.source, w.text as words, e.at, v.data
from consent_event as e
left join consent_wording as w on w.workspace_id = $1 and w.id = e.wording_id
left join consent_evidence as v on v.workspace_id = $1 and v.id = e.evidence_id
where e.workspace_id = $1 and (e.contact_id = any($2::bigint[]) or e.phone = any($3::bigint[]))
order by e.id;

-- name: numbers_of
-- The numbers that contacts had when something happened to their consents.
select distinct phone from consent_event
where workspace_id = $1 and contact_id = any($2::bigint[]) and phone is not null;

-- name: suppressions_behind
-- Suppressions that hold, behind a key.
select id, phone, scope, reason, source, created_at from suppression
where workspace_id = $1 and id > $2 and lifted_at is null order by id limit $3;

-- name: held_of_phone
-- Every suppression of a number, lifted or not, the newest first.
select id, scope, reason, source, created_at, lifted_at, lifted_by from suppression
where workspace_id = $1 and phone = $2 order by id desc limit 200;

-- name: ask_once
-- A question to each of these numbers; one that waits already is not asked again.
insert into optout_question as q (workspace_id, phone, words, asked_at, expires_at)
select $1, u.phone, u.words, u.at, u.at + $5::interval
from unnest($2::bigint[], $3::text[], $4::timestamptz[]) as u (phone, words, at)
order by u.phone
on conflict (workspace_id, phone) do update
    set words = excluded.words, asked_at = excluded.asked_at, expires_at = excluded.expires_at
    where q.expires_at <= excluded.asked_at
returning phone;

-- name: waiting_questions
-- Which of these numbers have a question that waits at the moment given for each.
select q.phone from optout_question as q
join unnest($2::bigint[], $3::timestamptz[]) as u (phone, at) on u.phone = q.phone
where q.workspace_id = $1 and q.expires_at > u.at;

-- name: close_questions
-- The person said what they want.
delete from optout_question where workspace_id = $1 and phone = any($2::bigint[]);

-- name: question_of
-- The question that waits for an answer of a number.
select words, asked_at, expires_at from optout_question
where workspace_id = $1 and phone = $2 and expires_at > $3;

-- name: evidence_add
-- What is known of how a consent came or went.
insert into consent_evidence (workspace_id, id, sha256, data, shared) values ($1, $2, $3, $4, $5);

-- name: evidence_of
-- Evidence by its keys.
select id, data from consent_evidence where workspace_id = $1 and id = any($2::uuid[]);
