-- name: add
-- A form that nobody sees yet; no row when its name is taken.
insert into form (id, workspace_id, name, draft) values ($2, $1, $3, $4)
on conflict (workspace_id, lower(name)) where state <> 'archived' do nothing
returning id;

-- name: how_many
-- Forms that are not archived.
select count(*) from form where workspace_id = $1 and state <> 'archived';

-- name: one
-- A form with how many came by it.
select f.*, f.version = 0 or f.draft <> v.content as changed,
    (select count(*) from sign_up as s where s.form_id = f.id) as sign_ups
from form as f left join form_version as v on v.form_id = f.id and v.version = f.version
where f.workspace_id = $1 and f.id = $2;

-- name: page
-- Forms, oldest first; archived ones too when $4.
select f.*, f.version = 0 or f.draft <> v.content as changed,
    (select count(*) from sign_up as s where s.form_id = f.id) as sign_ups
from form as f left join form_version as v on v.form_id = f.id and v.version = f.version
where f.workspace_id = $1 and ($2::uuid is null or f.id > $2) and ($4 or f.state <> 'archived')
order by f.id limit $3;

-- name: change
-- What is being written; no row when another form has the name. The unique index decides.
update form set name = $3, draft = $4, updated_at = now()
where workspace_id = $1 and id = $2 and not exists (
    select from form as o
    where o.workspace_id = $1 and o.id <> $2 and lower(o.name) = lower($3) and o.state <> 'archived'
)
returning id;

-- name: publish
-- The draft becomes what people see. `$3`: the version it makes, so that two who publish at once make one.
with published as (
    update form set state = 'published', version = $3, updated_at = now()
    where workspace_id = $1 and id = $2 and version = $3 - 1 and state <> 'archived'
    returning id, draft
)
insert into form_version (workspace_id, form_id, version, content, wordings)
select $1, p.id, $3, $4, $5 from published as p
returning version;

-- name: republish
-- An archived form answers again, if no other took its name.
update form set state = case when version = 0 then 'draft' else 'published' end, updated_at = now()
where workspace_id = $1 and id = $2 and state = 'archived' and not exists (
    select from form as o
    where o.workspace_id = $1 and lower(o.name) = lower(form.name) and o.state <> 'archived'
)
returning id;

-- name: archive
-- It answers nobody any more.
update form set state = 'archived', updated_at = now()
where workspace_id = $1 and id = $2 and state <> 'archived'
returning id;

-- name: versions
-- Every version that people saw, the newest first.
select * from form_version where workspace_id = $1 and form_id = $2 order by version desc;

-- name: version
-- One version.
select * from form_version where workspace_id = $1 and form_id = $2 and version = $3;

-- name: wordings
-- The words of consents.
select id, text from consent_wording where workspace_id = $1 and id = any($2::uuid[]);

-- name: workspace_of
-- Whose form this is, and whether it takes people, asked before a workspace is known; none that nobody ever saw.
select workspace_id, state from form where id = $1 and version > 0;

-- name: brand
-- Who asks: the workspace's name, language and country.
select name, language, default_country from workspace where id = $1;

