-- Exports, requests of persons, erasure, retention.
select 1;
