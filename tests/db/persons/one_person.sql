-- One person in tables that hold persons; what is in braces is put in by test_erasure.py.

insert into event (workspace_id, contact_id, name, at, properties)
values ({here}, {contact}, 'x', now(), '{{"secret": "{words}"}}');
insert into contact_event (workspace_id, contact_id, kind, body)
values ({here}, {contact}, 'noted', '{{"text": "{words}"}}');
insert into contact_merge (id, workspace_id, kept_id, gone_id, body, person)
values (gen_random_uuid(), {here}, {contact}, {other}, '{{"name": "{words}"}}', 'Anna');
insert into contact_distinct (workspace_id, lower_id, higher_id) values ({here}, {contact}, {other});
insert into attribute_change (workspace_id, name, kind, notation, state, examples)
values ({here}, 'points', 'number', '{{}}', 'refused', array[{contact}, {other}]);
insert into promised (workspace_id, contact_id, at) values ({here}, {contact}, '{{}}');
insert into conversation (workspace_id, phone, last_at, last_text, last_mine)
values ({here}, {phone}, now(), '{words}', false);
insert into conversation_reply values ({here}, gen_random_uuid(), 1, {phone}, gen_random_uuid());
insert into keyword_answer values ({here}, {phone}, 'stop', now());
insert into topic_leaving (workspace_id, phone, word) values ({here}, {phone}, 'marketing');
insert into optout_question values ({here}, {phone}, '{words}', now(), now());
insert into suppression (workspace_id, phone, scope, reason, source, raw, inbound_id)
values ({here}, {phone}, 'marketing', 'stop', 'inbound', '{words}', 1);
insert into suppression (workspace_id, phone, scope, reason, source, lifted_at, lift_reason)
values ({here}, {phone}, 'all', 'x', 'page', now(), '{words}');
insert into contact_bulk (workspace_id, id, kind, state, which) values
    ({here}, gen_random_uuid(), 'archived', 'finished', '{{"contact_ids": [{contact}]}}'),
    ({here}, gen_random_uuid(), 'archived', 'finished', '{{"which": {{"text": "06{ending}"}}}}');
insert into export (id, workspace_id, kind, format, which, state, asked_by)
values (gen_random_uuid(), {here}, 'contacts', 'csv', '{{"phone": {phone}}}', 'finished', 'Anna');
insert into idempotency (workspace_id, key, fingerprint, status, response)
values ({here}, 'k', '', 200, '{{"to": "+{phone}"}}');
insert into first_run (workspace_id, phone) values ({here}, {phone});
insert into inbound (workspace_id, carrier_number, phone, source, destination, contact_id, body, keyword, fingerprint,
    session)
values ({here}, 1, {phone}, '{phone}', '38200', {contact}, '{words}', '{words}', '{words}', 1);
insert into inbound_part (workspace_id, carrier_number, source, destination, reference, total, number, body)
values ({here}, 1, '+{phone}', '38200', 1, 2, 1, '{words}');
insert into contact_preference (workspace_id, contact_id, per_week) values ({here}, {contact}, 2);
insert into opt_in (workspace_id, phone, contact_id, words, language, sender_id, basis, source, wording_id, asked_at,
    expires_at)
values ({here}, {phone}, {contact}, array['{words}'], 'fr', gen_random_uuid(), 'express', '{name}', gen_random_uuid(),
    now(), now());
insert into carrier_told (workspace_id, carrier_number, phone, meaning, word)
values ({here}, 1, {phone}, 'opted_out', '{words}');

with list as (
    insert into suppression_list (id, workspace_id, filename, state, kind, country, scope, reason, source, created_by)
    values (gen_random_uuid(), {here}, 'f.csv', 'finished', 'numbers', 'FR', 'marketing', 'x', 'page', 'Anna')
    returning id
)
insert into suppression_list_rejection (workspace_id, list_id, row_number, code, value)
select {here}, id, 1, 'no', '06 11 22 33 44' from list;

with request as (
    insert into person_request (id, workspace_id, kind, contact_id, phone, channel, received_on, due_on, identity)
    values (gen_random_uuid(), {here}, 'erasure', {contact}, {phone}, 'email', now(), now(), '{name}')
    returning id
)
insert into person_request_step (workspace_id, request_id, what, note, person)
select {here}, id, 'noted', '{words}', 'Anna' from request;

with file as (
    insert into import (id, workspace_id, list_id, state, filename, default_country)
    select gen_random_uuid(), {here}, id, 'finished', 'f.csv', 'FR' from list where workspace_id = {here} limit 1
    returning id
)
insert into import_rejection (workspace_id, import_id, row_number, reason, raw, value)
select {here}, id, 1, 'no', '{name};06.11.22.33.44', '06 11 22 33 44' from file;

with written as (
    insert into campaign (id, workspace_id, name, purpose, audience, body)
    values (gen_random_uuid(), {here}, 'c', 5, '{{}}', '') returning id
), run as (
    insert into campaign_run (workspace_id, campaign_id) select {here}, id from written returning id
), held_out as (
    insert into campaign_holdout (workspace_id, campaign_id, contact_id) select {here}, id, {contact} from written
)
insert into run_snapshot (workspace_id, run_id, number, lo, contacts, phones)
select {here}, id, 0, 0, array[{contact}, {other}], array[{phone}, {other_phone}] from run;

with address as (
    insert into short_link (workspace_id, made_for, url, prefix) values ({here}, 'hand', 'https://x', 'https://y/')
    returning id
), opened as (
    insert into message_click (message_id, workspace_id, contact_id, first_at) values (-1, {here}, {contact}, now())
)
insert into click (id, workspace_id, at, link_id, contact_id, kind, who)
select 1, {here}, now(), id, {contact}, 1, convert_to({phone}::text, 'utf8') from address;

insert into conversion (workspace_id, contact_id, goal, order_id, at)
values ({here}, {contact}, 'Order Completed', '{name}', now());

with shown as (
    insert into form (id, workspace_id, name, draft) values (gen_random_uuid(), {here}, 'f', '{{}}') returning id
), code as (
    insert into form_code (workspace_id, form_id, code, contact_id) select {here}, id, 'A1', {contact} from shown
)
insert into sign_up (workspace_id, form_id, contact_id, version, source, channel, at)
select {here}, id, {contact}, 1, 'form', 'web', now() from shown;
