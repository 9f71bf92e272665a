-- name: groups_of_contacts
-- Facts on these contacts, each with the number it had when the audience was taken; a contact that is gone
-- comes with nulls. Those who share the facts are one row: a thousand rows of ten columns cost the server more
-- to send, and Python more to read, than these joins. The values of a template's variables come as lists of
-- JSON, four variables by themselves ($4 to $7), or all attributes ($8), country and language ($9). All lists of
-- a row are in one order, that in which its contacts were met.
-- One index scan by array for each table, then hash joins: a third cheaper than a probe of each index for each
-- contact (1,000 contacts beside 20,000 suppressions), and stable under generic plans. The arrays come in their
-- text form, read once: to encode a bigint[] takes the driver longer than all this takes here.
with asked as materialized (select $2::text::bigint[] as contacts, $3::text::bigint[] as phones)
select c.state, coalesce(k.granted, false) as granted, coalesce(s.scope, 0) as suppressed,
    coalesce(c.zones, '') as zones, array_agg(c.id) as contact_ids, array_agg(w.phone) as phones,
    json_agg(c.attributes -> $4::text) filter (where $4::text is not null) as first,
    json_agg(c.attributes -> $5::text) filter (where $5::text is not null) as second,
    json_agg(c.attributes -> $6::text) filter (where $6::text is not null) as third,
    json_agg(c.attributes -> $7::text) filter (where $7::text is not null) as fourth,
    json_agg(c.attributes) filter (where $8::boolean) as attributes,
    json_agg(c.country) filter (where $9::boolean) as countries,
    json_agg(c.language) filter (where $9::boolean) as languages
from unnest((select contacts from asked), (select phones from asked)) as w(id, phone)
left join (
    select id, phone, state, zones, country, language, attributes from contact
    where workspace_id = $1 and id = any((select contacts from asked)::bigint[])
) c on c.id = w.id and c.phone = w.phone
left join (
    select contact_id, state = 'granted' as granted from consent
    where contact_id = any((select contacts from asked)::bigint[]) and purpose = 'marketing'
) k on k.contact_id = c.id
left join (
    select phone, max(case scope when 'all' then 2 else 1 end) as scope from suppression
    where workspace_id = $1 and phone = any((select phones from asked)::bigint[]) and lifted_at is null group by phone
) s on s.phone = w.phone
group by 1, 2, 3, 4;

-- name: recipients_of_phones
-- Facts on numbers that need not be contacts; in the order of the numbers.
select c.id, w.phone, c.state, coalesce(k.state = 'granted', false) as granted,
    coalesce(s.scope, 0) as suppressed, coalesce(c.zones, '') as zones, c.country, c.language
from unnest($2::bigint[]) with ordinality as w(phone, position)
left join contact c on c.workspace_id = $1 and c.phone = w.phone
left join consent k on k.contact_id = c.id and k.purpose = 'marketing'
left join lateral (
    select max(case x.scope when 'all' then 2 else 1 end) as scope from suppression x
    where x.workspace_id = $1 and x.phone = w.phone and x.lifted_at is null
) s on true
order by w.position;

-- name: sender_facts
-- Senders with the route they use (their own, else the default) and whether its first carrier has prices.
-- A route without an enabled carrier is no route.
select s.id, s.address, s.kind = 'alphanumeric' as alphanumeric, r.route_id,
    exists (select from carrier_price p where p.carrier_id = r.carrier_id) as priced, w.test_of is not null as test
from sender s
join workspace w on w.id = s.workspace_id
left join lateral (
    select rc.route_id, rc.carrier_id from route_carrier rc
    join carrier a on a.id = rc.carrier_id and a.enabled
    where rc.route_id = coalesce(s.route_id, (select d.id from route d
        where d.workspace_id = $1 and d.is_default))
    order by rc.position limit 1
) r on true
where s.workspace_id = $1 and s.id = any($2::uuid[]);
