-- name: allocate_link_numbers
-- The first of n numbers; the row stays locked until commit.
select allocate_link_numbers($1);

-- name: link_prefix
-- The host of a workspace's link domain: the one named, else the one chosen; only those that lead here.
select host, id from link_domain
where workspace_id = $1 and state = 'ready' and case when $2::uuid is null then chosen else id = $2 end;

-- name: add_links
-- The links of a run, in the order of their positions.
insert into short_link (workspace_id, made_for, run_id, campaign_id, position, url, prefix, domain_id, label)
select $1, 'campaign', $2, $3, at - 1, url, $5, $6, $7 from unnest($4::text[]) with ordinality as given (url, at)
order by at
returning id;

-- name: add_blocks
-- Numbers for links: one row each, whatever their size.
insert into link_block (base, size, workspace_id, link_id, first_message_id)
select base, $2, $3, link_id, $4 from unnest($1::bigint[], $5::bigint[]) as given (base, link_id);

-- name: bases_of_run
-- The numbers of a run's links, by position.
select b.base, l.prefix, b.first_message_id from short_link l
join link_block b on b.link_id = l.id
where l.run_id = $1 order by l.position;

-- name: links_of_messages
-- The links of single messages to these addresses, as far as there are any.
select id, url from short_link where workspace_id = $1 and made_for = 'message' and prefix = $3 and url = any($2::text[]);

-- name: add_links_of_messages
-- Links of single messages; one that another has made at the same moment is that one.
insert into short_link (workspace_id, made_for, url, prefix, domain_id)
select $1, 'message', url, $3, $4 from unnest($2::text[]) as url
on conflict (workspace_id, prefix, md5(url)) where made_for = 'message' do update set prefix = excluded.prefix
returning id, url;

-- name: add_by_hand
-- A link of one code.
insert into short_link (workspace_id, made_for, url, label, prefix, domain_id) values ($1, 'hand', $2, $3, $4, $5)
returning id;

-- name: destination
-- The link of a number, and what may stand in the way. Read before a workspace is known.
select b.base, b.size, b.first_message_id, l.workspace_id, l.id as link_id, l.url,
    l.killed_at is not null or coalesce(d.state = 'killed', false) as killed,
    coalesce(s.click_code and b.first_message_id is not null, false) as with_code
from link_block b
join short_link l on l.id = b.link_id
left join link_domain d on d.id = l.domain_id
left join browser_settings s on s.workspace_id = l.workspace_id
where b.base <= $1 order by b.base desc limit 1;

-- name: hosts
-- Every host that was seen to lead here. One that is only wished for is none: it may be another's, or a name of this
-- installation.
select distinct host from link_domain where verified_at is not null;

-- name: own_hosts
-- The hosts of a workspace's links.
select host from link_domain where workspace_id = $1;

-- name: killed_of_messages
-- Which of these addresses have a link of single messages that was switched off.
select url from short_link
where workspace_id = $1 and made_for = 'message' and prefix = $3 and url = any($2::text[]) and killed_at is not null;

-- name: miss
-- Counts one more code that nobody has; the count of this window.
insert into link_miss as m (who, until, n) values ($1, $2::timestamptz + $3::interval, 1)
on conflict (who) do update set
    n = case when m.until <= $2 then 1 else m.n + 1 end,
    until = case when m.until <= $2 then $2 + $3 else m.until end
returning n;

-- name: forget_misses
-- Windows that are over.
delete from link_miss where until < $1;

-- name: write_clicks
-- Clicks as they came. One statement, so one commit and one round.
insert into click_unread (workspace_id, at, link_id, message_id, agent, head, who, network)
select * from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[],
    $7::bytea[], $8::text[]);

-- name: settling
-- Whether this transaction alone settles clicks: two could both take one for a message's first.
select pg_try_advisory_xact_lock(hashtextextended('clicks are settled', 0));

-- name: take_clicks
-- Clicks until $1, taken away, with what is known of each: its message and when that left, the other messages clicked
-- from the same address about that moment ($3), whether codes are tried from there (more than $4 misses).
with taken as (
    delete from click_unread where id in (select id from click_unread where at <= $1 order by id limit $2)
    returning *
)
select t.id, t.workspace_id, t.at, t.link_id, l.run_id, t.message_id, m.contact_id, t.agent, t.head, t.who, t.network,
    s.state, s.submitted_at,
    (select count(distinct other.message_id)::integer from (
        select u.message_id from click_unread u where u.who = t.who and u.at between t.at - $3::interval and t.at + $3
        union all
        select c.message_id from click c where c.who = t.who and c.at between t.at - $3 and t.at + $3
     ) as other where other.message_id <> t.message_id) as others,
    exists (select from link_miss n where n.who = t.who and n.n > $4 and n.until > t.at - interval '1 hour') as misses
