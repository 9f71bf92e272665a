-- The consent ledger: seals, checkpoints, keys.
select 1;
