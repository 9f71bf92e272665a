-- name: own_note
-- The text of a note that this person wrote.
select body ->> 'text' from contact_event
where workspace_id = $1 and contact_id = $2 and id = $3 and kind = 'noted' and person_id = $4 for update;

-- name: change_note
-- Another text.
update contact_event set body = jsonb_build_object('text', $4::text)
where workspace_id = $1 and contact_id = $2 and id = $3 and kind = 'noted';

-- name: delete_note
-- No text any more.
delete from contact_event where workspace_id = $1 and contact_id = $2 and id = $3 and kind = 'noted';
