-- name: everybody
-- What a segment is drawn from: blocked and archived contacts are in none.
select c.* from contact as c where c.workspace_id = $1 and c.state = 1;

-- name: anybody
-- Who can be asked about.
select c.* from contact as c where c.workspace_id = $1;

-- name: how_many
-- How many there are to draw from.
select count(*) from contact where workspace_id = $1 and state = 1;

-- name: on_list
-- Leaf: members of a list. Each leaf below is a set of contacts, of which none comes twice.
select m.contact_id from list_member as m where m.workspace_id = $1 and m.list_id = $2::uuid;

-- name: with_consent
-- Leaf: a consent as it stands.
select k.contact_id from consent as k
where k.workspace_id = $1 and k.purpose = $2::text and k.state = $3::text;

-- name: with_messages
-- Leaf: messages in these states, accepted in this time; ids bound the days that are read.
select m.contact_id from message_state as s join message as m on m.id = s.id
where s.workspace_id = $1 and s.state = any($2::smallint[]) and m.workspace_id = $1
    and m.created_at >= $3::timestamptz and m.created_at < $4::timestamptz
    and m.id >= $5::bigint and m.id < $6::bigint and s.id >= $5::bigint and s.id < $6::bigint
    and m.contact_id is not null
group by m.contact_id having count(*) >= $7::bigint;

-- name: with_messages_of
-- Leaf: the same, of one campaign ($8).
select m.contact_id from campaign_run as r
join message as m on m.id >= r.base_id and m.id < r.base_id + r.total
join message_state as s on s.id = m.id
where r.workspace_id = $1 and r.campaign_id = $8::uuid and s.workspace_id = $1 and s.state = any($2::smallint[])
    and m.workspace_id = $1 and m.created_at >= $3::timestamptz and m.created_at < $4::timestamptz
    and m.id >= $5::bigint and m.id < $6::bigint and s.id >= $5::bigint and s.id < $6::bigint
    and m.contact_id is not null
group by m.contact_id having count(*) >= $7::bigint;

-- name: with_replies
-- Leaf: texts that came from a person.
select w.id as contact_id from inbound as i
join contact as w on w.workspace_id = i.workspace_id and w.phone = i.phone
where i.workspace_id = $1 and i.received_at >= $2::timestamptz and i.received_at < $3::timestamptz
group by w.id having count(*) >= $4::bigint;

-- name: with_replies_of
-- Leaf: texts that answer one campaign ($5).
select w.id as contact_id from campaign_run as r
join inbound as i on i.workspace_id = $1 and i.answers >= r.base_id and i.answers < r.base_id + r.total
join contact as w on w.workspace_id = i.workspace_id and w.phone = i.phone
where r.workspace_id = $1 and r.campaign_id = $5::uuid
    and i.received_at >= $2::timestamptz and i.received_at < $3::timestamptz
group by w.id having count(*) >= $4::bigint;

-- name: with_clicks
-- Leaf: messages of which a person opened a link; previews and scanners are none.
select k.contact_id from message_click as k
where k.workspace_id = $1 and k.human_at >= $2::timestamptz and k.human_at < $3::timestamptz and k.contact_id is not null
group by k.contact_id having count(*) >= $4::bigint;

-- name: with_clicks_of
-- Leaf: the same, of one campaign ($5).
select k.contact_id from campaign_run as r
join message_click as k on k.run_id = r.id and k.workspace_id = $1
where r.workspace_id = $1 and r.campaign_id = $5::uuid
    and k.human_at >= $2::timestamptz and k.human_at < $3::timestamptz and k.contact_id is not null
group by k.contact_id having count(*) >= $4::bigint;

-- name: with_events
-- Leaf: events of a name, counted: read from the index alone.
select e.contact_id from event as e
where e.workspace_id = $1 and e.name = $2::text and e.at >= $3::timestamptz and e.at < $4::timestamptz
group by e.contact_id having count(*) >= $5::bigint;

-- name: with_event
-- Leaf: an event of a name; who has several comes as often.
select e.contact_id from event as e
where e.workspace_id = $1 and e.name = $2::text and e.at >= $3::timestamptz and e.at < $4::timestamptz;

-- name: with_worth
-- Leaf: what events were worth, from the index alone. $6: more than $5, not as much.
select e.contact_id from event as e
where e.workspace_id = $1 and e.name = $2::text and e.at >= $3::timestamptz and e.at < $4::timestamptz
group by e.contact_id
having sum(e.value) > $5::double precision or (not $6::boolean and sum(e.value) = $5::double precision);

-- name: with_events_where
-- Leaf: the same where properties are asked: $5 is a path with its values in $6, $7 the property that is summed
-- (null: how often; empty: the worth), $8 the amount, $9 whether more than it is asked.
select f.contact_id from (
    select e.contact_id, case
            when $7::text is null then 1
            when $7::text = '' then e.value
            when jsonb_typeof(e.properties -> $7::text) = 'number'
                then (e.properties ->> $7::text)::double precision
        end as amount
    from event as e
    where e.workspace_id = $1 and e.name = $2::text and e.at >= $3::timestamptz and e.at < $4::timestamptz
        and ($5::text is null or jsonb_path_match(e.properties, $5::text::jsonpath, $6::text::jsonb, true))
) as f
group by f.contact_id
having sum(f.amount) > $8::double precision or (not $9::boolean and sum(f.amount) = $8::double precision);

