-- Pages that links lead to are looked at again and again: how often one was missed since it was last there.
alter table short_link add column misses smallint not null default 0;
