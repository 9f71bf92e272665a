-- The audit trail: append-only, hash-chained.
select 1;