-- name: note_sign_up
-- Somebody came by a form; who came twice is one, who saw this version last.
insert into sign_up (workspace_id, form_id, contact_id, version, source, channel, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (form_id, contact_id) do update set version = excluded.version
returning xmax = 0;

-- name: version_seen
-- The version that this person signed up by last.
select version from sign_up where workspace_id = $1 and form_id = $2 and contact_id = $3;

-- name: sources
-- How many came from each source, the most first.
select source, count(*) as sign_ups, max(at) as latest from sign_up
where workspace_id = $1 and form_id = $2 group by source order by count(*) desc, source limit 100;

-- name: days
-- How many came on each day of a zone and from each source, since a moment.
select (at at time zone $4)::date as day, source, count(*) as sign_ups from sign_up
where workspace_id = $1 and form_id = $2 and at >= $3 group by 1, 2 order by 1, 2;

-- name: add_codes
-- Codes to give; those that are there already stay.
insert into form_code (workspace_id, form_id, code)
select $1, $2, u.code from unnest($3::text[]) with ordinality as u (code, place) order by u.place
on conflict (form_id, code) do nothing
returning id;

-- name: code_counts
-- How many codes are free and how many were given.
select count(*) filter (where given_at is null) as free, count(*) filter (where given_at is not null) as given
from form_code where workspace_id = $1 and form_id = $2;

-- name: code_of
-- The code that this person has.
select code from form_code where workspace_id = $1 and form_id = $2 and contact_id = $3;

-- name: take_code
-- Give the next free code. Two who come at once skip each other's.
update form_code set contact_id = $3, given_at = now()
where id = (
    select id from form_code where workspace_id = $1 and form_id = $2 and given_at is null
    order by id limit 1 for update skip locked
) and not exists (select from form_code as h where h.form_id = $2 and h.contact_id = $3)
returning code;

-- name: next_code
-- The code that would be given next.
select code from form_code where workspace_id = $1 and form_id = $2 and given_at is null order by id limit 1;

-- name: drop_free_codes
-- Forget the codes that nobody has.
delete from form_code where workspace_id = $1 and form_id = $2 and given_at is null;

-- name: count_try
-- Count one more try of `$2` in its window; the window begins anew when it is over.
insert into sign_up_try as t (workspace_id, who, until, n) values ($1, $2, $3::timestamptz + $4::interval, 1)
on conflict (workspace_id, who) do update set
    n = case when t.until <= $3 then 1 else t.n + 1 end,
    until = case when t.until <= $3 then excluded.until else t.until end
returning n;

-- name: forget_tries
-- Windows that are over, as many as go in no time, but those that somebody counts in now: nobody waits for it in a circle.
delete from sign_up_try where (workspace_id, who) in (
    select workspace_id, who from sign_up_try where workspace_id = $1 and until <= $2 limit 100 for update skip locked);

-- name: keywords
-- The keywords of a form.
select word from join_keyword where workspace_id = $1 and form_id = $2 order by created_at, word;

-- name: form_of_keyword
-- The name of the form that a keyword leads to.
select f.name from join_keyword as k join form as f on f.id = k.form_id
where k.workspace_id = $1 and k.word = $2;

-- name: forms_of_words
-- The published versions that these words lead to.
select k.word, v.* from join_keyword as k join form as f on f.id = k.form_id
join form_version as v on v.form_id = f.id and v.version = f.version
where k.workspace_id = $1 and k.word = any($2::text[]) and f.state = 'published';

-- name: add_keyword
-- A keyword for a form; no row when it is another's. One that an archived form had is free.
insert into join_keyword as k (workspace_id, word, form_id) values ($1, $2, $3)
on conflict (workspace_id, word) do update set form_id = excluded.form_id
    where k.form_id = excluded.form_id
        or exists (select from form as f where f.id = k.form_id and f.state = 'archived')
returning word;

-- name: drop_keywords
-- The keywords of a form that are not among these.
delete from join_keyword where workspace_id = $1 and form_id = $2 and not word = any($3::text[]);

-- name: look
-- How the brand looks.
select colour, logo_kind, updated_at from brand_look where workspace_id = $1;

-- name: logo
-- The logo itself.
select logo, logo_kind from brand_look where workspace_id = $1 and logo is not null;

-- name: set_colour
-- Another colour; the logo stays.
insert into brand_look (workspace_id, colour) values ($1, $2)
on conflict (workspace_id) do update set colour = excluded.colour, updated_at = now();

-- name: set_logo
-- Another logo, or none.
update brand_look set logo = $2, logo_kind = $3, updated_at = now() where workspace_id = $1;

-- name: forget_sign_ups
-- Somebody came; nobody knows any more who.
update sign_up set contact_id = null where workspace_id = $1 and contact_id = any($2::bigint[]);

-- name: forget_codes
-- A code is given once, whoever had it.
update form_code set contact_id = null where workspace_id = $1 and contact_id = any($2::bigint[]);
