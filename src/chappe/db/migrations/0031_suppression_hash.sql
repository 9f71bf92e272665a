-- Suppressions that are known by a keyed hash.
select 1;