-- name: engaged
-- Leaf: a text from them, a link that they opened or an event of theirs, in this time.
select g.contact_id from (
    select w.id as contact_id from inbound as i
    join contact as w on w.workspace_id = i.workspace_id and w.phone = i.phone
    where i.workspace_id = $1 and i.received_at >= $2::timestamptz and i.received_at < $3::timestamptz
    union all
    select k.contact_id from message_click as k
    where k.workspace_id = $1 and k.human_at >= $2::timestamptz and k.human_at < $3::timestamptz
        and k.contact_id is not null
    union all
    select e.contact_id from event as e
    where e.workspace_id = $1 and e.at >= $2::timestamptz and e.at < $3::timestamptz
) as g group by g.contact_id;

-- name: with_latest
-- Leaf: whose latest event of a name was in this time.
select e.contact_id from event as e where e.workspace_id = $1 and e.name = $2::text
group by e.contact_id having max(e.at) >= $3::timestamptz and max(e.at) < $4::timestamptz;

-- name: consent_state
-- One person's consent to a topic.
select state from consent where workspace_id = $1 and contact_id = $2 and purpose = $3;

-- name: messages_of
-- How many messages of one person are in these states: by number, which the ledger finds them by. $9: of this campaign.
select count(*) from message_state as s join message as m on m.id = s.id
where s.workspace_id = $1 and s.state = any($2::smallint[]) and m.workspace_id = $1
    and m.created_at >= $3::timestamptz and m.created_at < $4::timestamptz
    and m.id >= $5::bigint and m.id < $6::bigint and s.id >= $5::bigint and s.id < $6::bigint
    and m.contact_id = $7::bigint and m.phone = $8::bigint
    and ($9::uuid is null or m.run_id in (select id from campaign_run where workspace_id = $1 and campaign_id = $9::uuid));

-- name: replies_of
-- How often one person wrote; $5: to this campaign.
select count(*) from inbound as i
where i.workspace_id = $1 and i.phone = $2 and i.received_at >= $3::timestamptz and i.received_at < $4::timestamptz
    and ($5::uuid is null or exists (select from campaign_run as r where r.workspace_id = $1 and r.campaign_id = $5::uuid
        and i.answers >= r.base_id and i.answers < r.base_id + r.total));

-- name: clicks_of
-- Of how many messages one person opened a link; $5: of this campaign.
select count(*) from message_click
where workspace_id = $1 and contact_id = $2 and human_at >= $3::timestamptz and human_at < $4::timestamptz
    and ($5::uuid is null or run_id in (select id from campaign_run where workspace_id = $1 and campaign_id = $5::uuid));

-- name: events_of
-- How often one person did something, or how much it came to: as with_events_where.
select coalesce(sum(case
        when $8::text is null then 1
        when $8::text = '' then e.value
        when jsonb_typeof(e.properties -> $8::text) = 'number' then (e.properties ->> $8::text)::double precision
    end), 0)
from event as e
where e.workspace_id = $1 and e.contact_id = $2 and e.name = $3::text and e.at >= $4::timestamptz
    and e.at < $5::timestamptz
    and ($6::text is null or jsonb_path_match(e.properties, $6::text::jsonpath, $7::text::jsonb, true));

-- name: latest_event
-- When one person last did this.
select max(at) from event where workspace_id = $1 and contact_id = $2 and name = $3;

-- name: latest_sign
-- When one person last wrote, opened a link or did something.
select greatest(
    (select max(human_at) from message_click where workspace_id = $1 and contact_id = $2),
    (select max(received_at) from inbound where workspace_id = $1 and phone = $3),
    (select max(at) from event where workspace_id = $1 and contact_id = $2));

-- name: zone
-- Whose days count.
select zone from workspace where id = $1;

-- name: add_segment
-- No row when the name is taken.
insert into segment (id, workspace_id, name, rule) values ($2, $1, $3, $4)
on conflict (workspace_id, name) do nothing
returning id, name, rule, created_at, updated_at;

-- name: change_segment
-- No row when there is none.
update segment set name = $3, rule = $4, updated_at = now() where workspace_id = $1 and id = $2
returning id, name, rule, created_at, updated_at;

-- name: segments
-- Segments, oldest first.
select id, name, rule, created_at, updated_at from segment
where workspace_id = $1 and ($2::uuid is null or id > $2) order by id limit $3;

-- name: segment_names
-- What the segments are called.
select id, name from segment where workspace_id = $1;

-- name: segment_named
-- Whether another segment has this name.
select exists (select from segment where workspace_id = $1 and name = $2 and id <> $3);

-- name: segment
-- One segment.
select id, name, rule, created_at, updated_at from segment where workspace_id = $1 and id = $2;

-- name: segments_of
-- These segments.
select id, name, rule, created_at, updated_at from segment
where workspace_id = $1 and id = any($2::uuid[]) order by name, id;

-- name: segment_user
-- A segment whose rule names this one, wherever in the tree.
select name from segment
where workspace_id = $1 and rule @? ('$.** ? (@.segment_id == "' || $2::text || '")')::jsonpath limit 1;

-- name: delete_segment
-- The rule goes; nobody else does.
delete from segment where workspace_id = $1 and id = $2 returning id;

-- name: sent_campaigns
-- What campaigns are called that a rule can name, the newest first.
select c.id, c.name from campaign as c
where c.workspace_id = $1 and exists (select from campaign_run as r where r.campaign_id = c.id and r.total > 0)
order by c.id desc limit $2;