from taken t
join short_link l on l.id = t.link_id
left join message m on m.id = t.message_id
left join message_state s on s.id = t.message_id
order by t.id;

-- name: settle_clicks
-- Clicks as they were judged, and what is counted of them: messages that were clicked, clicks and people by link.
with came as (
    select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bytea[], $9::smallint[], $10::text[])
        as c (id, workspace_id, at, link_id, run_id, message_id, contact_id, who, kind, why)
), written as (
    insert into click (id, workspace_id, at, link_id, run_id, message_id, contact_id, kind, why, who)
    select id, workspace_id, at, link_id, run_id, message_id, contact_id, kind, why, who from came
), messages as (
    insert into message_click as m (message_id, workspace_id, run_id, contact_id, first_at, human_at)
    select message_id, min(workspace_id), min(run_id), min(contact_id), min(at), min(at) filter (where kind = 1)
    from came where message_id is not null group by message_id
    on conflict (message_id) do update set first_at = least(m.first_at, excluded.first_at),
        human_at = least(m.human_at, excluded.human_at)
), fresh as (
    select distinct link_id, kind, message_id, case when message_id is null then who end as who from came c
    where not exists (
        select from click k where k.link_id = c.link_id and k.kind = c.kind
            and (k.message_id = c.message_id or (c.message_id is null and k.who = c.who)))
), people as (
    select link_id, kind, count(*) as n from fresh group by 1, 2
)
insert into run_click as r (workspace_id, link_id, run_id, kind, n, people)
select min(c.workspace_id), c.link_id, min(c.run_id), c.kind, count(*), coalesce(min(p.n), 0)
from came c left join people p on p.link_id = c.link_id and p.kind = c.kind
group by c.link_id, c.kind
on conflict (link_id, kind) do update set n = r.n + excluded.n, people = r.people + excluded.people;

-- name: ensure_click_month
-- The month of this day can be written to.
select ensure_click_month($1::date);

-- name: forget_visitors
-- The keyed hashes of addresses, of clicks before $1.
update click set who = null where who is not null and at < $1;

-- name: recount
-- What the counts of links should be, told from the clicks alone; only where they are otherwise.
with told as (
    select link_id, kind, count(*) as n, count(distinct message_id) as messages
    from click group by 1, 2
)
select coalesce(t.link_id, r.link_id) as link_id, coalesce(t.kind, r.kind) as kind, t.n, r.n as counted,
    t.messages, r.people
from told t full join run_click r on r.link_id = t.link_id and r.kind = t.kind
left join short_link l on l.id = coalesce(t.link_id, r.link_id)
where t.n is distinct from r.n or (l.made_for <> 'hand' and t.messages is distinct from r.people);

-- name: domain
-- A workspace's link domain.
select id, host, state, chosen, created_at, checked_at, verified_at, error from link_domain
where workspace_id = $1 and id = $2;

-- name: utm
-- The parameters of a workspace's links.
select utm from link_settings where workspace_id = $1;

-- name: keep_utm
-- The same, changed.
insert into link_settings (workspace_id, utm) values ($1, $2)
on conflict (workspace_id) do update set utm = excluded.utm;

-- name: take_due_links
-- Links whose pages are due to be looked at, at most $2, of which nobody else looks now.
update short_link set checked_at = $1 where id in (
    select id from short_link
    where killed_at is null and (made_for = 'hand' or created_at > $1::timestamptz - interval '90 days')
        and (checked_at is null or checked_at < $1 - case when misses = 0 then interval '1 day'
            else least(interval '1 day', interval '15 minutes' * 2 ^ least(misses, 7)) end)
    order by checked_at nulls first limit $2 for update skip locked)
returning id, url;

-- name: faults_known
-- What was found at these addresses when links to them were looked at last, with parameters or without.
select distinct on (given.url) given.url, l.fault from unnest($2::text[]) as given (url)
join short_link l on l.workspace_id = $1 and (l.url = given.url or starts_with(l.url, given.url || '?'))
where l.checked_at is not null order by given.url, l.checked_at desc;

-- name: keep_faults
-- What was found: a fault from the second miss in a row on.
update short_link l set misses = case when f.fault is null then 0 else least(l.misses + 1, 100) end,
    fault = case when f.fault is null or l.misses = 0 then null else f.fault end
from unnest($1::bigint[], $2::text[]) as f (id, fault) where l.id = f.id;
