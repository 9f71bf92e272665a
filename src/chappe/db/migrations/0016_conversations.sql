-- Conversations with contacts, canned replies; imports from pages.
select 1;
