-- A price holds from its day on, until another one of its prefix does; days begin at midnight in the workspace's zone.
alter table carrier_price add column valid_from date not null default '-infinity';
alter table carrier_price drop constraint carrier_price_pkey;
alter table carrier_price add primary key (carrier_id, prefix, valid_from);
