-- Typed attributes, external ids, where a zone comes from, merges, notes.
select 1;
