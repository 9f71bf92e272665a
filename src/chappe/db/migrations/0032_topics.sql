-- Topics, preferences, double opt-in.
select 1;
