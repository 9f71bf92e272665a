-- Contacts found while typing, sorted as French and English do; lists and bulk actions.
select 1;
